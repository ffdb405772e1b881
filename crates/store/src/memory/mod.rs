//! A store in memory, for simulations: the same meaning as the durable ones, deterministic, gone with the process.

mod batch;
mod count;
mod queue;
mod table;
mod tables;

use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use self::queue::{depth, take};
use self::tables::Tables;
use crate::batch::{Applied, Batch, Change};
use crate::bell::Doorbells;
use crate::count::{About, Activity, MOST_STRAYS, MessageTally, RecordTally};
use crate::name::{Key, LineName, Token};
use crate::row::{CallbackRow, InboxRow, MessageRow, OldMessages, OutboxRow, Queue, Ref, StrayRow};
use crate::{BoxFuture, NamedValue, SharedStore, Store, StoreError};

/// An empty store.
pub fn open() -> SharedStore {
    Arc::new(MemoryStore {
        tables: Mutex::new(Some(Tables::new())),
        bells: Doorbells::new(),
        activity: Activity::new(),
    })
}

struct MemoryStore {
    /// `None` once the store is closed.
    tables: Mutex<Option<Tables>>,
    bells: Doorbells,
    activity: Activity,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, Option<Tables>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One question or change, when the future is first polled.
    fn with<'a, T: Send + 'a>(
        &'a self,
        act: impl FnOnce(&mut Tables) -> Result<T, StoreError> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            let began = Instant::now();
            let result = self.lock().as_mut().map_or(Err(StoreError::Closed), act);
            self.activity.note(began, &result);
            result
        })
    }
}

impl Store for MemoryStore {
    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<Applied, StoreError>> {
        self.with(move |tables| {
            let began = Instant::now();
            let applied = tables.apply(&batch);
            self.activity.note_commit(1, began.elapsed());
            let applied = applied?;
            self.bells
                .ring(batch.changes.iter().filter_map(Change::rings));
            Ok(applied)
        })
    }

    fn take(
        &self,
        queue: Queue,
        line: &LineName,
        after: Key,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Ref>, StoreError>> {
        let line = line.clone();
        self.with(move |tables| {
            Ok(match queue {
                Queue::Outbox => take(&tables.outbox, &line, after, limit),
                Queue::Inbox => take(&tables.inbox, &line, after, limit),
                Queue::Callbacks => take(&tables.callbacks, &line, after, limit),
            })
        })
    }

    fn outbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.with(move |tables| Ok(tables.outbox.pick(&keys, |waiting| waiting.row.clone())))
    }

    fn inbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<InboxRow>, StoreError>> {
        self.with(move |tables| Ok(tables.inbox.pick(&keys, |waiting| waiting.row.clone())))
    }

    fn callbacks(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<CallbackRow>, StoreError>> {
        self.with(move |tables| Ok(tables.callbacks.pick(&keys, |waiting| waiting.row.clone())))
    }

    fn outbox_of(&self, message: Key) -> BoxFuture<'_, Result<Option<OutboxRow>, StoreError>> {
        self.with(move |tables| Ok(tables.outbox_of(message).cloned()))
    }

    fn message(&self, key: Key) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        self.with(move |tables| Ok(tables.messages.table.get(&key).cloned()))
    }

    fn newest_message(&self) -> BoxFuture<'_, Result<Key, StoreError>> {
        self.with(|tables| {
            let newest = tables.messages.table.rows().last_key_value();
            Ok(newest.map_or(0, |(key, _)| *key))
        })
    }

    fn message_by_network_id(
        &self,
        line: &LineName,
        network_id: &str,
    ) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        let name = (line.clone(), network_id.to_owned());
        self.with(move |tables| {
            let key = tables.network_ids.get(&name);
            Ok(key.and_then(|key| tables.messages.table.get(key)).cloned())
        })
    }

    fn old_messages(
        &self,
        line: &LineName,
        after: Key,
        before_ms: i64,
        limit: usize,
    ) -> BoxFuture<'_, Result<OldMessages, StoreError>> {
        let line = line.clone();
        self.with(move |tables| Ok(tables.old_messages(&line, after, before_ms, limit)))
    }

    fn depth(&self, queue: Queue, line: &LineName) -> BoxFuture<'_, Result<u64, StoreError>> {
        let line = line.clone();
        self.with(move |tables| {
            Ok(match queue {
                Queue::Outbox => depth(&tables.outbox, &line),
                Queue::Inbox => depth(&tables.inbox, &line),
                Queue::Callbacks => depth(&tables.callbacks, &line),
            })
        })
    }

    fn record(
        &self,
        line: &LineName,
        kind: &'static str,
        name: &str,
    ) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>> {
        let name = (line.clone(), kind, name.to_owned());
        self.with(move |tables| Ok(tables.records.get(&name).cloned()))
    }

    fn records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<NamedValue>, StoreError>> {
        let after = (line.clone(), kind, after.to_owned());
        self.with(move |tables| {
            let line = after.0.clone();
            let rows = tables
                .records
                .rows()
                .range((Bound::Excluded(after), Bound::Unbounded));
            Ok(rows
                .take_while(|((of, like, _), _)| *of == line && *like == kind)
                .take(limit)
                .map(|((_, _, name), value)| (name.clone(), value.clone()))
                .collect())
        })
    }

    fn count_messages(
        &self,
        line: &LineName,
        after: Key,
        limit: usize,
    ) -> BoxFuture<'_, Result<MessageTally, StoreError>> {
        let line = line.clone();
        self.with(move |tables| Ok(tables.count_messages(&line, after, limit)))
    }

    fn count_records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        limit: usize,
    ) -> BoxFuture<'_, Result<RecordTally, StoreError>> {
        let after = (line.clone(), kind, after.to_owned());
        self.with(move |tables| Ok(tables.count_records(after, limit)))
    }

    fn about(&self) -> BoxFuture<'_, Result<About, StoreError>> {
        self.with(|tables| {
            let most = usize::try_from(MOST_STRAYS).unwrap_or(usize::MAX);
            let strays = tables.strays.after(0).take(most).count();
            Ok(About {
                engine: "MEMORY",
                version: env!("CARGO_PKG_VERSION").to_owned(),
                schema: 1,
                bytes: 0,
                strays: u64::try_from(strays).unwrap_or_default(),
            })
        })
    }

    fn activity(&self) -> &Activity {
        &self.activity
    }

    fn strays(&self, after: Key, limit: usize) -> BoxFuture<'_, Result<Vec<StrayRow>, StoreError>> {
        self.with(move |tables| Ok(tables.strays.after(after).take(limit).cloned().collect()))
    }

    fn take_over(&self, line: &LineName, node: &str) -> BoxFuture<'_, Result<Token, StoreError>> {
        let (line, node) = (line.clone(), node.to_owned());
        self.with(move |tables| Ok(tables.take_over(line, node)))
    }

    fn doorbell(&self, queue: Queue) -> watch::Receiver<u64> {
        self.bells.listen(queue)
    }

    fn check(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        self.with(|tables| Ok(tables.check()))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.lock().take();
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::conformance::Fresh;

    crate::conformance!(|| Fresh::new(super::open(), ()));
}
