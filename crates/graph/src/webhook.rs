//! What the network posts, and its events one by one (`cloud-api.md` section 2).

use serde::{Deserialize, Serialize};

/// One event: what the inbox keeps, in its own JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// PHONE_ID of the business number; empty for events of the account.
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
    /// Another field (templates, account, …), as it came.
    Field {
        /// Its name.
        field: String,
        /// Its value.
        value: serde_json::Value,
    },
}

/// A customer's message; its content stays as it came, under its own name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The customer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The customer's business-scoped id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_user_id: Option<String>,
    /// `wamid.…`
    pub id: String,
    /// Unix seconds.
    pub timestamp: String,
    /// `text`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What it answers or forwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Why there is no content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorObject>,
    /// Everything else.
    #[serde(flatten)]
    pub content: serde_json::Map<String, serde_json::Value>,
}

/// What a message answers or forwards.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Author of the quoted message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The quoted message's network id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<bool>,
    /// Forwarded often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequently_forwarded: Option<bool>,
    /// A product that is asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referred_product: Option<serde_json::Value>,
}

/// A sender's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name, if given.
    #[serde(default)]
    pub profile: Profile,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    /// The business-scoped id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// A customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// As the customer wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What became of one of our messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// `wamid.…`
    pub id: String,
    /// `sent`, `delivered`, `read`, `failed`, …
    pub status: String,
    /// Unix seconds.
    pub timestamp: String,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_id: Option<String>,
    /// The customer's business-scoped id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_user_id: Option<String>,
    /// What the send carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_opaque_callback_data: Option<String>,
    /// As it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<serde_json::Value>,
    /// As it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<serde_json::Value>,
    /// Of `failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorObject>,
}

/// An error inside a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorObject {
    /// Section 3.
    pub code: i64,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Holds `details`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The customer it is about: number before business-scoped id, `""` when about none.
    pub fn customer(&self) -> &str {
        unimplemented!()
    }

    /// Its own time, Unix seconds; 0 when it has none.
    pub fn time_s(&self) -> i64 {
        unimplemented!()
    }

    /// What makes it the same event when it comes again: message id; status id and status; else a hash of its content.
    pub fn seen_id(&self) -> String {
        unimplemented!()
    }
}

/// Splits a webhook's body into its events, in their order. An error names what is wrong with the body.
pub fn split(body: &[u8]) -> Result<Vec<Event>, String> {
    let _ = body;
    unimplemented!()
}
