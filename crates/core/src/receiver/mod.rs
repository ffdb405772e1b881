//! The receiver: takes the inbox lane by lane, drops what was seen before, translates, and queues notifications.

mod event;
mod media;
mod referral;
mod sticker;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use store::{Fence, Lane, Queue, StoreError};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::decide::delay;
use crate::decide::lanes::{Entry, Lanes};
use crate::feed::Feed;
use crate::line::Line;

/// Events in work per line, those that wait for media apart.
const IN_WORK: usize = 64;
/// Media downloads at once per line.
const DOWNLOADS: usize = 8;
/// Events that may wait for media beside those in work.
const WAITING_FOR_MEDIA: usize = 1024;
/// An event that this program failed over so often is kept aside. What the store fails over waits for the store.
const TRIES: u64 = 5;

/// What the tasks of one receiver share.
struct Shared {
    line: Arc<Line>,
    fence: Fence,
    downloads: Semaphore,
    /// Events that wait for media: they take no place from others.
    waiting_for_media: AtomicUsize,
    /// Their number changed.
    places_changed: Notify,
}

impl Shared {
    /// Events that may be in work now.
    fn places(&self) -> usize {
        IN_WORK
            + self
                .waiting_for_media
                .load(Ordering::Relaxed)
                .min(WAITING_FOR_MEDIA)
    }
}

struct Processed {
    lane: Lane,
    entry: Entry,
    result: Result<(), event::Trouble>,
}

struct Receiver {
    shared: Arc<Shared>,
    lanes: Lanes,
    feed: Feed,
    tasks: JoinSet<Processed>,
    stop: CancellationToken,
}

/// Runs until `stop`; what is in work then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let mut receiver = Receiver {
        feed: Feed::new(&line, Queue::Inbox),
        shared: Arc::new(Shared {
            line,
            fence,
            downloads: Semaphore::new(DOWNLOADS),
            waiting_for_media: AtomicUsize::new(0),
            places_changed: Notify::new(),
        }),
        lanes: Lanes::new(IN_WORK),
        tasks: JoinSet::new(),
        stop: stop.clone(),
    };
    let shared = receiver.shared.clone();
    while !stop.is_cancelled() {
        receiver.begin();
        receiver.note();
        let wait = receiver.wait();
        tokio::select! {
            () = stop.cancelled() => break,
            () = receiver.feed.ready(receiver.lanes.len()) => receiver.read().await,
            Some(processed) = receiver.tasks.join_next() => receiver.settle(processed),
            () = shared.places_changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    // Cut off, an event simply stays in the inbox.
    let drained = tokio::time::timeout(drain, async {
        while receiver.tasks.join_next().await.is_some() {}
    });
    drop(drained.await);
}

impl Receiver {
    fn now_ms(&self) -> i64 {
        self.shared.line.signals.steady_ms()
    }

    fn note(&self) {
        let (customers, in_flight) = (self.lanes.customers(), self.lanes.in_flight());
        let meter = &self.shared.line.meter;
        meter.note_loop(Queue::Inbox, customers, in_flight);
    }

    fn begin(&mut self) {
        self.lanes.set_limit(self.shared.places());
        while let Some((lane, entry)) = self.lanes.next(self.now_ms()) {
            let shared = self.shared.clone();
            self.tasks.spawn(async move {
                let process =
                    AssertUnwindSafe(event::process(&shared, entry.key, entry.mark >= TRIES));
                let result = process
                    .catch_unwind()
                    .await
                    .unwrap_or(Err(event::Trouble::Panicked));
                Processed {
                    lane,
                    entry,
                    result,
                }
            });
        }
    }

    /// Until when nothing can begin that `begin` did not begin already.
    fn wait(&self) -> Duration {
        let has_room = self.lanes.in_flight() < self.shared.places();
        let due_ms = self.lanes.next_due_ms().filter(|_| has_room);
        let wait_ms = due_ms.map_or(60_000, |due_ms| due_ms - self.now_ms());
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => {
                let now_ms = self.now_ms();
                for row in page {
                    self.lanes.push(&row, now_ms);
                    if let Some(step) = self.shared.line.signals.offline().as_mut() {
                        step.taken(row.key, row.event_time_s, now_ms);
                    }
                }
            }
            Err(error) => {
                tracing::error!(line = %self.shared.line.config.name, %error, "the inbox cannot be read");
                self.shared.line.note_store_trouble(&error);
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    fn settle(&mut self, processed: Result<Processed, tokio::task::JoinError>) {
        let line = self.shared.line.clone();
        let Processed {
            lane,
            mut entry,
            result,
        } = match processed {
            Ok(processed) => processed,
            Err(error) => {
                tracing::error!(line = %line.config.name, %error, "an event was aborted; it stays in the inbox");
                return;
            }
        };
        let now_ms = self.now_ms();
        let Err(trouble) = result else {
            self.lanes.finish(&lane, entry.key, now_ms);
            if let Some(step) = line.signals.offline().as_mut() {
                step.done(entry.key, now_ms);
            }
            line.signals.offline_moved.notify_one();
            return;
        };
        if matches!(trouble, event::Trouble::Store(StoreError::Fenced)) {
            tracing::error!(line = %line.config.name, "another process took the line over: this core stops");
            self.stop.cancel();
        } else if entry.attempts == 0 {
            tracing::error!(line = %line.config.name, event = entry.key, %trouble, "an event cannot be processed yet");
        }
        if let event::Trouble::Store(error) = &trouble {
            line.note_store_trouble(error);
        }
        if trouble.is_ours() {
            entry.mark += 1;
        }
        entry.attempts = entry.attempts.saturating_add(1);
        let wait_ms = delay::exponential_ms(entry.attempts, entry.key.unsigned_abs()).min(5_000);
        entry.due_ms = now_ms + wait_ms;
        line.meter.note_retry(Queue::Inbox);
        self.lanes.put_back(&lane, entry, now_ms);
    }
}
