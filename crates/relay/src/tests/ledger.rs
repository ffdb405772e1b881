//! A store for tests of intake.

use std::sync::Mutex;

use store::{
    About, Activity, Applied, Batch, BoxFuture, CallbackRow, Change, InboxRow, Key, LineName,
    MessageRow, MessageTally, OldMessages, OutboxRow, Outcome, Queue, RecordTally, Ref, Store,
    StoreError, StrayRow, Token,
};
use tokio::sync::watch;

/// A store that only remembers what it was handed, or refuses all of it.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) batches: Mutex<Vec<Vec<Change>>>,
    pub(super) refuses_with: Option<StoreError>,
}

impl Store for Ledger {
    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<Applied, StoreError>> {
        Box::pin(async move {
            if let Some(error) = &self.refuses_with {
                return Err(error.clone());
            }
            let applied = batch.changes.iter().map(|_| Outcome::Done).collect();
            self.batches.lock().unwrap().push(batch.changes);
            Ok(applied)
        })
    }

    fn take(
        &self,
        _: Queue,
        _: &LineName,
        _: Key,
        _: usize,
    ) -> BoxFuture<'_, Result<Vec<Ref>, StoreError>> {
        unreachable!()
    }

    fn outbox(&self, _: Vec<Key>) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        unreachable!()
    }

    fn inbox(&self, _: Vec<Key>) -> BoxFuture<'_, Result<Vec<InboxRow>, StoreError>> {
        unreachable!()
    }

    fn callbacks(&self, _: Vec<Key>) -> BoxFuture<'_, Result<Vec<CallbackRow>, StoreError>> {
        unreachable!()
    }

    fn outbox_of(&self, _: Key) -> BoxFuture<'_, Result<Option<OutboxRow>, StoreError>> {
        unreachable!()
    }

    fn message(&self, _: Key) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        unreachable!()
    }

    fn newest_message(&self) -> BoxFuture<'_, Result<Key, StoreError>> {
        unreachable!()
    }

    fn message_by_network_id(
        &self,
        _: &LineName,
        _: &str,
    ) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        unreachable!()
    }

    fn old_messages(
        &self,
        _: &LineName,
        _: Key,
        _: i64,
        _: usize,
    ) -> BoxFuture<'_, Result<OldMessages, StoreError>> {
        unreachable!()
    }

    fn depth(&self, _: Queue, _: &LineName) -> BoxFuture<'_, Result<u64, StoreError>> {
        unreachable!()
    }

    fn record(
        &self,
        _: &LineName,
        _: &'static str,
        _: &str,
    ) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>> {
        unreachable!()
    }

    fn records(
        &self,
        _: &LineName,
        _: &'static str,
        _: &str,
        _: usize,
    ) -> BoxFuture<'_, Result<Vec<(String, Vec<u8>)>, StoreError>> {
        unreachable!()
    }

    fn count_messages(
        &self,
        _: &LineName,
        _: Key,
        _: usize,
    ) -> BoxFuture<'_, Result<MessageTally, StoreError>> {
        unreachable!()
    }

    fn count_records(
        &self,
        _: &LineName,
        _: &'static str,
        _: &str,
        _: usize,
    ) -> BoxFuture<'_, Result<RecordTally, StoreError>> {
        unreachable!()
    }

    fn about(&self) -> BoxFuture<'_, Result<About, StoreError>> {
        unreachable!()
    }

    fn activity(&self) -> &Activity {
        unreachable!()
    }

    fn strays(&self, _: Key, _: usize) -> BoxFuture<'_, Result<Vec<StrayRow>, StoreError>> {
        unreachable!()
    }

    fn take_over(&self, _: &LineName, _: &str) -> BoxFuture<'_, Result<Token, StoreError>> {
        unreachable!()
    }

    fn doorbell(&self, _: Queue) -> watch::Receiver<u64> {
        unreachable!()
    }

    fn check(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        unreachable!()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        unreachable!()
    }
}
