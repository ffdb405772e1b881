//! What is known of the customers met lately, so that an unchanged name is neither read nor written with every message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use store::StoreError;

use crate::line::Line;
use crate::record::Contact;

/// Customers remembered; beyond it the memory starts afresh.
const REMEMBERED: usize = 10_000;

/// A bounded memory of stored contacts by canonical id. Only the receiver writes contacts, each in its customer's lane.
#[derive(Default)]
pub(crate) struct Customers {
    stored: Mutex<HashMap<String, Contact>>,
}

impl Customers {
    /// What is stored of a customer, if that is remembered.
    fn get(&self, canonical: &str) -> Option<Contact> {
        self.stored().get(canonical).cloned()
    }

    /// This was stored.
    pub(crate) fn remember(&self, canonical: &str, contact: Contact) {
        let mut stored = self.stored();
        if stored.len() >= REMEMBERED {
            stored.clear();
        }
        stored.insert(canonical.to_owned(), contact);
    }

    /// This may not be stored any more.
    pub(crate) fn forget(&self, canonical: &str) {
        self.stored().remove(canonical);
    }

    fn stored(&self) -> MutexGuard<'_, HashMap<String, Contact>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// What is known of a customer, for the receiver.
    pub(crate) async fn contact(&self, canonical: &str) -> Result<Option<Contact>, StoreError> {
        match self.contacts.get(canonical) {
            Some(contact) => Ok(Some(contact)),
            None => self.records.get(&self.config.name, canonical).await,
        }
    }
}
