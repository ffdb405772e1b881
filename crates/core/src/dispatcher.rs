//! The dispatcher: posts notifications to the webhook, in lane order, with the documented linear backoff and the gate.
//!
//! A notification that has failed ten times while others succeeded is set aside on its own schedule, never dropped, and
//! its lane goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use onprem::settings::ApplicationSettings;
use store::{Batch, CallbackRow, Change, Fence, Key, Lane, Queue, Ref, StoreError, clock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::decide::delay::Linear;
use crate::decide::gate::{Gate, Passage};
use crate::decide::lanes::{Entry, Lanes};
use crate::feed::Feed;
use crate::line::Line;
use crate::link;

/// Failures after which a notification no longer holds up its customer, if others succeeded meanwhile.
const SET_ASIDE_AFTER: u32 = 10;
/// Notifications that may be posted and not yet be struck off in the store: what a crash can repeat.
const UNSETTLED: usize = 64;

/// How one delivery went.
enum Delivery {
    /// Answered 200 (or gone already).
    Taken,
    /// Not taken, for this reason.
    Refused(String),
    /// The row could not be read.
    Unread(StoreError),
}

/// One delivery that came back.
struct Delivered {
    lane: Lane,
    entry: Entry,
    aside: bool,
    delivery: Delivery,
    permit: OwnedSemaphorePermit,
}

struct Dispatcher {
    line: Arc<Line>,
    fence: Fence,
    lanes: Lanes,
    /// Set aside, by due time.
    aside: BTreeMap<(i64, Key), Entry>,
    asides_in_flight: usize,
    gate: Gate,
    feed: Feed,
    deliveries: JoinSet<Delivered>,
    settling: JoinSet<()>,
    unsettled: Arc<Semaphore>,
    settings: Arc<ApplicationSettings>,
    /// Deliveries that were taken so far: what a failing entry's `mark` is compared with.
    taken: u64,
}

/// Runs until `stop`; what is in flight then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let feed = Feed::new(line.store(), &line.config.name, Queue::Callbacks);
    let mut changes = line.settings.subscribe();
    let settings = changes.borrow_and_update().clone();
    let mut dispatcher = Dispatcher {
        lanes: Lanes::new(in_flight(&settings)),
        line,
        fence,
        aside: BTreeMap::new(),
        asides_in_flight: 0,
        gate: Gate::default(),
        feed,
        deliveries: JoinSet::new(),
        settling: JoinSet::new(),
        unsettled: Arc::new(Semaphore::new(UNSETTLED)),
        settings,
        taken: 0,
    };
    while !stop.is_cancelled() {
        dispatcher.begin();
        dispatcher
            .line
            .signals
            .set_callbacks_depth(dispatcher.held());
        let wait = dispatcher.wait();
        tokio::select! {
            () = stop.cancelled() => break,
            () = dispatcher.feed.ready(dispatcher.held()) => dispatcher.read().await,
            Some(delivered) = dispatcher.deliveries.join_next() => dispatcher.settle(delivered),
            Some(_) = dispatcher.settling.join_next() => {}
            Ok(()) = changes.changed() => dispatcher.adopt(changes.borrow_and_update().clone()),
            () = tokio::time::sleep(wait) => {}
        }
    }
    dispatcher.drain(drain).await;
}

fn in_flight(settings: &ApplicationSettings) -> usize {
    usize::try_from(settings.max_concurrent_requests).unwrap_or(6)
}

impl Dispatcher {
    fn held(&self) -> usize {
        self.lanes.len() + self.aside.len() + self.asides_in_flight
    }

    fn backoff(&self) -> Linear {
        Linear {
            step_ms: self.settings.callback_backoff_delay_ms,
            cap_ms: self.settings.max_callback_backoff_delay_ms,
        }
    }

    /// New settings are in force: a changed URL or backoff makes everything due.
    fn adopt(&mut self, settings: Arc<ApplicationSettings>) {
        let old = std::mem::replace(&mut self.settings, settings);
        self.lanes.set_limit(in_flight(&self.settings));
        let backoff = |settings: &ApplicationSettings| {
            (
                settings.callback_backoff_delay_ms,
                settings.max_callback_backoff_delay_ms,
            )
        };
        if old.webhook_url != self.settings.webhook_url || backoff(&old) != backoff(&self.settings)
        {
            self.gate.reset();
            self.make_all_due();
        }
    }

