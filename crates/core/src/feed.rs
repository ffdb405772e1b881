//! Feeding a loop from its queue: rows after the last one seen, woken by the store's doorbell.

use store::{Key, LineName, Queue, Ref, SharedStore, StoreError};
use tokio::sync::watch;

/// Rows read at once.
const PAGE: usize = 1000;
/// References held in memory per queue; the rest waits in the store.
pub(crate) const HELD: usize = 250_000;

/// The reader's place in one queue of one line.
pub(crate) struct Feed {
    store: SharedStore,
    line: LineName,
    queue: Queue,
    after: Key,
    bell: watch::Receiver<u64>,
    /// The store had more than was read.
    more: bool,
}

impl Feed {
    /// From the beginning of the queue.
    pub(crate) fn new(store: &SharedStore, line: &LineName, queue: Queue) -> Self {
        let bell = store.doorbell(queue);
        Self {
            store: store.clone(),
            line: line.clone(),
            queue,
            after: 0,
            bell,
            more: true,
        }
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

    /// The next page. Call after [`ready`](Self::ready).
    pub(crate) async fn page(&mut self) -> Result<Vec<Ref>, StoreError> {
        self.bell.mark_unchanged();
        let page = self
            .store
            .take(self.queue, &self.line, self.after, PAGE)
            .await?;
        self.more = page.len() == PAGE;
        if let Some(last) = page.last() {
            self.after = last.key;
        }
        Ok(page)
    }
}
