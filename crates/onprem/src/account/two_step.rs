//! `POST /v1/settings/account/two-step` (`rest-api.md` section 4).

use serde_json::{Value, json};

use super::{SIX_DIGITS, six_digits};
use crate::Refusal;
use crate::parse;
use crate::schema::{self, Described, required, string_like};

/// `POST /v1/settings/account/two-step`.
#[derive(Clone, PartialEq, Eq)]
pub struct TwoStep {
    /// The PIN, six digits.
    pub pin: String,
}

impl std::fmt::Debug for TwoStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwoStep").finish_non_exhaustive()
    }
}

impl TwoStep {
    /// Parses and validates the body. Hyphens and spaces between the digits are dropped.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let pin = six_digits(&body.required("pin")?)?;
            Ok(Self { pin })
        })
    }
}

impl Described for TwoStep {
    const NAME: &'static str = "TwoStep";

    fn schema() -> Value {
        schema::object([required("pin", string_like(SIX_DIGITS))
            .about("What registration and shards ask for from now on.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("a PIN", json!({"pin": "493817"}))]
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_accepted() {
        for (name, example) in TwoStep::examples() {
            let parsed = TwoStep::parse(example.to_string().as_bytes());
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
    }

    #[test]
    fn a_pin_is_read_and_never_printed() {
        let two_step = TwoStep::parse(br#"{"pin":"493-817"}"#).unwrap();

        assert_eq!(two_step.pin, "493817");
        assert!(!format!("{two_step:?}").contains("493817"));
    }

    #[rstest]
    #[case("", 1008, "a body is required: a JSON object")]
    #[case("{}", 1008, "pin is required")]
    #[case(r#"{"pin":null}"#, 1008, "pin is required")]
    #[case(r#"{"pin":""}"#, 1009, "pin: is empty")]
    #[case(r#"{"pin":493817}"#, 1009, "pin: is a number, must be a string")]
    #[case(r#"{"pin":"49381"}"#, 1009, "pin: must be six digits")]
    #[case(r#"{"pin":"4938170"}"#, 1009, "pin: must be six digits")]
    #[case(r#"{"pin":"49381x"}"#, 1009, "pin: must be six digits")]
    #[case(r#"{"pin":"٤٩٣٨١٧"}"#, 1009, "pin: must be six digits")]
    fn a_bad_pin_is_refused_and_not_repeated(
        #[case] body: &str,
        #[case] code: u16,
        #[case] details: &str,
    ) {
        let refusal = TwoStep::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }
}
