//! Typed records over the store: one table, one type per kind, sealed where the kind holds secrets.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::batch::{Batch, Change};
use crate::name::LineName;
use crate::seal::Seal;
use crate::{SharedStore, StoreError};

/// A kind of record: a serde type with a name in the store.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name in the store: never change it.
    const KIND: &'static str;
    /// Whether its bytes are sealed at rest (everything that holds a secret).
    const SEALED: bool;
}

/// A record as it was read.
#[derive(Debug, Clone)]
pub struct Stored<R> {
    /// Its name.
    pub name: String,
    /// What it says.
    pub record: R,
    /// Its bytes, for [`Records::delete_unchanged`].
    value: Vec<u8>,
}

/// Records that are read at once when all are asked for.
const PAGE: usize = 200;

/// The store with its seal: reads and writes typed records.
#[derive(Clone)]
pub struct Records {
    store: SharedStore,
    seal: Arc<Seal>,
}

impl Records {
    /// Records of `store`, sealed with `seal`.
    pub fn new(store: SharedStore, seal: Arc<Seal>) -> Self {
        Self { store, seal }
    }

    /// The store underneath.
    pub fn store(&self) -> &SharedStore {
        &self.store
    }

    /// A record by name.
    pub async fn get<R: Record>(
        &self,
        line: &LineName,
        name: &str,
    ) -> Result<Option<R>, StoreError> {
        let value = self.store.record(line, R::KIND, name).await?;
        value.map(|value| self.read(line, name, &value)).transpose()
    }

    /// All records of a kind, in order of their names.
    pub async fn list<R: Record>(&self, line: &LineName) -> Result<Vec<(String, R)>, StoreError> {
        let mut found = Vec::new();
        // Pages begin after a name, and no name comes before the empty one.
        if let Some(record) = self.get(line, "").await? {
            found.push((String::new(), record));
        }
        let mut after = String::new();
        loop {
            let page = self.store.records(line, R::KIND, &after, PAGE).await?;
            let is_last = page.len() < PAGE;
            for (name, value) in page {
                let record = self.read(line, &name, &value)?;
                after.clone_from(&name);
                found.push((name, record));
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// Records of a kind in order of their names, names greater than `after`, at most `limit`.
    pub async fn page<R: Record>(
        &self,
        line: &LineName,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Stored<R>>, StoreError> {
        let page = self.store.records(line, R::KIND, after, limit).await?;
        page.into_iter()
            .map(|(name, value)| {
                Ok(Stored {
                    record: self.read(line, &name, &value)?,
                    name,
                    value,
                })
            })
            .collect()
    }

    /// The change that writes a record, for a batch.
    pub fn put<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<Change, StoreError> {
        Ok(Change::Put {
            line: line.clone(),
            kind: R::KIND,
            name: name.to_owned(),
            value: self.write(line, name, record)?,
        })
    }

    /// The change that writes a record which must not exist yet, for a batch.
    pub fn create<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<Change, StoreError> {
        Ok(Change::Create {
            line: line.clone(),
            kind: R::KIND,
            name: name.to_owned(),
            value: self.write(line, name, record)?,
        })
    }

    /// The change that removes a record, for a batch.
    pub fn delete<R: Record>(&self, line: &LineName, name: &str) -> Change {
        Change::Delete {
            line: line.clone(),
            kind: R::KIND,
            name: name.to_owned(),
        }
    }

    /// The change that removes a record unless it was written since it was read, for a batch.
    pub fn delete_unchanged<R: Record>(&self, line: &LineName, read: &Stored<R>) -> Change {
        Change::DeleteUnchanged {
            line: line.clone(),
            kind: R::KIND,
            name: read.name.clone(),
            value: read.value.clone(),
        }
    }

    /// Writes one record at once.
    pub async fn save<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<(), StoreError> {
        let batch = Batch::of(vec![self.put(line, name, record)?]);
        self.store.apply(batch).await.map(|_| ())
    }

    fn write<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<Vec<u8>, StoreError> {
        let place = place::<R>(line, name);
        let plain = serde_json::to_vec(record)
            .map_err(|error| StoreError::Damaged(format!("{place}: cannot be written: {error}")))?;
        if R::SEALED {
            self.seal.seal(&place, &plain)
        } else {
            Ok(plain)
        }
    }

    fn read<R: Record>(&self, line: &LineName, name: &str, value: &[u8]) -> Result<R, StoreError> {
        let place = place::<R>(line, name);
        let parsed = if R::SEALED {
            serde_json::from_slice(&self.seal.open(&place, value)?)
        } else {
            serde_json::from_slice(value)
        };
        // Not the parser's own words: they quote what they found, which may be a secret.
        parsed.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            StoreError::Damaged(format!(
                "{place}: unreadable at line {line}, column {column}"
            ))
        })
    }
}

/// A record's place, the associated data of its seal. Unambiguous: neither lines nor kinds contain a slash.
fn place<R: Record>(line: &LineName, name: &str) -> String {
    format!("{line}/{}/{name}", R::KIND)
}
