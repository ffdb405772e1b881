//! Users: names, passwords, bodies (`rest-api.md` section 2).

use serde::{Deserialize, Serialize};

use serde_json::{Value, json};

use crate::Refusal;
use crate::parse::{self, Field, Read};
use crate::schema::{self, Described, optional, required, string, string_like};

/// The built-in administrator.
pub const ADMIN: &str = "admin";
/// Its first password.
pub const FIRST_PASSWORD: &str = "secret";

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Everything.
    #[serde(rename = "ROLE_ADMIN")]
    Admin,
    /// Everything but administration.
    #[serde(rename = "ROLE_USER")]
    User,
}

/// `POST /v1/users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name.
    pub username: String,
    /// The password, within the rules.
    pub password: String,
}

impl NewUser {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let username = body.required("username").and_then(|name| username(&name));
            let password = body.required("password").and_then(|word| password(&word));
            Ok(Self {
                username: username?,
                password: password?,
            })
        })
    }
}

/// User names, as schemas show them.
pub const USERNAME: &str = "^[A-Za-z0-9._@-]{4,32}$";

/// Passwords, as schemas show them; that each kind of character has to be there is said in words.
fn password_schema() -> Value {
    json!({
        "type": "string",
        "format": "password",
        "minLength": 8,
        "maxLength": 64,
        "description": "8 to 64 characters with a digit, an upper-case and a lower-case letter and a special character.",
    })
}

impl Described for NewUser {
    const NAME: &'static str = "NewUser";

    fn schema() -> Value {
        schema::object([
            required("username", string_like(USERNAME)),
            required("password", password_schema()),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "an ordinary user",
            json!({"username": "ops.reader", "password": "Quiet-Harbour-7"}),
        )]
    }
}

/// `PUT /v1/users/{username}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// The new password, within the rules.
    pub password: String,
}

impl PasswordChange {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let password = password(&body.required("password")?)?;
            Ok(Self { password })
        })
    }
}

impl Described for PasswordChange {
    const NAME: &'static str = "PasswordChange";

    fn schema() -> Value {
        schema::object([required("password", password_schema())])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("a new password", json!({"password": "Quiet-Harbour-8"}))]
    }
}

/// The optional body of a login.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// Absent, `null` and `""` are none. Not checked against the rules here.
    pub new_password: Option<String>,
}

impl Login {
    /// Parses the body.
    ///
    /// Some programs send a form with the name and the password once more: what does not begin like JSON is ignored.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        if parse::is_blank(body) || !looks_like_json(body) {
            return Ok(Self::default());
        }
        parse::read(body, |body| {
            let new_password = body.optional_string("new_password")?.map(str::to_owned);
            Ok(Self { new_password })
        })
    }
}

impl Described for Login {
    const NAME: &'static str = "Login";

    fn schema() -> Value {
        schema::object([optional("new_password", string())
            .about("Needed at the first login of admin, and within the rules for passwords.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("first login", json!({"new_password": "Quiet-Harbour-7"}))]
    }
}

/// Whether a body begins as a JSON object or array does (after a byte order mark, perhaps).
fn looks_like_json(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Checks a password against the rules (400 / 1009 that lists the failed ones), `field` named in the details.
pub fn check_password(field: &str, password: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    let has = |wanted: fn(&char) -> bool| password.chars().any(|c| wanted(&c));
    let rules = [
        ((8..=64).contains(&length), "8 to 64 characters"),
        (has(char::is_ascii_digit), "a digit"),
        (has(char::is_ascii_uppercase), "an upper-case letter"),
        (has(char::is_ascii_lowercase), "a lower-case letter"),
        (
            has(char::is_ascii_punctuation),
            "a special character such as ! # $ % & * + - . / : = ? @ _",
        ),
    ];
    let failed: Vec<&str> = rules
        .iter()
        .filter(|(held, _)| !held)
        .map(|(_, rule)| *rule)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(
            field,
            format_args!("is too weak, it must have {}", failed.join(", ")),
        ))
    }
}

fn username(field: &Field<'_>) -> Read<String> {
    let name = field.string()?;
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'@' | b'-');
    if (4..=32).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err(field.not("4 to 32 letters, digits, or . _ @ -"))
    }
}

