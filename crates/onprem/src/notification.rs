//! What the webhook receives (`webhooks.md` sections 2 to 4). Members stand in alphabetical order, absent ones are left out.

use serde::{Deserialize, Serialize};

use crate::MessageId;
use crate::envelope::ErrorObject;

/// One notification: the body of one POST. Only one of the four kinds of events is in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Notification {
    /// The senders of `messages`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub contacts: Vec<Contact>,
    /// Out-of-band errors.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<ErrorObject>,
    /// Customers' messages.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub messages: Vec<Message>,
    /// What became of our messages.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub statuses: Vec<Status>,
}

impl Notification {
    /// The bytes that are posted.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The sender of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name, if known.
    pub profile: Profile,
    /// The customer.
    pub wa_id: String,
}

/// A customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// As the customer wrote it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// A customer's message. `content` holds the member named after `kind` (and `referral`, …), flattened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// What it answers or forwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub context: Option<Context>,
    /// Why there is no content, or no media.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<ErrorObject>,
    /// The customer.
    pub from: String,
    /// Our id of it.
    pub id: MessageId,
    /// Unix seconds, a string.
    pub timestamp: String,
    /// `text`, `image`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The content under its own name.
    #[serde(flatten)]
    pub content: serde_json::Map<String, serde_json::Value>,
}

/// What a message answers or forwards.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Context {
    /// True when forwarded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forwarded: Option<bool>,
    /// True when forwarded often.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub frequently_forwarded: Option<bool>,
    /// Author of the quoted message, digits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// The quoted message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<MessageId>,
    /// A product that is asked about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub referred_product: Option<serde_json::Value>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The caller's own data, if the send carried it (extension).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub biz_opaque_callback_data: Option<String>,
    /// Conversation it was counted in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conversation: Option<serde_json::Value>,
    /// Of `failed` and `warning`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<ErrorObject>,
    /// Our id of the message.
    pub id: MessageId,
    /// Holds `recipient_id` once more.
    pub message: StatusMessage,
    /// Price.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pricing: Option<serde_json::Value>,
    /// The customer.
    pub recipient_id: String,
    /// `sent`, `delivered`, `read`, `failed`, `deleted`, `warning`.
    pub status: String,
    /// Unix seconds, a string.
    pub timestamp: String,
    /// Always `message`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The newer place of the recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMessage {
    /// The customer.
    pub recipient_id: String,
}
