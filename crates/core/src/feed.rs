//! Feeding a loop from its queue: rows after the last one seen, woken by the store's doorbell.

use std::sync::Arc;

use store::{Key, Queue, Ref, StoreError, clock};
use tokio::sync::watch;

use crate::line::Line;

/// Rows read at once.
const PAGE: usize = 1000;
/// References held in memory per queue; the rest waits in the store.
const HELD: usize = 250_000;

/// The longest a stored row may still have to wait: the wall clock may have jumped since it was put back.
const LONGEST_WAIT_MS: i64 = 60 * 60 * 1000;

/// The reader's place in one queue of one line.
pub(crate) struct Feed {
    line: Arc<Line>,
    queue: Queue,
    after: Key,
    bell: watch::Receiver<u64>,
    /// The store had more than was read.
    more: bool,
}

impl Feed {
    /// From the beginning of the queue.
    pub(crate) fn new(line: &Arc<Line>, queue: Queue) -> Self {
        let bell = line.store().doorbell(queue);
        Self {
            line: line.clone(),
            queue,
            after: 0,
            bell,
            more: true,
        }
    }

    /// Whether everything that the queue holds was read, as far as is known.
    pub(crate) fn is_at_end(&self) -> bool {
        !self.more && !self.bell.has_changed().unwrap_or(false)
    }

    /// Waits until there is something to read, given how many references are held already.
    pub(crate) async fn ready(&mut self, held: usize) {
        if held >= HELD {
            std::future::pending::<()>().await;
        }
        if self.more {
            return;
        }
        if self.bell.changed().await.is_err() {
            // The store has gone; the loop is about to be stopped.
            std::future::pending::<()>().await;
        }
        self.more = true;
    }

    /// The next page, its due times on the line's steady clock. Call after [`ready`](Self::ready).
    pub(crate) async fn page(&mut self) -> Result<Vec<Ref>, StoreError> {
        self.bell.mark_unchanged();
        let mut page = (self.line.store())
            .take(self.queue, &self.line.config.name, self.after, PAGE)
            .await?;
        self.more = page.len() == PAGE;
        if let Some(last) = page.last() {
            self.after = last.key;
        }
        let (wall_ms, steady_ms) = (clock::now_ms(), self.line.signals.steady_ms());
        for row in &mut page {
            row.due_ms = steady_ms + (row.due_ms - wall_ms).clamp(0, LONGEST_WAIT_MS);
        }
        Ok(page)
    }
}
