//! Backup and restore: bodies (`rest-api.md` section 10).

use serde_json::{Value, json};

use crate::Refusal;
use crate::parse::{self, Field, Object, Read};
use crate::schema::{self, Described, required};

/// Shortest password of a backup, characters.
pub const SHORTEST_PASSWORD: usize = 8;
/// Longest backup, characters of its text: what is restored has to fit into a body.
pub const LONGEST_DATA: usize = 1_000_000;

/// `POST /v1/settings/backup`.
#[derive(Clone, PartialEq, Eq)]
pub struct Backup {
    /// What opens the backup again.
    pub password: String,
}

impl Backup {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let password = password(body)?;
            Ok(Self { password })
        })
    }
}

impl Described for Backup {
    const NAME: &'static str = "Backup";

    fn schema() -> Value {
        schema::object([required("password", password_schema())])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("a backup", json!({"password": "seven quiet harbours"}))]
    }
}

/// `POST /v1/settings/restore`.
#[derive(Clone, PartialEq, Eq)]
pub struct Restore {
    /// The backup's password.
    pub password: String,
    /// The backup.
    pub data: String,
}

impl Restore {
    /// Parses and validates the body; what `data` holds is not looked at.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let password = password(body);
            let data = body.required("data").and_then(|data| data_of(&data));
            Ok(Self {
                password: password?,
                data: data?,
            })
        })
    }
}

impl Described for Restore {
    const NAME: &'static str = "Restore";

    fn schema() -> Value {
        schema::object([
            required("password", password_schema()),
            required("data", schema::string_within(LONGEST_DATA))
                .about("`settings.data` of a backup that this program made."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "what a backup answered",
            json!({"password": "seven quiet harbours", "data": "TEFORExJTkUB…"}),
        )]
    }
}

fn password_schema() -> Value {
    json!({"type": "string", "format": "password", "minLength": SHORTEST_PASSWORD})
}

/// Never repeated in a refusal.
fn password(body: &Object<'_>) -> Read<String> {
    let field = body.required("password")?;
    let password = field.string()?;
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        return Err(field.invalid(format_args!(
            "has {length} characters, must have {SHORTEST_PASSWORD} or more"
        )));
    }
    Ok(password.to_owned())
}

fn data_of(field: &Field<'_>) -> Read<String> {
    Ok(field.string_within(LONGEST_DATA)?.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_examples_are_read() {
        for (name, example) in Backup::examples() {
            assert!(
                Backup::parse(example.to_string().as_bytes()).is_ok(),
                "{name}"
            );
        }
        for (name, example) in Restore::examples() {
            assert!(
                Restore::parse(example.to_string().as_bytes()).is_ok(),
                "{name}"
            );
        }
    }

    #[rstest]
    #[case("", 1008, "a body is required: a JSON object")]
    #[case("{}", 1008, "password is required")]
    #[case(r#"{"password":null}"#, 1008, "password is required")]
    #[case(r#"{"password":""}"#, 1009, "password: is empty")]
    #[case(
        r#"{"password":12345678}"#,
        1009,
        "password: is a number, must be a string"
    )]
    #[case(
        r#"{"password":"sevenén"}"#,
        1009,
        "password: has 7 characters, must have 8 or more"
    )]
    fn a_bad_password_is_refused_and_not_repeated(
        #[case] body: &str,
        #[case] code: u16,
        #[case] details: &str,
    ) {
        let refusal = Backup::parse(body.as_bytes()).err().unwrap();

        assert_eq!((refusal.code.0, &*refusal.details), (code, details));
        assert_eq!(Restore::parse(body.as_bytes()).err().unwrap().code.0, 1008);
    }

    #[rstest]
    #[case(json!({"password": "12345678"}), 1008, "data is required")]
    #[case(json!({"password": "12345678", "data": ""}), 1009, "data: is empty")]
    #[case(json!({"password": "12345678", "data": ["x"]}), 1009, "data: is an array, must be a string")]
    #[case(
        json!({"password": "12345678", "data": "x".repeat(LONGEST_DATA + 1)}),
        1009,
        "data: has 1000001 characters, must have at most 1000000"
    )]
    #[case(json!({"data": "x"}), 1008, "password is required")]
    fn bad_data_are_refused(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
        let refusal = Restore::parse(body.to_string().as_bytes()).err().unwrap();

        assert_eq!((refusal.code.0, &*refusal.details), (code, details));
    }
}
