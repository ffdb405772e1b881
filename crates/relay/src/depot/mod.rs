//! The mailbox of a relay that has a host of its own: sealed webhooks in a small database, until a core has them.
//!
//! One thread has the database. Whatever waits for it shares a transaction and a sync, as in the store: 200 is answered
//! after that.

mod table;
#[cfg(test)]
mod tests;
mod worker;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use self::table::Table;
use self::worker::{Command, Work};

/// Calls that may wait for the database.
const WAITING: usize = 1024;

/// Why the mailbox cannot do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DepotError {
    /// The mailbox (or its disk) has no room: the network is to keep it.
    #[error("the mailbox is full")]
    Full,
    /// Closed.
    #[error("the mailbox is closed")]
    Closed,
    /// Made by a newer program.
    #[error("the mailbox has schema {0}, which is newer than this program")]
    TooNew(i64),
    /// What the database says.
    #[error("the mailbox: {0}")]
    Database(String),
}

impl From<rusqlite::Error> for DepotError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error.to_string()),
        }
    }
}

/// One webhook that a relay keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    /// Tells a repetition: the same app, signature and body have the same one.
    pub(crate) digest: [u8; 32],
    /// How many events are in it.
    pub(crate) events: u32,
    /// The letter, sealed.
    pub(crate) sealed: Vec<u8>,
    /// Unix milliseconds.
    pub(crate) kept_ms: i64,
}

/// A kept webhook on its way to the core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its number; never used again.
    pub(crate) seq: u64,
    /// The letter, sealed.
    pub(crate) sealed: Bytes,
}

/// What lies in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Webhooks that no core has acknowledged, those that one refused too.
    pub webhooks: u64,
    /// The events in them.
    pub events: u64,
    /// How many of the webhooks a core refused.
    pub refused: u64,
    /// The number of the newest one; 0 when there is none.
    pub newest: u64,
    /// When the oldest came, Unix milliseconds.
    pub oldest_ms: Option<i64>,
    /// Bytes of the disk in use, its journal apart.
    pub bytes: u64,
    /// Bytes that may be in use.
    pub max_bytes: u64,
    /// Whether the last write failed for another reason than its bound.
    pub is_failing: bool,
}

/// The share of the bound at which somebody is told, percent.
const ALERT_AT: u64 = 80;

/// With less room than this the mailbox counts as full, bytes: most webhooks are far shorter.
const FULL_BELOW: u64 = 64 * 1024;

impl Standing {
    /// The next webhook of an ordinary size has no room.
    pub fn is_full(&self) -> bool {
        self.bytes.saturating_add(FULL_BELOW) > self.max_bytes
    }

    /// Percent of the bound that is in use.
    pub fn percent(&self) -> u64 {
        self.bytes.saturating_mul(100) / self.max_bytes.max(1)
    }

    /// Somebody has to see to it before it is full.
    pub fn is_alarming(&self) -> bool {
        self.percent() >= ALERT_AT
    }
}

/// The mailbox; it ends with its last holder.
pub struct Depot {
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    standing: watch::Receiver<Standing>,
    /// Its sender goes when the file is free.
    gone: watch::Receiver<()>,
}

impl Depot {
    /// Opens (or makes) the database. `max_bytes` bounds the file; the journal beside it (some 16 MB at most) comes on
    /// top. Blocks on the disk: not for async threads.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Arc<Self>, DepotError> {
        let table = Table::open(path, max_bytes)?;
        let (commands, handed_in) = mpsc::channel(WAITING);
        let (told, standing) = watch::channel(table.standing()?);
        let (ended, gone) = watch::channel(());
        thread::Builder::new()
            .name("relay-mailbox".to_owned())
            .spawn(move || {
                worker::run(table, handed_in, &told);
                drop(ended);
            })
            .map_err(|error| DepotError::Database(format!("no thread: {error}")))?;
        Ok(Arc::new(Self {
            commands: Mutex::new(Some(commands)),
            standing,
            gone,
        }))
    }

    /// Keeps a webhook; returns when it is on disk. One that is there already, or was lately, is kept once.
    pub(crate) async fn keep(&self, parcel: Parcel) -> Result<(), DepotError> {
        self.ask(|answer| Work::Keep(parcel, answer)).await
    }

    /// What comes after a number, in order: at most `rows`, and no more once `bytes` are reached.
    pub(crate) async fn after(
        &self,
        seq: u64,
        rows: usize,
        bytes: usize,
    ) -> Result<Vec<Item>, DepotError> {
        self.ask(|answer| Work::After(seq, rows, bytes, answer))
            .await
    }

    /// A core has what comes after `from`, up to `up_to`; but for what it refused: that is set apart, and offered to
    /// the next one.
    pub(crate) async fn settle(
        &self,
        from: u64,
        up_to: u64,
        refused: Vec<u64>,
    ) -> Result<(), DepotError> {
        self.ask(|answer| Work::Settle(from, up_to, refused, answer))
            .await
    }

    /// The apps that a core told of: their ids and SHA-256 of their verify tokens.
    pub(crate) async fn apps(&self) -> Result<Vec<(String, [u8; 32])>, DepotError> {
        self.ask(Work::Apps).await
    }

    /// Keeps those apps instead.
    pub(crate) async fn set_apps(&self, apps: Vec<(String, [u8; 32])>) -> Result<(), DepotError> {
        self.ask(|answer| Work::SetApps(apps, answer)).await
    }

    /// What lies in it. Changes with every commit.
    pub fn watch(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// What lies in it.
    pub fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// Finishes what was handed in, then closes.
    pub async fn close(&self) {
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut gone = self.gone.clone();
        while gone.changed().await.is_ok() {}
    }

    async fn ask<T>(
        &self,
        work: impl FnOnce(oneshot::Sender<Result<T, DepotError>>) -> Work,
    ) -> Result<T, DepotError> {
        let (answer, answered) = oneshot::channel();
        let commands = self
            .commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let commands = commands.ok_or(DepotError::Closed)?;
        if commands.send(Command(work(answer))).await.is_err() {
            return Err(DepotError::Closed);
        }
        drop(commands);
        answered.await.unwrap_or(Err(DepotError::Closed))
    }
}
