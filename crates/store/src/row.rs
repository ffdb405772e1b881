//! What can be read from the store.

use serde::{Deserialize, Serialize};

use crate::name::{Key, Lane, LineName, Token};

/// The three durable queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Down: accepted messages (and read receipts) on their way to the network.
    Outbox,
    /// Up: events of the network, not looked at yet.
    Inbox,
    /// Up: notifications on their way to the webhook.
    Callbacks,
}

/// A light reference to a row of a queue: enough to schedule it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// The row's key.
    pub key: Key,
    /// The lane it belongs to.
    pub lane: Lane,
    /// Not before this time, Unix milliseconds.
    pub due_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Outbox only: the owner that claimed it (state `sending`).
    pub claimed_by: Option<Token>,
    /// Inbox only: the event's own time on the network's clock, Unix seconds; 0 when it has none.
    pub event_time_s: i64,
    /// Callbacks only: it was set aside after failing while others succeeded.
    pub set_aside: bool,
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The row's key.
    pub key: Key,
    /// The line it goes out on.
    pub line: LineName,
    /// The customer.
    pub lane: Lane,
    /// The message in the index that it carries; for a read receipt, the inbound message that was read.
    pub message: Key,
    /// What to send, in `core`'s own encoding.
    pub body: Vec<u8>,
    /// When it was accepted, Unix milliseconds.
    pub accepted_ms: i64,
    /// When its lifetime ends, Unix milliseconds.
    pub expires_ms: i64,
    /// How often it was claimed.
    pub attempts: u32,
    /// The owner that claimed it.
    pub claimed_by: Option<Token>,
}

/// A row of the inbox: one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// The row's key.
    pub key: Key,
    /// The line whose number it is for.
    pub line: LineName,
    /// The customer (or `""` for events about no customer).
    pub lane: Lane,
    /// The event's own time on the network's clock, Unix seconds; 0 when it has none.
    pub event_time_s: i64,
    /// When the relay took it, Unix milliseconds.
    pub received_ms: i64,
    /// The event, in `graph`'s JSON.
    pub body: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
    /// The network's id of the message that it is about.
    pub about: Option<String>,
}

/// A row of the callbacks: one notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRow {
    /// The row's key.
    pub key: Key,
    /// The line it belongs to.
    pub line: LineName,
    /// The customer (or `""`).
    pub lane: Lane,
    /// `inbound_message`, `status_change`, `error` or `service`: the label of the documented metric.
    pub kind: String,
    /// The notification's JSON, byte for byte as it is posted.
    pub body: Vec<u8>,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// Failed deliveries so far.
    pub attempts: u32,
    /// It was set aside.
    pub set_aside: bool,
    /// The message that it tells of.
    pub message: Option<Key>,
}

/// An event of a number that no line has, kept in case that one gets it; or one that could not be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayRow {
    /// The row's key.
    pub key: Key,
    /// The network's id of the number; `""` for what no line can be given.
    pub phone_number_id: String,
    /// The event, in `graph`'s JSON.
    pub body: Vec<u8>,
    /// When the relay took it, Unix milliseconds.
    pub received_ms: i64,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From the business to a customer.
    Outgoing,
    /// From a customer to the business.
    Incoming,
}

/// How far a message came. States only rise; `Failed` is final but for a late `Delivered` or `Read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MessageState {
    /// Durable here, not known to the network (outgoing), or not read (incoming).
    Accepted = 0,
    /// The network has it.
    Sent = 1,
    /// It will not arrive.
    Failed = 2,
    /// It is on the customer's device.
    Delivered = 3,
    /// It was opened (outgoing: by the customer, incoming: by the business).
    Read = 4,
}

/// A row of the message index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// The row's key; the public id is minted from it.
    pub key: Key,
    /// The line.
    pub line: LineName,
    /// Which way it went.
    pub direction: Direction,
    /// The other party as it was addressed or wrote: digits, or the network's own id.
    pub wa_id: String,
    /// The network's id, once known.
    pub network_id: Option<String>,
    /// The message's type, for example `text`.
    pub kind: String,
    /// How far it came.
    pub state: MessageState,
    /// When it was accepted or received, Unix milliseconds.
    pub created_ms: i64,
    /// When something last happened to it, Unix milliseconds; at first when it was made.
    pub changed_ms: i64,
    /// The caller's own opaque callback data, given back with its statuses.
    pub opaque: Option<String>,
}

/// Old messages that were found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldMessages {
    /// Their keys, rising.
    pub keys: Vec<Key>,
    /// Where to look on; `None` at the index's end.
    pub next: Option<Key>,
}

impl MessageRow {
    /// Whether nothing has happened to it since `before_ms`, and nothing more is to be expected: what is outgoing and
    /// not at the network yet never is.
    pub(crate) fn is_old(&self, before_ms: i64) -> bool {
        let is_on_its_way =
            self.direction == Direction::Outgoing && self.state == MessageState::Accepted;
        !is_on_its_way && self.changed_ms < before_ms
    }
}

impl Direction {
    /// Its number in the store: never change one.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Outgoing => 0,
            Self::Incoming => 1,
        }
    }

    /// The direction with this number.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Outgoing),
            1 => Some(Self::Incoming),
            _ => None,
        }
    }
}

impl MessageState {
    /// All states, rising.
    pub const ALL: [Self; 5] = [
        Self::Accepted,
        Self::Sent,
        Self::Failed,
        Self::Delivered,
        Self::Read,
    ];

    /// Its number in the store: never change one.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::Sent => 1,
            Self::Failed => 2,
            Self::Delivered => 3,
            Self::Read => 4,
        }
    }

    /// The state with this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}
