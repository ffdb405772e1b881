//! `/v1/settings/business/whatsapp_business_encryption` (`rest-api.md` 9.3): the key that flows encrypt with.

mod der;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use serde_json::{Value, json};

use crate::Refusal;
use crate::parse;
use crate::schema::{self, Described, required, string};

/// Length of the key, bits.
pub const KEY_BITS: usize = 2048;
/// Longest text that is looked at, characters: a key of this length has about 450.
const LONGEST: usize = 4096;
/// Characters in a line of PEM (RFC 7468, section 2).
const LINE: usize = 64;
/// What a PEM public key is called.
const LABEL: &str = "PUBLIC KEY";

/// `POST /v1/settings/business/whatsapp_business_encryption`: an RSA public key of [`KEY_BITS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// As PEM, in lines of 64 characters.
    pem: String,
}

impl PublicKey {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let field = body.required("public_key")?;
            let text = field.string_within(LONGEST)?;
            Self::read(text).map_err(|why| field.invalid(why))
        })
    }

    /// Reads a PEM text. Line breaks may be of any kind, also written as `\n`.
    fn read(text: &str) -> Result<Self, String> {
        let text = text.replace("\\r", "").replace("\\n", "\n");
        let body = unwrapped(text.trim())?;
        let base64: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        let der = STANDARD_PAD_INDIFFERENT
            .decode(base64)
            .map_err(|error| format!("is no PEM: its content is not base64: {error}"))?;
        match der::rsa_bits(&der) {
            Ok(KEY_BITS) => Ok(Self { pem: wrapped(&der) }),
            Ok(bits) => Err(format!(
                "is an RSA key of {bits} bits, must have {KEY_BITS}"
            )),
            Err(why) => Err(why.to_owned()),
        }
    }

    /// The key as PEM, in lines of 64 characters.
    pub fn pem(&self) -> &str {
        &self.pem
    }
}

impl Described for PublicKey {
    const NAME: &'static str = "PublicKey";

    fn schema() -> Value {
        schema::object([required("public_key", string())
            .about("An RSA public key of 2048 bits: PEM, with its line breaks.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("a key", json!({"public_key": EXAMPLE}))]
    }
}

/// What stands between the first and the last line.
fn unwrapped(pem: &str) -> Result<&str, String> {
    let none = || "is no PEM, must begin with -----BEGIN PUBLIC KEY-----".to_owned();
    let (label, rest) = pem
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
        .ok_or_else(none)?;
    match label {
        LABEL => {}
        _ if label.ends_with("PRIVATE KEY") => {
            return Err("is a private key, which must stay secret: send the public one".to_owned());
        }
        "RSA PUBLIC KEY" => {
            return Err(
                "is a PKCS #1 key (BEGIN RSA PUBLIC KEY), must be one with BEGIN PUBLIC KEY"
                    .to_owned(),
            );
        }
        other => return Err(format!("is a {}, must be a {LABEL}", parse::quoted(other))),
    }
    let (body, end) = rest
        .split_once("-----END ")
        .ok_or_else(|| "is cut off: -----END PUBLIC KEY----- is missing".to_owned())?;
    if end == "PUBLIC KEY-----" {
        Ok(body)
    } else {
        Err("must be one key that ends with -----END PUBLIC KEY-----".to_owned())
    }
}

fn wrapped(der: &[u8]) -> String {
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {LABEL}-----\n");
    for (place, character) in base64.chars().enumerate() {
        if place > 0 && place % LINE == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// A key whose private half was thrown away.
const EXAMPLE: &str = include_str!("encryption/example.pem");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const SHORT: &str = include_str!("encryption/rsa-1024.pem");
    const LONG: &str = include_str!("encryption/rsa-3072.pem");
    const CURVE: &str = include_str!("encryption/p-256.pem");

    fn parse(pem: &str) -> Result<PublicKey, Refusal> {
        PublicKey::parse(json!({"public_key": pem}).to_string().as_bytes())
    }

    #[test]
    fn a_key_is_read_however_it_was_copied() {
        let flat = EXAMPLE.replace('\n', "");
        let spaced = EXAMPLE.replace('\n', " ");
        for copy in [
            EXAMPLE,
            EXAMPLE.trim(),
            &EXAMPLE.replace('\n', "\r\n"),
            &EXAMPLE.replace('\n', "\\n"),
            &EXAMPLE.replace('\n', "\\r\\n"),
            &flat,
            &spaced,
        ] {
            assert_eq!(parse(copy).unwrap().pem(), EXAMPLE, "{copy}");
        }
    }

    #[rstest]
    #[case("key", "is no PEM, must begin with -----BEGIN PUBLIC KEY-----")]
    #[case(SHORT, "is an RSA key of 1024 bits, must have 2048")]
    #[case(LONG, "is an RSA key of 3072 bits, must have 2048")]
    #[case(CURVE, "is not an RSA key")]
    #[case(
        "-----BEGIN PUBLIC KEY-----\nAAAA",
        "is cut off: -----END PUBLIC KEY----- is missing"
    )]
    #[case(
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "is damaged: its content is no public key"
    )]
    #[case(
        "-----BEGIN PUBLIC KEY-----\n####\n-----END PUBLIC KEY-----",
        "is no PEM: its content is not base64: Invalid symbol 35, offset 0."
    )]
    #[case(
        "-----BEGIN RSA PRIVATE KEY-----\nQUJD\n-----END RSA PRIVATE KEY-----",
        "is a private key, which must stay secret: send the public one"
    )]
    #[case(
        "-----BEGIN RSA PUBLIC KEY-----\nQUJD\n-----END RSA PUBLIC KEY-----",
        "is a PKCS #1 key (BEGIN RSA PUBLIC KEY), must be one with BEGIN PUBLIC KEY"
    )]
    #[case(
        "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----",
        "is a \"CERTIFICATE\", must be a PUBLIC KEY"
    )]
    fn what_is_no_such_key_is_told(#[case] pem: &str, #[case] why: &str) {
        let refusal = parse(pem).unwrap_err();

        assert_eq!(
            (refusal.code.0, refusal.status, refusal.details),
            (1009, 400, format!("public_key: {why}"))
        );
    }

    #[rstest]
    #[case("{}", 1008, "public_key is required")]
    #[case(r#"{"public_key":""}"#, 1009, "public_key: is empty")]
    #[case(
        r#"{"public_key":7}"#,
        1009,
        "public_key: is a number, must be a string"
    )]
    fn a_key_has_to_be_there(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = PublicKey::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn two_keys_are_one_too_many() {
        let refusal = parse(&EXAMPLE.repeat(2)).unwrap_err();

        assert!(refusal.details.contains("must be one key"), "{refusal}");
    }

    proptest! {
        #[test]
        fn a_changed_key_never_panics(place in 27_usize..400, byte in 0_u8..128) {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            bytes[place] = byte;
            let text = String::from_utf8(bytes).unwrap();
            if let Err(refusal) = parse(&text) {
                prop_assert_eq!(refusal.code.0, 1009);
            }
        }
    }
}
