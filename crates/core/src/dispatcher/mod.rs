//! The dispatcher: posts notifications to the webhook, in lane order, with the documented linear backoff and the gate.
//!
//! A notification that has failed ten times while others succeeded is set aside on its own schedule, never dropped, and
//! its lane goes on.

mod delivery;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use onprem::settings::ApplicationSettings;
use store::{Batch, Change, Fence, Key, Lane, Queue, Ref, StoreError, clock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::delivery::{Delivered, Delivery, Kind};
use crate::alert::Alert;
use crate::decide::delay::Linear;
use crate::decide::gate::{Gate, Passage};
use crate::decide::lanes::{Entry, Lanes};
use crate::feed::Feed;
use crate::line::Line;

/// Failures after which a notification no longer holds up its customer, if others succeeded meanwhile.
const SET_ASIDE_AFTER: u32 = 10;
/// Notifications that may be posted and not yet be struck off in the store: what a crash can repeat.
const UNSETTLED: usize = 64;
/// Between two tries to note a delivery in a store that fails.
const NOTE_AGAIN: Duration = Duration::from_millis(500);

struct Dispatcher {
    line: Arc<Line>,
    fence: Fence,
    lanes: Lanes,
    /// Set aside: each in a lane of its own, one in flight.
    asides: Lanes,
    gate: Gate,
    feed: Feed,
    deliveries: JoinSet<Delivered>,
    /// Recalls what is in flight to a URL that is no longer the webhook's.
    url_in_force: CancellationToken,
    settling: JoinSet<()>,
    unsettled: Arc<Semaphore>,
    settings: Arc<ApplicationSettings>,
    /// Deliveries that were taken so far: what a failing entry's `mark` is compared with.
    taken: u64,
    stop: CancellationToken,
}

/// Runs until `stop`; what is in flight then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let mut changes = line.settings.subscribe();
    let settings = changes.borrow_and_update().clone();
    let mut clients = line.webhook.subscribe();
    let mut dispatcher = Dispatcher {
        feed: Feed::new(&line, Queue::Callbacks),
        line,
        fence,
        lanes: Lanes::new(UNSETTLED),
        asides: Lanes::new(1),
        gate: Gate::default(),
        deliveries: JoinSet::new(),
        url_in_force: CancellationToken::new(),
        settling: JoinSet::new(),
        unsettled: Arc::new(Semaphore::new(UNSETTLED)),
        settings,
        taken: 0,
        stop: stop.clone(),
    };
    while !stop.is_cancelled() {
        dispatcher.begin();
        let held = dispatcher.held();
        dispatcher.line.signals.set_callbacks_depth(held);
        dispatcher.note_loop();
        let wait = dispatcher.wait();
        tokio::select! {
            () = stop.cancelled() => break,
            () = dispatcher.feed.ready(held) => dispatcher.read().await,
            Some(delivered) = dispatcher.deliveries.join_next() => dispatcher.settle(delivered),
            Some(_) = dispatcher.settling.join_next() => {}
            Ok(()) = changes.changed() => dispatcher.adopt(changes.borrow_and_update().clone()),
            Ok(()) = clients.changed() => dispatcher.begin_afresh(),
            () = tokio::time::sleep(wait) => {}
        }
    }
    dispatcher.drain(drain).await;
}

/// The lane of one that was set aside.
fn own_lane(callback: Key) -> Lane {
    Lane::new(&format!("aside {callback}"))
}

impl Dispatcher {
    fn note_loop(&self) {
        let meter = &self.line.meter;
        let customers = self.lanes.customers() + self.asides.customers();
        let in_flight = self.lanes.in_flight() + self.asides.in_flight();
        meter.note_loop(Queue::Callbacks, customers, in_flight);
        meter.set_aside.set_len(self.asides.len());
        meter.gate_closed.set(self.gate.is_closed().into());
    }

    fn held(&self) -> usize {
        self.lanes.len() + self.asides.len()
    }

    fn now_ms(&self) -> i64 {
        self.line.signals.steady_ms()
    }

    fn backoff(&self) -> Linear {
        Linear {
            step_ms: self.settings.callback_backoff_delay_ms,
            cap_ms: self.settings.max_callback_backoff_delay_ms,
        }
    }

    /// Whether another request may go out: never more in flight than the setting says.
    fn has_room(&self) -> bool {
        let limit = usize::try_from(self.settings.max_concurrent_requests).unwrap_or(6);
        !self.settings.webhook_url.is_empty()
            && self.lanes.in_flight() + self.asides.in_flight() < limit
            && self.unsettled.available_permits() > 0
    }

