//! Webhook intake: signature check, mailbox. Answers verification and takes events whenever the store is open,
//! whatever the line's state.

mod intake;
#[cfg(test)]
mod tests;
mod verification;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};

use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use store::{LineName, SharedStore};
use tokio::sync::{Semaphore, watch};

/// One Meta app whose webhooks come in at `/graph/{app_id}`.
#[derive(Clone)]
pub struct App {
    /// The app's id, part of the path.
    pub app_id: String,
    /// Key of `X-Hub-Signature-256`. With an empty one nothing is taken in.
    pub app_secret: String,
    /// What verification must bring. With an empty one nobody is verified.
    pub verify_token: String,
}

/// What intake needs.
#[derive(Clone)]
pub struct Relay {
    /// Where events are made durable.
    pub store: SharedStore,
    /// By app id.
    pub apps: Arc<HashMap<String, App>>,
    /// The line of each `PHONE_ID`.
    pub lines: Arc<HashMap<String, LineName>>,
    /// The canonical id of a customer: the lane of its events.
    pub canonical: Arc<dyn Fn(&str) -> String + Send + Sync>,
    /// How many bodies are being read (or made durable) at this moment.
    pub reading: watch::Sender<usize>,
}

/// Greatest webhook body, bytes (`cloud-api.md` 2.2: the network sends up to 3 MB).
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Bodies in memory at once: anybody may send one, and only its end tells whether it is signed.
const BODIES: usize = 32;

/// The routes: `GET` and `POST /graph/{app}`, `/livez`.
pub fn router(relay: Relay) -> Router {
    let desk = Arc::new(Desk {
        relay,
        is_store_failing: AtomicBool::new(false),
        bodies: Semaphore::new(BODIES),
        refused: AtomicU64::new(0),
        refusal_logged_ms: AtomicI64::new(0),
    });
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

/// The relay at work.
struct Desk {
    relay: Relay,
    /// Whether the last write failed: the log has a line when that starts and when it ends.
    is_store_failing: AtomicBool,
    /// Places for bodies that are in memory.
    bodies: Semaphore,
    /// Webhooks that were refused since the log last said so.
    refused: AtomicU64,
    refusal_logged_ms: AtomicI64,
}

impl Desk {
    /// The app of a path.
    fn app(&self, app_id: &str) -> Option<&App> {
        self.relay.apps.get(app_id)
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
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    response
}
