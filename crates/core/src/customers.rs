//! What was last stored of each customer, so that an unchanged name is not written again with every message.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::record::Contact;

/// Customers remembered; beyond it the memory starts afresh.
const REMEMBERED: usize = 10_000;

/// A bounded memory of stored contacts by canonical id.
#[derive(Default)]
pub(crate) struct Customers {
    stored: Mutex<HashMap<String, Contact>>,
}

impl Customers {
    /// Whether a contact differs from what was stored last (as far as that is remembered); remembers it.
    pub(crate) fn is_news(&self, canonical: &str, contact: &Contact) -> bool {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if stored.get(canonical) == Some(contact) {
            return false;
        }
        if stored.len() >= REMEMBERED {
            stored.clear();
        }
        stored.insert(canonical.to_owned(), contact.clone());
        true
    }
}
