//! `POST /{PHONE_ID}/messages`: the bodies that go down, and the answer (`cloud-api.md` 1.2, 1.3).

use serde::Serialize;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Send {
    /// Always `whatsapp`.
    pub messaging_product: &'static str,
    /// Always `individual`.
    pub recipient_type: &'static str,
    /// `+` and digits. This or `recipient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A business-scoped user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Comes back in every status of this message, at most 512 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_opaque_callback_data: Option<String>,
    /// Deliver only to a customer who is still known by this; else the message fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_identity_key_hash: Option<String>,
    /// One member, named after the type.
    #[serde(flatten)]
    pub content: serde_json::Map<String, serde_json::Value>,
}

/// A quoted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Context {
    /// The network's id of it.
    pub message_id: String,
}

/// What the network said to a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The network's id of the message (`wamid.…`).
    pub id: String,
    /// The recipient's id as the network knows it.
    pub wa_id: Option<String>,
    /// Templates only: `accepted`, `held_for_quality_assessment`, `paused`.
    pub message_status: Option<String>,
}
