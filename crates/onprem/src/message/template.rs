//! `type: template` (`messages.md` section 4): what the caller sends. The approved definition is `crate::template`.

use serde::{Deserialize, Serialize};

use super::Media;

/// A template message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    /// Empty counts as absent.
    pub namespace: Option<String>,
    /// Lower-case letters, digits, underscore.
    pub name: String,
    /// `language.code`.
    pub language: String,
    /// In the caller's order.
    pub components: Vec<Component>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// `header`.
    Header(Vec<Parameter>),
    /// `body`.
    Body(Vec<Parameter>),
    /// `button`.
    Button {
        /// What kind of button.
        sub_type: ButtonKind,
        /// 0 to 9.
        index: u8,
        /// Its parameters.
        parameters: Vec<Parameter>,
    },
}

/// `sub_type` of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers with a payload.
    QuickReply,
    /// Opens an address.
    Url,
    /// Shows a catalog.
    Catalog,
    /// Copies a code.
    CopyCode,
    /// Starts a flow.
    Flow,
    /// Shows several products.
    Mpm,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// `text`.
    Text(String),
    /// `currency`.
    Currency {
        /// Shown as it is.
        fallback_value: String,
        /// ISO 4217.
        code: String,
        /// Amount times 1000.
        amount_1000: i64,
    },
    /// `date_time`: shown by its fallback; the structured value is kept as it came.
    DateTime {
        /// Shown as it is.
        fallback_value: String,
        /// The whole object.
        value: serde_json::Value,
    },
    /// `image`.
    Image(Media),
    /// `video`.
    Video(Media),
    /// `document`.
    Document(Media),
    /// `location` (header), the object as validated: latitude, longitude, name, address.
    Location(serde_json::Value),
    /// `payload` of a quick reply.
    Payload(String),
    /// `coupon_code`.
    CouponCode(String),
    /// `action` of catalog, flow and mpm buttons, as it came.
    Action(serde_json::Value),
}
