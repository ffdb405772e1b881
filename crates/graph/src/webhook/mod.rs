//! What the network posts, and its events one by one (`cloud-api.md` section 2).

mod read;
mod split;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::signature::hex;
use crate::tolerant;

pub use split::split;

/// One event: what the inbox keeps, in its own JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `PHONE_ID` of the business number; empty for events of the account.
    pub phone_number_id: String,
    /// `WABA_ID`.
    pub account_id: String,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A customer's message, with the sender's card if there was one.
    Message {
        /// The message.
        message: Box<Message>,
        /// Its sender.
        contact: Option<Contact>,
        /// Errors beside it (a message that could not be rendered).
        errors: Vec<ErrorObject>,
    },
    /// What became of one of our messages.
    Status(Box<Status>),
    /// An out-of-band error.
    Error(ErrorObject),
    /// Another field (templates, account, …), as it came; also an element of `messages` that cannot be read as a message
    /// or a status, alone: nothing that the network said is lost.
    Field {
        /// Its name, `""` when it has none.
        field: String,
        /// Its value.
        value: Value,
        /// When it happened, Unix seconds, 0 when nothing says so. Makes two equal changes two events.
        #[serde(default)]
        time_s: i64,
    },
}

/// A customer's message; its content stays as it came, under its own name.
///
/// Read tolerantly: numbers where texts are documented, `null`, a single error instead of a list. Without an `id` it is
/// no message. A `context` that is not an object stays in `content`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Message {
    /// The customer's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The customer's business-scoped id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_user_id: Option<String>,
    /// `wamid.…`
    pub id: String,
    /// Unix seconds; `""` when it came without.
    pub timestamp: String,
    /// `text`, …; `""` when it came without.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it answers or forwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Why there is no content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorObject>,
    /// Everything else.
    #[serde(flatten)]
    pub content: Map<String, Value>,
}

/// What a message answers or forwards.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Author of the quoted message.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub from: Option<String>,
    /// The quoted message's network id.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub id: Option<String>,
    /// Forwarded.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::or_default"
    )]
    pub forwarded: Option<bool>,
    /// Forwarded often.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::or_default"
    )]
    pub frequently_forwarded: Option<bool>,
    /// A product that is asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referred_product: Option<Value>,
    /// Customers named in a group's message.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::texts"
    )]
    pub mentions: Vec<String>,
    /// The group of the quoted message.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub group_id: Option<String>,
}

/// A sender's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name, if given.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub profile: Profile,
    /// The number.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub wa_id: Option<String>,
    /// The business-scoped id.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub user_id: Option<String>,
    /// What the customer's present identity is known by, while the identity check is on.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub identity_key_hash: Option<String>,
}

/// A customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// As the customer wrote it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub name: Option<String>,
}

/// What became of one of our messages. Read as tolerantly as [`Message`]; without `id` or `status` it is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Status {
    /// `wamid.…`
    pub id: String,
    /// `sent`, `delivered`, `read`, `failed`, …
    pub status: String,
    /// Unix seconds; `""` when it came without.
    pub timestamp: String,
    /// The customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_id: Option<String>,
    /// The customer's business-scoped id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_user_id: Option<String>,
    /// `group` when the recipient is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_type: Option<String>,
    /// The member of the group that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_participant_id: Option<String>,
    /// What the customer's present identity is known by, while the identity check is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_identity_key_hash: Option<String>,
    /// `payment` for what became of a payment; absent for messages.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the send carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_opaque_callback_data: Option<String>,
    /// As it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Value>,
    /// As it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Value>,
    /// Of `failed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorObject>,
}

/// An error inside a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct ErrorObject {
    /// Section 3 of the reference; 131000 (something went wrong) when it came without.
    pub code: i64,
    /// Its title.
    pub title: String,
    /// Holds `details`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_data: Option<ErrorData>,
}

/// `error_data` of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorData {
    /// The human cause.
    pub details: String,
}

impl Event {
    /// The customer it is about, without a `+`: number before business-scoped id, `""` when about none.
    pub fn customer(&self) -> &str {
        let names = match &self.kind {
            Kind::Message { message, .. } => [&message.from, &message.from_user_id],
            Kind::Status(status) => [&status.recipient_id, &status.recipient_user_id],
            Kind::Error(_) | Kind::Field { .. } => return "",
        };
        names
            .into_iter()
            .flatten()
            .map(|name| bare(name))
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }

    /// The network's id of an earlier message that it is about: the one whose status it is, the quoted one, the one that
    /// was reacted to or taken back.
    pub fn about(&self) -> Option<&str> {
        let message = match &self.kind {
            Kind::Message { message, .. } => message,
            Kind::Status(status) => return Some(&status.id),
            Kind::Error(_) | Kind::Field { .. } => return None,
        };
        let quoted = message
            .context
            .as_ref()
            .and_then(|quoted| quoted.id.as_deref());
        quoted.or_else(|| {
            let content = message.content.get(&message.kind)?;
            let named = content
                .get("message_id")
                .or_else(|| content.get("original_message_id"));
            named?.as_str()
        })
    }

    /// Its own time, Unix seconds; 0 when it has none.
    pub fn time_s(&self) -> i64 {
        match &self.kind {
            Kind::Message { message, .. } => seconds(&message.timestamp),
            Kind::Status(status) => seconds(&status.timestamp),
            Kind::Field { time_s, .. } => *time_s,
            Kind::Error(_) => 0,
        }
    }

    /// What makes it the same event when it comes again: message id; status id, status and, in a group, member; else a
    /// hash of its content.
    pub fn seen_id(&self) -> String {
        match &self.kind {
            Kind::Message { message, .. } => format!("m:{}", message.id),
            Kind::Status(status) => match &status.recipient_participant_id {
                None => format!("s:{}:{}", status.id, status.status),
                Some(member) => format!("s:{}:{}:{member}", status.id, status.status),
            },
            Kind::Error(_) | Kind::Field { .. } => {
                // An event is always JSON; its debug form is only there so that no two events could ever share an id.
                let json =
                    serde_json::to_vec(self).unwrap_or_else(|_| format!("{self:?}").into_bytes());
                format!("x:{}", hex(&Sha256::digest(json)))
            }
        }
    }
}

/// A number as `wa_id`s are written.
fn bare(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

fn seconds(timestamp: &str) -> i64 {
    timestamp
        .trim()
        .parse()
        .map_or(0, |seconds: i64| seconds.max(0))
}
