//! Customers' identities: what the network says of them, and what the business is told (`webhooks.md` 2.17).

use graph::webhook::{Contact, Message};
use serde_json::{Value, json};

use super::member;

/// Times before this are seconds: as milliseconds it is in March 1973.
const FIRST_MS: i64 = 100_000_000_000;
/// Longest hash that is kept, bytes. The network's have 12.
const LONGEST_HASH: usize = 128;

/// What the network says of its sender's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The hash of the present identity.
    pub hash: String,
    /// Since when, Unix milliseconds, if the network says so.
    pub created_ms: Option<i64>,
}

/// A customer's identity, as it is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The hash of it.
    pub hash: String,
    /// Since when, Unix milliseconds.
    pub created_ms: i64,
    /// Whether the business knows of the latest change.
    pub acknowledged: bool,
}

/// What a message, or the card beside it, says of its sender's identity. `None` when it says nothing.
pub fn sighting(message: &Message, contact: Option<&Contact>) -> Option<Sighting> {
    let object = message.content.get("identity");
    let hash = member(&message.content, "identity", "hash")
        .or_else(|| member(&message.content, "system", "identity"))
        .or_else(|| contact?.identity_key_hash.as_deref())
        .filter(|hash| (1..=LONGEST_HASH).contains(&hash.len()))?;
    let created_ms = object
        .and_then(|object| object.get("created_timestamp"))
        .and_then(milliseconds);
    Some(Sighting {
        hash: hash.to_owned(),
        created_ms,
    })
}

fn milliseconds(time: &Value) -> Option<i64> {
    let time = time
        .as_i64()
        .or_else(|| time.as_str()?.trim().parse().ok())
        .filter(|time| *time > 0)?;
    Some(if time < FIRST_MS {
        time.saturating_mul(1000)
    } else {
        time
    })
}

impl Identity {
    /// `identity` of a message. Its time is a number (milliseconds), unlike every other one.
    pub(super) fn told(&self) -> Value {
        json!({
            "acknowledged": self.acknowledged,
            "created_timestamp": self.created_ms,
            "hash": self.hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::milliseconds(json!(1_790_000_000_123_i64), Some(1_790_000_000_123))]
    #[case::seconds(json!(1_790_000_000), Some(1_790_000_000_000))]
    #[case::in_quotes(json!("1790000000123"), Some(1_790_000_000_123))]
    #[case::before_all_time(json!(-5), None)]
    #[case::no_number(json!({"at": 5}), None)]
    fn times_of_identities_are_milliseconds(#[case] time: Value, #[case] expected: Option<i64>) {
        assert_eq!(milliseconds(&time), expected);
    }
}
