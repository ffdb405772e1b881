//! Sessions that were looked up a moment ago, so that most requests need no look at the store.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::time::Instant;

use super::token::Session;

/// How long a session is believed without asking the store; another process may have revoked it meanwhile.
const BELIEVED: Duration = Duration::from_secs(5);
/// Sessions that are remembered; each is some 300 bytes.
const CAPACITY: usize = 4096;

/// SHA-256 of a token.
pub(super) type Digest = [u8; 32];

/// The sessions.
#[derive(Default)]
pub(super) struct Sessions {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    by_digest: HashMap<Digest, Entry>,
    /// Rises with every revocation.
    revocations: u64,
}

struct Entry {
    session: Session,
    /// Unix milliseconds.
    expires_ms: i64,
    believed_until: Instant,
}

/// What was true before the store was asked: a session that is put with it is refused if any was revoked since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Before(u64);

impl Sessions {
    /// A session that is still believed and has not expired.
    pub(super) fn get(&self, digest: &Digest, now: Instant, now_ms: i64) -> Option<Session> {
        let known = self.read();
        let entry = known.by_digest.get(digest)?;
        (entry.believed_until > now && entry.expires_ms > now_ms).then(|| entry.session.clone())
    }

    /// To be called before the store is asked for a session that is to be put here.
    pub(super) fn before(&self) -> Before {
        Before(self.read().revocations)
    }

    /// Remembers a session, unless any was revoked since `before`: it may have been this one.
    pub(super) fn put(
        &self,
        before: Before,
        digest: Digest,
        session: Session,
        expires_ms: i64,
        now: Instant,
    ) {
        let mut known = self.write();
        if known.revocations != before.0 {
            return;
        }
        if known.by_digest.len() >= CAPACITY {
            known
                .by_digest
                .retain(|_, entry| entry.believed_until > now);
        }
        if known.by_digest.len() >= CAPACITY {
            known.by_digest.clear();
        }
        let entry = Entry {
            session,
            expires_ms,
            believed_until: now + BELIEVED,
        };
        known.by_digest.insert(digest, entry);
    }

    /// A token was revoked.
    pub(super) fn revoke(&self, token_hash: &str) {
        self.revoke_where(|session| session.token_hash == token_hash);
    }

    /// All tokens of a user were revoked, but perhaps one.
    pub(super) fn revoke_user(&self, username: &str, but: Option<&str>) {
        self.revoke_where(|session| {
            session.username == username && Some(session.token_hash.as_str()) != but
        });
    }

    fn revoke_where(&self, is_revoked: impl Fn(&Session) -> bool) {
        let mut known = self.write();
        known.revocations += 1;
        known
            .by_digest
            .retain(|_, entry| !is_revoked(&entry.session));
    }

    // Every change leaves the map whole, so a thread that panicked does no harm.
    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
