//! The receiver: takes the inbox lane by lane, drops what was seen before, translates, and queues notifications.

mod event;
mod media;

use std::sync::Arc;
use std::time::Duration;

use store::{Fence, Lane, Queue, StoreError, clock};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::decide::delay;
use crate::decide::lanes::{Entry, Lanes};
use crate::feed::Feed;
use crate::line::Line;

/// Events in work per line.
const IN_WORK: usize = 64;
/// Media downloads at once per line.
const DOWNLOADS: usize = 8;

/// What the tasks of one receiver share.
struct Shared {
    line: Arc<Line>,
    fence: Fence,
    downloads: Semaphore,
}

type Processed = (Lane, Entry, Result<(), StoreError>);

struct Receiver {
    shared: Arc<Shared>,
    lanes: Lanes,
    feed: Feed,
    tasks: JoinSet<Processed>,
}

/// Runs until `stop`; what is in work then is finished within `drain`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken, drain: Duration) {
    let feed = Feed::new(line.store(), &line.config.name, Queue::Inbox);
    let shared = Arc::new(Shared {
        line,
        fence,
        downloads: Semaphore::new(DOWNLOADS),
    });
    let mut receiver = Receiver {
        shared,
        lanes: Lanes::new(IN_WORK),
        feed,
        tasks: JoinSet::new(),
    };
    while !stop.is_cancelled() {
        receiver.begin();
        let wait = receiver.wait();
        tokio::select! {
            () = stop.cancelled() => break,
            () = receiver.feed.ready(receiver.lanes.len()) => receiver.read().await,
            Some(processed) = receiver.tasks.join_next() => receiver.settle(processed),
            () = tokio::time::sleep(wait) => {}
        }
    }
    // Cut off, an event simply stays in the inbox.
    drop(
        tokio::time::timeout(drain, async {
            while receiver.tasks.join_next().await.is_some() {}
        })
        .await,
    );
}

impl Receiver {
    fn begin(&mut self) {
        while let Some((lane, entry)) = self.lanes.next(clock::now_ms()) {
            let shared = self.shared.clone();
            self.tasks.spawn(async move {
                let result = event::process(&shared, entry.key).await;
                (lane, entry, result)
            });
        }
    }

    fn wait(&self) -> Duration {
        let due_ms = self
            .lanes
            .next_due_ms()
            .filter(|_| self.lanes.in_flight() < IN_WORK);
        let wait_ms = due_ms.map_or(60_000, |due_ms| due_ms - clock::now_ms());
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0).clamp(1, 60_000))
    }

    async fn read(&mut self) {
        match self.feed.page().await {
            Ok(page) => {
                let (now_ms, steady_ms) = (clock::now_ms(), self.shared.line.signals.steady_ms());
                for row in page {
                    self.lanes.push(&row, now_ms);
                    if let Some(step) = self.shared.line.signals.offline().as_mut() {
                        step.taken(row.key, row.event_time_s, steady_ms);
                    }
                }
            }
            Err(error) => {
                tracing::error!(line = %self.shared.line.config.name, %error, "the inbox cannot be read");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    fn settle(&mut self, processed: Result<Processed, tokio::task::JoinError>) {
        let line = &self.shared.line;
        let (lane, mut entry, result) = match processed {
            Ok(processed) => processed,
            Err(error) => {
                tracing::error!(line = %line.config.name, %error, "an event ended its task; it stays in the inbox");
                return;
            }
        };
        let now_ms = clock::now_ms();
        match result {
            Ok(()) => {
                self.lanes.finish(&lane, entry.key, now_ms);
                if let Some(step) = line.signals.offline().as_mut() {
                    step.done(entry.key, line.signals.steady_ms());
                }
                line.signals.offline_moved.notify_one();
            }
            Err(error) => {
                tracing::error!(line = %line.config.name, event = entry.key, %error, "an event cannot be processed yet");
                entry.attempts = entry.attempts.saturating_add(1);
                entry.due_ms = now_ms
                    + delay::exponential_ms(entry.attempts, entry.key.unsigned_abs()).min(5_000);
                self.lanes.put_back(&lane, entry, now_ms);
            }
        }
    }
}
