//! A customer's message.

use graph::webhook::{Contact, ErrorObject, Message};
use onprem::WaId;
use onprem::settings::ApplicationSettings;
use store::{Body, Change, Direction, StoreError, clock};

use super::Plan;
use crate::receiver::media::{self, Downloaded};
use crate::receiver::referral;
use crate::translate::up;

/// What a message brought, ready to be told.
struct Brought {
    known: up::Known,
    files: Vec<Downloaded>,
}

impl Plan<'_> {
    pub(super) async fn message(
        &self,
        mut message: Message,
        contact: Option<Contact>,
        errors: Vec<ErrorObject>,
    ) -> Result<(), StoreError> {
        // Errors beside a message that could not be rendered belong to it (`cloud-api.md` 2.4).
        if message.errors.is_empty() {
            message.errors = errors;
        }
        if message.timestamp.is_empty() {
            message.timestamp = self.received_s();
        }
        if up::revoked(&message).is_some() {
            return self.revoked(&message).await;
        }
        let settings = self.line().settings();
        let Some(Brought { mut known, files }) = self.fetch(&message, &settings).await? else {
            // What was seen before is not downloaded again.
            return self.commit(Vec::new()).await.map(drop);
        };
        let from = sender(&message);
        let news = match up::moved_to(&message) {
            Some(new) => self.move_customer(&message.id, &new).await?,
            None => {
                self.learn(&from, &message, contact.as_ref(), &settings)
                    .await?
            }
        };
        known.identity.clone_from(&news.identity);

        let kind = message.kind.clone();
        let mut changes = vec![Change::Message {
            line: self.row.line.clone(),
            direction: Direction::Incoming,
            wa_id: from.as_str().to_owned(),
            network_id: Some(message.id.clone()),
            kind: message.kind.clone(),
            at_ms: clock::now_ms(),
        }];
        for file in &files {
            changes.push(file.record(self.line())?);
        }
        changes.extend(news.changes);
        changes.extend(self.told(message, contact, from, known, &settings));
        if !self.commit(changes).await? {
            return Ok(());
        }
        self.line().signals.came_one();
        self.line().meter.note_incoming(&kind);
        if let Some(contact) = news.contact {
            self.line()
                .contacts
                .remember(self.row.lane.as_str(), contact);
        }
        for file in files {
            file.keep();
        }
        Ok(())
    }

    /// What the message refers to and brings along. `None` when its files were fetched before.
    async fn fetch(
        &self,
        message: &Message,
        settings: &ApplicationSettings,
    ) -> Result<Option<Brought>, StoreError> {
        let mut known = up::Known {
            names: self.names(message).await?,
            ..up::Known::default()
        };
        let mut files = Vec::new();
        let (media, advertisement) = (up::media_of(message), referral::wanted(message, settings));
        if media.is_none() && advertisement.is_none() {
            return Ok(Some(Brought { known, files }));
        }
        if self.our_id(Some(&message.id)).await?.is_some() {
            return Ok(None);
        }
        if let Some((kind, id)) = media {
            let received = media::receive(self.shared, settings, kind, id, message).await;
            known.media = Some(received.shown);
            files.extend(received.downloaded);
        }
        if let Some((kind, url)) = advertisement
            && let Some((shown, file)) = referral::receive(self.shared, kind, url).await
        {
            known.referral = Some(shown);
            files.push(file);
        }
        Ok(Some(Brought { known, files }))
    }

    /// Our ids of the messages that this one refers to.
    async fn names(&self, message: &Message) -> Result<up::Names, StoreError> {
        let (context, reaction) = up::references(message);
        Ok(up::Names {
            context_id: self.our_id(context).await?,
            reaction_id: self.our_id(reaction).await?,
            business: self.line().number().unwrap_or_default(),
        })
    }

    /// The notification, unless the message is none that is delivered.
    fn told(
        &self,
        message: Message,
        contact: Option<Contact>,
        from: WaId,
        known: up::Known,
        settings: &ApplicationSettings,
    ) -> Option<Change> {
        let (line, settings) = (self.line().clone(), settings.clone());
        let make = move |key| {
            let id = line.ids.mint(false, from.as_str(), key);
            up::message(&message, contact.as_ref(), &id, &known, &settings)
        };
        // Whether it is delivered does not depend on its id.
        make(0)?;
        let body = move |key| make(key).map(|told| told.to_bytes()).unwrap_or_default();
        Some(self.callback("inbound_message", Body::FromMessageKey(Box::new(body))))
    }

    /// The customer deleted a message (`webhooks.md` 2.14): a status about the inbound message.
    async fn revoked(&self, message: &Message) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        if let (Some(revoked), true) = (
            self.ours(up::revoked(message)).await?,
            self.line().has_webhook(),
        ) {
            let id = self.line().public_id(&revoked);
            let notification = up::deleted(&id, sender(message).as_str(), &message.timestamp);
            let body = notification.to_bytes().into();
            changes.push(self.callback_about(Some(revoked.key), "status_change", body));
        }
        self.commit(changes).await.map(drop)
    }
}

/// The customer who wrote.
fn sender(message: &Message) -> WaId {
    let from = [&message.from, &message.from_user_id];
    let named = from.into_iter().flatten().find(|id| !id.is_empty());
    WaId::from_network(named.map(String::as_str).unwrap_or_default())
}
