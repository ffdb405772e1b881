//! Users, logins and tokens (`rest-api.md` section 2).
//!
//! `limit` says how often a login may fail, `password` hashes, `session` knows who was looked up a moment ago.

mod limit;
mod password;
mod session;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onprem::user::{ADMIN, FIRST_PASSWORD, NewUser, Role, check_password};
use onprem::{Code, Refusal};
use sha2::{Digest, Sha256};
use store::record::Record;
use store::{Batch, Change, StoreError, clock};
use subtle::ConstantTimeEq;
use tokio::sync::RwLock;
use tokio::time::Instant;

use self::limit::{Attempts, Ending};
use self::password::Passwords;
use self::session::Sessions;
use super::store_refusal;
use crate::line::Line;
use crate::media::hex;
use crate::record::{Token, User};

/// How long a token is valid, milliseconds.
const VALID_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often expired tokens that nobody presents any more are looked for.
const SWEEP: Duration = Duration::from_hours(1);

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
        let attempt = self.gatekeeper.attempts.begin(username, address).await?;
        let user = match self.check_credentials(username, password, address).await {
            Ok(user) => user,
            Err(refusal) => {
                attempt.settle(Ending::Untold);
                return Err(refusal);
            }
        };
        let Some(user) = user else {
            attempt.settle(Ending::Failed);
            return Err(wrong_credentials());
        };
        attempt.settle(Ending::Right);
        let new_password = new_password_in_force(&user, password, new_password)?;
        let issued = match new_password {
            None => self.give_token(username, &user).await?,
            Some(new) => {
                self.give_token_with_new_password(username, &user, new)
                    .await?
            }
        };
        self.sweep_tokens().await;
        Ok(issued)
    }

    /// A token's session; 401 / 1005 when it is unknown or expired.
    pub async fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        let sessions = &self.gatekeeper.sessions;
        let digest: session::Digest = Sha256::digest(token.as_bytes()).into();
        let now_ms = clock::now_ms();
        if let Some(session) = sessions.get(&digest, Instant::now(), now_ms) {
            return Ok(session);
        }
        let before = sessions.before();
        let token_hash = hex(&digest);
        let Some(token) = read::<Token>(self, &token_hash).await? else {
            return Err(wrong_credentials());
        };
        // A token outlives its user only if a crash of another program's making parted them; it is as good as expired.
        let user = read::<User>(self, &token.username).await?;
        let Some(user) = user.filter(|_| token.expires_ms > now_ms) else {
            let change = self.records.delete::<Token>(&self.config.name, &token_hash);
            apply(self, vec![change]).await?;
            return Err(wrong_credentials());
        };
        let session = Session {
            username: token.username,
            role: user.role,
            token_hash,
        };
        sessions.put(
            before,
            digest,
            session.clone(),
            token.expires_ms,
            Instant::now(),
        );
        Ok(session)
    }

    /// `POST /v1/users/logout`: revokes this token only.
    pub async fn logout(&self, session: &Session) -> Result<(), Refusal> {
        let token = &session.token_hash;
        let change = self.records.delete::<Token>(&self.config.name, token);
        apply(self, vec![change]).await?;
        self.gatekeeper.sessions.revoke(token);
        Ok(())
    }

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

    /// The user, if the password is right. Takes as long whether or not there is such a user.
    async fn check_credentials(
        &self,
        username: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<Option<User>, Refusal> {
        let passwords = &self.gatekeeper.passwords;
        let user = read::<User>(self, username).await?;
        let is_right = match user.as_ref().map(|user| user.password_hash.as_deref()) {
            Some(Some(hash)) => passwords.matches(password, hash).await?,
            Some(None) => {
                passwords.compare_with_nothing(password).await?;
                self.is_first_password(password, address)
            }
            None => {
                passwords.compare_with_nothing(password).await?;
                false
            }
        };
        Ok(user.filter(|_| is_right))
    }

    /// Whether it is the built-in first password, from where that is accepted.
    fn is_first_password(&self, password: &str, address: IpAddr) -> bool {
        if !bool::from(password.as_bytes().ct_eq(FIRST_PASSWORD.as_bytes())) {
            return false;
        }
        let is_allowed = self.config.first_login_from.allows(address.to_canonical());
        if !is_allowed {
            tracing::warn!(line = %self.config.name, %address, "the first password is accepted from this machine only");
        }
        is_allowed
    }

    /// Gives out a token, unless the user was changed or deleted since the password was checked.
    async fn give_token(&self, username: &str, checked: &User) -> Result<IssuedToken, Refusal> {
        let (issued, change) = self.new_token(username)?;
        let _not_meanwhile = self.gatekeeper.users.read().await;
        self.still_as_checked(username, checked).await?;
        apply(self, vec![change]).await?;
        Ok(issued)
    }

    /// Changes the password and gives out a token, in one step; the user's other tokens go.
    async fn give_token_with_new_password(
        &self,
        username: &str,
        checked: &User,
        password: &str,
    ) -> Result<IssuedToken, Refusal> {
        let hash = self.gatekeeper.passwords.hash(password).await?;
        let (issued, change) = self.new_token(username)?;
        let _alone = self.gatekeeper.users.write().await;
        self.still_as_checked(username, checked).await?;
        self.replace_password(username, checked, hash, None, vec![change])
            .await?;
        Ok(issued)
    }

    /// 401 / 1005 if a user is not what it was when its password was checked.
    async fn still_as_checked(&self, username: &str, checked: &User) -> Result<(), Refusal> {
        if read::<User>(self, username).await?.as_ref() == Some(checked) {
            Ok(())
        } else {
            Err(wrong_credentials())
        }
    }

    /// A fresh token and the change that stores it.
    fn new_token(&self, username: &str) -> Result<(IssuedToken, Change), Refusal> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| {
            Refusal::new(
                Code::INTERNAL,
                format!("the system gives no random bytes: {error}"),
            )
        })?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let expires_ms = clock::now_ms().saturating_add(VALID_MS);
        let record = Token {
            username: username.to_owned(),
            expires_ms,
        };
        let name = hex(&Sha256::digest(token.as_bytes()));
        let change = self
            .records
            .put(&self.config.name, &name, &record)
            .map_err(|error| store_refusal(&error))?;
        Ok((IssuedToken { token, expires_ms }, change))
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

    /// The changes that remove a user's tokens but one.
    async fn revocations(&self, username: &str, but: Option<&str>) -> Result<Vec<Change>, Refusal> {
        self.token_removals(|hash, token| token.username == username && Some(hash) != but)
            .await
    }

    /// Once an hour: expired tokens that nobody presents any more go.
    async fn sweep_tokens(&self) {
        let now = Instant::now();
        {
            let mut swept = self
                .gatekeeper
                .swept
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if swept.is_some_and(|swept| now.duration_since(swept) < SWEEP) {
                return;
            }
            *swept = Some(now);
        }
        let now_ms = clock::now_ms();
        let sweep = async {
            let removals = self
                .token_removals(|_, token| token.expires_ms <= now_ms)
                .await?;
            if removals.is_empty() {
                return Ok(());
            }
            apply(self, removals).await
        };
        if let Err(error) = sweep.await {
            tracing::debug!(line = %self.config.name, %error, "expired tokens stay for another hour");
        }
    }

    async fn token_removals(
        &self,
        goes: impl Fn(&str, &Token) -> bool,
    ) -> Result<Vec<Change>, Refusal> {
        let tokens = self
            .records
            .list::<Token>(&self.config.name)
            .await
            .map_err(|error| store_refusal(&error))?;
        let removals = tokens
            .iter()
            .filter(|(hash, token)| goes(hash, token))
            .map(|(hash, _)| self.records.delete::<Token>(&self.config.name, hash))
            .collect();
        Ok(removals)
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

/// The password that a login is to set, if it is a new one. The password in force was checked before.
fn new_password_in_force<'a>(
    user: &User,
    password: &str,
    new_password: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    let new_password = new_password.filter(|new| !new.is_empty());
    if user.password_hash.is_some() {
        // One client sends its password as the new one at every login: nothing is changed, and nothing checked either.
        return new_password
            .filter(|new| *new != password)
            .map(|new| check_password("new_password", new).map(|()| new))
            .transpose();
    }
    let new = new_password.ok_or_else(|| {
        Refusal::new(
            Code::PASSWORD_CHANGE,
            "the first password must be changed: send new_password with this login",
        )
    })?;
    if new == FIRST_PASSWORD {
        return Err(Refusal::invalid(
            "new_password",
            "must differ from the first password",
        ));
    }
    check_password("new_password", new)?;
    Ok(Some(new))
}

fn wrong_credentials() -> Refusal {
    Refusal::new(Code::ACCESS, "Invalid credentials").with_status(401)
}

#[cfg(test)]
mod tests;
