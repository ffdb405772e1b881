//! Where a webhook goes once it was looked at: straight into the inbox, or sealed into the mailbox of a relay that has a
//! host of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use graph::webhook::Event;
use sha2::{Digest as _, Sha256};
use store::StoreError;

use crate::depot::{Depot, DepotError, Parcel};
use crate::inbox::Inbox;
use crate::letter::Letter;
use crate::seal::PublicKey;

/// The two kinds.
pub(crate) enum Mailbox {
    /// The store of this process.
    Inbox {
        inbox: Inbox,
        /// Whether the last write failed: the log has a line when that starts and when it ends.
        is_failing: AtomicBool,
    },
    /// A database of sealed letters, for a core that dials in.
    Depot { depot: Arc<Depot>, key: PublicKey },
}

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is on disk.
    Durably,
    /// It is not, because there is no room.
    Full,
    /// It is not.
    No,
}

impl Mailbox {
    /// The store of this process.
    pub(crate) fn of_store(inbox: Inbox) -> Self {
        Self::Inbox {
            inbox,
            is_failing: AtomicBool::new(false),
        }
    }

    /// Whether a core looks at the signature again before anything happens.
    pub(crate) fn is_checked_again(&self) -> bool {
        matches!(self, Self::Depot { .. })
    }

    /// Makes a webhook durable, whole or not at all.
    pub(crate) async fn keep(&self, letter: Letter, events: &[Event]) -> Kept {
        match self {
            Self::Inbox { inbox, is_failing } => {
                let kept = match inbox.changes(events, letter.received_ms) {
                    Ok(changes) => inbox.append(changes).await,
                    Err(error) => Err(error),
                };
                note(is_failing, kept.as_ref().err());
                kept.map_or(Kept::No, |()| Kept::Durably)
            }
            Self::Depot { depot, key } => seal_into(depot, key, letter, events.len()).await,
        }
    }
}

/// One line in the log when the store begins to fail, one when it works again.
fn note(is_failing: &AtomicBool, error: Option<&StoreError>) {
    let was_failing = is_failing.swap(error.is_some(), Ordering::Relaxed);
    match error {
        Some(error) if !was_failing => {
            tracing::error!(%error, "webhooks are refused: the store does not take them");
        }
        None if was_failing => tracing::info!("webhooks are taken again"),
        _ => {}
    }
}

async fn seal_into(depot: &Depot, key: &PublicKey, letter: Letter, events: usize) -> Kept {
    let sealed = match key.seal(&letter.to_bytes()) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::error!(%error, "a webhook is refused");
            return Kept::No;
        }
    };
    let parcel = Parcel {
        digest: digest(&letter),
        events: u32::try_from(events).unwrap_or(u32::MAX),
        sealed,
        kept_ms: letter.received_ms,
    };
    match depot.keep(parcel).await {
        Ok(()) => Kept::Durably,
        Err(DepotError::Full) => Kept::Full,
        Err(_) => Kept::No,
    }
}

/// What two deliveries of one webhook have in common. It says nothing about the body: that holds ids which nobody can
/// guess.
fn digest(letter: &Letter) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [letter.app_id.as_bytes(), letter.signature.as_bytes()] {
        digest.update(part);
        digest.update([0]);
    }
    digest.update(&letter.body);
    digest.finalize().into()
}
