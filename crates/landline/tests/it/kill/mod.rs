//! `kill -9` at random instants under load: nothing accepted is lost, nothing is doubled.

mod chaos;
mod check;
mod load;
mod uncertain;

use std::time::Duration;

use serde_json::json;

use self::load::{CUSTOMERS, Dice, Load, customer};
use crate::support::{Api, Crash, Dev, Network, Phones, Sink, heavy};

/// What a crash test runs with.
struct Rig {
    sink: Sink,
    network: Network,
    crash: Crash,
}

impl Rig {
    /// A network with customers whose windows are open, and a webhook that refuses every third notification.
    async fn new(crash: Crash) -> Self {
        let (sink, network) = (Sink::start().await, Network::start("eager").await);
        for n in 0..CUSTOMERS {
            network.phones().add(&customer(n), "Crash witness").await;
            network.phones().write(&customer(n), "hello", 1).await;
        }
        let mut call = 0;
        sink.answer(move |_| {
            call += 1;
            if call % 3 == 0 { 500 } else { 200 }
        });
        Self {
            sink,
            network,
            crash,
        }
    }

    fn phones(&self) -> Phones {
        self.network.phones()
    }

    /// A gateway; on the data of an earlier one, if there was one.
    async fn start(&self, earlier: Option<&Dev>) -> Dev {
        let mut builder = Dev::builder()
            .network(&self.network)
            .webhook(&self.sink)
            .crash(&self.crash)
            // The load is more than a usual number may have.
            .env("LANDLINE_THROUGHPUT", "1000");
        if let Some(earlier) = earlier {
            builder = builder.folder(&earlier.folder);
        }
        builder.start().await
    }
}

async fn survive(crash: Crash, kills: usize) {
    let seed = std::env::var("LANDLINE_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_124);
    let mut dice = Dice(seed);
    let rig = Rig::new(crash).await;
    let mut load = Load::start(&rig.phones());
    let mut dev = rig.start(None).await;
    let admin = dev.api().await;
    quick_backoff(&admin).await;

    for kill in 0..kills {
        let api = dev.anonymous().with_token(admin.token());
        load.point_to(Some(&api));
        api.connected().await;
        tokio::time::sleep(Duration::from_millis(50 + dice.below(700))).await;
        dev.kill().await;
        load.point_to(None);
        rig.crash.after_kill().await;
        let accepted = load.book.accepted.lock().unwrap().len();
        eprintln!("seed {seed}: kill {kill}, {accepted} accepted");
        dev = rig.start(Some(&dev)).await;
    }
    let api = dev.anonymous().with_token(admin.token());
    load.point_to(Some(&api));
    api.connected().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    load.end().await;

    check::everything_accepted_has_a_status(&load.book, &rig.sink).await;
    check::everything_written_came_in_order(&load.book, &rig.sink).await;
    check::nothing_is_doubled_on_the_phones(&load.book, &rig.phones()).await;
    check::repeats_are_few_and_have_the_same_id(&rig.sink, kills);
    let (status, _) = dev.terminate().await;
    assert!(status.success());
    check::the_store_is_sound(dev.folder.path());
}

async fn quick_backoff(api: &Api) {
    let settings = json!({"callback_backoff_delay_ms": 50, "max_callback_backoff_delay_ms": 1000});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
}

fn kills() -> usize {
    std::env::var("LANDLINE_TEST_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(25)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_to_kills() {
    let _turn = heavy().await;
    survive(Crash::kill_only(), kills()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_to_kills_that_throw_unsynced_writes_away() {
    let _turn = heavy().await;
    survive(Crash::lost_writes().await, kills().div_ceil(3)).await;
}

/// Outgoing messages in the store after a kill under `crash`, of 50 that were accepted.
async fn kept_of_fifty(crash: Crash) -> u32 {
    let sink = Sink::start().await;
    let mut dev = Dev::builder().webhook(&sink).crash(&crash).start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    for n in 0..50 {
        api.text(&customer, &format!("kept {n}")).await;
    }
    dev.kill().await;
    crash.after_kill().await;
    let count = "SELECT count(*) FROM message WHERE direction = 0";
    rusqlite::Connection::open(dev.folder.path().join("landline.db"))
        .and_then(|store| store.query_row(count, [], |row| row.get(0)))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_synced_and_a_store_that_does_not_sync_would_be_noticed() {
    let _turn = heavy().await;
    assert_eq!(kept_of_fifty(Crash::lost_writes().await).await, 50);
    assert!(kept_of_fifty(Crash::without_syncs().await).await < 50);
}
