//! The store: three durable queues, the message index and the typed records.
//!
//! Everything that Landline promises to keep goes through one small interface, [`Store`]. Every write is a
//! [`Batch`] that is applied whole or not at all; batches of any callers are merged into one transaction
//! (group commit), and a caller is answered only when that transaction is on disk.
//!
//! - [`batch`]: what can be changed, and what comes back.
//! - [`row`]: what can be read. [`count`]: how much there is, and how much is done.
//! - [`record`]: users, tokens, settings … as typed, optionally sealed records.
//! - [`seal`]: encryption of secrets at rest.
//! - [`clock`]: the one place where the process reads the time.
//! - [`sqlite`]: the embedded backend; [`memory`]: the one for simulations.
//! - `conformance` (a feature of the same name): the tests that every backend passes.

pub mod batch;
mod bell;
pub mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod count;
mod file;
mod hex;
pub mod memory;
pub mod name;
pub mod record;
pub mod row;
pub mod seal;
pub mod sqlite;

#[cfg(test)]
mod agreement;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use batch::{Applied, Batch, Body, Change, Fence, Outcome};
pub use count::{About, Activity, MessageCount, MessageTally, RecordTally};
pub use name::{Key, Lane, LineName, Slot, Token};
pub use row::{
    CallbackRow, Direction, InboxRow, MessageRow, MessageState, OldMessages, OutboxRow, Queue, Ref,
    StrayRow,
};
use tokio::sync::watch;

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A record's name and its bytes, as stored.
pub type NamedValue = (String, Vec<u8>);

/// What can go wrong in the store, seen from the caller.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// [`Change::Remember`] named an id that was seen before; nothing of the batch was applied.
    #[error("the event was seen before")]
    Repeat,
    /// A row that the batch wanted to change is gone or in another state; nothing of the batch was applied.
    #[error("the row is gone or in another state")]
    Conflict,
    /// The batch carries a fencing token that is no longer the newest; nothing of the batch was applied.
    #[error("the lease was taken over")]
    Fenced,
    /// The disk (or the database's quota) is full; nothing of the batch was applied.
    #[error("the disk is full")]
    Full,
    /// Another process has the data directory.
    #[error("another process uses {0}")]
    Locked(String),
    /// The schema is newer than this program.
    #[error(
        "the store has schema {found}, this program knows up to {known}: start a newer program"
    )]
    TooNew {
        /// Schema version found.
        found: u32,
        /// Newest schema version this program knows.
        known: u32,
    },
    /// The store is closing or its worker has gone.
    #[error("the store is closed")]
    Closed,
    /// A record or a row does not decode, or a seal does not open.
    #[error("damaged record: {0}")]
    Damaged(String),
    /// Anything else that the backend says.
    #[error("database: {0}")]
    Backend(String),
}

/// One backend. All backends pass the same conformance suite.
pub trait Store: Send + Sync + 'static {
    /// Applies a batch whole or not at all; returns when it is durable.
    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<Applied, StoreError>>;

    /// References to rows of a queue in key order, those with a key greater than `after`, at most `limit`.
    ///
    /// For [`Queue::Outbox`], rows in state `sending` are included; [`Ref::claimed_by`] tells them apart.
    fn take(
        &self,
        queue: Queue,
        line: &LineName,
        after: Key,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Ref>, StoreError>>;

    /// Rows of the outbox by key, in the order asked for; missing ones are left out.
    fn outbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>>;

    /// Rows of the inbox by key, in the order asked for; missing ones are left out.
    fn inbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<InboxRow>, StoreError>>;

    /// Rows of the callbacks by key, in the order asked for; missing ones are left out.
    fn callbacks(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<CallbackRow>, StoreError>>;

    /// The outbox row of a message that is not sent yet; for an inbound message its oldest waiting read receipt.
    fn outbox_of(&self, message: Key) -> BoxFuture<'_, Result<Option<OutboxRow>, StoreError>>;

    /// A message by its key.
    fn message(&self, key: Key) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>>;

    /// The greatest key of a message, of any line; 0 when there is none. Later messages have greater ones.
    fn newest_message(&self) -> BoxFuture<'_, Result<Key, StoreError>>;

    /// A message by the id that the network gave it.
    fn message_by_network_id(
        &self,
        line: &LineName,
        network_id: &str,
    ) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>>;

    /// Messages that [`Change::Collect`] would take now, looking at no more than `limit` messages after a key, in key
    /// order: a table of millions is walked in short reads.
    fn old_messages(
        &self,
        line: &LineName,
        after: Key,
        before_ms: i64,
        limit: usize,
    ) -> BoxFuture<'_, Result<OldMessages, StoreError>>;

    /// How many rows a queue of a line holds.
    fn depth(&self, queue: Queue, line: &LineName) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// One record's bytes, as stored (sealed ones still sealed). Use [`record::Records`] instead.
    fn record(
        &self,
        line: &LineName,
        kind: &'static str,
        name: &str,
    ) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>>;

    /// Records of a kind in order of their names, names greater than `after`, at most `limit`.
    fn records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<NamedValue>, StoreError>>;

    /// Counts the messages of a line among the next `limit` rows of the index (of all lines) after a key.
    fn count_messages(
        &self,
        line: &LineName,
        after: Key,
        limit: usize,
    ) -> BoxFuture<'_, Result<MessageTally, StoreError>>;

    /// Counts records of a kind with names greater than `after`, at most `limit`.
    fn count_records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        limit: usize,
    ) -> BoxFuture<'_, Result<RecordTally, StoreError>>;

    /// What kind of store it is, and how large.
    fn about(&self) -> BoxFuture<'_, Result<About, StoreError>>;

    /// What it has done since it was opened.
    fn activity(&self) -> &Activity;

    /// Events of numbers that no line has, and those that could not be processed: after a key, oldest first, at most
    /// `limit`.
    fn strays(&self, after: Key, limit: usize) -> BoxFuture<'_, Result<Vec<StrayRow>, StoreError>>;

    /// Takes all slots of a line for a node: older owners are fenced off from now on.
    fn take_over(&self, line: &LineName, node: &str) -> BoxFuture<'_, Result<Token, StoreError>>;

    /// A number that rises with every commit that appended to (or put back into) the queue: wait on it, then [`take`](Self::take).
    fn doorbell(&self, queue: Queue) -> watch::Receiver<u64>;

    /// Checks the whole store; an empty list means sound.
    fn check(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>>;

    /// Finishes what was handed in, then closes (files and locks are free when this returns); later calls answer [`StoreError::Closed`].
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// A store that many parts of the program hold.
pub type SharedStore = Arc<dyn Store>;
