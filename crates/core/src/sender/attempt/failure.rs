//! Why a message fails here, before the network has seen it.

use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::message::Outgoing;

use crate::call::message::LIFETIME_MS;
use crate::translate::error::object;

/// A reaction to nothing that is known here (`messages.md` 2.6).
pub(super) fn no_target() -> ErrorObject {
    let details = "reaction.message_id: no such message, or one that never reached the network";
    object(Code::NOT_FOUND, Some(details.to_owned()))
}

/// With and without a lifetime of its own (`messages.md` section 10). A longer one than a day does not make a message wait
/// longer.
pub(super) fn expired(message: &Outgoing) -> ErrorObject {
    let (code, details) = match message.ttl_s {
        Some(ttl_s) if i64::from(ttl_s) * 1000 <= LIFETIME_MS => {
            (Code::EXPIRED, "its ttl passed before it could be sent")
        }
        Some(_) => (
            Code::EXPIRED,
            "it waited for a day, the longest that any ttl allows here",
        ),
        None => (Code::STALE, "it waited for more than a day"),
    };
    object(code, Some(details.to_owned()))
}

#[cfg(test)]
mod tests {
    use onprem::message::Rules;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    #[rstest]
    #[case(json!(null), 408, "it waited for more than a day")]
    #[case(json!(60), 410, "its ttl passed before it could be sent")]
    #[case(json!("P1D"), 410, "its ttl passed before it could be sent")]
    #[case(json!("P2D"), 410, "it waited for a day, the longest that any ttl allows here")]
    fn what_waited_too_long_says_which_limit_it_was(
        #[case] ttl: Value,
        #[case] code: u16,
        #[case] details: &str,
    ) {
        let body = json!({"to": "12025550143", "ttl": ttl, "text": {"body": "x"}}).to_string();
        let message = Outgoing::parse(body.as_bytes(), Rules::TOLERANT).unwrap();

        let error = expired(&message);

        assert_eq!(
            (error.code.0, error.details.as_deref()),
            (code, Some(details))
        );
    }
}
