//! The envelope of every JSON answer (`rest-api.md` 1.4).

use serde::Serialize;

use crate::error::{Code, Refusal};

/// `meta.version`, unless the operator sets another.
pub const VERSION: &str = "v2.53.1";

/// `meta` of every answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Always `stable`.
    pub api_status: &'static str,
    /// With a leading `v`.
    pub version: String,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            api_status: "stable",
            version: VERSION.to_owned(),
        }
    }
}

/// One element of `errors`, in answers and in notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct ErrorObject {
    /// The code.
    pub code: Code,
    /// The code's title.
    pub title: String,
    /// What exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// More information; only when there is some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

impl From<&Refusal> for ErrorObject {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code,
            title: refusal.code.title().to_owned(),
            details: Some(refusal.details.clone()),
            href: None,
        }
    }
}
