//! Users, logins and tokens (`rest-api.md` section 2).

use std::net::IpAddr;

use onprem::Refusal;
use onprem::user::{NewUser, Role};

use crate::line::Line;

/// Limits on failed logins, and a short-lived cache of tokens.
#[derive(Default)]
pub struct Gatekeeper {}

/// A fresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Opaque, URL-safe.
    pub token: String,
    /// Unix milliseconds.
    pub expires_ms: i64,
}

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub username: String,
    /// What the user may do.
    pub role: Role,
    /// The hex of the token's SHA-256.
    pub token_hash: String,
}

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `POST /v1/users/login`. 401 / 1005, 403 / 1024, 400 / 1009 for a weak `new_password`, 429 / 1015 with
    /// `Retry-After` after 10 failed ones in a minute for the same user and address (100 for an address over all users).
    pub async fn login(
        &self,
        username: &str,
        password: &str,
        new_password: Option<&str>,
        address: IpAddr,
    ) -> Result<IssuedToken, Refusal> {
        unimplemented!()
    }

    /// A token's session; 401 / 1005 when it is unknown or expired.
    pub async fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        unimplemented!()
    }

    /// `POST /v1/users/logout`: revokes this token only.
    pub async fn logout(&self, session: &Session) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// `POST /v1/users`.
    pub async fn create_user(&self, user: NewUser) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// `GET /v1/users/{username}`.
    pub async fn user_role(&self, username: &str) -> Result<Role, Refusal> {
        unimplemented!()
    }

    /// `PUT /v1/users/{username}`: revokes the user's other tokens (all but `session`'s).
    pub async fn change_password(
        &self,
        session: &Session,
        username: &str,
        password: &str,
    ) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// `DELETE /v1/users/{username}`: its tokens go too; 403 / 1005 for `admin`.
    pub async fn delete_user(&self, username: &str) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// Sets the admin's password through the store (`dev --ready`), whatever it was; its tokens go.
    pub async fn set_admin_password(&self, password: &str) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// Whether the admin still has the built-in first password.
    pub async fn has_first_password(&self) -> Result<bool, Refusal> {
        unimplemented!()
    }
}