    /// New settings are in force: a changed URL or backoff makes everything due.
    fn adopt(&mut self, settings: Arc<ApplicationSettings>) {
        let old = std::mem::replace(&mut self.settings, settings);
        let changed_url = old.webhook_url != self.settings.webhook_url;
        if changed_url {
            std::mem::take(&mut self.url_in_force).cancel();
            self.line.all_clear(Alert::WebhookFailing);
        }
        let backoff = |settings: &ApplicationSettings| {
            (
                settings.callback_backoff_delay_ms,
                settings.max_callback_backoff_delay_ms,
            )
        };
        if changed_url || backoff(&old) != backoff(&self.settings) {
            self.begin_afresh();
        }
    }

    /// What failed so far says nothing any more.
    fn begin_afresh(&mut self) {
        self.gate.reset();
        self.make_all_due();
    }

    fn make_all_due(&mut self) {
        let now_ms = self.now_ms();
        self.lanes.clear_delays(now_ms);
        self.asides.clear_delays(now_ms);
    }

    fn begin(&mut self) {
        while self.has_room() {
            let Some((kind, lane, entry)) = self.next() else {
                return;
            };
            let Ok(permit) = self.unsettled.clone().try_acquire_owned() else {
                return;
            };
            if kind == Kind::Probe {
                self.gate.probe_sent();
            }
            let deliver = delivery::run(
                self.line.clone(),
                self.settings.webhook_url.clone(),
                self.url_in_force.clone(),
                entry.key,
            );
            self.deliveries.spawn(async move {
                Delivered {
                    kind,
                    lane,
                    entry,
                    delivery: deliver.await,
                    permit,
                }
            });
        }
    }

    /// What goes out next, and why. One that was set aside takes its turn first: there is only one of them at a time.
    fn next(&mut self) -> Option<(Kind, Lane, Entry)> {
        let now_ms = self.now_ms();
        let (kind, (lane, entry)) = match self.gate.passage(now_ms) {
            Passage::Open => match self.asides.next(now_ms) {
                Some(aside) => (Kind::Aside, aside),
                None => (Kind::Ordinary, self.lanes.next(now_ms)?),
            },
            Passage::Probe => (
                Kind::Probe,
                self.lanes.probe().or_else(|| self.asides.probe())?,
            ),
            Passage::Closed(_) => return None,
        };
        Some((kind, lane, entry))
    }

