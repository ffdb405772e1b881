//! Statuses (`webhooks.md` section 3, 5.4).

use onprem::envelope::ErrorObject;
use onprem::notification::{Notification, Status, StatusMessage};
use onprem::settings::ApplicationSettings;
use onprem::{Code, MessageId};
use serde_json::{Map, Value};

use super::only;
use crate::translate::error::{from_webhook, object};

/// The notification of a status under our `id`, if the settings want it; `opaque` is the caller's own data.
/// Values that on-prem does not know (`played`) give `None`.
pub fn status(
    status: &graph::webhook::Status,
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let kind = status.status.as_str();
    let is_wanted = match kind {
        "sent" => settings.sent,
        "delivered" => settings.delivered,
        "read" => settings.read,
        "failed" | "deleted" | "warning" => true,
        _ => false,
    };
    if !is_wanted {
        return None;
    }
    let mut told = bare(kind, id, recipient, opaque, status.timestamp.clone());
    if matches!(kind, "sent" | "delivered") {
        told.conversation = status
            .conversation
            .as_ref()
            .and_then(Value::as_object)
            .and_then(|object| conversation(object, kind == "sent"));
        told.pricing = status
            .pricing
            .as_ref()
            .and_then(Value::as_object)
            .map(|object| only(object, &["billable", "category", "pricing_model"]))
            .filter(|members| !members.is_empty())
            .map(Value::Object);
    }
    if matches!(kind, "failed" | "warning") {
        told.errors = status.errors.iter().map(from_webhook).collect();
    }
    if kind == "failed" && told.errors.is_empty() {
        told.errors.push(object(
            Code(500),
            Some("the network gave no reason".to_owned()),
        ));
    }
    Some(alone(told))
}

/// The notification of a message that failed here, before or at the network. `at_s` is Unix seconds.
pub fn failed(
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    at_s: i64,
    error: ErrorObject,
) -> Notification {
    let mut told = bare("failed", id, recipient, opaque, at_s.to_string());
    told.errors.push(error);
    alone(told)
}

/// The notification that the customer took back the message that the business knows as `id`. `customer` wrote it;
/// `timestamp` is that of the network's message, Unix seconds.
pub fn deleted(id: &MessageId, customer: &str, timestamp: &str) -> Notification {
    alone(bare("deleted", id, customer, None, timestamp.to_owned()))
}

/// The recipient stands in both places: receivers look in one or the other.
fn bare(
    kind: &str,
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    timestamp: String,
) -> Status {
    Status {
        biz_opaque_callback_data: opaque.map(str::to_owned),
        conversation: None,
        errors: Vec::new(),
        id: id.clone(),
        message: StatusMessage {
            recipient_id: recipient.to_owned(),
        },
        pricing: None,
        recipient_id: recipient.to_owned(),
        status: kind.to_owned(),
        timestamp,
        kind: "message".to_owned(),
    }
}

fn alone(status: Status) -> Notification {
    Notification {
        statuses: vec![status],
        ..Notification::default()
    }
}

/// Its end is a number here (a string upstream), and told with `sent` only.
fn conversation(object: &Map<String, Value>, with_end: bool) -> Option<Value> {
    let mut members = only(object, &["id", "origin"]);
    let end = object
        .get("expiration_timestamp")
        .and_then(|end| {
            end.as_i64()
                .or_else(|| end.as_str().and_then(|text| text.parse().ok()))
        })
        .filter(|_| with_end);
    if let Some(end) = end {
        members.insert("expiration_timestamp".to_owned(), end.into());
    }
    (!members.is_empty()).then(|| members.into())
}
