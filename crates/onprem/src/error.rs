//! The error table: code, title, usual HTTP status. One table, from which answers, notifications and documents are made.
//!
//! `messages.md` section 12 and `rest-api.md` section 1.6.

use std::fmt;

use serde::{Deserialize, Serialize};

pub mod answers;

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

/// Every documented code, in ascending order. The gaps are not documented, and stay gaps.
pub const TABLE: &[Row] = &[
    row(400, "Media download error", 0),
    row(401, "Group does not exist", 0),
    row(402, "Business eligibility — Payment issue", 0),
    row(408, "Message is not valid", 0),
    row(410, "Message expired", 0),
    row(429, "Rate limit hit", 0),
    row(430, "Unsigned certificate", 0),
    row(432, "Certificate ID mismatch", 0),
    row(433, "Certificate signature invalid", 0),
    row(470, "Re-engagement message", 0),
    row(471, "Spam rate limit hit", 403),
    row(472, "User's number is part of an experiment", 0),
    row(480, "User potentially changed", 0),
    // The reference gives the sense of this title, not its letters.
    row(
        498,
        "Recipient has chosen to stop receiving marketing messages from this business",
        0,
    ),
    row(500, "Generic error", 0),
    row(501, "Message type is not currently supported", 400),
    row(1000, "Generic error", 500),
    row(1001, "Message too long", 400),
    row(1002, "Invalid recipient type", 400),
    row(1003, "Not a group participant", 403),
    row(1004, "Resource already exists", 409),
    row(1005, "Access denied", 403),
    row(1006, "Resource not found", 404),
    row(1007, "Recipient blocked to receive message", 403),
    row(1008, "Required parameter is missing", 400),
    row(1009, "Parameter value is not valid", 400),
    row(1010, "Parameter is not required", 400),
    row(1011, "Service not ready", 503),
    row(1012, "Group is unknown", 404),
    row(1013, "User is not valid", 400),
    row(1014, "Internal error", 500),
    row(1015, "Too many requests", 429),
    row(1016, "System overloaded", 503),
    row(1017, "Not Primary Master", 503),
    row(1018, "Not Primary Coreapp", 503),
    row(1021, "Bad User", 400),
    row(1022, "Webhooks URL is not configured", 400),
    row(1023, "Database error occurred", 500),
    row(1024, "Password Change Required", 403),
    row(1025, "Invalid Request", 400),
    row(1026, "Receiver incapable", 0),
    row(
        1028,
        "A user_identity_changed system notification requires acknowledgement",
        403,
    ),
    row(1031, "Sender account has been locked", 403),
    row(2000, "Template Param Count Mismatch", 400),
    row(2001, "Template Missing", 404),
    row(2002, "Template Fetch Failed", 500),
    row(2003, "Template Pack Missing", 404),
    row(2004, "Template Param Length Too Long", 400),
    row(2005, "Template Hydrated Text Too Long", 400),
    row(2006, "Template White Space Policy Violated", 400),
    row(2007, "Template Format Character Policy Violated", 400),
    row(2008, "Template Media Format Unsupported", 400),
    row(2009, "Template Required Component Missing", 400),
    row(2010, "Template Invalid Hydrated URL", 400),
    row(2011, "Template Invalid Phone Number", 400),
    row(2012, "Template Parameter Format Mismatch", 400),
    row(2013, "Template Buttons Unsupported", 400),
    row(2014, "Expected Namespace is Empty", 400),
    row(2015, "Invalid number of sections", 400),
    row(2016, "Invalid number of rows", 400),
    row(2017, "Character Policy Violated", 400),
    row(2023, "Invalid number of product", 400),
    row(2024, "Catalog ID not found", 400),
    row(2025, "Catalog ID not linked to API number", 400),
    row(2026, "Missing products", 400),
    row(2027, "No products found", 400),
    row(2028, "List all products failed compliance", 400),
    row(2029, "List some products failed compliance", 400),
    row(
        2030,
        "List mixed products invalid and failed compliance",
        400,
    ),
    row(2036, "Invalid Header Structure", 400),
    row(2050, "Missing Compliance Info", 400),
    row(2060, "Template Rejected", 400),
    row(2061, "Template Paused", 400),
    row(2062, "Template Disabled", 400),
    row(2068, "Flow is blocked", 400),
    row(2069, "Flow is throttled", 400),
];

const fn row(code: u16, title: &'static str, status: u16) -> Row {
    Row {
        code: Code(code),
        title,
        status,
    }
}

