//! Approved templates, and the synchronous checks of a template message against them (`messages.md` 4.4).

use serde::{Deserialize, Serialize};

mod check;
mod part;
mod placeholder;
mod rule;
#[cfg(test)]
mod tests;

pub use check::{Account, check};
pub use placeholder::{fill, placeholders};

/// One approved (or rejected, paused, …) template in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// `en_US`.
    pub language: String,
    /// The network's word in capitals: `APPROVED`, `PAUSED`, `REJECTED`, `DISABLED` …
    pub status: String,
    /// `MARKETING`, `UTILITY`, `AUTHENTICATION`.
    pub category: String,
    /// The header, if it has one.
    pub header: Option<Header>,
    /// The body's text with placeholders.
    pub body: String,
    /// The footer.
    pub footer: Option<String>,
    /// In their order: the index of a button parameter.
    pub buttons: Vec<Button>,
    /// Placeholder names in order of first appearance, when the template has named parameters.
    pub named: Option<Vec<String>>,
}

/// A template's header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// Text with at most one placeholder.
    Text(String),
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A document.
    Document,
    /// A place.
    Location,
    /// Anything else; passed through.
    Other(String),
}

/// A template's button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Button {
    /// Answers with a payload.
    QuickReply {
        /// Its text.
        text: String,
    },
    /// Opens an address, perhaps with a placeholder at its end.
    Url {
        /// Its text.
        text: String,
        /// The address.
        url: String,
    },
    /// Calls a number.
    PhoneNumber {
        /// Its text.
        text: String,
        /// The number; not known of templates that an older version has kept.
        #[serde(default)]
        phone_number: Option<String>,
    },
    /// Copies a coupon's code.
    CopyCode,
    /// Copies, or fills in, a one-time password (authentication templates).
    OneTimePassword,
    /// Opens a flow.
    Flow,
    /// Shows the catalogue.
    Catalog,
    /// Shows several products.
    Mpm,
    /// Any other: the network's word in capitals.
    Other(String),
}
