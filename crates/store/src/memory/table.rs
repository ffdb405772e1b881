//! A table that can take back what was not committed.

use std::collections::BTreeMap;

use crate::name::Key;

/// Rows in key order, and what they were before the batch.
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    before: Vec<(K, Option<V>)>,
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) const fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            before: Vec::new(),
        }
    }

    pub(super) fn rows(&self) -> &BTreeMap<K, V> {
        &self.rows
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    /// Writes a row, whether it exists or not.
    pub(super) fn set(&mut self, key: K, row: V) {
        let before = self.rows.insert(key.clone(), row);
        self.before.push((key, before));
    }

    /// Removes a row, if it exists.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let row = self.rows.remove(key)?;
        self.before.push((key.clone(), Some(row.clone())));
        Some(row)
    }

    pub(super) fn commit(&mut self) {
        self.before.clear();
    }

    pub(super) fn roll_back(&mut self) {
        for (key, before) in self.before.drain(..).rev() {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}

/// A table that gives its rows their keys: they rise and are never used again.
pub(super) struct Keyed<V> {
    pub(super) table: Table<Key, V>,
    last: Key,
    committed: Key,
}

impl<V: Clone> Keyed<V> {
    pub(super) const fn new() -> Self {
        Self {
            table: Table::new(),
            last: 0,
            committed: 0,
        }
    }

    /// Adds the row that `make` makes from its key.
    pub(super) fn append(&mut self, make: impl FnOnce(Key) -> V) -> Key {
        self.last += 1;
        self.table.set(self.last, make(self.last));
        self.last
    }

    /// Rows after a key, in key order.
    pub(super) fn after(&self, key: Key) -> impl Iterator<Item = &V> {
        let first = key.saturating_add(1);
        self.table
            .rows()
            .range(first..)
            .map(|(_, row)| row)
            .filter(move |_| key < Key::MAX)
    }

    /// Rows by their keys, in the order asked for.
    pub(super) fn pick<T>(&self, keys: &[Key], of: impl Fn(&V) -> T) -> Vec<T> {
        keys.iter()
            .filter_map(|key| self.table.get(key))
            .map(of)
            .collect()
    }

    pub(super) fn commit(&mut self) {
        self.table.commit();
        self.committed = self.last;
    }

    pub(super) fn roll_back(&mut self) {
        self.table.roll_back();
        self.last = self.committed;
    }
}
