//! A store that fails.

use super::{Dev, SOON};

/// As long as this is there, the store of a program refuses one kind of change.
pub(crate) struct BrokenStore {
    store: rusqlite::Connection,
}

impl BrokenStore {
    /// `change`: such as `UPDATE ON outbox`.
    pub(crate) fn new(dev: &Dev, change: &str) -> Self {
        let store = rusqlite::Connection::open(dev.folder.path().join("landline.db")).unwrap();
        store.busy_timeout(SOON).unwrap();
        let trigger = format!(
            "CREATE TRIGGER broken BEFORE {change} BEGIN SELECT RAISE(ABORT, 'out of order'); END"
        );
        store.execute_batch(&trigger).unwrap();
        Self { store }
    }
}

impl Drop for BrokenStore {
    fn drop(&mut self) {
        self.store.execute_batch("DROP TRIGGER broken").unwrap();
    }
}
