//! Customers whose identity has changed: while `show_security_notifications` is on, sending to them waits until the
//! business acknowledges the new one (`rest-api.md` 11.2).
//!
//! What has to be acknowledged is a record each, named by customer and hash: an acknowledgement removes what it names,
//! so one that comes too late for a newer change removes nothing of that. A filter in memory keeps these records from
//! being asked for with every message: it may name a customer who is not held back, and never leaves one out who is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use onprem::WaId;
use store::record::{Record as _, Records};
use store::{Change, LineName, StoreError, clock};

use crate::line::Line;
use crate::record::{Contact, IdentityChange};

/// Customers in the filter; beyond it the store is asked about every customer.
const FILTERED: usize = 100_000;
/// Records that are read at once.
const PAGE: usize = 1_000;
/// Changes that one customer can have open: each newer one removes the older.
const OPEN: usize = 16;

/// The filter.
pub(crate) struct HeldBack {
    customers: Mutex<Filter>,
}

#[derive(Default)]
struct Filter {
    /// Canonical id, and the latest hash.
    latest: HashMap<String, String>,
    /// There are more than it holds.
    is_full: bool,
}

impl HeldBack {
    /// The filter of a line, from its records.
    pub(crate) async fn load(records: &Records, line: &LineName) -> Result<Self, StoreError> {
        let mut filter = Filter::default();
        let mut after = String::new();
        loop {
            let page = (records.store())
                .records(line, IdentityChange::KIND, &after, PAGE)
                .await?;
            for (name, _) in &page {
                if let Some((canonical, hash)) = name.split_once('/') {
                    filter.note(canonical, hash);
                }
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE && !filter.is_full => after.clone_from(last),
                _ => break,
            }
        }
        Ok(Self {
            customers: Mutex::new(filter),
        })
    }

    /// False for a customer who is certainly not held back.
    fn may_hold(&self, canonical: &str) -> bool {
        let filter = self.filter();
        filter.is_full || filter.latest.contains_key(canonical)
    }

    fn note(&self, canonical: &str, hash: &str) {
        self.filter().note(canonical, hash);
    }

    /// The record of this change is gone.
    fn release(&self, canonical: &str, hash: &str) {
        let mut filter = self.filter();
        if filter
            .latest
            .get(canonical)
            .is_some_and(|latest| latest == hash)
        {
            filter.latest.remove(canonical);
        }
    }

    fn filter(&self) -> MutexGuard<'_, Filter> {
        self.customers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter {
    fn note(&mut self, canonical: &str, hash: &str) {
        if self.latest.len() < FILTERED || self.latest.contains_key(canonical) {
            self.latest.insert(canonical.to_owned(), hash.to_owned());
        } else {
            self.is_full = true;
        }
    }
}

/// The name of a change's record: no canonical id has a slash.
fn name(canonical: &str, hash: &str) -> String {
    format!("{canonical}/{hash}")
}

impl Line {
    /// Hashes of a customer that nobody has acknowledged yet. For nearly all customers nothing is read.
    pub(crate) async fn unacknowledged(&self, canonical: &str) -> Result<Vec<String>, StoreError> {
        if self.held_back.may_hold(canonical) {
            self.open_changes(canonical).await
        } else {
            Ok(Vec::new())
        }
    }

