//! Users, logins and tokens (`rest-api.md` section 2).
//!
//! `login` lets users in, `token` keeps what they show from then on; `limit` says how often a login may fail, `password`
//! hashes, `session` knows who was looked up a moment ago.

mod limit;
mod login;
mod password;
mod session;
mod token;

use std::sync::Mutex;

use onprem::user::{ADMIN, NewUser, Role, check_password};
use onprem::{Code, Refusal};
use store::record::Record;
use store::{Batch, Change, StoreError};
use tokio::sync::RwLock;
use tokio::time::Instant;

use self::limit::Attempts;
use self::password::Passwords;
use self::session::Sessions;
pub use self::token::{IssuedToken, Session};
use super::store_refusal;
use crate::line::Line;
use crate::record::User;

/// Limits on failed logins, and a short-lived cache of tokens.
#[derive(Default)]
pub struct Gatekeeper {
    attempts: Attempts,
    passwords: Passwords,
    sessions: Sessions,
    /// Read by who gives out a token, written by who changes or deletes a user and revokes its tokens: none slips through.
    users: RwLock<()>,
    swept: Mutex<Option<Instant>>,
}

impl Line {
    /// `POST /v1/users`. 500 / 1014 when the name is taken, as documented.
    pub async fn create_user(&self, user: NewUser) -> Result<(), Refusal> {
        let record = User {
            role: Role::User,
            password_hash: Some(self.gatekeeper.passwords.hash(&user.password).await?),
        };
        let change = self
            .records
            .create(&self.config.name, &user.username, &record)
            .map_err(|error| store_refusal(&error))?;
        let applied = self.records.store().apply(Batch::of(vec![change])).await;
        match applied {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict) => Err(Refusal::new(
                Code::INTERNAL,
                format!(
                    "cannot create the user {}: it may exist already",
                    user.username
                ),
            )
            .with_status(500)),
            Err(error) => Err(store_refusal(&error)),
        }
    }

    /// `GET /v1/users/{username}`; 404 / 1006 when there is none.
    pub async fn user_role(&self, username: &str) -> Result<Role, Refusal> {
        Ok(known_user(self, username).await?.role)
    }

    /// `PUT /v1/users/{username}`: revokes the user's other tokens (all but `session`'s). Admins may change anyone's
    /// password, others their own: 403 / 1005. 404 / 1006 when there is no such user.
    pub async fn change_password(
        &self,
        session: &Session,
        username: &str,
        password: &str,
    ) -> Result<(), Refusal> {
        if session.role != Role::Admin && session.username != username {
            return Err(Refusal::new(
                Code::ACCESS,
                "only an administrator may change another user's password",
            )
            .with_status(403));
        }
        known_user(self, username).await?;
        let hash = self.gatekeeper.passwords.hash(password).await?;
        let _alone = self.gatekeeper.users.write().await;
        let user = known_user(self, username).await?;
        self.replace_password(username, &user, hash, Some(&session.token_hash), vec![])
            .await
    }

    /// `DELETE /v1/users/{username}`: its tokens go too; 403 / 1005 for `admin`, 404 / 1006 when there is no such user.
    pub async fn delete_user(&self, username: &str) -> Result<(), Refusal> {
        if username == ADMIN {
            return Err(
                Refusal::new(Code::ACCESS, "the built-in user admin cannot be deleted")
                    .with_status(403),
            );
        }
        let _alone = self.gatekeeper.users.write().await;
        known_user(self, username).await?;
        let mut changes = self.revocations(username, None).await?;
        changes.push(self.records.delete::<User>(&self.config.name, username));
        apply(self, changes).await?;
        self.gatekeeper.sessions.revoke_user(username, None);
        Ok(())
    }

    /// Sets the admin's password through the store (`dev --ready`), whatever it was; its tokens go. If it is that
    /// password already, nothing changes. 400 / 1009 for a password against the rules.
    pub async fn set_admin_password(&self, password: &str) -> Result<(), Refusal> {
        check_password("password", password)?;
        let passwords = &self.gatekeeper.passwords;
        let _alone = self.gatekeeper.users.write().await;
        let admin = read::<User>(self, ADMIN).await?.unwrap_or(User {
            role: Role::Admin,
            password_hash: None,
        });
        if let Some(hash) = &admin.password_hash
            && passwords.matches(password, hash).await?
        {
            return Ok(());
        }
        let hash = passwords.hash(password).await?;
        self.replace_password(ADMIN, &admin, hash, None, vec![])
            .await
    }

    /// Whether the admin still has the built-in first password.
    pub async fn has_first_password(&self) -> Result<bool, Refusal> {
        let admin = read::<User>(self, ADMIN).await?;
        Ok(admin.is_some_and(|admin| admin.password_hash.is_none()))
    }

    /// Stores a new password and revokes the user's tokens but one. The caller holds `users` for writing.
    async fn replace_password(
        &self,
        username: &str,
        user: &User,
        password_hash: String,
        but: Option<&str>,
        mut changes: Vec<Change>,
    ) -> Result<(), Refusal> {
        let record = User {
            role: user.role,
            password_hash: Some(password_hash),
        };
        let change = self
            .records
            .put(&self.config.name, username, &record)
            .map_err(|error| store_refusal(&error))?;
        changes.push(change);
        changes.extend(self.revocations(username, but).await?);
        apply(self, changes).await?;
        self.gatekeeper.sessions.revoke_user(username, but);
        Ok(())
    }
}

async fn known_user(line: &Line, username: &str) -> Result<User, Refusal> {
    read(line, username)
        .await?
        .ok_or_else(|| Refusal::not_found(format!("there is no user {username}")))
}

async fn read<R: Record>(line: &Line, name: &str) -> Result<Option<R>, Refusal> {
    line.records
        .get(&line.config.name, name)
        .await
        .map_err(|error| store_refusal(&error))
}

async fn apply(line: &Line, changes: Vec<Change>) -> Result<(), Refusal> {
    line.records
        .store()
        .apply(Batch::of(changes))
        .await
        .map(drop)
        .map_err(|error| store_refusal(&error))
}

fn wrong_credentials() -> Refusal {
    Refusal::new(Code::ACCESS, "Invalid credentials").with_status(401)
}

#[cfg(test)]
mod tests;
