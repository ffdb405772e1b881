//! Neighbours of the program under test: a process, a webhook, virtual phones, the network's API, a file server.

mod api;
mod authority;
mod broken_store;
mod crash;
mod files;
mod generate;
mod graph;
mod guest;
mod judge;
mod middleman;
mod phones;
mod poster;
mod process;
mod prometheus;
mod raw;
mod relay;
mod serve;
// The pictures that the unit tests make.
#[path = "../../../../core/src/media/picture/sample.rs"]
pub(crate) mod sample;
mod sink;
mod title;

pub(crate) use api::{Answer, Api, text};
pub(crate) use authority::{Authority, Certificate};
pub(crate) use broken_store::BrokenStore;
pub(crate) use crash::Crash;
pub(crate) use files::{Files, base64, hex, picture, sha256};
pub(crate) use generate::{
    Broken, Draw, Rule, alternatives, any_text, broken, seed, simplest, values,
};
pub(crate) use graph::Graph;
pub(crate) use guest::{Guest, new_customer};
pub(crate) use judge::judge;
pub(crate) use middleman::{Asked, Deed, Middleman};
pub(crate) use phones::Phones;
pub(crate) use poster::{Poster, network_text};
pub(crate) use process::{Dev, Folder, Network};
pub(crate) use prometheus::Scrape;
pub(crate) use raw::raw;
pub(crate) use relay::Relay;
pub(crate) use serve::Serve;
pub(crate) use sink::Sink;
pub(crate) use title::title;

use std::future::Future;
use std::time::Duration;

/// Waits until `fact` gives something, asking again every few milliseconds; panics with `what` after `limit`.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    limit: Duration,
    mut fact: impl FnMut() -> F,
) -> T {
    let end = tokio::time::Instant::now() + limit;
    loop {
        if let Some(found) = fact().await {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < end,
            "waited {limit:?} in vain: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether every `dev` has a relay on a host of its own beside it: `LANDLINE_TEST_RELAY=remote`.
pub(crate) fn is_relay_remote() -> bool {
    std::env::var("LANDLINE_TEST_RELAY").is_ok_and(|place| place == "remote")
}

/// Tests that load the machine, or measure time, run one after the other (`nextest` has a group for them).
pub(crate) async fn heavy() -> tokio::sync::MutexGuard<'static, ()> {
    static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ONE.lock().await
}

/// The usual limit of a wait: generous, because the disks of test machines stall for seconds.
pub(crate) const SOON: Duration = Duration::from_secs(30);
