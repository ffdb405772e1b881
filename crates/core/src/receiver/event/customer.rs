//! What a message says of its customer: name, identity, another number.

use graph::webhook::{Contact, Message};
use onprem::WaId;
use onprem::settings::ApplicationSettings;
use store::{Change, StoreError, clock};

use super::{Plan, apply};
use crate::record;
use crate::translate::up::{self, Identity, Sighting};

/// What is new of a customer.
#[derive(Default)]
pub(super) struct News {
    /// What the store is to keep of it.
    pub(super) changes: Vec<Change>,
    /// What is known of the customer then, if that changes.
    pub(super) contact: Option<record::Contact>,
    /// The identity that the message shows.
    pub(super) identity: Option<Identity>,
}

impl Plan<'_> {
    fn canonical(&self) -> &str {
        self.row.lane.as_str()
    }

    /// What a message, and the card beside it, say of their customer.
    pub(super) async fn learn(
        &self,
        from: &WaId,
        message: &Message,
        card: Option<&Contact>,
        settings: &ApplicationSettings,
    ) -> Result<News, StoreError> {
        let sighting = up::sighting(message, card);
        // System events come without a card, and say nothing of a name.
        if card.is_none() && sighting.is_none() {
            return Ok(News::default());
        }
        let before = self.line().contact(self.canonical()).await?;
        let mut after = before.clone().unwrap_or_default();
        from.as_str().clone_into(&mut after.wa_id);
        if let Some(name) = card.and_then(|card| card.profile.name.clone()) {
            after.name = Some(name);
        }
        let mut news = News::default();
        if let Some(sighting) = sighting {
            let must_acknowledge =
                up::is_identity_change(message) || is_another(after.identity.as_ref(), &sighting);
            let seen = recognised(after.identity.take(), sighting);
            if must_acknowledge && settings.show_security_notifications {
                news.changes = self.hold_back(&seen.hash).await?;
            }
            let acknowledged = news.changes.is_empty()
                && (self.line().unacknowledged(self.canonical()).await?).is_empty();
            news.identity = Some(Identity {
                hash: seen.hash.clone(),
                created_ms: seen.created_ms,
                acknowledged,
            });
            after.identity = Some(seen);
        }
        if before.as_ref() != Some(&after) {
            let record = (self.line().records).put(&self.row.line, self.canonical(), &after)?;
            news.changes.push(record);
        }
        news.contact = Some(after);
        Ok(news)
    }

    /// Sending to the customer waits until this identity is acknowledged: older ones are not asked about any more.
    async fn hold_back(&self, hash: &str) -> Result<Vec<Change>, StoreError> {
        let line = self.line();
        let mut changes = Vec::new();
        for older in line.unacknowledged(self.canonical()).await? {
            if older != hash {
                changes.push(line.acknowledgement(self.canonical(), &older));
            }
        }
        changes.push(line.demand(self.canonical(), hash)?);
        Ok(changes)
    }

    /// The customer has another number: what is known moves along, unless more is known of the new one already. In a
    /// batch of its own, as the customer may write from the new number at the same time; done twice it does no harm. Of the
    /// old number nothing is learnt.
    pub(super) async fn move_customer(&self, event: &str, new: &WaId) -> Result<News, StoreError> {
        let line = self.line();
        let (old, new_canonical) = (self.canonical(), new.canonical());
        if old == new_canonical || self.our_id(Some(event)).await?.is_some() {
            return Ok(News::default());
        }
        let Some(mut contact) = line.contact(old).await? else {
            return Ok(News::default());
        };
        new.as_str().clone_into(&mut contact.wa_id);
        let open = line.unacknowledged(old).await?;
        let mut changes = vec![(line.records).create(&self.row.line, &new_canonical, &contact)?];
        for hash in &open {
            changes.push(line.demand(&new_canonical, hash)?);
        }
        changes.extend(self.farewell(old, &open));
        match apply(self.shared, changes).await {
            Ok(()) => {}
            // More is known of the new number already: by what was written from it.
            Err(StoreError::Conflict) => apply(self.shared, self.farewell(old, &open)).await?,
            Err(error) => return Err(error),
        }
        line.contacts.forget(old);
        tracing::info!(line = %self.row.line, "a customer changed number");
        Ok(News::default())
    }

    /// Nothing is known of this customer any more.
    fn farewell(&self, canonical: &str, open: &[String]) -> Vec<Change> {
        let line = self.line();
        let forget = (line.records).delete::<record::Contact>(&self.row.line, canonical);
        let withdrawals = (open.iter()).map(|hash| line.acknowledgement(canonical, hash));
        std::iter::once(forget).chain(withdrawals).collect()
    }
}

/// Whether a customer who was known by an identity shows another one.
fn is_another(known: Option<&record::Identity>, sighting: &Sighting) -> bool {
    known.is_some_and(|known| known.hash != sighting.hash)
}

/// The identity that was sighted: the one that is known, or a new one.
fn recognised(known: Option<record::Identity>, sighting: Sighting) -> record::Identity {
    known
        .filter(|known| known.hash == sighting.hash)
        .unwrap_or_else(|| record::Identity {
            hash: sighting.hash,
            created_ms: sighting.created_ms.unwrap_or_else(clock::now_ms),
        })
}