/// The codes of the network's side: they come by webhook, as a rule.
impl Code {
    /// Media that a customer sent could not be fetched.
    pub const MEDIA_DOWNLOAD: Self = Self(400);
    /// No payment method, credit or eligibility.
    pub const PAYMENT: Self = Self(402);
    /// Waited here too long.
    pub const STALE: Self = Self(408);
    /// The caller's `ttl` passed before it left.
    pub const EXPIRED: Self = Self(410);
    /// Too many messages, or too many downloads.
    pub const RATE_LIMIT: Self = Self(429);
    /// The certificate is not signed.
    pub const CERTIFICATE_UNSIGNED: Self = Self(430);
    /// The certificate is another number's.
    pub const CERTIFICATE_MISMATCH: Self = Self(432);
    /// The certificate is signed by somebody else.
    pub const CERTIFICATE_SIGNATURE: Self = Self(433);
    /// Free-form outside the customer service window.
    pub const REENGAGEMENT: Self = Self(470);
    /// The number is restricted, or its tier is used up.
    pub const SPAM_RATE: Self = Self(471);
    /// The recipient takes part in an experiment.
    pub const EXPERIMENT: Self = Self(472);
    /// The recipient's identity changed during sending.
    pub const USER_CHANGED: Self = Self(480);
    /// The recipient wants no marketing messages.
    pub const MARKETING_STOPPED: Self = Self(498);
    /// Sending failed, reason unknown.
    pub const SEND_FAILED: Self = Self(500);
    /// The message type is not supported.
    pub const TYPE_UNSUPPORTED: Self = Self(501);
}

/// The client's own codes.
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
    /// The recipient is not allow-listed.
    pub const RECIPIENT_BLOCKED: Self = Self(1007);
    /// Required and absent.
    pub const MISSING: Self = Self(1008);
    /// Wrong type, length, range or value.
    pub const INVALID: Self = Self(1009);
    /// Known, but not here.
    pub const NOT_REQUIRED: Self = Self(1010);
    /// The core application is not ready.
    pub const NOT_READY: Self = Self(1011);
    /// The number is nobody's on the network.
    pub const USER_INVALID: Self = Self(1013);
    /// Our fault.
    pub const INTERNAL: Self = Self(1014);
    /// Too many requests.
    pub const TOO_MANY: Self = Self(1015);
    /// Load, or a queue too long.
    pub const OVERLOADED: Self = Self(1016);
    /// Another node is the primary one.
    pub const NOT_PRIMARY_MASTER: Self = Self(1017);
    /// Another node owns the slot.
    pub const NOT_PRIMARY_COREAPP: Self = Self(1018);
    /// The recipient is the sender.
    pub const BAD_USER: Self = Self(1021);
    /// No webhook URL.
    pub const NO_WEBHOOK: Self = Self(1022);
    /// A statement failed.
    pub const DATABASE: Self = Self(1023);
    /// The first password must be changed.
    pub const PASSWORD_CHANGE: Self = Self(1024);
    /// Not parseable, or not offered here.
    pub const BAD_REQUEST: Self = Self(1025);
    /// The recipient's app cannot show it.
    pub const RECEIVER_INCAPABLE: Self = Self(1026);
    /// The recipient's new identity is not acknowledged.
    pub const IDENTITY_UNACKNOWLEDGED: Self = Self(1028);
    /// The account is locked.
    pub const LOCKED: Self = Self(1031);
}

/// The codes of interactive messages and of commerce.
impl Code {
    /// Too few sections, or too many.
    pub const SECTIONS: Self = Self(2015);
    /// Too few rows, or too many.
    pub const ROWS: Self = Self(2016);
    /// A character or a formatting that is not allowed.
    pub const CHARACTER: Self = Self(2017);
    /// Too few products, or too many.
    pub const PRODUCTS: Self = Self(2023);
    /// No such catalogue.
    pub const CATALOG_MISSING: Self = Self(2024);
    /// The catalogue is not this number's.
    pub const CATALOG_NOT_LINKED: Self = Self(2025);
    /// Some products are not in the catalogue, or not to be had.
    pub const SOME_PRODUCTS_MISSING: Self = Self(2026);
    /// None of the products is.
    pub const ALL_PRODUCTS_MISSING: Self = Self(2027);
    /// None of the products may be sold.
    pub const ALL_PRODUCTS_NONCOMPLIANT: Self = Self(2028);
    /// Some products may not be sold.
    pub const SOME_PRODUCTS_NONCOMPLIANT: Self = Self(2029);
    /// Some products are missing, others may not be sold.
    pub const PRODUCTS_MISSING_AND_NONCOMPLIANT: Self = Self(2030);
    /// A header of another kind than the message takes.
    pub const HEADER: Self = Self(2036);
    /// The business has not said what the law asks it to (India).
    pub const COMPLIANCE_MISSING: Self = Self(2050);
}

