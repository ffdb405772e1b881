//! `POST /graph/{app}`: signature, then durability, then 200 (the reference's 2.2).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use graph::webhook::{Event, split};
use serde_json::json;
use store::{Batch, Change, Lane, LineName, StoreError, clock};
use tokio::sync::watch;

use crate::{App, BODY_LIMIT, Desk, Relay, refusal, unavailable, unknown_app};

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
    let _reading = Reading::begin(&desk.relay.reading);
    // Without the form of a signature its body is of no interest.
    let Some(signature) = signature(request.headers()) else {
        return desk.unsigned(app);
    };
    let Ok(_place) = tokio::time::timeout(PLACE_TIMEOUT, desk.bodies.acquire()).await else {
        return unavailable();
    };
    let body = match receive(request).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if !graph::signature::verify(&app.app_secret, &body, Some(&signature)) {
        return desk.unsigned(app);
    }
    let events = match split(&body) {
        Ok(events) => events,
        Err(sentence) => {
            tracing::warn!(
                app = app.app_id,
                reason = sentence,
                "a signed webhook cannot be read"
            );
            return refusal(StatusCode::BAD_REQUEST, &sentence);
        }
    };
    match desk.keep(&events).await {
        Ok(()) => Json(json!({"success": true})).into_response(),
        Err(_) => unavailable(),
    }
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
    /// The answer to a webhook that the app's secret did not sign; the log has at most one line a second about them.
    fn unsigned(&self, app: &App) -> Response {
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

    /// Makes all events durable, in one batch: all of them or none.
    async fn keep(&self, events: &[Event]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let changes = self.relay.changes(events, clock::now_ms())?;
        let kept = self.relay.store.apply(Batch::of(changes)).await;
        self.note(kept.as_ref().err());
        kept.map(drop)
    }

    /// One line in the log when the store begins to fail, one when it works again.
    fn note(&self, error: Option<&StoreError>) {
        let was_failing = self
            .is_store_failing
            .swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was_failing => {
                tracing::error!(%error, "webhooks are refused: the store does not take them");
            }
            None if was_failing => tracing::info!("webhooks are taken again"),
            _ => {}
        }
    }
}

impl Relay {
    /// The changes that keep the events, in their order.
    fn changes(&self, events: &[Event], at_ms: i64) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::with_capacity(events.len());
        for event in events {
            let body = serde_json::to_vec(event)
                .map_err(|error| StoreError::Damaged(format!("an event is not JSON: {error}")))?;
            let lines = self.lines_of(event);
            if lines.is_empty() {
                changes.push(Change::AppendStray {
                    phone_number_id: event.phone_number_id.clone(),
                    body,
                    at_ms,
                });
                continue;
            }
            let lane = self.lane(event);
            changes.extend(lines.into_iter().map(|line| Change::AppendInbox {
                line: line.clone(),
                lane: lane.clone(),
                event_time_s: event.time_s(),
                about: event.about().map(str::to_owned),
                body: body.clone(),
                at_ms,
            }));
        }
        Ok(changes)
    }

    /// The line whose number it is; all lines for an event of the account; none for a number that no line has.
    fn lines_of(&self, event: &Event) -> BTreeSet<&LineName> {
        if event.phone_number_id.is_empty() {
            self.lines.values().collect()
        } else {
            self.lines.get(&event.phone_number_id).into_iter().collect()
        }
    }

    /// The customer's lane, `""` for what is about no customer.
    fn lane(&self, event: &Event) -> Lane {
        match event.customer() {
            "" => Lane::new(""),
            customer => Lane::new(&(self.canonical)(customer)),
        }
    }
}
