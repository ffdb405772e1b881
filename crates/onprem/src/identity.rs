//! `/v1/contacts/{wa_id}/identity` (`rest-api.md` 11.2).

use serde::Serialize;
use serde_json::{Value, json};

use crate::Refusal;
use crate::parse;
use crate::schema::{self, Described, required, string_within};

/// Longest hash, characters. The network's have 12.
const LONGEST_HASH: usize = 128;

/// The body of PUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The identity that the business knows of.
    pub hash: String,
}

impl Acknowledgement {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let hash = body.required("hash")?.string_within(LONGEST_HASH)?;
            Ok(Self {
                hash: hash.to_owned(),
            })
        })
    }
}

impl Described for Acknowledgement {
    const NAME: &'static str = "Acknowledgement";

    fn schema() -> Value {
        schema::object([required("hash", string_within(LONGEST_HASH))
            .about("The hash of the newest identity, as GET and notifications show it.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("an identity", json!({"hash": "Zm9vYmFyMTI="}))]
    }
}

/// A customer's identity, as GET shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ContactIdentity {
    /// Whether the business knows of the latest change.
    pub acknowledged: bool,
    /// Since when it is the customer's, Unix milliseconds.
    pub created_timestamp: i64,
    /// What it is known by.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_accepted() {
        for (name, example) in Acknowledgement::examples() {
            let parsed = Acknowledgement::parse(example.to_string().as_bytes());
            assert_eq!(
                parsed.map(|body| body.hash).as_deref(),
                Ok("Zm9vYmFyMTI="),
                "{name}"
            );
        }
    }

    #[rstest]
    #[case("{}", 1008, "hash is required")]
    #[case(r#"{"hash":null}"#, 1008, "hash is required")]
    #[case(r#"{"hash":""}"#, 1009, "hash: is empty")]
    #[case(r#"{"hash":7}"#, 1009, "hash: is a number, must be a string")]
    #[case("[]", 1025, "the body is an array, must be a JSON object")]
    fn a_bad_acknowledgement_is_refused(
        #[case] body: &str,
        #[case] code: u16,
        #[case] details: &str,
    ) {
        let refusal = Acknowledgement::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn a_hash_has_a_limit() {
        let body = |length: usize| json!({"hash": "x".repeat(length)}).to_string();

        assert!(Acknowledgement::parse(body(128).as_bytes()).is_ok());
        assert_eq!(
            Acknowledgement::parse(body(129).as_bytes())
                .unwrap_err()
                .code
                .0,
            1009
        );
    }
}