/// The codes of templates and flows.
impl Code {
    /// Parameters given are not as many as placeholders.
    pub const TEMPLATE_PARAM_COUNT: Self = Self(2000);
    /// No such template, or not in that language, or not sendable.
    pub const TEMPLATE_MISSING: Self = Self(2001);
    /// Templates could not be asked for.
    pub const TEMPLATE_FETCH_FAILED: Self = Self(2002);
    /// The whole language is missing.
    pub const TEMPLATE_PACK_MISSING: Self = Self(2003);
    /// One parameter is too long.
    pub const TEMPLATE_PARAM_LENGTH: Self = Self(2004);
    /// The filled text is too long.
    pub const TEMPLATE_TEXT_LENGTH: Self = Self(2005);
    /// A line break, a tab or a long run of spaces.
    pub const TEMPLATE_WHITE_SPACE: Self = Self(2006);
    /// A character that is not allowed.
    pub const TEMPLATE_CHARACTER: Self = Self(2007);
    /// The header wants another kind of media.
    pub const TEMPLATE_MEDIA_FORMAT: Self = Self(2008);
    /// A component is absent.
    pub const TEMPLATE_COMPONENT_MISSING: Self = Self(2009);
    /// The filled URL is none.
    pub const TEMPLATE_URL: Self = Self(2010);
    /// The number of a call button is none.
    pub const TEMPLATE_PHONE: Self = Self(2011);
    /// A parameter of the wrong kind.
    pub const TEMPLATE_PARAM_FORMAT: Self = Self(2012);
    /// No such button.
    pub const TEMPLATE_BUTTON: Self = Self(2013);
    /// A namespace is expected.
    pub const TEMPLATE_NAMESPACE: Self = Self(2014);
    /// Rejected.
    pub const TEMPLATE_REJECTED: Self = Self(2060);
    /// Paused for low quality.
    pub const TEMPLATE_PAUSED: Self = Self(2061);
    /// Paused too often.
    pub const TEMPLATE_DISABLED: Self = Self(2062);
    /// The flow is blocked.
    pub const FLOW_BLOCKED: Self = Self(2068);
    /// The flow is throttled.
    pub const FLOW_THROTTLED: Self = Self(2069);
}

impl Code {
    /// This code's row of the table.
    pub fn row(self) -> Option<&'static Row> {
        TABLE
            .binary_search_by_key(&self, |row| row.code)
            .ok()
            .and_then(|place| TABLE.get(place))
    }

    /// The fixed title.
    pub fn title(self) -> &'static str {
        self.row().map_or("Generic error", |row| row.title)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A request that is refused: what the caller gets instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {}: {details}", .code.title())]
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
    /// A refusal with the code's usual status; 500 for a code that has none, as it is never meant to be an answer.
    pub fn new(code: Code, details: impl Into<String>) -> Self {
        let status = code
            .row()
            .map(|row| row.status)
            .filter(|&status| status != 0)
            .unwrap_or(500);
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
    pub fn invalid(field: &str, why: impl fmt::Display) -> Self {
        Self::new(Code::INVALID, format!("{field}: {why}"))
    }

    /// 404 / 1006.
    pub fn not_found(details: impl Into<String>) -> Self {
        Self::new(Code::NOT_FOUND, details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_no_code_twice() {
        assert!(TABLE.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn every_status_is_an_http_error_or_none() {
        for row in TABLE {
            assert!(
                row.status == 0 || (400..600).contains(&row.status),
                "{row:?}"
            );
            assert!(!row.title.is_empty());
        }
    }

    #[test]
    fn codes_have_the_documented_statuses() {
        for (code, status) in [
            (501, 400),
            (471, 403),
            (1004, 409),
            (1006, 404),
            (1011, 503),
            (1015, 429),
            (1016, 503),
            (1024, 403),
            (1025, 400),
            (2001, 404),
            (2002, 500),
            (2003, 404),
        ] {
            assert_eq!(Refusal::new(Code(code), "x").status, status, "{code}");
        }
    }

    #[test]
    fn a_code_that_only_comes_by_webhook_never_makes_a_status_of_zero() {
        assert_eq!(Code::REENGAGEMENT.row().map(|row| row.status), Some(0));
        assert_eq!(Refusal::new(Code::REENGAGEMENT, "x").status, 500);
    }

    #[test]
    fn an_unknown_code_has_no_row() {
        for code in [0, 403, 1019, 1020, 1027, 1029, 1030, 1032, 2018, u16::MAX] {
            assert_eq!(Code(code).row(), None, "{code}");
        }
    }

    #[test]
    fn a_refusal_reads_as_one_line() {
        assert_eq!(
            Refusal::invalid("to", "is empty").to_string(),
            "1009 Parameter value is not valid: to: is empty"
        );
    }
}
