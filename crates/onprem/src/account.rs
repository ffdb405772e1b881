//! Bodies of registration (`rest-api.md` section 3).

mod shards;
mod two_step;

use serde_json::{Value, json};

use crate::Refusal;
use crate::parse::{self, Field, Object, Read};
use crate::schema::{self, Described, Member, choice, optional, required, string, string_like};

pub use shards::{SHARDS, ShardChange};
pub use two_step::TwoStep;

/// Which number a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Country code, digits.
    pub cc: String,
    /// National number, digits.
    pub phone_number: String,
}

impl Identity {
    /// Country code and national number.
    pub fn digits(&self) -> String {
        format!("{}{}", self.cc, self.phone_number)
    }

    fn read(body: &Object<'_>) -> Read<Self> {
        let cc = digits(body, "cc", 1, 3);
        let phone_number = digits(body, "phone_number", 4, 14);
        Ok(Self {
            cc: cc?,
            phone_number: phone_number?,
        })
    }

    /// Its members, as schemas show them.
    fn members() -> [Member; 2] {
        [
            required("cc", string_like("^[0-9]{1,3}$")).about("Country code, without a plus."),
            required("phone_number", string_like("^[0-9]{4,14}$"))
                .about("National number, without the country code."),
        ]
    }
}

/// What a schema says of `cert`.
const CERT: &str = "The verified-name certificate, base64. Required where the network has one.";

/// How the code is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeMethod {
    /// By text message.
    Sms,
    /// By a call.
    Voice,
}

/// `POST /v1/account`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The number.
    pub identity: Identity,
    /// How the code is brought.
    pub method: CodeMethod,
    /// The certificate in base64, as sent. Optional on a real Cloud line.
    pub cert: Option<String>,
    /// The two-step PIN, six digits.
    pub pin: Option<String>,
}

impl Registration {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let identity = Identity::read(body);
            let method = body.required("method").and_then(|method| {
                method.choice(&[("sms", CodeMethod::Sms), ("voice", CodeMethod::Voice)])
            });
            let cert = body.optional_string("cert");
            let pin = body.optional("pin").map(|pin| six_digits(&pin)).transpose();
            Ok(Self {
                identity: identity?,
                method: method?,
                cert: cert?.map(str::to_owned),
                pin: pin?,
            })
        })
    }
}

impl Described for Registration {
    const NAME: &'static str = "Registration";

    fn schema() -> Value {
        let [cc, phone_number] = Identity::members();
        schema::object([
            cc,
            phone_number,
            required("method", choice(["sms", "voice"])).about("How the code is brought."),
            optional("cert", string()).about(CERT),
            optional("pin", string_like(SIX_DIGITS)).about("The two-step PIN, if it is on."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "by text message",
            json!({"cc": "1", "phone_number": "2025550111", "method": "sms", "cert": "CmAK…"}),
        )]
    }
}

/// `POST /v1/account/verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The code, stripped of hyphens and spaces: six digits.
    pub code: String,
}

impl Verification {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let code = six_digits(&body.required("code")?)?;
            Ok(Self { code })
        })
    }
}

impl Described for Verification {
    const NAME: &'static str = "Verification";

    fn schema() -> Value {
        schema::object([required("code", string_like(SIX_DIGITS)).about("The code received.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("a code", json!({"code": "123456"}))]
    }
}

/// A code or a PIN, as schemas show it.
const SIX_DIGITS: &str = "^[0-9]{6}$";

fn digits(body: &Object<'_>, name: &str, least: usize, most: usize) -> Read<String> {
    let field = body.required(name)?;
    let text = field.string()?;
    if (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(field.not(format_args!(
            "{least} to {most} digits without a plus or anything else"
        )))
    }
}

/// A code or a PIN; neither is repeated in the details.
fn six_digits(field: &Field<'_>) -> Read<String> {
    let text = field.string()?.replace(['-', ' '], "");
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(field.invalid("must be six digits"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_accepted() {
        for (name, example) in Registration::examples() {
            let parsed = Registration::parse(example.to_string().as_bytes());
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
    }

    #[test]
    fn a_registration_is_read() {
        let body = br#"{"cc":"1","phone_number":"2025550143","method":"sms","cert":"AAAA","pin":"012345"}"#;

        assert_eq!(
            Registration::parse(body),
            Ok(Registration {
                identity: Identity {
                    cc: "1".to_owned(),
                    phone_number: "2025550143".to_owned(),
                },
                method: CodeMethod::Sms,
                cert: Some("AAAA".to_owned()),
                pin: Some("012345".to_owned()),
            })
        );
    }

    #[test]
    fn certificate_and_pin_may_be_absent_null_or_empty() {
        let body =
            br#"{"cc":"49","phone_number":"15550100","method":"voice","cert":null,"pin":""}"#;

        let registration = Registration::parse(body).unwrap();

        assert_eq!(registration.method, CodeMethod::Voice);
        assert_eq!((registration.cert, registration.pin), (None, None));
    }

    #[rstest]
    #[case("{}", 1008, "cc is required")]
    #[case(r#"{"cc":"+1"}"#, 1008, "phone_number is required")]
    #[case(
        r#"{"cc":"+1","phone_number":"2025550143","method":"sms"}"#,
        1009,
        "cc: is \"+1\", must be 1 to 3 digits without a plus or anything else"
    )]
    #[case(
        r#"{"cc":"1","phone_number":2025550143,"method":"sms"}"#,
        1009,
        "phone_number: is a number, must be a string"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550143","method":"letter"}"#,
        1009,
        "method: is \"letter\", must be sms or voice"
    )]
    #[case(
        r#"{"cc":"1","phone_number":"2025550143","method":"sms","pin":"12345"}"#,
        1009,
        "pin: must be six digits"
    )]
    fn a_bad_registration_is_refused(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = Registration::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn a_code_may_be_written_in_groups() {
        assert_eq!(
            Verification::parse(br#"{"code":"123-456"}"#).unwrap().code,
            "123456"
        );
        assert_eq!(
            Verification::parse(br#"{"code":" 12 34 56"}"#)
                .unwrap()
                .code,
            "123456"
        );
    }

    #[test]
    fn a_bad_code_is_not_repeated() {
        let refusal = Verification::parse(br#"{"code":"99887x"}"#).unwrap_err();

        assert_eq!(refusal.code.0, 1009);
        assert!(!refusal.details.contains("99887"));
    }
}
