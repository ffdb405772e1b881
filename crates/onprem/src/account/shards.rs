//! `POST /v1/account/shards` (`rest-api.md` 3.3).

use serde_json::{Value, json};

use super::{CERT, Identity, SIX_DIGITS, six_digits};
use crate::Refusal;
use crate::parse::{self, Field, Read};
use crate::schema::{self, Described, optional, required, string, string_like};

/// What `shards` may be.
pub const SHARDS: [u8; 6] = [1, 2, 4, 8, 16, 32];

/// `POST /v1/account/shards`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardChange {
    /// Whose shards they are: the registered number, or none.
    pub identity: Identity,
    /// How many, one of [`SHARDS`].
    pub shards: u8,
    /// The two-step PIN, six digits.
    pub pin: Option<String>,
    /// The certificate in base64, as sent. Optional on a real Cloud line.
    pub cert: Option<String>,
}

impl ShardChange {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let identity = Identity::read(body);
            let shards = body.required("shards").and_then(|field| shards(&field));
            let pin = body.optional("pin").map(|pin| six_digits(&pin)).transpose();
            let cert = body.optional_string("cert");
            Ok(Self {
                identity: identity?,
                shards: shards?,
                pin: pin?,
                cert: cert?.map(str::to_owned),
            })
        })
    }
}

impl Described for ShardChange {
    const NAME: &'static str = "ShardChange";

    fn schema() -> Value {
        let [cc, phone_number] = Identity::members();
        schema::object([
            cc,
            phone_number,
            required("shards", json!({"type": "integer", "enum": SHARDS})).about("How many."),
            optional("pin", string_like(SIX_DIGITS)).about("The two-step PIN, if it is on."),
            optional("cert", string()).about(CERT),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "four shards",
            json!({"cc": "1", "phone_number": "2025550111", "shards": 4, "pin": "493817", "cert": "CmAK…"}),
        )]
    }
}

/// A number of the list, also as a text.
fn shards(field: &Field<'_>) -> Read<u8> {
    const WORDS: &str = "1, 2, 4, 8, 16 or 32";
    let count = match field.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => field.as_u64().and_then(|count| u8::try_from(count).ok()),
    };
    count
        .filter(|count| SHARDS.contains(count))
        .ok_or_else(|| field.not(WORDS))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_accepted() {
        for (name, example) in ShardChange::examples() {
            let parsed = ShardChange::parse(example.to_string().as_bytes());
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
    }

    #[rstest]
    #[case("4", 4)]
    #[case("\"32\"", 32)]
    #[case("1", 1)]
    fn shards_are_read(#[case] shards: &str, #[case] count: u8) {
        let body =
            format!(r#"{{"cc":"1","phone_number":"2025550111","shards":{shards},"pin":"493817"}}"#);

        let change = ShardChange::parse(body.as_bytes()).unwrap();

        assert_eq!(change.shards, count);
        assert_eq!(change.identity.digits(), "12025550111");
        assert_eq!((change.pin.as_deref(), change.cert), (Some("493817"), None));
    }

    #[rstest]
    #[case("{}", 1008, "cc is required")]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111"}"#,
        1008,
        "shards is required"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111","shards":3}"#,
        1009,
        "shards: is 3, must be 1, 2, 4, 8, 16 or 32"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111","shards":-1}"#,
        1009,
        "shards: is -1, must be 1, 2, 4, 8, 16 or 32"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111","shards":4.0}"#,
        1009,
        "shards: is 4.0, must be 1, 2, 4, 8, 16 or 32"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111","shards":"many"}"#,
        1009,
        "shards: is \"many\", must be 1, 2, 4, 8, 16 or 32"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550111","shards":2,"pin":"1"}"#,
        1009,
        "pin: must be six digits"
    )]
    fn bad_shards_are_refused(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = ShardChange::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }
}
