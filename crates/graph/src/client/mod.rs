//! The typed client: one per line.

mod access;
mod account;
mod business;
mod call;
mod download;
mod exchange;
mod exchanges;
mod profile;
mod resumable;
#[cfg(test)]
mod tests;
mod usage;

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use meter::table::UPSTREAM_SECONDS;
use meter::{Cells, Histogram};
use tokio::time::Instant;

use self::access::Access;
pub use self::access::ClientConfig;
pub use self::exchanges::{Exchanges, UNKNOWN, UNSENT};
pub use self::usage::Usage;
use crate::error::Failure;

/// Whole exchange with media in it.
const MEDIA_TIMEOUT: Duration = Duration::from_mins(2);

/// A typed client. Cheap to clone; clones are the same client. Every call also notes when the network last answered
/// (anything).
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    access: RwLock<Arc<Access>>,
    last_answer: Mutex<Option<Instant>>,
    usage: Mutex<Option<Usage>>,
    exchanges: Exchanges,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&*self.config()).finish()
    }
}

/// The configuration in force when it was asked for.
pub struct InForce(Arc<Access>);

impl fmt::Debug for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.config.fmt(f)
    }
}

impl Deref for InForce {
    type Target = ClientConfig;

    fn deref(&self) -> &ClientConfig {
        &self.0.config
    }
}

impl Client {
    /// A client with its own connection pool. [`Failure::Unsent`] when the configuration cannot be used.
    pub fn new(config: ClientConfig) -> Result<Self, Failure> {
        let access = Arc::new(Access::new(config, None)?);
        Ok(Self {
            shared: Arc::new(Shared {
                access: RwLock::new(access),
                last_answer: Mutex::new(None),
                usage: Mutex::new(None),
                exchanges: Cells::new(|| Histogram::of(&UPSTREAM_SECONDS)),
            }),
        })
    }

    /// What is in force.
    pub fn config(&self) -> InForce {
        InForce(self.access())
    }

    /// Another configuration from the next call on; what is under way ends with the old one. [`Failure::Unsent`] when
    /// it cannot be used: the old one stays then.
    pub fn set_config(&self, config: ClientConfig) -> Result<(), Failure> {
        let mut access = (self.shared.access.write()).unwrap_or_else(PoisonError::into_inner);
        *access = Arc::new(Access::new(config, Some(&access))?);
        drop(access);
        // The limits were those of another token, perhaps of another app.
        *self.shared.usage() = None;
        Ok(())
    }

    /// When the network last answered anything, whatever it said, on tokio's clock; `None` before the first answer.
    pub fn last_answer(&self) -> Option<Instant> {
        *self.shared.last_answer()
    }

    /// What the network last said about the calls that it still takes; `None` while it has said nothing.
    pub fn usage(&self) -> Option<Usage> {
        *self.shared.usage()
    }

    fn access(&self) -> Arc<Access> {
        let access = self.shared.access.read();
        access.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_answer(&self, usage: Option<Usage>) {
        *self.shared.last_answer() = Some(Instant::now());
        if usage.is_some() {
            *self.shared.usage() = usage;
        }
    }
}

// These mutexes guard plain data that is valid at every instant, so a panic elsewhere does not spoil it.
impl Shared {
    fn last_answer(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.last_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn usage(&self) -> std::sync::MutexGuard<'_, Option<Usage>> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
