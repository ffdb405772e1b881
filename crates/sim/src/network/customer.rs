//! A virtual customer: settings, windows, and the phone with what is on its way to it and what it has received.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::network::message::Outgoing;

/// The customer service window, milliseconds.
pub(crate) const WINDOW_MS: i64 = 24 * 3_600_000;
/// How long a free entry point is open once the business has answered, milliseconds.
const FREE_ENTRY_MS: i64 = 72 * 3_600_000;
/// Messages that a phone keeps for `inbox`; older ones are forgotten, but counted.
const INBOX_LIMIT: usize = 100_000;
/// Longest delay that can be set, milliseconds.
const LONGEST_DELAY_MS: i64 = 30 * 24 * 3_600_000;

/// How a customer's phone behaves: the object of `/sim/customers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as the contract names them"
)]
pub(crate) struct Settings {
    pub(crate) wa_id: String,
    pub(crate) name: String,
    /// The phone is reachable.
    pub(crate) online: bool,
    /// Messages are delivered by themselves.
    pub(crate) auto_deliver: bool,
    pub(crate) deliver_delay_ms: i64,
    /// Messages are read by themselves.
    pub(crate) auto_read: bool,
    pub(crate) read_delay_ms: i64,
    /// The customer has blocked the business.
    pub(crate) blocked: bool,
    /// Blocks the business as soon as it writes.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) blocks_next: bool,
    /// Wants no marketing messages.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) opted_out: bool,
    /// Of what is read at once, nobody is told that it was delivered.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) skips_delivered: bool,
    /// The code that messages fail with after they were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fails: Option<i64>,
    /// The code that marketing messages fail with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fails_marketing: Option<i64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands in a reference"
)]
fn is_off(switch: &bool) -> bool {
    !switch
}

impl Settings {
    pub(crate) fn new(wa_id: &str, name: &str) -> Self {
        Self {
            wa_id: wa_id.to_owned(),
            name: name.to_owned(),
            online: true,
            auto_deliver: true,
            deliver_delay_ms: 0,
            auto_read: false,
            read_delay_ms: 0,
            blocked: false,
            blocks_next: false,
            opted_out: false,
            skips_delivered: false,
            fails: None,
            fails_marketing: None,
        }
    }

    /// These settings with the members of `change`; a sentence says what is wrong with it.
    pub(crate) fn changed(mut self, change: &Map<String, Value>) -> Result<Self, String> {
        for (name, value) in change {
            match name.as_str() {
                "name" => {
                    value
                        .as_str()
                        .filter(|name| !name.trim().is_empty() && name.chars().count() <= 256)
                        .ok_or("name must be a text of 1 to 256 characters")?
                        .clone_into(&mut self.name);
                }
                "online" => self.online = truth(name, value)?,
                "auto_deliver" => self.auto_deliver = truth(name, value)?,
                "auto_read" => self.auto_read = truth(name, value)?,
                "blocked" => self.blocked = truth(name, value)?,
                "blocks_next" => self.blocks_next = truth(name, value)?,
                "opted_out" => self.opted_out = truth(name, value)?,
                "skips_delivered" => self.skips_delivered = truth(name, value)?,
                "fails" => self.fails = code(name, value)?,
                "fails_marketing" => self.fails_marketing = code(name, value)?,
                "deliver_delay_ms" => self.deliver_delay_ms = delay(name, value)?,
                "read_delay_ms" => self.read_delay_ms = delay(name, value)?,
                _ => {}
            }
        }
        Ok(self)
    }
}

fn truth(name: &str, value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("{name} must be true or false"))
}

fn code(name: &str, value: &Value) -> Result<Option<i64>, String> {
    if value.is_null() {
        return Ok(None);
    }
    value
        .as_i64()
        .map(Some)
        .ok_or_else(|| format!("{name} must be one of the network's codes, or null"))
}

fn delay(name: &str, value: &Value) -> Result<i64, String> {
    value
        .as_i64()
        .filter(|delay| (0..=LONGEST_DELAY_MS).contains(delay))
        .ok_or_else(|| {
            format!("{name} must be a whole number of milliseconds from 0 to {LONGEST_DELAY_MS}")
        })
}

/// A virtual customer.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    #[serde(flatten)]
    pub(crate) settings: Settings,
    /// When the customer last wrote to each `PHONE_ID`, Unix milliseconds.
    pub(crate) windows: BTreeMap<String, i64>,
    /// Free entry points: when the customer came by an advertisement, and when the business answered, by `PHONE_ID`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) entries: BTreeMap<String, Entry>,
    /// What the present identity is known by, once it has changed.
    #[serde(default)]
    pub(crate) identity: Option<String>,
    /// In memory only.
    #[serde(skip)]
    pub(crate) phone: Phone,
}

/// A chat that an advertisement led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// When the customer wrote, Unix milliseconds.
    pub(crate) came_ms: i64,
    /// When the business answered: from then on all messages are free for 72 hours.
    pub(crate) answered_ms: Option<i64>,
}

/// What is on its way to a phone, and what it has received.
#[derive(Clone, Default)]
pub(crate) struct Phone {
    undelivered: VecDeque<Undelivered>,
    inbox: VecDeque<Received>,
    /// Messages received since the network started, also those forgotten.
    received: usize,
    /// How many of them are read: the phone reads in order.
    read: usize,
    /// When its next step is due, if it stands in the network's schedule.
    pub(crate) due_ms: Option<i64>,
}

#[derive(Clone)]
struct Undelivered {
    accepted_ms: i64,
    message: Arc<Outgoing>,
}

#[derive(Clone)]
struct Received {
    delivered_ms: i64,
    message: Arc<Outgoing>,
}

