//! The sender: takes the outbox lane by lane, many lanes at once, one message in flight per customer.
//!
//! A row is claimed durably before its first byte leaves. What may have left without an answer waits for a status that
//! names it, and only then follows `on_unknown`.

mod attempt;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use store::{Fence, Lane, Queue, clock};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::decide::delay;
use crate::decide::lanes::{Entry, Lanes};
use crate::feed::{Feed, HELD};
use crate::line::{Line, LineState};

/// Messages in flight per line.
const IN_FLIGHT: usize = 64;

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
    /// How long the whole line had better wait, milliseconds: the network could not be reached, or asked to slow down.
    pause_ms: Option<i64>,
}

struct Sender {
    line: Arc<Line>,
    fence: Fence,
    lanes: Lanes,
    feed: Feed,
    tries: JoinSet<Settled>,
    paused_until_ms: i64,
    was_ready: bool,
    stop: CancellationToken,
}

/// Runs until `stop`; what is in flight then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let feed = Feed::new(line.store(), &line.config.name, Queue::Outbox);
    let mut sender = Sender {
        line,
        fence,
        lanes: Lanes::new(IN_FLIGHT),
        feed,
        tries: JoinSet::new(),
        paused_until_ms: 0,
        was_ready: false,
        stop: stop.clone(),
    };
    let mut states = sender.line.watch_state();
    while !stop.is_cancelled() {
        sender.begin_tries();
        // A longer outbox is counted by the housekeeping.
        if sender.lanes.len() < HELD {
            sender.line.signals.set_outbox_depth(sender.lanes.len());
        }
        let wait = sender.wait();
        let line = sender.line.clone();
        tokio::select! {
            () = stop.cancelled() => break,
            () = sender.feed.ready(sender.lanes.len()) => sender.read().await,
            Some(settled) = sender.tries.join_next() => sender.settle(settled),
            _ = states.changed() => {}
            () = line.signals.resolved_some.notified() => sender.forget_resolved(),
            () = tokio::time::sleep(wait) => {}
        }
    }
    let drained = tokio::time::timeout(drain, async {
        while sender.tries.join_next().await.is_some() {}
    })
    .await;
    if drained.is_err() {
        tracing::warn!(line = %sender.line.config.name, left = sender.tries.len(), "sends cut off; a status or the next start settles them");
    }
}

impl Sender {
    fn begin_tries(&mut self) {
        let now_ms = clock::now_ms();
        let ready = *self.line.state.borrow() == LineState::Ready;
        if ready && !self.was_ready {
            let wait_ms =
                i64::try_from(self.line.config.reconcile_wait.as_millis()).unwrap_or(i64::MAX);
            self.lanes
                .hold_uncertain(now_ms.saturating_add(wait_ms), now_ms);
        }
        self.was_ready = ready;
        if !ready || now_ms < self.paused_until_ms {
            return;
        }
        while let Some((lane, entry)) = self.lanes.next(now_ms) {
            let (line, fence, stop) = (self.line.clone(), self.fence.clone(), self.stop.clone());
            self.tries
                .spawn(attempt::run(line, fence, lane, entry, stop));
        }
    }

    fn wait(&self) -> Duration {
        let now_ms = clock::now_ms();
        let due_ms = match self.lanes.next_due_ms() {
            // Only a change of the line's state or a settled try lets anything go.
            Some(_) if !self.was_ready || self.lanes.in_flight() >= IN_FLIGHT => {
                return Duration::from_mins(1);
            }
            Some(due_ms) => due_ms.max(self.paused_until_ms),
            None => return Duration::from_mins(1),
        };
        Duration::from_millis(u64::try_from(due_ms - now_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => {
                let now_ms = clock::now_ms();
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
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    fn settle(&mut self, settled: Result<Settled, tokio::task::JoinError>) {
        let settled = match settled {
            Ok(settled) => settled,
            Err(error) => {
                // The lane stays busy: its row is claimed, and the next start looks at it.
                tracing::error!(line = %self.line.config.name, %error, "a send ended without a result");
                return;
            }
        };
        let now_ms = clock::now_ms();
        if let Some(pause_ms) = settled.pause_ms {
            self.paused_until_ms = self.paused_until_ms.max(now_ms + pause_ms);
        }
        match settled.outcome {
            Outcome::Finished => self.lanes.finish(&settled.lane, settled.entry.key, now_ms),
            Outcome::PutBack(entry) => self.lanes.put_back(&settled.lane, entry, now_ms),
        }
    }

    fn forget_resolved(&mut self) {
        let now_ms = clock::now_ms();
        for (lane, key) in self.line.signals.take_resolved() {
            self.lanes.remove(&lane, key, now_ms);
        }
    }
}

/// How long the whole line waits after the network could not be reached, milliseconds.
fn unreachable_pause_ms(attempts: u32) -> i64 {
    delay::exponential_ms(attempts, 0).min(5_000)
}
