//! `POST /v1/contacts` (`rest-api.md` 11.1).

use serde::Serialize;
use serde_json::{Value, json};

use crate::parse::{self, Field, Read};
use crate::schema::{self, Described, array, boolean, choice, optional, required};
use crate::{Refusal, WaId};

/// Most inputs of one call.
const MOST: usize = 1000;

/// The body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCheck {
    /// What the caller wrote, in order, to the letter.
    pub inputs: Vec<String>,
    /// `blocking: wait`.
    pub wait: bool,
    /// Skip cached results.
    pub force_check: bool,
}

impl ContactCheck {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let inputs = body.required("contacts").and_then(|list| inputs(&list));
            let wait = body
                .optional("blocking")
                .map(|blocking| blocking.choice(&[("no_wait", false), ("wait", true)]))
                .transpose();
            let force_check = body.optional_bool("force_check");
            Ok(Self {
                inputs: inputs?,
                wait: wait?.unwrap_or(false),
                force_check: force_check?.unwrap_or(false),
            })
        })
    }
}

fn inputs(list: &Field<'_>) -> Read<Vec<String>> {
    // An empty input is answered as `invalid`, like any other without a digit.
    let inputs = list.each(|input| {
        if input.is_empty_string() {
            return Ok(String::new());
        }
        input.string().map(str::to_owned)
    })?;
    match inputs.len() {
        0 => Err(list.invalid("is empty, must have at least one number")),
        1..=MOST => Ok(inputs),
        many => Err(list.invalid(format_args!("has {many} numbers, must have at most {MOST}"))),
    }
}

impl Described for ContactCheck {
    const NAME: &'static str = "ContactCheck";

    fn schema() -> Value {
        schema::object([
            required("contacts", array(json!({"type": "string"}), 1..=MOST))
                .about("Numbers with their country code, in any usual notation."),
            optional("blocking", choice(["no_wait", "wait"])),
            optional("force_check", boolean()).about("Nothing is cached: without effect."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "two numbers",
            json!({"contacts": ["+1 202-555-0143", "12"], "blocking": "wait"}),
        )]
    }
}

/// One element of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct CheckedContact {
    /// To the letter.
    pub input: String,
    /// `valid` or `invalid` (v2.43 and later: every input with a digit is `valid`).
    pub status: &'static str,
    /// Digits, when valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<String>"))]
    pub wa_id: Option<WaId>,
}

/// Checks as v2.43 and later do: digits only, no question to the network.
///
/// What could stand in `to` gets the id that a message to it gets.
pub fn check(input: &str) -> CheckedContact {
    let wa_id = WaId::parse(input).or_else(|| WaId::digits_of(input));
    CheckedContact {
        input: input.to_owned(),
        status: if wa_id.is_some() { "valid" } else { "invalid" },
        wa_id,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_check_is_read_to_the_letter() {
        let body =
            br#"{"blocking":"wait","force_check":true,"contacts":["+1 202-555-0143","","12"]}"#;

        assert_eq!(
            ContactCheck::parse(body),
            Ok(ContactCheck {
                inputs: vec!["+1 202-555-0143".to_owned(), String::new(), "12".to_owned()],
                wait: true,
                force_check: true,
            })
        );
    }

    #[rstest]
    #[case("{}", 1008, "contacts is required")]
    #[case(
        r#"{"contacts":[]}"#,
        1009,
        "contacts: is empty, must have at least one number"
    )]
    #[case(
        r#"{"contacts":"12025550143"}"#,
        1009,
        "contacts: is a string, must be an array"
    )]
    #[case(
        r#"{"contacts":["1",2]}"#,
        1009,
        "contacts[1]: is a number, must be a string"
    )]
    #[case(
        r#"{"contacts":["1"],"blocking":"maybe"}"#,
        1009,
        "blocking: is \"maybe\", must be no_wait or wait"
    )]
    fn a_bad_check_is_refused(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = ContactCheck::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn a_thousand_numbers_are_the_limit() {
        let body = |count: usize| format!("{{\"contacts\":[{}]}}", vec!["\"1\""; count].join(","));

        assert_eq!(
            ContactCheck::parse(body(1000).as_bytes())
                .unwrap()
                .inputs
                .len(),
            1000
        );
        assert_eq!(
            ContactCheck::parse(body(1001).as_bytes())
                .unwrap_err()
                .code
                .0,
            1009
        );
    }

    #[test]
    fn every_input_with_a_digit_is_valid() {
        let answers: Vec<_> = [
            "+49 30 111-222",
            "0012025550143",
            "12",
            "00 12",
            "00",
            "DE.4815",
            "n/a",
            "",
        ]
        .into_iter()
        .map(check)
        .collect();

        insta::assert_json_snapshot!(answers, @r#"
        [
          {
            "input": "+49 30 111-222",
            "status": "valid",
            "wa_id": "4930111222"
          },
          {
            "input": "0012025550143",
            "status": "valid",
            "wa_id": "12025550143"
          },
          {
            "input": "12",
            "status": "valid",
            "wa_id": "12"
          },
          {
            "input": "00 12",
            "status": "valid",
            "wa_id": "12"
          },
          {
            "input": "00",
            "status": "valid",
            "wa_id": "00"
          },
          {
            "input": "DE.4815",
            "status": "valid",
            "wa_id": "DE.4815"
          },
          {
            "input": "n/a",
            "status": "invalid"
          },
          {
            "input": "",
            "status": "invalid"
          }
        ]
        "#);
    }
}
