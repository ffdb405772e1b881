//! What the parts of one running line tell each other in memory. Nothing here is a promise: the store has the facts.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use store::{Key, Lane};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::collect::Doors;
use crate::decide::offline::Offline;

/// Something upstream that only the connection can deal with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Credentials or account: the line is disconnected, with a sentence for people.
    Disconnect(String),
    /// The number is not registered any more.
    Unregister(String),
}

/// How often a line was given another upstream, and how often that was another number's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Renewed {
    pub(crate) times: u64,
    pub(crate) moves: u64,
}

/// Messages between connection, sender, receiver and dispatcher.
pub(crate) struct Signals {
    offline: Mutex<Option<Offline>>,
    /// The offline step moved.
    pub(crate) offline_moved: Notify,
    resolved: Mutex<Vec<(Lane, Key)>>,
    /// A status named a message that was waiting for word of it.
    pub(crate) resolved_some: Notify,
    trouble: Mutex<Option<Trouble>>,
    /// There is trouble.
    pub(crate) troubled: Notify,
    /// The network is heard again after it was not.
    pub(crate) heard_again: Notify,
    /// The network has changed something about the number: it is asked for again.
    pub(crate) look_again: Notify,
    /// How often the line was given another upstream.
    pub(crate) renewed: watch::Sender<Renewed>,
    link_waits: AtomicUsize,
    /// The number of tries that wait for a media link changed.
    pub(crate) link_waits_changed: Notify,
    per_second: AtomicU32,
    came: AtomicU32,
    outbox: AtomicU64,
    outbox_is_longer: AtomicBool,
    callbacks: AtomicU64,
    /// Where calls and collectors meet.
    pub(crate) doors: Doors,
    began: Instant,
    not_ready_logged_s: AtomicU64,
    refusal_logged_s: AtomicU64,
}

impl Signals {
    /// Of a line that may have so many messages a second.
    pub(crate) fn new(per_second: u32) -> Self {
        Self {
            offline: Mutex::default(),
            offline_moved: Notify::new(),
            resolved: Mutex::default(),
            resolved_some: Notify::new(),
            trouble: Mutex::default(),
            troubled: Notify::new(),
            heard_again: Notify::new(),
            look_again: Notify::new(),
            renewed: watch::Sender::default(),
            link_waits: AtomicUsize::new(0),
            link_waits_changed: Notify::new(),
            per_second: AtomicU32::new(per_second),
            came: AtomicU32::new(0),
            outbox: AtomicU64::new(0),
            outbox_is_longer: AtomicBool::new(false),
            callbacks: AtomicU64::new(0),
            doors: Doors::default(),
            began: Instant::now(),
            not_ready_logged_s: AtomicU64::new(0),
            refusal_logged_s: AtomicU64::new(0),
        }
    }

    /// Milliseconds of a steady clock, for what must not follow a jump of the wall clock.
    pub(crate) fn steady_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// The offline step, while one runs.
    pub(crate) fn offline(&self) -> MutexGuard<'_, Option<Offline>> {
        lock(&self.offline)
    }

    /// An outbox row is done although its answer never came.
    pub(crate) fn resolve(&self, lane: Lane, outbox: Key) {
        lock(&self.resolved).push((lane, outbox));
        self.resolved_some.notify_one();
    }

    /// The rows that were resolved since the last call.
    pub(crate) fn take_resolved(&self) -> Vec<(Lane, Key)> {
        std::mem::take(&mut *lock(&self.resolved))
    }

    /// Tries that wait for a media link.
    pub(crate) fn link_waits(&self) -> usize {
        self.link_waits.load(Ordering::Relaxed)
    }

    /// A try waits for a media link until the guard goes.
    pub(crate) fn wait_for_link(&self) -> LinkWait<'_> {
        self.link_waits.fetch_add(1, Ordering::Relaxed);
        self.link_waits_changed.notify_one();
        LinkWait(self)
    }

    /// Tells the connection of trouble; the first one counts.
    pub(crate) fn trouble(&self, trouble: Trouble) {
        lock(&self.trouble).get_or_insert(trouble);
        self.troubled.notify_one();
    }

    /// The trouble since the last call.
    pub(crate) fn take_trouble(&self) -> Option<Trouble> {
        lock(&self.trouble).take()
    }

    /// Messages a second that the network allows, in and out together.
    pub(crate) fn per_second(&self) -> u32 {
        self.per_second.load(Ordering::Relaxed)
    }

    /// The network allows so many from now on.
    pub(crate) fn set_per_second(&self, messages: u32) {
        self.per_second.store(messages, Ordering::Relaxed);
    }

    /// A customer's message came.
    pub(crate) fn came_one(&self) {
        self.came.fetch_add(1, Ordering::Relaxed);
    }

    /// Customers' messages since the last call.
    pub(crate) fn take_came(&self) -> u32 {
        self.came.swap(0, Ordering::Relaxed)
    }

    /// Rows in the outbox and in the callbacks, as their loops know them.
    pub(crate) fn depths(&self) -> (u64, u64) {
        (
            self.outbox.load(Ordering::Relaxed),
            self.callbacks.load(Ordering::Relaxed),
        )
    }

    /// What the sender holds of the outbox; unless that is all, the housekeeping counts it.
    pub(crate) fn set_outbox_depth(&self, held: usize, is_all: bool) {
        self.outbox_is_longer.store(!is_all, Ordering::Relaxed);
        if is_all {
            self.count_outbox(held.try_into().unwrap_or(u64::MAX));
        }
    }

    /// Whether the outbox is longer than what the sender holds.
    pub(crate) fn is_outbox_longer(&self) -> bool {
        self.outbox_is_longer.load(Ordering::Relaxed)
    }

    pub(crate) fn count_outbox(&self, rows: u64) {
        self.outbox.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn set_callbacks_depth(&self, rows: usize) {
        self.callbacks
            .store(rows.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// True at most once a second: whether "service not ready" may be logged.
    pub(crate) fn may_log_not_ready(&self) -> bool {
        self.is_first_in_second(&self.not_ready_logged_s)
    }

    /// True at most once a second: whether a refused notification may be logged.
    pub(crate) fn may_log_refusal(&self) -> bool {
        self.is_first_in_second(&self.refusal_logged_s)
    }

    fn is_first_in_second(&self, last: &AtomicU64) -> bool {
        // 0 means never, so seconds count from 1.
        let second = self.began.elapsed().as_secs() + 1;
        last.swap(second, Ordering::Relaxed) != second
    }
}

/// A try that waits for a media link.
pub(crate) struct LinkWait<'a>(&'a Signals);

impl Drop for LinkWait<'_> {
    fn drop(&mut self) {
        self.0.link_waits.fetch_sub(1, Ordering::Relaxed);
    }
}

/// These mutexes guard plain data that is valid at every instant, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
