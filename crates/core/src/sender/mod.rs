//! The sender: takes the outbox lane by lane, many lanes at once, one message in flight per customer.
//!
//! A row is claimed durably before its first byte leaves. What may have left without an answer waits for a status that
//! names it, and only then follows `on_unknown`.

mod attempt;
mod throttle;
pub(crate) mod upload;

use std::sync::Arc;
use std::time::Duration;

use store::{Fence, Lane, Queue};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::throttle::Throttle;
use crate::decide::lanes::{Entry, Lanes};
use crate::decide::pace::Word;
use crate::feed::Feed;
use crate::line::{Line, LineState};

/// Tries that may wait for media links beside those in flight.
const WAITING_FOR_LINKS: usize = 1024;

/// What became of one try.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The row is done.
    Finished,
    /// The row waits until its time; `Entry::uncertain` when it may have left.
    PutBack(Entry),
}

/// One try that came back.
#[derive(Debug)]
pub(crate) struct Settled {
    lane: Lane,
    entry: Entry,
    outcome: Outcome,
    /// What the network said; nothing when it was not asked.
    word: Option<Word>,
}

struct Sender {
    line: Arc<Line>,
    fence: Fence,
    lanes: Lanes,
    feed: Feed,
    tries: JoinSet<Settled>,
    throttle: Arc<Throttle>,
    was_ready: bool,
    stop: CancellationToken,
}

/// Runs until `stop`; what is in flight then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let mut states = line.watch_state();
    let mut sender = Sender {
        feed: Feed::new(&line, Queue::Outbox),
        line: line.clone(),
        fence,
        lanes: Lanes::new(0),
        tries: JoinSet::new(),
        throttle: Arc::new(Throttle::new(&line)),
        was_ready: false,
        stop: stop.clone(),
    };
    while !stop.is_cancelled() {
        sender.begin_tries();
        let held = sender.lanes.len();
        line.signals.set_outbox_depth(held, sender.feed.is_at_end());
        sender.note();
        let wait = sender.wait();
        tokio::select! {
            () = stop.cancelled() => break,
            () = sender.feed.ready(held) => sender.read().await,
            Some(settled) = sender.tries.join_next() => sender.settle(settled),
            _ = states.changed() => {}
            () = line.signals.resolved_some.notified() => sender.forget_resolved(),
            () = line.signals.heard_again.notified() => sender.hold_uncertain(),
            () = line.signals.link_waits_changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    let drained = tokio::time::timeout(drain, async {
        while sender.tries.join_next().await.is_some() {}
    });
    if drained.await.is_err() {
        let left = sender.tries.len();
        tracing::warn!(line = %line.config.name, left, "sends cut off; a status or the next start settles them");
    }
}

impl Sender {
    fn note(&self) {
        let (customers, in_flight) = (self.lanes.customers(), self.lanes.in_flight());
        self.line
            .meter
            .note_loop(Queue::Outbox, customers, in_flight);
    }

    fn now_ms(&self) -> i64 {
        self.line.signals.steady_ms()
    }

    fn begin_tries(&mut self) {
        let now_ms = self.now_ms();
        let ready = *self.line.state.borrow() == LineState::Ready;
        if ready && !self.was_ready {
            self.hold_uncertain();
        }
        self.was_ready = ready;
        self.lanes.set_limit(self.tries_at_once());
        if !ready || now_ms < self.throttle.paused_until_ms() {
            return;
        }
        while let Some((lane, entry)) = self.lanes.next(now_ms) {
            let (line, fence, stop) = (self.line.clone(), self.fence.clone(), self.stop.clone());
            let throttle = self.throttle.clone();
            self.tries
                .spawn(attempt::run(line, fence, throttle, lane, entry, stop));
        }
    }

    /// Tries at once: those that wait for a media link take no place from others.
    fn tries_at_once(&self) -> usize {
        self.throttle.places() + self.line.signals.link_waits().min(WAITING_FOR_LINKS)
    }

    /// The network is heard (again): only from now on can it tell what had reached it.
    fn hold_uncertain(&mut self) {
        let now_ms = self.now_ms();
        let wait_ms =
            i64::try_from(self.line.config.reconcile_wait.as_millis()).unwrap_or(i64::MAX);
        self.lanes
            .hold_uncertain(now_ms.saturating_add(wait_ms), now_ms);
    }

    /// Until when nothing can go out that `begin_tries` did not let out already.
    fn wait(&self) -> Duration {
        // Not ready, or all places taken: a change of state or a settled try wakes us.
        let may_go = self.was_ready && self.lanes.in_flight() < self.tries_at_once();
        let due_ms = self.lanes.next_due_ms().filter(|_| may_go);
        let wait_ms = due_ms.map_or(60_000, |due_ms| {
            due_ms.max(self.throttle.paused_until_ms()) - self.now_ms()
        });
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => {
                let now_ms = self.now_ms();
                // Without an own connection the wait for word of them has not begun; `hold_uncertain` sets it.
                for row in &page {
                    self.lanes.push(row, now_ms);
                }
                if self.was_ready && page.iter().any(|row| row.claimed_by.is_some()) {
                    self.was_ready = false;
                }
            }
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "the outbox cannot be read");
                self.line.note_store_trouble(&error);
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    fn settle(&mut self, settled: Result<Settled, tokio::task::JoinError>) {
        let settled = match settled {
            Ok(settled) => settled,
            Err(error) => {
                tracing::error!(line = %self.line.config.name, %error, "a send was aborted; the next start looks at its row");
                return;
            }
        };
        let now_ms = self.now_ms();
        if settled.word.is_some_and(|word| self.throttle.note(word)) {
            self.hold_uncertain();
        }
        match settled.outcome {
            Outcome::Finished => self.lanes.finish(&settled.lane, settled.entry.key, now_ms),
            Outcome::PutBack(entry) => {
                self.line.meter.note_retry(Queue::Outbox);
                self.lanes.put_back(&settled.lane, entry, now_ms);
            }
        }
    }

    fn forget_resolved(&mut self) {
        let now_ms = self.now_ms();
        for (lane, key) in self.line.signals.take_resolved() {
            self.lanes.remove(&lane, key, now_ms);
        }
    }
}
