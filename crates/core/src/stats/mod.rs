//! What a line counts while it works, and what is told of it: `/v1/stats/…` and `/v1/support` (`rest-api.md` 14).
//!
//! - [`Meter`]: the cells that the loops count with.
//! - [`app`], [`db`]: the pages made from them, and from the store. [`census`]: how big tables are counted.
//! - [`support`]: `/v1/support`. [`host`]: the machine and the process.
//! - [`polled`]: readings that are taken at most every so often, however often somebody asks.

mod app;
mod census;
mod db;
pub mod host;
mod polled;
mod queues;
mod support;
#[cfg(test)]
mod tests;

use std::time::Duration;

use meter::table::{DELIVERY_SECONDS, WEBHOOK_SECONDS};
use meter::{Cells, Counter, Gauge, Histogram};
use store::{Queue, clock};

use self::census::Counts;
use self::host::Free;
use self::polled::Polled;
use self::queues::Queues;

/// The queues, and what they are called in labels.
pub(crate) const QUEUES: [(Queue, &str); 3] = [
    (Queue::Outbox, "outbox"),
    (Queue::Inbox, "inbox"),
    (Queue::Callbacks, "callbacks"),
];

/// Types of messages that have a series of their own (`messages.md` 2 to 5, `webhooks.md` 2).
const TYPES: &[&str] = &[
    "audio",
    "button",
    "contacts",
    "document",
    "ephemeral",
    "hsm",
    "image",
    "interactive",
    "location",
    "order",
    "reaction",
    "request_welcome",
    "sticker",
    "system",
    "template",
    "text",
    "unknown",
    "unsupported",
    "video",
    "voice",
];
/// The type of all others: what the network calls them is not for us to choose.
const UNDEFINED: &str = "undefined";
/// Statuses that have a series of their own (`webhooks.md` 3).
const STATUSES: &[&str] = &["deleted", "delivered", "failed", "read", "sent", "warning"];
/// The result of what went well.
pub(crate) const SUCCESS: &str = "success";

fn one_of<'a>(known: &[&'a str], word: &str, else_: &'a str) -> &'a str {
    known
        .iter()
        .copied()
        .find(|known| *known == word)
        .unwrap_or(else_)
}

/// One of a kind for each queue.
#[derive(Debug, Default)]
pub(crate) struct ByQueue<T> {
    outbox: T,
    inbox: T,
    callbacks: T,
}

impl<T> ByQueue<T> {
    /// The queue's own.
    pub(crate) fn of(&self, queue: Queue) -> &T {
        match queue {
            Queue::Outbox => &self.outbox,
            Queue::Inbox => &self.inbox,
            Queue::Callbacks => &self.callbacks,
        }
    }
}

/// How a queue's loop is doing.
#[derive(Debug, Default)]
pub(crate) struct Loop {
    /// Customers who have something in it.
    pub(crate) lanes: Gauge,
    /// Rows in work.
    pub(crate) in_flight: Gauge,
    /// Rows that were put back to be tried again.
    pub(crate) retries: Counter,
}

/// What a line counts. Its loops write, [`app`] reads.
pub(crate) struct Meter {
    /// When the line was opened, Unix milliseconds.
    began_ms: i64,
    /// When the state last became another one, Unix milliseconds.
    state_since_ms: Gauge,
    /// Each queue's loop.
    pub(crate) loops: ByQueue<Loop>,
    /// Posts by type and result.
    callbacks: Cells<2, Histogram>,
    /// From a notification's making to its delivery.
    deliveries: Histogram,
    /// Notifications that are set aside.
    pub(crate) set_aside: Gauge,
    /// 1 while the webhook's gate is closed.
    pub(crate) gate_closed: Gauge,
    outgoing: Cells<2, Counter>,
    incoming: Cells<1, Counter>,
    statuses: Cells<1, Counter>,
    /// Messages that were sent again although they may have left.
    pub(crate) possible_duplicates: Counter,
    /// Events that were known already.
    pub(crate) repeated_events: Counter,
    /// Events that were kept aside.
    pub(crate) stray_events: Counter,
    /// Sessions that were begun.
    pub(crate) sessions: Counter,
    /// How long the last start-up took, milliseconds.
    pub(crate) startup_ms: Gauge,
    /// Start-ups that ran into their limit.
    pub(crate) startups_capped: Counter,
    /// Bytes of media that were written, by direction.
    pub(crate) uploaded: Counter,
    pub(crate) downloaded: Counter,
    /// Readings.
    census: Polled<Counts>,
    queues: Polled<Queues>,
    free: Polled<Free>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let meter = Self {
            began_ms: clock::now_ms(),
            state_since_ms: Gauge::default(),
            loops: ByQueue::default(),
            callbacks: Cells::new(|| Histogram::of(&WEBHOOK_SECONDS)),
            deliveries: Histogram::of(&DELIVERY_SECONDS),
            set_aside: Gauge::default(),
            gate_closed: Gauge::default(),
            outgoing: Cells::default(),
            incoming: Cells::default(),
            statuses: Cells::default(),
            possible_duplicates: Counter::default(),
            repeated_events: Counter::default(),
            stray_events: Counter::default(),
            sessions: Counter::default(),
            startup_ms: Gauge::default(),
            startups_capped: Counter::default(),
            uploaded: Counter::default(),
            downloaded: Counter::default(),
            census: Polled::new(census::FRESH),
            queues: Polled::new(queues::FRESH),
            free: Polled::new(host::FRESH),
        };
        meter.note_state();
        meter
    }

    /// The line's state has become another one.
    pub(crate) fn note_state(&self) {
        let now_ms = u64::try_from(clock::now_ms()).unwrap_or(0);
        self.state_since_ms.set(now_ms);
    }

    /// A queue's loop went round: what it holds now.
    pub(crate) fn note_loop(&self, queue: Queue, lanes: usize, in_flight: usize) {
        let of_queue = self.loops.of(queue);
        of_queue.lanes.set_len(lanes);
        of_queue.in_flight.set_len(in_flight);
    }

    /// A row was put back to be tried again.
    pub(crate) fn note_retry(&self, queue: Queue) {
        self.loops.of(queue).retries.one();
    }

    /// A notification was posted: what came of it, and how long the webhook took.
    pub(crate) fn note_post(&self, kind: &str, result: &str, took: Duration) {
        self.callbacks.at([kind, result]).time(took);
    }

    /// A notification was taken that was made at this time, Unix milliseconds.
    pub(crate) fn note_delivery(&self, made_ms: i64) {
        let waited = u64::try_from(clock::now_ms() - made_ms).unwrap_or(0);
        self.deliveries.time(Duration::from_millis(waited));
    }

    /// A message left the outbox: `success`, or the code that it failed with.
    pub(crate) fn note_outgoing(&self, kind: &str, result: &str) {
        let kind = one_of(TYPES, kind, UNDEFINED);
        self.outgoing.at([kind, result]).one();
    }

    /// A customer's message was processed.
    pub(crate) fn note_incoming(&self, kind: &str) {
        self.incoming.at([one_of(TYPES, kind, UNDEFINED)]).one();
    }

    /// The network told a status.
    pub(crate) fn note_status(&self, status: &str) {
        let status = one_of(STATUSES, status, meter::cells::OTHER);
        self.statuses.at([status]).one();
    }
}