    fn make_all_due(&mut self) {
        let now_ms = clock::now_ms();
        self.lanes.clear_delays(now_ms);
        self.aside = std::mem::take(&mut self.aside)
            .into_values()
            .map(|entry| ((entry.due_ms.min(now_ms), entry.key), entry))
            .collect();
    }

    fn begin(&mut self) {
        if self.settings.webhook_url.is_empty() {
            return;
        }
        let now_ms = clock::now_ms();
        loop {
            let Ok(permit) = self.unsettled.clone().try_acquire_owned() else {
                return;
            };
            let next = match self.gate.passage(now_ms) {
                Passage::Open => self.lanes.next(now_ms),
                Passage::Probe => self.lanes.probe().inspect(|_| self.gate.probe_sent()),
                Passage::Closed(_) => None,
            };
            if let Some((lane, entry)) = next {
                self.post(lane, entry, false, permit);
            } else if let Some(entry) = self.next_aside(now_ms) {
                self.post(Lane::new(""), entry, true, permit);
            } else {
                return;
            }
        }
    }

    /// One that was set aside: one at a time, and only while the gate is open.
    fn next_aside(&mut self, now_ms: i64) -> Option<Entry> {
        if self.asides_in_flight > 0
            || self.gate.is_closed()
            || self.lanes.in_flight() >= in_flight(&self.settings)
        {
            return None;
        }
        let first = self
            .aside
            .first_entry()
            .filter(|first| first.key().0 <= now_ms)?;
        Some(first.remove())
    }

    fn post(&mut self, lane: Lane, entry: Entry, aside: bool, permit: OwnedSemaphorePermit) {
        self.asides_in_flight += usize::from(aside);
        let (line, url) = (self.line.clone(), self.settings.webhook_url.clone());
        self.deliveries.spawn(async move {
            let delivery = deliver(&line, &url, entry.key).await;
            Delivered {
                lane,
                entry,
                aside,
                delivery,
                permit,
            }
        });
    }

    fn wait(&self) -> Duration {
        let now_ms = clock::now_ms();
        let has_room =
            self.unsettled.available_permits() > 0 && !self.settings.webhook_url.is_empty();
        let lanes_due = match self.gate.passage(now_ms) {
            Passage::Closed(next_probe_ms) => next_probe_ms.filter(|_| !self.lanes.is_empty()),
            Passage::Probe => None,
            Passage::Open => self
                .lanes
                .next_due_ms()
                .filter(|_| self.lanes.in_flight() < in_flight(&self.settings)),
        };
        let aside_due = (self.aside.first_key_value())
            .map(|((due_ms, _), _)| *due_ms)
            .filter(|_| self.asides_in_flight == 0 && !self.gate.is_closed());
        let due_ms = lanes_due
            .into_iter()
            .chain(aside_due)
            .min()
            .filter(|_| has_room);
        let wait_ms = due_ms.map_or(60_000, |due_ms| due_ms - now_ms);
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => page.iter().for_each(|row| self.admit(row)),
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "the callbacks cannot be read");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    fn admit(&mut self, row: &Ref) {
        if !row.set_aside {
            self.lanes.push(row, clock::now_ms());
            return;
        }
        let entry = Entry {
            key: row.key,
            due_ms: row.due_ms,
            attempts: row.attempts,
            uncertain: false,
            mark: self.taken,
        };
        self.aside.insert((entry.due_ms, entry.key), entry);
    }

