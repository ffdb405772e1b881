//! Webhook intake: signature check, mailbox. Answers verification and takes events whenever its disk is open, whatever
//! the line's state.
//!
//! - [`router`]: the relay in the core's own process; what it takes goes straight into the store's inbox.
//! - [`host`]: the relay on a host of its own. It keeps what it takes, sealed, until a core dials in.
//! - [`pull`]: the core's side of that: dials, opens, checks again, appends to the inbox, acknowledges.
//! - [`depot`]: the mailbox of such a relay; [`seal`]: what closes and opens a letter.

mod app;
pub mod depot;
mod directory;
mod frame;
mod hex;
pub mod host;
mod inbox;
mod intake;
mod letter;
mod limit;
mod mailbox;
pub mod pull;
pub mod seal;
#[cfg(test)]
mod tests;
mod verification;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use store::SharedStore;
use tokio::sync::{Semaphore, watch};

pub use app::App;
use app::{Apps, Known};
pub use directory::{Directory, Owner};
pub use inbox::Inbox;
use limit::Limits;
pub use limit::Rates;
use mailbox::Mailbox;

/// The relay in the core's own process.
#[derive(Clone)]
pub struct Relay {
    /// Where events are made durable.
    pub store: SharedStore,
    /// The apps, and whose each number is.
    pub directory: Directory,
    /// The canonical id of a customer: the lane of its events.
    pub canonical: Arc<dyn Fn(&str) -> String + Send + Sync>,
    /// How many bodies are being read (or made durable) at this moment.
    pub reading: watch::Sender<usize>,
}

impl Relay {
    /// Where what it takes goes.
    pub fn inbox(&self) -> Inbox {
        Inbox {
            store: self.store.clone(),
            directory: self.directory.clone(),
            canonical: self.canonical.clone(),
        }
    }
}

/// Greatest webhook body, bytes (`cloud-api.md` 2.2: the network sends up to 3 MB).
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Bodies in memory at once: anybody may send one, and only its end tells whether it is signed.
const BODIES: usize = 32;

/// The routes of a relay in the core's own process: `GET` and `POST /graph/{app}`, `/livez`.
pub fn router(relay: Relay) -> Router {
    let inbox = relay.inbox();
    routes(Arc::new(Desk::new(
        relay.directory.apps(),
        Mailbox::of_store(inbox),
        None,
        relay.reading,
    )))
}

fn routes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/graph/{app}", get(verification::answer).post(intake::take))
        .route("/livez", get(async || Json(json!({"status": "ok"}))))
        .fallback(async || refusal(StatusCode::NOT_FOUND, "there is nothing here"))
        .method_not_allowed_fallback(async || {
            refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "this method is not known here",
            )
        })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(desk)
}

/// Intake at work.
struct Desk {
    apps: Arc<Apps>,
    mailbox: Mailbox,
    limits: Option<Limits>,
    reading: watch::Sender<usize>,
    /// Places for bodies that are in memory.
    bodies: Semaphore,
    /// Webhooks that were refused since the log last said so.
    refused: AtomicU64,
    refusal_logged_ms: AtomicI64,
}

impl Desk {
    fn new(
        apps: Arc<Apps>,
        mailbox: Mailbox,
        limits: Option<Limits>,
        reading: watch::Sender<usize>,
    ) -> Self {
        Self {
            apps,
            mailbox,
            limits,
            reading,
            bodies: Semaphore::new(BODIES),
            refused: AtomicU64::new(0),
            refusal_logged_ms: AtomicI64::new(0),
        }
    }

    /// The app of a path.
    fn app(&self, app_id: &str) -> Option<Arc<Known>> {
        self.apps.get(app_id)
    }
}

/// A small JSON answer that says no.
fn refusal(status: StatusCode, sentence: &str) -> Response {
    (status, Json(json!({"error": sentence}))).into_response()
}

/// The refusal of a path that names no app of ours.
fn unknown_app() -> Response {
    refusal(StatusCode::NOT_FOUND, "no such app")
}

/// The refusal of what cannot be made durable now; the network tries again.
fn unavailable() -> Response {
    let mut response = refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        "the events cannot be stored now",
    );
    retry_after(&mut response, "5");
    response
}

fn retry_after(response: &mut Response, seconds: &'static str) {
    let seconds = header::HeaderValue::from_static(seconds);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
}
