//! What was last stored of each customer, so that an unchanged name is not written again with every message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::record::Contact;

/// Customers remembered; beyond it the memory starts afresh.
const REMEMBERED: usize = 10_000;

/// A bounded memory of stored contacts by canonical id.
#[derive(Default)]
pub(crate) struct Customers {
    stored: Mutex<HashMap<String, Contact>>,
}

impl Customers {
    /// Whether exactly this is stored, as far as is remembered.
    pub(crate) fn knows(&self, canonical: &str, contact: &Contact) -> bool {
        self.stored().get(canonical) == Some(contact)
    }

    /// This was stored.
    pub(crate) fn remember(&self, canonical: &str, contact: Contact) {
        let mut stored = self.stored();
        if stored.len() >= REMEMBERED {
            stored.clear();
        }
        stored.insert(canonical.to_owned(), contact);
    }

    fn stored(&self) -> MutexGuard<'_, HashMap<String, Contact>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
