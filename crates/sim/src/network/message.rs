//! A message of the business that the network has accepted, and its statuses.

use serde_json::{Value, json};

use crate::ascii;
use crate::network::error::status_error;
use crate::network::params::Params;

/// Whom a send names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Digits.
    Phone(String),
    /// A business-scoped user id, and the phone behind it, if there is one.
    User(String, Option<String>),
}

impl Recipient {
    /// The lane that its events wait in.
    pub(crate) fn lane(&self) -> &str {
        match self {
            Self::Phone(id) | Self::User(_, Some(id)) | Self::User(id, None) => id,
        }
    }
}

/// What a message costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) billable: bool,
    /// `marketing`, `utility`, `authentication`, `service`, `referral_conversion`.
    pub(crate) category: String,
}

impl Charge {
    /// `pricing.type`.
    pub(crate) fn kind(&self) -> &'static str {
        match (self.billable, self.category.as_str()) {
            (true, _) => "regular",
            (false, "referral_conversion") => "free_entry_point",
            (false, _) => "free_customer_service",
        }
    }
}

/// An accepted message.
pub(crate) struct Outgoing {
    /// `wamid.…`
    pub(crate) id: String,
    /// Index of the business number that sent it.
    pub(crate) number: usize,
    pub(crate) recipient: Recipient,
    /// The recipient's business-scoped id, if it is a customer.
    pub(crate) user_id: Option<String>,
    /// `text`, …
    pub(crate) kind: String,
    /// The object of that name.
    pub(crate) content: Value,
    /// The quoted message.
    pub(crate) context: Option<Value>,
    /// A template's text with its parameters in place.
    pub(crate) rendered: Option<String>,
    /// A template's buttons with their parameters in place.
    pub(crate) buttons: Vec<Value>,
    /// Some of the products that it shows cannot be bought.
    pub(crate) warning: Option<String>,
    /// `biz_opaque_callback_data`.
    pub(crate) opaque: Option<String>,
    pub(crate) charge: Charge,
    /// The conversation's id, for versions that still show one.
    pub(crate) conversation: Option<String>,
    pub(crate) accepted_ms: i64,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage<'a> {
    Sent,
    Delivered,
    Read,
    /// It went out, and something in it is not as the business thinks.
    Warning {
        details: &'a str,
    },
    Failed {
        code: i64,
        details: &'a str,
    },
}

impl Outgoing {
    /// What a person is told of it in one line.
    pub(crate) fn in_short(&self) -> Value {
        let text = match (&self.rendered, self.content.pointer("/body/text")) {
            (Some(text), _) => json!(text),
            (None, Some(text)) => text.clone(),
            (None, None) => return self.content.clone(),
        };
        json!({"body": text})
    }

    /// Whether there is a status for it: nothing is told of a reaction once it has left.
    pub(crate) fn is_told(&self, stage: Stage<'_>) -> bool {
        self.kind != "reaction" || !matches!(stage, Stage::Delivered | Stage::Read)
    }

    /// As the customer's inbox shows it.
    pub(crate) fn shown(&self, status: &str) -> Value {
        let mut shown = Params::default();
        shown.set("id", self.id.as_str());
        shown.set("timestamp", (self.accepted_ms / 1000).to_string());
        shown.set("status", status);
        shown.set("type", self.kind.as_str());
        if let Some(text) = &self.rendered {
            shown.set("text", json!({ "body": text }));
        }
        if !self.buttons.is_empty() {
            shown.set("buttons", self.buttons.clone());
        }
        shown.set(&self.kind, self.content.clone());
        if let Some(context) = &self.context {
            shown.set("context", context.clone());
        }
        Value::Object(shown.0)
    }

    /// The status object of a webhook, as ASCII JSON; with what the recipient's identity is known by, if that is told.
    pub(crate) fn status(&self, stage: Stage<'_>, identity: Option<&str>, now: i64) -> String {
        let mut status = Params::default();
        status.set("id", self.id.as_str());
        status.set("timestamp", (now / 1000).to_string());
        match (&self.recipient, stage) {
            // a failed status names only what the send named
            (Recipient::Phone(digits), Stage::Failed { .. }) => {
                status.set("recipient_id", digits.as_str());
            }
            (Recipient::Phone(digits) | Recipient::User(_, Some(digits)), stage) => {
                status.set("recipient_id", digits.as_str());
                let is_failed = matches!(stage, Stage::Failed { .. });
                if let Some(id) = self.user_id.as_ref().filter(|_| !is_failed) {
                    status.set("recipient_user_id", id.as_str());
                }
            }
            (Recipient::User(id, None), _) => status.set("recipient_user_id", id.as_str()),
        }
        if let Some(hash) = identity {
            status.set("recipient_identity_key_hash", hash);
        }
        if let Some(opaque) = &self.opaque {
            status.set("biz_opaque_callback_data", opaque.as_str());
        }
        let name = match stage {
            Stage::Sent => {
                self.set_conversation(&mut status, true);
                status.set("pricing", self.pricing());
                "sent"
            }
            Stage::Delivered => {
                self.set_conversation(&mut status, false);
                status.set("pricing", self.pricing());
                "delivered"
            }
            Stage::Read => "read",
            Stage::Warning { details } => {
                status.set("errors", json!([status_error(131_009, details)]));
                "warning"
            }
            Stage::Failed { code, details } => {
                status.set("errors", json!([status_error(code, details)]));
                "failed"
            }
        };
        status.set("status", name);
        ascii::json(&status.0)
    }

    fn set_conversation(&self, status: &mut Params, with_end: bool) {
        let Some(id) = &self.conversation else {
            return;
        };
        let mut conversation = Params::default();
        conversation.set("id", id.as_str());
        if with_end {
            let end_s = self.accepted_ms / 1000 + 24 * 3600;
            conversation.set("expiration_timestamp", end_s.to_string());
        }
        conversation.set("origin", json!({"type": self.charge.category}));
        status.set("conversation", conversation.0);
    }

    fn pricing(&self) -> Value {
        json!({
            "billable": self.charge.billable,
            "pricing_model": "PMP",
            "category": self.charge.category,
            "type": self.charge.kind(),
        })
    }
}
