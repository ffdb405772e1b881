//! `/sim`: the virtual phones, and the network's switches. It answers whatever the state of the link.

mod account;
mod becoming;
mod customer;
mod draft;
mod fault;
mod number;
mod switch;
pub(crate) mod webhook;
mod write;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{Method, Request};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::form;
use crate::shared::Shared;

/// Greatest body, bytes: pictures come as base64.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    sentence: String,
}

impl Refusal {
    /// 400.
    pub(crate) fn bad(sentence: impl Into<String>) -> Self {
        Self {
            status: 400,
            sentence: sentence.into(),
        }
    }

    /// 404.
    pub(crate) fn missing(sentence: impl Into<String>) -> Self {
        Self {
            status: 404,
            sentence: sentence.into(),
        }
    }

    /// 408.
    pub(crate) fn late(sentence: impl Into<String>) -> Self {
        Self {
            status: 408,
            sentence: sentence.into(),
        }
    }
}

/// A status with its body.
pub(crate) type Answer = Result<(u16, Value), Refusal>;

/// A call to `/sim`.
pub(crate) struct Call {
    query: String,
    body: bytes::Bytes,
}

impl Call {
    /// A query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        form::value(&self.query, name)
    }

    /// The body, which must be a JSON object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) => Err(Refusal::bad("the body must be a JSON object")),
            Err(error) => Err(Refusal::bad(format!("the body is not JSON: {error}"))),
        }
    }
}

/// Answers a call to `/sim`.
pub(crate) async fn answer(shared: &Shared, request: Request<Body>) -> Response {
    match handle(shared, request).await {
        Ok((status, body)) => answer::json(status, &body),
        Err(refusal) => answer::json(refusal.status, &json!({"error": refusal.sentence})),
    }
}

async fn handle(shared: &Shared, request: Request<Body>) -> Answer {
    let (parts, body) = request.into_parts();
    let segments: Vec<String> = parts
        .uri
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .skip(1)
        .map(|segment| form::decode(segment, false))
        .collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let body = if parts.method == Method::GET {
        bytes::Bytes::new()
    } else {
        to_bytes(body, BODY_LIMIT)
            .await
            .map_err(|error| Refusal::bad(format!("the body cannot be read: {error}")))?
    };
    let call = Call {
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body,
    };
    match (parts.method.as_str(), path.as_slice()) {
        ("GET", ["world"]) => Ok((200, switch::world(shared))),
        ("GET", ["customers"]) => Ok((200, customer::list(shared))),
        ("POST", ["customers"]) => customer::create(shared, &call),
        ("GET", ["customers", wa_id]) => customer::show(shared, wa_id),
        ("PATCH", ["customers", wa_id]) => customer::change(shared, wa_id, &call),
        ("POST", ["customers", wa_id, "messages"]) => write::messages(shared, wa_id, &call).await,
        ("GET", ["customers", wa_id, "inbox"]) => customer::inbox(shared, wa_id),
        ("POST", ["customers", wa_id, "read"]) => customer::read(shared, wa_id),
        ("POST", ["customers", wa_id, "number"]) => becoming::number(shared, wa_id, &call),
        ("GET", ["customers", wa_id, "identity"]) => becoming::show_identity(shared, wa_id),
        ("POST", ["customers", wa_id, "identity"]) => becoming::change_identity(shared, wa_id),
        ("POST", ["customers", wa_id, "statuses"]) => becoming::status(shared, wa_id, &call),
        ("GET", ["numbers"]) => Ok((200, number::list(shared))),
        ("GET", ["numbers", digits]) => number::show(shared, digits),
        ("PATCH", ["numbers", digits]) => number::change(shared, digits, &call),
        ("POST", ["customers", wa_id, "report"]) => account::report(shared, wa_id, &call),
        ("GET", ["account"]) => Ok((200, account::show(shared))),
        ("PATCH", ["account"]) => account::change(shared, &call),
        ("GET", ["limits"]) => Ok((200, account::limits(shared))),
        ("POST", ["limits"]) => account::set_limits(shared, &call),
        ("GET", ["templates"]) => Ok((200, account::templates(shared))),
        ("PATCH", ["templates", id]) => account::set_template(shared, id, &call),
        ("GET", ["statement"]) => account::statement(shared, &call),
        ("GET", ["codes", number]) => switch::code(shared, number),
        ("GET", ["clock"]) => Ok((200, json!({"now": shared.now_s()}))),
        ("POST", ["clock"]) => switch::clock(shared, &call),
        ("GET", ["wait"]) => switch::wait(shared, &call).await,
        ("GET", ["webhook"]) => webhook::show(shared, &call).await,
        ("POST", ["webhook"]) => webhook::take(shared, &call),
        ("DELETE", ["webhook"]) => Ok(webhook::clear(shared)),
        ("GET", ["link"]) => Ok((200, switch::show_link(shared))),
        ("POST", ["link"]) => switch::link(shared, &call),
        ("GET", ["faults"]) => Ok((200, switch::show_faults(shared))),
        ("POST", ["faults"]) => switch::faults(shared, &call),
        ("GET", ["faults", name]) => fault::show(shared, name),
        ("POST", ["faults", name]) => fault::set(shared, name, &call),
        (method, _) => Err(Refusal::missing(format!(
            "there is no call {method} {}",
            parts.uri.path()
        ))),
    }
}

/// A member that must be true or false.
pub(crate) fn truth(object: &Map<String, Value>, name: &str) -> Result<bool, Refusal> {
    object
        .get(name)
        .and_then(Value::as_bool)
        .ok_or_else(|| Refusal::bad(format!("{name} must be true or false")))
}

/// The refusal of a customer that there is none of.
pub(crate) fn no_customer(wa_id: &str) -> Refusal {
    Refusal::missing(format!("there is no customer {wa_id}"))
}
