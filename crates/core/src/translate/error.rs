//! Errors: one table, Cloud to On-Premises (`cloud-api.md` 4.5).

use graph::{ApiError, Failure};
use onprem::Refusal;
use onprem::envelope::ErrorObject;

/// What a refused send means for the message and the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The message has failed, with this error at the webhook.
    Fail(ErrorObject),
    /// Try again, like the row says; after its lifetime it fails with the given error.
    Retry(ErrorObject),
    /// Only this recipient waits (4^n seconds, at most 256); others go on.
    RetryRecipient(ErrorObject),
    /// Credentials or account: the line is disconnected with this sentence, the message stays queued.
    Disconnect(String),
    /// The number is not registered any more: the line is unregistered, the message stays queued.
    Unregister(String),
}

/// The verdict on a refused send that was tried `attempts` times.
pub fn verdict(error: &ApiError, attempts: u32) -> Verdict {
    let _ = (error, attempts);
    unimplemented!()
}

/// An error inside a webhook, as the business receives it.
pub fn from_webhook(error: &graph::webhook::ErrorObject) -> ErrorObject {
    let _ = error;
    unimplemented!()
}

/// The answer to a `/v1` call that asked the network and was refused (`cloud-api.md` 3.4 and 4.5).
pub fn refusal(failure: &Failure) -> Refusal {
    let _ = failure;
    unimplemented!()
}
