//! What can be changed: typed changes, applied whole or not at all.

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::StoreError;
use crate::name::{Key, Lane, LineName, Token};
use crate::row::{Direction, MessageState, Queue};

/// Changes that belong together.
#[derive(Debug, Default)]
pub struct Batch {
    /// In this order.
    pub changes: Vec<Change>,
    /// The owner under which the changes are made; refused with `StoreError::Fenced` when a newer one exists.
    pub fence: Option<Fence>,
}

impl Batch {
    /// A batch without a fence.
    pub fn of(changes: Vec<Change>) -> Self {
        Self {
            changes,
            fence: None,
        }
    }

    /// The same batch under an owner's token.
    #[must_use]
    pub fn fenced(mut self, fence: Fence) -> Self {
        self.fence = Some(fence);
        self
    }
}

/// The owner of a line's slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The line.
    pub line: LineName,
    /// The token that `Store::take_over` gave.
    pub token: Token,
}

/// Bytes to store, perhaps made from the key of the message that the same batch inserted just before.
///
/// The public id of an inbound message is minted from its key, and its notification contains that id.
pub enum Body {
    /// As they are.
    Bytes(Vec<u8>),
    /// Made from the key of the latest [`Change::Message`] in this batch.
    FromMessageKey(Box<dyn Fn(Key) -> Vec<u8> + Send + Sync>),
}

impl Body {
    /// The message that what has this body tells of: the latest of the batch, or the one that was `named`.
    pub(crate) fn message(&self, latest: Option<Key>, named: Option<Key>) -> Option<Key> {
        match self {
            Self::Bytes(_) => named,
            Self::FromMessageKey(_) => latest,
        }
    }

