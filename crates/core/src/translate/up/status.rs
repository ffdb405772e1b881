//! Statuses (`webhooks.md` section 3, 5.4).

use onprem::envelope::ErrorObject;
use onprem::notification::{Notification, Status, StatusMessage};
use onprem::settings::ApplicationSettings;
use onprem::{Code, MessageId};
use serde_json::Value;

use super::shape::{CONVERSATION, PRICING};
use crate::translate::error::{from_webhook, object};

/// The notification of a status under our `id`, if the settings want it; `opaque` is the caller's own data.
/// Values that on-prem does not know (`played`) give `None`, and so do statuses of payments (3.4).
pub fn status(
    status: &graph::webhook::Status,
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let kind = status.status.as_str();
    let is_wanted = match kind {
        _ if is_of_payment(status) => false,
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
            .and_then(|object| conversation(object, kind == "sent"));
        told.pricing = status
            .pricing
            .as_ref()
            .and_then(|object| PRICING.fit(object));
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

/// Whether it tells of a payment, not of a message.
pub fn is_of_payment(status: &graph::webhook::Status) -> bool {
    status.kind.as_deref() == Some("payment")
}

/// Its end is a number here (a string upstream), and told with `sent` only.
fn conversation(object: &Value, with_end: bool) -> Option<Value> {
    let mut told = CONVERSATION.fit(object)?;
    let members = told.as_object_mut()?;
    if !with_end {
        members.remove("expiration_timestamp");
    }
    (!members.is_empty()).then_some(told)
}
