//! HTTP answers. Every one carries the network's own time.

use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

/// A JSON answer.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    with(status, "application/json; charset=UTF-8", body.to_string())
}

/// An answer with bytes of a type.
pub(crate) fn with(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let content_type = HeaderValue::from_str(content_type)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Puts the network's time on an answer.
pub(crate) fn date(response: &mut Response, now_s: i64) {
    let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(now_s).unwrap_or(0));
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
}
