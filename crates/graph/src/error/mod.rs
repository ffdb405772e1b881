//! Error bodies of the Graph API, and how a call can fail (`cloud-api.md` 1.1 and section 3).

mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::tolerant;

/// `{"error": {…}}`, read tolerantly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Branch on this.
    pub code: i64,
    /// A closer cause, for example 33 under 100.
    pub subcode: Option<i64>,
    /// `(#code) title`, or free text.
    pub message: String,
    /// The human cause: `error_data.details`, or `error_data` itself when it is a string, or `error_user_msg`.
    pub details: Option<String>,
    /// The HTTP status it came with.
    pub status: u16,
    /// For the log.
    pub trace: Option<String>,
    /// The server's own word on a retry, if it gave one: the header `Retry-After`, which only the client can see.
    pub retry_after: Option<Duration>,
    /// The network itself calls the error passing.
    pub is_transient: bool,
}

/// What to do about an error code (`cloud-api.md` section 3, column "retry").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request never works.
    Never,
    /// The account or its configuration must be mended first: stop the line's sending, keep its queue.
    AfterRepair,
    /// Exponential backoff.
    Backoff,
    /// A few times, then give up.
    Few,
    /// This recipient must wait; others are not affected.
    Recipient,
}

impl Retry {
    /// What to do about a code; `None` for codes that the reference does not list.
    pub fn of_code(code: i64) -> Option<Self> {
        table::RETRY
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&code))
            .map(|(_, _, retry)| *retry)
    }
}

impl ApiError {
    /// Reads an error body. A body that is not of this shape (a proxy's HTML, nothing at all) becomes the code that its
    /// HTTP status stands nearest to: 401 is 0, 403 is 10, 404 and 410 are 100, 429 is 4, 408, 3xx and 5xx are 2, others 1.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match body.get("error") {
            Some(Value::Object(error)) => Self::of_members(status, error),
            Some(Value::String(message)) => Self::of_status(status, message.clone()),
            _ => Self::of_status(status, format!("HTTP status {status} without a reason")),
        }
    }

    /// The same error with the header `Retry-After` of its answer.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    fn of_status(status: u16, message: String) -> Self {
        Self {
            code: table::code_of_status(status),
            subcode: None,
            message,
            details: None,
            status,
            trace: None,
            retry_after: None,
            is_transient: false,
        }
    }

    fn of_members(status: u16, error: &Map<String, Value>) -> Self {
        let text = |name: &str| {
            error
                .get(name)
                .and_then(tolerant::text)
                .filter(|text| !text.is_empty())
        };
        let integer = |name: &str| error.get(name).and_then(tolerant::integer);
        Self {
            code: integer("code").unwrap_or_else(|| table::code_of_status(status)),
            subcode: integer("error_subcode"),
            message: text("message").unwrap_or_else(|| format!("HTTP status {status}")),
            details: error
                .get("error_data")
                .and_then(details)
                .or_else(|| text("error_user_msg")),
            status,
            trace: text("fbtrace_id"),
            retry_after: None,
            is_transient: error.get("is_transient") == Some(&Value::Bool(true)),
        }
    }

    /// What to do about it. Codes that are not in the table are retried when the fault is the network's own: a status
    /// from 500 up, 429, or its word that the error is passing.
    pub fn retry(&self) -> Retry {
        if self.subcode == Some(table::MAINTENANCE) {
            return Retry::Backoff;
        }
        let is_theirs = self.status >= 500 || self.status == 429 || self.is_transient;
        Retry::of_code(self.code).unwrap_or(if is_theirs {
            Retry::Backoff
        } else {
            Retry::Never
        })
    }
}

/// `error_data`: an object with `details`, that object as a text, or a plain text.
fn details(error_data: &Value) -> Option<String> {
    let found = match error_data {
        Value::Object(data) => data.get("details").and_then(tolerant::text),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(data)) => data.get("details").and_then(tolerant::text),
            _ => Some(text.clone()),
        },
        _ => None,
    };
    found.filter(|text| !text.is_empty())
}

/// How a call can fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The network answered no.
    #[error("refused by the network: {} (code {})", .0.message, .0.code)]
    Refused(Box<ApiError>),
    /// The request cannot have had an effect: it never left.
    #[error("the network cannot be reached: {0}")]
    Unsent(String),
    /// The request may have had its effect: the connection was lost, or time was up, before an answer came.
    #[error("no answer from the network: {0}")]
    Unknown(String),
}
