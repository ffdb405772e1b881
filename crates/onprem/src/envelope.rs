//! The envelope of every JSON answer (`rest-api.md` 1.4).

use serde::{Deserialize, Serialize};

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

/// One element of `errors`, in answers and in notifications. Members stand in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorObject {
    /// The code.
    pub code: Code,
    /// What exactly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub details: Option<String>,
    /// More information; only when there is some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub href: Option<String>,
    /// The code's title.
    pub title: String,
}

impl ErrorObject {
    /// An error with its code's title.
    pub fn new(code: Code, details: impl Into<String>) -> Self {
        Self {
            code,
            details: Some(details.into()),
            href: None,
            title: code.title().to_owned(),
        }
    }
}

impl From<&Refusal> for ErrorObject {
    fn from(refusal: &Refusal) -> Self {
        Self::new(refusal.code, refusal.details.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_no_null() {
        let error = ErrorObject::from(&Refusal::missing("to"));

        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"code":1008,"details":"to is required","title":"Required parameter is missing"}"#
        );
    }

    #[test]
    fn an_error_without_details_is_read() {
        let error: ErrorObject = serde_json::from_str(r#"{"code":400,"title":"x"}"#).unwrap();

        assert_eq!(error.details, None);
    }
}
