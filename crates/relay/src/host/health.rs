//! `GET /healthz`: whether somebody has to see to the relay.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use store::clock;

use super::stream::Stream;
use crate::depot::Standing;

/// 200 while webhooks are taken, 503 when they are not. Strangers are told one word; a monitor that brings the token, or
/// asks from this machine, is told the numbers.
pub(super) async fn answer(State(stream): State<Arc<Stream>>, request: Request) -> Response {
    let headers = request.headers();
    let standing = stream.depot.standing();
    let (word, status) = verdict(&standing);
    let is_local = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| peer.ip().is_loopback())
        && !headers.contains_key("x-forwarded-for")
        && !headers.contains_key("forwarded");
    if !is_local && !stream.is_token_in(headers) {
        return (status, Json(json!({"status": word}))).into_response();
    }
    let age_s = standing
        .oldest_ms
        .map(|oldest_ms| (clock::now_ms() - oldest_ms).max(0) / 1000);
    let (apps, unchecked) = stream.apps.count();
    let told = json!({
        "status": word,
        "core": stream.core(),
        "waiting": {
            "webhooks": standing.webhooks,
            "events": standing.events,
            "refused": standing.refused,
            "oldest_s": age_s,
        },
        "mailbox": {
            "bytes": standing.bytes,
            "max_bytes": standing.max_bytes,
            "percent": standing.percent(),
        },
        "apps": {"known": apps, "unchecked": unchecked},
    });
    (status, Json(told)).into_response()
}

fn verdict(standing: &Standing) -> (&'static str, StatusCode) {
    if standing.is_failing {
        ("failing", StatusCode::SERVICE_UNAVAILABLE)
    } else if standing.is_full() {
        ("full", StatusCode::SERVICE_UNAVAILABLE)
    } else if standing.is_alarming() {
        ("filling", StatusCode::OK)
    } else {
        ("ok", StatusCode::OK)
    }
}
