//! The error table: code, title, usual HTTP status. One table, from which answers, notifications and documents are made.
//!
//! `messages.md` section 12 and `rest-api.md` section 1.6.

use serde::{Deserialize, Serialize};

/// An error code of the On-Premises API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub u16);

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The code.
    pub code: Code,
    /// The fixed title, to the letter.
    pub title: &'static str,
    /// The usual HTTP status when it is answered synchronously; 0 for codes that only come by webhook.
    pub status: u16,
}

impl Code {
    /// Anything unclassified.
    pub const GENERIC: Self = Self(1000);
    /// A text over 4096 characters.
    pub const TOO_LONG: Self = Self(1001);
    /// `recipient_type` is not `individual`.
    pub const RECIPIENT_TYPE: Self = Self(1002);
    /// The id of a new upload is already taken.
    pub const EXISTS: Self = Self(1004);
    /// Bad credentials (401), role or certificate (403).
    pub const ACCESS: Self = Self(1005);
    /// No such thing.
    pub const NOT_FOUND: Self = Self(1006);
    /// Required and absent.
    pub const MISSING: Self = Self(1008);
    /// Wrong type, length, range or value.
    pub const INVALID: Self = Self(1009);
    /// Known, but not here.
    pub const NOT_REQUIRED: Self = Self(1010);
    /// The core application is not ready.
    pub const NOT_READY: Self = Self(1011);
    /// Our fault.
    pub const INTERNAL: Self = Self(1014);
    /// Too many requests.
    pub const TOO_MANY: Self = Self(1015);
    /// Load, or a queue too long.
    pub const OVERLOADED: Self = Self(1016);
    /// A statement failed.
    pub const DATABASE: Self = Self(1023);
    /// The first password must be changed.
    pub const PASSWORD_CHANGE: Self = Self(1024);
    /// Not parseable, or not offered here.
    pub const BAD_REQUEST: Self = Self(1025);
    /// The message type is not supported.
    pub const TYPE_UNSUPPORTED: Self = Self(501);

    /// This code's row of the table.
    pub fn row(self) -> Option<&'static Row> {
        None
    }

    /// The fixed title.
    pub fn title(self) -> &'static str {
        self.row().map_or("Generic error", |row| row.title)
    }
}

/// A request that is refused: what the caller gets instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {details}", .code.0, .code.title())]
pub struct Refusal {
    /// The documented code.
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
    /// Names the field and what is allowed.
    pub details: String,
    /// Seconds for the `Retry-After` header.
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// A refusal with the code's usual status.
    pub fn new(code: Code, details: impl Into<String>) -> Self {
        let status = code.row().map_or(500, |row| row.status);
        Self {
            code,
            status,
            details: details.into(),
            retry_after_s: None,
        }
    }

    /// The same with another HTTP status (the table of `rest-api.md` 1.6 gives several for some codes).
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with a `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// 1008: `field` is required.
    pub fn missing(field: &str) -> Self {
        Self::new(Code::MISSING, format!("{field} is required"))
    }

    /// 1009: `field` is not what is allowed.
    pub fn invalid(field: &str, why: impl std::fmt::Display) -> Self {
        Self::new(Code::INVALID, format!("{field}: {why}"))
    }

    /// 404 / 1006.
    pub fn not_found(details: impl Into<String>) -> Self {
        Self::new(Code::NOT_FOUND, details)
    }
}
