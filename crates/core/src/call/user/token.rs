//! Tokens: given out, looked up, revoked, swept.

use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onprem::user::Role;
use onprem::{Code, Refusal};
use sha2::{Digest, Sha256};
use store::{Change, clock};
use tokio::time::Instant;

use super::{apply, read, session, store_refusal, wrong_credentials};
use crate::line::Line;
use crate::media::hex;
use crate::record::{Token, User};

/// How long a token is valid, milliseconds.
pub(super) const VALID_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often expired tokens that nobody presents any more are looked for.
const SWEEP: Duration = Duration::from_hours(1);

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

    /// A fresh token and the change that stores it.
    pub(super) fn new_token(&self, username: &str) -> Result<(IssuedToken, Change), Refusal> {
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

    /// The changes that remove a user's tokens but one.
    pub(super) async fn revocations(
        &self,
        username: &str,
        but: Option<&str>,
    ) -> Result<Vec<Change>, Refusal> {
        self.token_removals(|hash, token| token.username == username && Some(hash) != but)
            .await
    }

    /// Once an hour: expired tokens that nobody presents any more go.
    pub(super) async fn sweep_tokens(&self) {
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
