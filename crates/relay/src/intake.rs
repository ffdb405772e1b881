//! `POST /graph/{app}`: signature, then durability, then 200 (the reference's 2.2).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use graph::webhook::split;
use serde_json::json;
use store::clock;
use tokio::sync::watch;

use crate::letter::Letter;
use crate::mailbox::Kept;
use crate::{BODY_LIMIT, Desk, Known, refusal, retry_after, unavailable, unknown_app};

/// How long a body waits for a place before the network is told to come again.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Takes a webhook: 200 means that all its events are on disk.
pub(crate) async fn take(
    State(desk): State<Arc<Desk>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(app) = path.ok().and_then(|Path(app_id)| desk.app(&app_id)) else {
        return unknown_app();
    };
    let _reading = Reading::begin(&desk.reading);
    if !desk.admits(&request) {
        return too_often();
    }
    // Without the form of a signature its body is of no interest.
    let Some(signature) = signature(request.headers()) else {
        return desk.unsigned(&app);
    };
    let Ok(_place) = tokio::time::timeout(PLACE_TIMEOUT, desk.bodies.acquire()).await else {
        return unavailable();
    };
    let body = match receive(request).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if !desk.is_signed(&app, &body, &signature) {
        return desk.unsigned(&app);
    }
    let events = match split(&body) {
        Ok(events) => events,
        Err(sentence) => {
            tracing::warn!(
                app = app.app_id,
                reason = sentence,
                "a webhook cannot be read"
            );
            return refusal(StatusCode::BAD_REQUEST, &sentence);
        }
    };
    if events.is_empty() {
        return taken();
    }
    let letter = Letter {
        received_ms: clock::now_ms(),
        app_id: app.app_id.clone(),
        signature,
        body,
    };
    match desk.mailbox.keep(letter, &events).await {
        Kept::Durably => taken(),
        Kept::No => unavailable(),
        Kept::Full => full(),
    }
}

fn taken() -> Response {
    Json(json!({"success": true})).into_response()
}

/// The refusal of what has no room; the network tries again.
fn full() -> Response {
    let mut response = refusal(
        StatusCode::INSUFFICIENT_STORAGE,
        "the mailbox is full: no core has taken what is in it",
    );
    retry_after(&mut response, "60");
    response
}

/// The refusal of a webhook too many; the network tries again.
fn too_often() -> Response {
    let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, "too many webhooks at once");
    retry_after(&mut response, "1");
    response
}

/// Counts a body from its first byte until it is durable or refused, whatever way that ends.
struct Reading<'a>(&'a watch::Sender<usize>);

impl<'a> Reading<'a> {
    fn begin(reading: &'a watch::Sender<usize>) -> Self {
        reading.send_modify(|count| *count += 1);
        Self(reading)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// `X-Hub-Signature-256`, if it has the form of one.
fn signature(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-hub-signature-256")?.to_str().ok()?;
    let hex = value.trim().strip_prefix("sha256=")?;
    (hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| value.to_owned())
}

/// The whole raw body, or the answer to one that is too long, too slow or broken off.
async fn receive(request: Request) -> Result<Bytes, Response> {
    match tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let sentence = format!("the body is longer than {BODY_LIMIT} bytes");
            Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, &sentence))
        }
        Ok(Err(_)) => Err(refusal(
            StatusCode::BAD_REQUEST,
            "the body did not come whole",
        )),
        Err(_) => Err(refusal(
            StatusCode::REQUEST_TIMEOUT,
            "the body came too slowly",
        )),
    }
}

impl Desk {
    /// Whether one more webhook may come from there now.
    fn admits(&self, request: &Request) -> bool {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        self.limits
            .as_ref()
            .is_none_or(|limits| limits.admit(peer.map(|ConnectInfo(peer)| peer.ip())))
    }

    /// Whether one of the app's secrets signed the body. A relay elsewhere that knows none leaves that to the core.
    fn is_signed(&self, app: &Known, body: &[u8], signature: &str) -> bool {
        if app.app_secrets.is_empty() && self.mailbox.is_checked_again() {
            return true;
        }
        app.signed(body, signature)
    }

    /// The answer to a webhook that the app's secret did not sign; the log has at most one line a second about them.
    fn unsigned(&self, app: &Known) -> Response {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let now_ms = clock::now_ms();
        let last_ms = self.refusal_logged_ms.load(Ordering::Relaxed);
        if (now_ms - last_ms).abs() >= 1000
            && (self.refusal_logged_ms)
                .compare_exchange(last_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            let count = self.refused.swap(0, Ordering::Relaxed);
            tracing::warn!(
                app = app.app_id,
                count,
                "webhooks without the right signature were refused"
            );
        }
        refusal(
            StatusCode::UNAUTHORIZED,
            "the signature is missing or wrong",
        )
    }
}
