//! Message templates (`cloud-api.md` 1.11).

use serde::{Deserialize, Serialize};

/// A template as the network lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// TEMPLATE_ID.
    #[serde(default)]
    pub id: String,
    /// Its name.
    pub name: String,
    /// `en_US`.
    pub language: String,
    /// `APPROVED`, …
    #[serde(default)]
    pub status: String,
    /// `MARKETING`, …
    #[serde(default)]
    pub category: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default)]
    pub parameter_format: Option<String>,
    /// Header, body, footer, buttons.
    #[serde(default)]
    pub components: Vec<Component>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// `HEADER`, `BODY`, `FOOTER`, `BUTTONS`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Of a header: `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its text with placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of `BUTTONS`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// One button.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Button {
    /// `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text.
    pub text: String,
    /// Of `URL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of `PHONE_NUMBER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The page's elements.
    pub data: Vec<T>,
    /// The cursor to go on with; `None` on the last page.
    pub next: Option<String>,
}