    /// The bytes, given the key of the latest message in the batch.
    ///
    /// A function that panics fails its own batch, not the writer that everybody shares.
    pub(crate) fn bytes(&self, message: Option<Key>) -> Result<Cow<'_, [u8]>, StoreError> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::FromMessageKey(make) => {
                let key = message.ok_or_else(|| {
                    StoreError::Backend("a body needs a message before it in its batch".into())
                })?;
                catch_unwind(AssertUnwindSafe(|| make(key)))
                    .map(Cow::Owned)
                    .map_err(|_| StoreError::Backend("a body could not be made".into()))
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::FromMessageKey(_) => f.write_str("from the message's key"),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// One typed change.
#[derive(Debug)]
pub enum Change {
    /// *accept*: a message into the index and the outbox. Outcome [`Outcome::Accepted`].
    Accept {
        /// The line.
        line: LineName,
        /// The customer.
        lane: Lane,
        /// The customer as addressed.
        wa_id: String,
        /// The message's type.
        kind: String,
        /// What to send.
        body: Vec<u8>,
        /// The caller's own opaque callback data.
        opaque: Option<String>,
        /// Now, Unix milliseconds.
        at_ms: i64,
        /// When its lifetime ends, Unix milliseconds.
        expires_ms: i64,
    },
    /// A read receipt into the outbox. Outcome [`Outcome::Key`] of the outbox row.
    AppendReceipt {
        /// The line.
        line: LineName,
        /// The customer.
        lane: Lane,
        /// The inbound message that was read.
        message: Key,
        /// What to send.
        body: Vec<u8>,
        /// Now, Unix milliseconds.
        at_ms: i64,
        /// When its lifetime ends, Unix milliseconds.
        expires_ms: i64,
    },
    /// *claim*: an outbox row becomes `sending`; its attempts rise by one. `Conflict` unless it is there and either
    /// unclaimed or claimed by an older token (or by `token` itself: sent again after an unknown outcome).
    Claim {
        /// The outbox row.
        outbox: Key,
        /// The new owner.
        token: Token,
    },
    /// *sent*: the network took it. The outbox row goes, the message gets its network id and rises to `Sent`.
    /// A row that is gone already is no error (a status may have overtaken the answer). A message that has a network
    /// id keeps it; `Conflict` when another message of its line has this one.
    Sent {
        /// The outbox row, if it is still there.
        outbox: Key,
        /// The message.
        message: Key,
        /// The id that the network gave it.
        network_id: String,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// An outbox row goes (failed for good, or a receipt was sent). No error when it is gone already.
    FinishOutbox {
        /// The outbox row.
        outbox: Key,
    },
    /// *received*, first half: an event into the inbox. Outcome [`Outcome::Key`].
    AppendInbox {
        /// The line.
        line: LineName,
        /// The customer, or `""`.
        lane: Lane,
        /// The event's own time, Unix seconds, 0 when it has none.
        event_time_s: i64,
        /// The network's id of the message that it is about: while it waits, that one is not collected.
        about: Option<String>,
        /// The event.
        body: Vec<u8>,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// An event of a number that no line has. Outcome [`Outcome::Key`].
    AppendStray {
        /// The network's id of the number.
        phone_number_id: String,
        /// The event.
        body: Vec<u8>,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// A stray goes: a line has it now. `Conflict` when it is gone already.
    FinishStray {
        /// The stray.
        stray: Key,
    },
    /// Forgets the oldest 1,000 strays, as far as they were taken before this time. Outcome [`Outcome::Count`].
    ForgetStrays {
        /// Unix milliseconds.
        before_ms: i64,
    },
    /// An inbox row goes. `Conflict` when it is gone already: somebody else handled it.
    FinishInbox {
        /// The inbox row.
        inbox: Key,
    },
    /// Remembers an event's id. Refuses the batch with `Repeat` when it was seen before.
    Remember {
        /// The line.
        line: LineName,
        /// The event's id.
        id: String,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// Forgets ids that were seen before this time, at most 1,000 at once. Outcome [`Outcome::Count`].
    Forget {
        /// Unix milliseconds.
        before_ms: i64,
    },
    /// A message into the index. Outcome [`Outcome::Key`]. `Conflict` when a message of the line has the network id.
    Message {
        /// The line.
        line: LineName,
        /// Which way it went.
        direction: Direction,
        /// The other party.
        wa_id: String,
        /// The network's id.
        network_id: Option<String>,
        /// The message's type.
        kind: String,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// A message's state rises (lower or equal states are ignored, and so is a message that is not there).
    Raise {
        /// The message.
        message: Key,
        /// At least this state.
        state: MessageState,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// Refuses the batch with `Conflict` unless a message is in the index (it may have been collected meanwhile).
    Require {
        /// The message.
        message: Key,
    },
    /// Old messages leave the index. Each stays that is younger by now, on its way to the network, or pending: in the
    /// outbox, or named by what waits in the inbox or the callbacks. Outcome [`Outcome::Count`] of those that went.
    Collect {
        /// The line.
        line: LineName,
        /// The messages; `Store::old_messages` finds them.
        messages: Vec<Key>,
        /// Nothing has happened to them since, Unix milliseconds.
        before_ms: i64,
    },
    /// A notification into the callbacks. Outcome [`Outcome::Key`].
    AppendCallback {
        /// The line.
        line: LineName,
        /// The customer, or `""`.
        lane: Lane,
        /// `inbound_message`, `status_change`, `error` or `service`.
        kind: &'static str,
        /// The message that it tells of: while it waits, that one is not collected. With a body that is made from the
        /// key of a message it is that message, whatever stands here.
        message: Option<Key>,
        /// The notification's JSON.
        body: Body,
        /// Now, Unix milliseconds.
        at_ms: i64,
    },
    /// *delivered*: a callback goes. No error when it is gone already.
    FinishCallback {
        /// The callback.
        callback: Key,
    },
    /// A row of a queue waits until `due_ms`. For the outbox the claim is dropped too. `Conflict` when it is gone.
    PutBack {
        /// The queue.
        queue: Queue,
        /// The row.
        key: Key,
        /// Not before, Unix milliseconds.
        due_ms: i64,
        /// Tries so far.
        attempts: u32,
        /// Callbacks only: set aside.
        set_aside: bool,
    },
    /// Writes a record. Use `record::Records` to make one.
    Put {
        /// The line.
        line: LineName,
        /// The kind of record.
        kind: &'static str,
        /// Its name within the kind.
        name: String,
        /// Its bytes, sealed if the kind is.
        value: Vec<u8>,
    },
    /// Writes a record that must not exist yet; `Conflict` when it does.
    Create {
        /// The line.
        line: LineName,
        /// The kind of record.
        kind: &'static str,
        /// Its name within the kind.
        name: String,
        /// Its bytes, sealed if the kind is.
        value: Vec<u8>,
    },
    /// Removes a record. Outcome [`Outcome::Count`]: 1 or 0.
    Delete {
        /// The line.
        line: LineName,
        /// The kind of record.
        kind: &'static str,
        /// Its name within the kind.
        name: String,
    },
    /// Removes a record that still has this value. Outcome [`Outcome::Count`]: 1 or 0.
    DeleteUnchanged {
        /// The line.
        line: LineName,
        /// The kind of record.
        kind: &'static str,
        /// Its name within the kind.
        name: String,
        /// Its bytes, as they were read.
        value: Vec<u8>,
    },
}

impl Change {
    /// The queue that gets something to take by it.
    pub(crate) fn rings(&self) -> Option<Queue> {
        match self {
            Self::Accept { .. } | Self::AppendReceipt { .. } => Some(Queue::Outbox),
            Self::AppendInbox { .. } => Some(Queue::Inbox),
            Self::AppendCallback { .. } => Some(Queue::Callbacks),
            Self::PutBack { queue, .. } => Some(*queue),
            _ => None,
        }
    }

    /// Whether what is in the store may refuse it. It does so before it has written anything itself.
    pub(crate) fn may_refuse(&self) -> bool {
        match self {
            Self::Claim { .. }
            | Self::Sent { .. }
            | Self::FinishInbox { .. }
            | Self::FinishStray { .. }
            | Self::Remember { .. }
            | Self::Message { .. }
            | Self::Require { .. }
            | Self::PutBack { .. }
            | Self::Create { .. } => true,
            Self::Accept { .. }
            | Self::AppendReceipt { .. }
            | Self::FinishOutbox { .. }
            | Self::AppendInbox { .. }
            | Self::AppendStray { .. }
            | Self::Forget { .. }
            | Self::ForgetStrays { .. }
            | Self::Raise { .. }
            | Self::Collect { .. }
            | Self::AppendCallback { .. }
            | Self::FinishCallback { .. }
            | Self::Put { .. }
            | Self::Delete { .. }
            | Self::DeleteUnchanged { .. } => false,
        }
    }
}

/// What a change gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to tell.
    Done,
    /// The key of the new row.
    Key(Key),
    /// The keys of a newly accepted message.
    Accepted {
        /// In the message index.
        message: Key,
        /// In the outbox.
        outbox: Key,
    },
    /// How many rows changed.
    Count(u64),
}

/// One outcome per change, in order.
pub type Applied = Vec<Outcome>;
