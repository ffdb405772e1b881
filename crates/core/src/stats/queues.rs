//! The durable queues: how long they are, and how long the oldest row has waited.

use std::sync::Arc;
use std::time::Duration;

use store::{Key, Queue, StoreError, clock};

use super::ByQueue;
use crate::line::Line;

/// A queue is an index of at most a million entries: counting it takes milliseconds, not nothing.
pub(super) const FRESH: Duration = Duration::from_secs(2);

/// The three queues.
pub(super) type Queues = ByQueue<Look>;

/// One queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Rows.
    pub(super) rows: u64,
    /// Since when the oldest of them waits, Unix milliseconds.
    pub(super) oldest_ms: Option<i64>,
}

impl Look {
    /// How long the oldest row has waited.
    pub(super) fn age(&self) -> Duration {
        let waited_ms = self.oldest_ms.map_or(0, |since| clock::now_ms() - since);
        Duration::from_millis(u64::try_from(waited_ms).unwrap_or(0))
    }
}

impl Line {
    /// The queues as they were two seconds ago at most; `None` when the store cannot tell.
    pub(super) async fn queues(self: &Arc<Self>) -> Option<Arc<Queues>> {
        let line = Arc::clone(self);
        let reading = self
            .meter
            .queues
            .get(|| async move {
                Some(Queues {
                    outbox: line.look(Queue::Outbox).await.ok()?,
                    inbox: line.look(Queue::Inbox).await.ok()?,
                    callbacks: line.look(Queue::Callbacks).await.ok()?,
                })
            })
            .await;
        reading.map(|reading| reading.value)
    }

    async fn look(&self, queue: Queue) -> Result<Look, StoreError> {
        let name = &self.config.name;
        let rows = self.store().depth(queue, name).await?;
        let first = self.store().take(queue, name, Key::MIN, 1).await?;
        let first: Vec<Key> = first.into_iter().map(|row| row.key).collect();
        let oldest_ms = match queue {
            Queue::Outbox => first_of(&self.store().outbox(first).await?, |row| row.accepted_ms),
            Queue::Inbox => first_of(&self.store().inbox(first).await?, |row| row.received_ms),
            Queue::Callbacks => {
                first_of(&self.store().callbacks(first).await?, |row| row.created_ms)
            }
        };
        Ok(Look { rows, oldest_ms })
    }
}

fn first_of<R>(rows: &[R], time_ms: impl FnOnce(&R) -> i64) -> Option<i64> {
    rows.first().map(time_ms)
}