    fn settle(&mut self, delivered: Result<Delivered, tokio::task::JoinError>) {
        let Delivered {
            lane,
            entry,
            aside,
            delivery,
            permit,
        } = match delivered {
            Ok(delivered) => delivered,
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "a delivery ended without a result; the next start repeats it");
                return;
            }
        };
        self.asides_in_flight -= usize::from(aside);
        let now_ms = clock::now_ms();
        match delivery {
            Delivery::Taken => {
                self.taken += 1;
                if !aside {
                    self.lanes.finish(&lane, entry.key, now_ms);
                }
                if self.gate.succeeded() {
                    tracing::info!(line = %self.line.config.name, "the webhook takes notifications again");
                    self.make_all_due();
                }
                self.note(
                    Change::FinishCallback {
                        callback: entry.key,
                    },
                    permit,
                );
            }
            Delivery::Refused(reason) => self.refused(&lane, entry, aside, &reason, permit),
            Delivery::Unread(error) => {
                tracing::error!(line = %self.line.config.name, %error, "a notification cannot be read yet");
                let later = Entry {
                    due_ms: now_ms + 1_000,
                    ..entry
                };
                self.gate.probe_lost();
                if aside {
                    self.aside.insert((later.due_ms, later.key), later);
                } else {
                    self.lanes.put_back(&lane, later, now_ms);
                }
            }
        }
    }

    fn refused(
        &mut self,
        lane: &Lane,
        mut entry: Entry,
        aside: bool,
        reason: &str,
        permit: OwnedSemaphorePermit,
    ) {
        let now_ms = clock::now_ms();
        if entry.attempts == 0 {
            entry.mark = self.taken;
        }
        entry.attempts = entry.attempts.saturating_add(1);
        entry.due_ms = now_ms + self.backoff().wait_ms(entry.attempts);
        let (attempt, callback) = (entry.attempts, entry.key);
        let set_aside = aside || (entry.attempts >= SET_ASIDE_AFTER && self.taken > entry.mark);
        // One warning a second says it all; the rest is for those who look closer.
        if (set_aside && !aside) || (attempt == 1 && self.line.signals.may_log_refusal()) {
            tracing::warn!(line = %self.line.config.name, callback, attempt, set_aside, reason, "the webhook did not take a notification");
        } else {
            tracing::debug!(line = %self.line.config.name, callback, attempt, set_aside, reason, "the webhook did not take a notification");
        }
        let note = Change::PutBack {
            queue: Queue::Callbacks,
            key: entry.key,
            due_ms: entry.due_ms,
            attempts: entry.attempts,
            set_aside,
        };
        // One customer's own refusals say nothing about the webhook as such.
        if !aside && self.gate.failed(lane, now_ms, self.backoff()) {
            tracing::warn!(line = %self.line.config.name, reason, "the webhook is down: probing it");
        }
        if set_aside {
            if !aside {
                self.lanes.finish(lane, entry.key, now_ms);
            }
            self.aside.insert((entry.due_ms, entry.key), entry);
        } else {
            self.lanes.put_back(lane, entry, now_ms);
        }
        self.note(note, permit);
    }

    /// Notes a settled delivery in the store; its permit says that a crash may still repeat it.
    fn note(&mut self, change: Change, permit: OwnedSemaphorePermit) {
        let (line, fence) = (self.line.clone(), self.fence.clone());
        self.settling.spawn(async move {
            let result = line.store().apply(Batch::of(vec![change]).fenced(fence)).await;
            match result {
                Ok(_) | Err(StoreError::Conflict | StoreError::Closed) => {}
                Err(error) => {
                    tracing::error!(line = %line.config.name, %error, "a delivery is not noted: the next start repeats it");
                }
            }
            drop(permit);
        });
    }

    /// What was posted is waited for and noted: a planned end repeats nothing.
    async fn drain(&mut self, drain: Duration) {
        let drained = tokio::time::timeout(drain, async {
            while let Some(delivered) = self.deliveries.join_next().await {
                self.settle(delivered);
            }
            while self.settling.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(line = %self.line.config.name, left = self.deliveries.len(), "deliveries cut off: the next start repeats them");
        }
    }
}

/// Posts one notification. Only 200 means taken (`webhooks.md` 1.3).
async fn deliver(line: &Line, url: &str, key: Key) -> Delivery {
    let row: CallbackRow = match line
        .store()
        .callbacks(vec![key])
        .await
        .map(|mut rows| rows.pop())
    {
        Ok(Some(row)) => row,
        Ok(None) => return Delivery::Taken,
        Err(error) => return Delivery::Unread(error),
    };
    // A host that is an address is not resolved, so the resolver cannot refuse it.
    let url = match link::check(url, line.config.url_policy) {
        Ok(url) => url,
        Err(error) => return Delivery::Refused(error.to_string()),
    };
    let request = (line.webhook.post(url))
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::CONTENT_LENGTH, row.body.len())
        .body(row.body);
    match request.send().await {
        Ok(response) if response.status() == http::StatusCode::OK => {
            // Read to its end, so that the connection can be used again; what it says does not matter.
            drop(response.bytes().await);
            Delivery::Taken
        }
        Ok(response) => Delivery::Refused(format!("it answered {}", response.status())),
        Err(error) => Delivery::Refused(chain(&error.without_url())),
    }
}

/// An error with its causes: "error sending request" alone helps nobody.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
