//! Users: names, passwords, bodies (`rest-api.md` section 2).

use serde::{Deserialize, Serialize};

use crate::Refusal;

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
        let _ = body;
        unimplemented!()
    }
}

/// `PUT /v1/users/{username}`: the new password, within the rules.
pub fn parse_password_change(body: &[u8]) -> Result<String, Refusal> {
    let _ = body;
    unimplemented!()
}

/// `new_password` of a login's optional body: absent, `null` and `""` are none. Not checked against the rules here.
pub fn parse_login(body: &[u8]) -> Result<Option<String>, Refusal> {
    let _ = body;
    unimplemented!()
}

/// Checks a password against the rules (400 / 1009 that lists the failed ones), `field` named in the details.
pub fn check_password(field: &str, password: &str) -> Result<(), Refusal> {
    let _ = (field, password);
    unimplemented!()
}
