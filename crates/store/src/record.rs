//! Typed records over the store: one table, one type per kind, sealed where the kind holds secrets.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::batch::Change;
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
        let _ = (line, name);
        unimplemented!()
    }

    /// All records of a kind, in order of their names.
    pub async fn list<R: Record>(&self, line: &LineName) -> Result<Vec<(String, R)>, StoreError> {
        let _ = line;
        unimplemented!()
    }

    /// The change that writes a record, for a batch.
    pub fn put<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<Change, StoreError> {
        let _ = (line, name, record);
        unimplemented!()
    }

    /// The change that writes a record which must not exist yet, for a batch.
    pub fn create<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<Change, StoreError> {
        let _ = (line, name, record);
        unimplemented!()
    }

    /// The change that removes a record, for a batch.
    pub fn delete<R: Record>(&self, line: &LineName, name: &str) -> Change {
        let _ = (line, name);
        unimplemented!()
    }

    /// Writes one record at once.
    pub async fn save<R: Record>(
        &self,
        line: &LineName,
        name: &str,
        record: &R,
    ) -> Result<(), StoreError> {
        let _ = (line, name, record);
        unimplemented!()
    }
}