    /// Until when nothing can go out that `begin` did not let out already.
    fn wait(&self) -> Duration {
        let now_ms = self.now_ms();
        let due_ms = match self.gate.passage(now_ms) {
            Passage::Closed(next_probe_ms) => next_probe_ms.filter(|_| self.held() > 0),
            // Every lane is in flight: one of them wakes us.
            Passage::Probe => None,
            Passage::Open => {
                let aside = self
                    .asides
                    .next_due_ms()
                    .filter(|_| self.asides.in_flight() == 0);
                self.lanes.next_due_ms().into_iter().chain(aside).min()
            }
        };
        let wait_ms = due_ms
            .filter(|_| self.has_room())
            .map_or(60_000, |due_ms| due_ms - now_ms);
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => {
                for row in page {
                    self.admit(row);
                }
            }
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "the callbacks cannot be read");
                self.line.note_store_trouble(&error);
                tokio::time::sleep(NOTE_AGAIN).await;
            }
        }
    }

    fn admit(&mut self, mut row: Ref) {
        let now_ms = self.now_ms();
        if row.set_aside {
            row.lane = own_lane(row.key);
            self.asides.push(&row, now_ms);
        } else {
            self.lanes.push(&row, now_ms);
        }
    }

    fn settle(&mut self, delivered: Result<Delivered, tokio::task::JoinError>) {
        let delivered = match delivered {
            Ok(delivered) => delivered,
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "a delivery was aborted; the next start repeats it");
                return;
            }
        };
        let Delivered {
            kind,
            lane,
            entry,
            delivery,
            permit,
        } = delivered;
        let is_aside = lane == own_lane(entry.key);
        let now_ms = self.now_ms();
        let lanes = if is_aside {
            &mut self.asides
        } else {
            &mut self.lanes
        };
        match delivery {
            Delivery::Taken => {
                lanes.finish(&lane, entry.key, now_ms);
                self.succeeded();
                self.note(
                    move || Change::FinishCallback {
                        callback: entry.key,
                    },
                    permit,
                );
            }
            Delivery::Gone => {
                lanes.finish(&lane, entry.key, now_ms);
                self.release_probe(kind, now_ms);
            }
            Delivery::Recalled => {
                lanes.put_back(
                    &lane,
                    Entry {
                        due_ms: now_ms,
                        ..entry
                    },
                    now_ms,
                );
                self.release_probe(kind, now_ms);
            }
            Delivery::Unread(error) => {
                tracing::error!(line = %self.line.config.name, %error, "a notification cannot be read yet");
                self.line.note_store_trouble(&error);
                lanes.put_back(
                    &lane,
                    Entry {
                        due_ms: now_ms + 1_000,
                        ..entry
                    },
                    now_ms,
                );
                self.release_probe(kind, now_ms + 1_000);
            }
            Delivery::Refused(reason) => self.refused(kind, &lane, entry, &reason, permit),
        }
    }

    fn succeeded(&mut self) {
        self.taken += 1;
        self.line.all_clear(Alert::WebhookFailing);
        if self.gate.succeeded() {
            tracing::info!(line = %self.line.config.name, "the webhook takes notifications again");
            self.make_all_due();
        }
    }

    fn release_probe(&mut self, kind: Kind, next_ms: i64) {
        if kind == Kind::Probe {
            self.gate.probe_lost(next_ms);
        }
    }

    fn refused(
        &mut self,
        kind: Kind,
        lane: &Lane,
        mut entry: Entry,
        reason: &str,
        permit: OwnedSemaphorePermit,
    ) {
        let now_ms = self.now_ms();
        self.line.meter.note_retry(Queue::Callbacks);
        if entry.attempts == 0 {
            entry.mark = self.taken;
        }
        entry.attempts = entry.attempts.saturating_add(1);
        let wait_ms = self.backoff().wait_ms(entry.attempts);
        entry.due_ms = now_ms + wait_ms;
        let was_aside = *lane == own_lane(entry.key);
        let set_aside = was_aside || (entry.attempts >= SET_ASIDE_AFTER && self.taken > entry.mark);
        self.log_refusal(&entry, set_aside && !was_aside, reason);
        if kind != Kind::Aside {
            self.line.alert(Alert::WebhookFailing, reason);
        }
        match kind {
            Kind::Probe => self.gate.probe_failed(now_ms, self.backoff()),
            // One customer's own refusals say nothing about the webhook as such.
            Kind::Aside => {}
            Kind::Ordinary => {
                if self.gate.failed(lane, now_ms, self.backoff()) {
                    tracing::warn!(line = %self.line.config.name, reason, "the webhook is down: probing it");
                }
            }
        }
        let (key, attempts, due_ms) = (entry.key, entry.attempts, clock::now_ms() + wait_ms);
        self.keep(lane, entry, was_aside, set_aside);
        let put_back = move || Change::PutBack {
            queue: Queue::Callbacks,
            key,
            due_ms,
            attempts,
            set_aside,
        };
        self.note(put_back, permit);
    }

    /// Puts a refused one back where it came from, or among those that are set aside.
    fn keep(&mut self, lane: &Lane, entry: Entry, was_aside: bool, set_aside: bool) {
        let now_ms = self.now_ms();
        if was_aside {
            self.asides.put_back(lane, entry, now_ms);
        } else if set_aside {
            self.lanes.finish(lane, entry.key, now_ms);
            let row = Ref {
                key: entry.key,
                lane: own_lane(entry.key),
                due_ms: entry.due_ms,
                attempts: entry.attempts,
                claimed_by: None,
                event_time_s: 0,
                set_aside,
            };
            self.asides.push(&row, now_ms);
        } else {
            self.lanes.put_back(lane, entry, now_ms);
        }
    }

    /// One warning a second says it all; the rest is for those who look closer.
    fn log_refusal(&self, entry: &Entry, newly_aside: bool, reason: &str) {
        let (line, callback, attempt) = (&self.line.config.name, entry.key, entry.attempts);
        if newly_aside {
            tracing::warn!(%line, callback, attempt, reason, "a notification is set aside: its customer's others go on");
        } else if attempt == 1 && self.line.signals.may_log_refusal() {
            tracing::warn!(%line, callback, attempt, reason, "the webhook did not take a notification");
        } else {
            tracing::debug!(%line, callback, attempt, reason, "the webhook did not take a notification");
        }
    }

    /// Notes a settled delivery in the store. Its permit is held until that is done: it says that a crash may repeat it.
    fn note(&mut self, change: impl Fn() -> Change + Send + 'static, permit: OwnedSemaphorePermit) {
        let (line, fence, stop) = (self.line.clone(), self.fence.clone(), self.stop.clone());
        self.settling.spawn(async move {
            let _permit = permit;
            let mut failures = 0_u32;
            loop {
                let batch = Batch::of(vec![change()]).fenced(fence.clone());
                match line.store().apply(batch).await {
                    Ok(_) | Err(StoreError::Conflict | StoreError::Closed) => return,
                    Err(StoreError::Fenced) => {
                        tracing::error!(line = %line.config.name, "another process took the line over: this core stops");
                        stop.cancel();
                        return;
                    }
                    Err(error) if failures == 0 => {
                        tracing::error!(line = %line.config.name, %error, "a delivery cannot be noted yet");
                        line.note_store_trouble(&error);
                    }
                    Err(_) => {}
                }
                failures += 1;
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(NOTE_AGAIN) => {}
                }
            }
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
            let left = self.deliveries.len();
            tracing::warn!(line = %self.line.config.name, left, "deliveries cut off: the next start repeats them");
        }
    }
}