/// What happened on a phone.
pub(crate) enum Step {
    Delivered(Arc<Outgoing>),
    Read(Arc<Outgoing>),
}

impl Customer {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            windows: BTreeMap::new(),
            entries: BTreeMap::new(),
            identity: None,
            phone: Phone::default(),
        }
    }

    /// Whether the business may write freely from this number.
    pub(crate) fn window_open(&self, phone_number_id: &str, now: i64) -> bool {
        self.windows
            .get(phone_number_id)
            .is_some_and(|last| now - last < WINDOW_MS)
    }

    /// Whether a message to this customer is free because an advertisement led here; the first answer within 24 hours
    /// begins the 72 hours.
    pub(crate) fn is_free_entry(&mut self, phone_number_id: &str, now: i64) -> bool {
        let Some(entry) = self.entries.get_mut(phone_number_id) else {
            return false;
        };
        if entry.answered_ms.is_none() && now - entry.came_ms < WINDOW_MS {
            entry.answered_ms = Some(now);
        }
        entry.answered_ms.is_some_and(|at| now - at < FREE_ENTRY_MS)
    }

    /// A message is on its way. To a customer who has blocked the business it never comes.
    pub(crate) fn expect(&mut self, message: Arc<Outgoing>, now: i64) {
        if !self.settings.blocked {
            self.phone.undelivered.push_back(Undelivered {
                accepted_ms: now,
                message,
            });
        }
    }

    /// When the next step is due; `None` when nothing happens by itself.
    pub(crate) fn due(&self) -> Option<i64> {
        [self.delivery_due(), self.reading_due()]
            .into_iter()
            .flatten()
            .min()
    }

    fn delivery_due(&self) -> Option<i64> {
        let settings = &self.settings;
        let reachable = settings.online && settings.auto_deliver && !settings.blocked;
        self.phone
            .undelivered
            .front()
            .filter(|_| reachable)
            .map(|first| first.accepted_ms + settings.deliver_delay_ms)
    }

    fn reading_due(&self) -> Option<i64> {
        let settings = &self.settings;
        let reads = settings.online && settings.auto_read && !settings.blocked;
        self.phone
            .first_unread()
            .filter(|_| reads)
            .map(|first| first.delivered_ms + settings.read_delay_ms)
    }

    /// Takes the next step that is due, deliveries before readings of the same time.
    pub(crate) fn step(&mut self, now: i64) -> Option<Step> {
        let due = self.due().filter(|due| *due <= now)?;
        if self.delivery_due() == Some(due) {
            self.phone.deliver(now).map(Step::Delivered)
        } else {
            self.phone.read_next().map(Step::Read)
        }
    }
}

impl Phone {
    fn first_unread(&self) -> Option<&Received> {
        let forgotten = self.received - self.inbox.len();
        self.inbox.get(self.read.saturating_sub(forgotten))
    }

    fn deliver(&mut self, now: i64) -> Option<Arc<Outgoing>> {
        let first = self.undelivered.pop_front()?;
        self.inbox.push_back(Received {
            delivered_ms: now,
            message: Arc::clone(&first.message),
        });
        self.received += 1;
        if self.inbox.len() > INBOX_LIMIT {
            self.inbox.pop_front();
            self.read = self.read.max(self.received - self.inbox.len());
        }
        Some(first.message)
    }

    /// Reads the oldest unread message.
    pub(crate) fn read_next(&mut self) -> Option<Arc<Outgoing>> {
        let message = self
            .first_unread()
            .map(|first| Arc::clone(&first.message))?;
        self.read += 1;
        Some(message)
    }

    /// How many messages came since the network started.
    pub(crate) fn received(&self) -> usize {
        self.received
    }

    /// The business number that sent a message of the inbox.
    pub(crate) fn author(&self, id: &str) -> Option<usize> {
        self.inbox
            .iter()
            .rev()
            .find(|received| received.message.id == id)
            .map(|received| received.message.number)
    }

    /// The business number that sent the last message of the inbox.
    pub(crate) fn last_author(&self) -> Option<usize> {
        self.inbox.back().map(|received| received.message.number)
    }

    /// The last message of the inbox, or the one of an id.
    pub(crate) fn find(&self, id: Option<&str>) -> Option<Arc<Outgoing>> {
        self.inbox
            .iter()
            .rev()
            .find(|received| id.is_none_or(|id| received.message.id == id))
            .map(|received| Arc::clone(&received.message))
    }

    /// What the send of a message of the inbox carried.
    pub(crate) fn opaque(&self, id: &str) -> Option<String> {
        self.inbox
            .iter()
            .rev()
            .find(|received| received.message.id == id)
            .and_then(|received| received.message.opaque.clone())
    }

    /// What was delivered, oldest first.
    pub(crate) fn inbox(&self) -> Value {
        let forgotten = self.received - self.inbox.len();
        self.inbox
            .iter()
            .enumerate()
            .map(|(at, received)| {
                let read = forgotten + at < self.read;
                received
                    .message
                    .shown(if read { "read" } else { "delivered" })
            })
            .collect()
    }

    /// Moves what is scheduled along when the clock is set back.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        for waiting in &mut self.undelivered {
            waiting.accepted_ms += by_ms;
        }
        for received in &mut self.inbox {
            received.delivered_ms += by_ms;
        }
    }
}

/// The card that goes with a customer's messages; with what the identity is known by, if that is told.
pub(crate) fn card(settings: &Settings, user_id: &str, identity: Option<String>) -> Value {
    let mut card =
        json!({"profile": {"name": settings.name}, "wa_id": settings.wa_id, "user_id": user_id});
    if let (Some(members), Some(hash)) = (card.as_object_mut(), identity) {
        members.insert("identity_key_hash".to_owned(), hash.into());
    }
    card
}