fn password(field: &Field<'_>) -> Read<String> {
    let word = field.string()?;
    match check_password(&field.path(), word) {
        Ok(()) => Ok(word.to_owned()),
        Err(refusal) => Err(field.refuse(refusal)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Correct1!", "")]
    #[case("Ünïcode-Pass9", "")]
    #[case(
        FIRST_PASSWORD,
        "password: is too weak, it must have 8 to 64 characters, a digit, an upper-case letter, a special character such as ! # $ % & * + - . / : = ? @ _"
    )]
    #[case("CORRECT1!", "password: is too weak, it must have a lower-case letter")]
    #[case(
        "correct1!",
        "password: is too weak, it must have an upper-case letter"
    )]
    #[case("Correct!!", "password: is too weak, it must have a digit")]
    #[case("Corr1!", "password: is too weak, it must have 8 to 64 characters")]
    fn a_weak_password_is_told_which_rules_it_fails(#[case] password: &str, #[case] details: &str) {
        let answer = check_password("password", password);

        assert_eq!(answer.err().map_or(String::new(), |r| r.details), details);
    }

    #[test]
    fn every_documented_special_character_counts() {
        for special in "!\"#$%&\\'()*+,-./:;<=>?@[]^_`{|}~".chars() {
            assert_eq!(check_password("p", &format!("Passwor1{special}")), Ok(()));
        }
        assert!(check_password("p", "Passwor1 ").is_err());
        assert!(check_password("p", &format!("Aa1!{}", "x".repeat(61))).is_err());
    }

    #[test]
    fn a_user_is_read() {
        let user = NewUser::parse(br#"{"username":"ops.reader@x_-1","password":"Correct1!"}"#);

        assert_eq!(user.unwrap().username, "ops.reader@x_-1");
    }

    #[rstest]
    #[case("", 1008)]
    #[case("{}", 1008)]
    #[case(r#"{"username":"ops"}"#, 1008)]
    #[case(r#"{"username":"ops","password":"Correct1!"}"#, 1009)]
    #[case(r#"{"username":"ops reader","password":"Correct1!"}"#, 1009)]
    #[case(r#"{"username":"opsreader","password":12345678}"#, 1009)]
    #[case(r#"{"username":"opsreader","password":"weak"}"#, 1009)]
    fn a_bad_user_is_refused(#[case] body: &str, #[case] code: u16) {
        assert_eq!(NewUser::parse(body.as_bytes()).unwrap_err().code.0, code);
    }

    #[test]
    fn a_bad_password_is_never_repeated() {
        let weak = PasswordChange::parse(br#"{"password":"hunter2hunter2"}"#).unwrap_err();
        let number = PasswordChange::parse(br#"{"password":20255501}"#).unwrap_err();

        assert!(!weak.details.contains("hunter2"));
        assert!(!number.details.contains("20255501"));
    }

    #[rstest]
    #[case("", None)]
    #[case("  ", None)]
    #[case("{}", None)]
    #[case(r#"{"new_password":null}"#, None)]
    #[case(r#"{"new_password":""}"#, None)]
    #[case(r#"{"username":"x","new_password":"weak"}"#, Some("weak"))]
    fn a_login_may_bring_a_new_password(#[case] body: &str, #[case] password: Option<&str>) {
        assert_eq!(
            Login::parse(body.as_bytes())
                .unwrap()
                .new_password
                .as_deref(),
            password
        );
    }

    #[test]
    fn a_login_ignores_a_form_and_what_is_no_json() {
        for body in ["username=admin&password=x", "null", "\"\"", "hello"] {
            assert_eq!(
                Login::parse(body.as_bytes()).unwrap().new_password,
                None,
                "{body}"
            );
        }
    }

    #[test]
    fn a_login_with_a_broken_body_is_refused() {
        assert_eq!(Login::parse(b"{").unwrap_err().code.0, 1025);
        assert_eq!(
            Login::parse(br#"{"new_password":1}"#).unwrap_err().code.0,
            1009
        );
    }
}
