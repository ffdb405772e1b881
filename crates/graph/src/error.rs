//! Error bodies of the Graph API, and how a call can fail (`cloud-api.md` 1.1 and section 3).

use std::time::Duration;

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
    /// The server's own word on a retry, if it gave one.
    pub retry_after: Option<Duration>,
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

impl ApiError {
    /// Reads an error body; a body that is not of this shape becomes code 0 … from the HTTP status.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let _ = (status, body);
        unimplemented!()
    }

    /// What to do about it.
    pub fn retry(&self) -> Retry {
        unimplemented!()
    }
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