    /// The same from the store, whatever the filter says.
    pub(crate) async fn open_changes(&self, canonical: &str) -> Result<Vec<String>, StoreError> {
        let prefix = name(canonical, "");
        let found = (self.store())
            .records(&self.config.name, IdentityChange::KIND, &prefix, OPEN)
            .await?;
        Ok(found
            .iter()
            .map_while(|(name, _)| name.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect())
    }

    /// Whether sending to a customer waits for an acknowledgement. Costs nothing while the setting is off.
    pub(crate) async fn is_held_back(&self, customer: &WaId) -> Result<bool, StoreError> {
        if !self.settings.borrow().show_security_notifications {
            return Ok(false);
        }
        let open = self.unacknowledged(&customer.canonical()).await?;
        Ok(!open.is_empty())
    }

    /// The change that demands an acknowledgement. The filter knows at once, before anybody can give it.
    pub(crate) fn demand(&self, canonical: &str, hash: &str) -> Result<Change, StoreError> {
        self.held_back.note(canonical, hash);
        let change = IdentityChange {
            at_ms: clock::now_ms(),
        };
        self.records
            .put(&self.config.name, &name(canonical, hash), &change)
    }

    /// The change that withdraws a demand.
    pub(crate) fn acknowledgement(&self, canonical: &str, hash: &str) -> Change {
        self.records
            .delete::<IdentityChange>(&self.config.name, &name(canonical, hash))
    }

    /// These demands are withdrawn.
    pub(crate) fn acknowledged(&self, canonical: &str, hashes: &[String]) {
        for hash in hashes {
            self.held_back.release(canonical, hash);
        }
    }

    /// The network says that a customer is not who the business thinks: what is known has to be acknowledged anew.
    pub(crate) async fn identity_in_doubt(
        &self,
        canonical: &str,
    ) -> Result<Option<Change>, StoreError> {
        if !self.settings.borrow().show_security_notifications {
            return Ok(None);
        }
        let contact: Option<Contact> = self.records.get(&self.config.name, canonical).await?;
        contact
            .and_then(|contact| contact.identity)
            .map(|identity| self.demand(canonical, &identity.hash))
            .transpose()
    }

    /// The identity that a message to a customer is for, while the network checks it.
    pub(crate) async fn expected_identity(
        &self,
        customer: &WaId,
    ) -> Result<Option<String>, StoreError> {
        if !self.settings.borrow().show_security_notifications {
            return Ok(None);
        }
        let contact: Option<Contact> = (self.records)
            .get(&self.config.name, &customer.canonical())
            .await?;
        Ok(contact
            .and_then(|contact| contact.identity)
            .map(|identity| identity.hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fake;

    const ADA: &str = "12025550143";

    async fn hold(line: &Line, hash: &str) {
        let demand = line.demand(ADA, hash).unwrap();
        (line.store().apply(store::Batch::of(vec![demand])))
            .await
            .unwrap();
    }

    fn with_check(line: &Line) {
        line.settings.send_modify(|settings| {
            std::sync::Arc::make_mut(settings).show_security_notifications = true;
        });
    }

    #[tokio::test]
    async fn a_customer_is_held_back_until_every_change_is_acknowledged() {
        let (line, _dir) = fake::line().await;
        with_check(&line);
        let ada = WaId::from_network(ADA);
        assert!(!line.is_held_back(&ada).await.unwrap());

        hold(&line, "one/+=").await;
        hold(&line, "two").await;
        assert!(line.is_held_back(&ada).await.unwrap());
        assert!(
            !line
                .is_held_back(&WaId::from_network("1202555014"))
                .await
                .unwrap()
        );
        assert_eq!(line.unacknowledged(ADA).await.unwrap(), ["one/+=", "two"]);

        // An acknowledgement of the older one, that comes late.
        let late = vec![line.acknowledgement(ADA, "one/+=")];
        line.store().apply(store::Batch::of(late)).await.unwrap();
        line.acknowledged(ADA, &["one/+=".to_owned()]);
        assert!(line.is_held_back(&ada).await.unwrap());

        let last = vec![line.acknowledgement(ADA, "two")];
        line.store().apply(store::Batch::of(last)).await.unwrap();
        line.acknowledged(ADA, &["two".to_owned()]);
        assert!(!line.is_held_back(&ada).await.unwrap());
    }

    #[tokio::test]
    async fn it_lasts_and_counts_only_while_the_setting_is_on() {
        let (line, _dir) = fake::line().await;
        hold(&line, "one").await;
        let ada = WaId::from_network(ADA);
        assert!(!line.is_held_back(&ada).await.unwrap());

        with_check(&line);
        assert!(line.is_held_back(&ada).await.unwrap());
        let again = HeldBack::load(&line.records, &line.config.name)
            .await
            .unwrap();
        assert!(again.may_hold(ADA));
        assert!(!again.may_hold("12025550144"));
    }

    #[test]
    fn a_full_filter_leaves_nobody_out() {
        let mut filter = Filter::default();
        for customer in 0..=FILTERED {
            filter.note(&customer.to_string(), "h");
        }
        let held_back = HeldBack {
            customers: Mutex::new(filter),
        };

        assert!(held_back.may_hold("somebody else"));
        held_back.release("5", "h");
        assert!(held_back.may_hold("5"));
    }
}
