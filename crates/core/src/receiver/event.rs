//! One event: translated, and committed as one batch (seen id, state, inbox row finished, notification appended).

use std::sync::Arc;

use graph::webhook::{Contact, ErrorObject, Event, Kind, Message, Status};
use onprem::notification::Notification;
use onprem::{MessageId, WaId};
use store::{
    Batch, Body, Change, Direction, InboxRow, Key, MessageRow, MessageState, StoreError, clock,
};

use super::{Shared, media};
use crate::line::Line;
use crate::parcel::read_opaque;
use crate::record;
use crate::translate::{error, up};

/// Why an event could not be processed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The store's doing.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Ours.
    #[error("the program panicked over it")]
    Panicked,
}

impl Trouble {
    /// Whether it will come again however well the store works.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Panicked | Self::Store(StoreError::Damaged(_)))
    }
}

/// Processes one row of the inbox. A row that is gone already is done. With `hopeless` it was tried often enough: it is
/// kept aside, so that it holds up nobody.
pub(super) async fn process(shared: &Arc<Shared>, key: Key, hopeless: bool) -> Result<(), Trouble> {
    let line = &shared.line;
    let Some(row) = line.store().inbox(vec![key]).await?.pop() else {
        return Ok(());
    };
    let event = match serde_json::from_slice::<Event>(&row.body) {
        Ok(event) if !hopeless => event,
        Ok(_) => {
            tracing::error!(line = %row.line, event = key, "an event cannot be processed: kept aside");
            return Ok(set_aside(shared, row).await?);
        }
        Err(error) => {
            tracing::error!(line = %row.line, event = key, %error, "an event does not decode: kept aside");
            return Ok(set_aside(shared, row).await?);
        }
    };
    let seen_id = match &event.kind {
        // It has no time of its own; the same one is told once a minute (`webhooks.md` section 4).
        Kind::Error(error) => format!("e:{}:{}", error.code, row.received_ms / 60_000),
        _ => event.seen_id(),
    };
    let plan = Plan {
        shared,
        row: &row,
        seen_id,
    };
    match event.kind {
        Kind::Message {
            message,
            contact,
            errors,
        } => plan.message(*message, contact, errors).await?,
        Kind::Status(status) => plan.status(&status).await?,
        Kind::Error(error) => plan.error(&error).await?,
        Kind::Field { field, .. } if field == "messages" || field.is_empty() => {
            tracing::error!(line = %row.line, event = key, "an event of an unknown shape: kept aside");
            set_aside(shared, row).await?;
        }
        Kind::Field { field, .. } => {
            tracing::debug!(line = %row.line, field, "an event without an On-Premises form");
            plan.commit(Vec::new()).await?;
        }
    }
    Ok(())
}

/// What cannot be understood is kept where it can be shown, and holds up nobody.
async fn set_aside(shared: &Arc<Shared>, row: InboxRow) -> Result<(), StoreError> {
    let changes = vec![
        Change::FinishInbox { inbox: row.key },
        Change::AppendStray {
            phone_number_id: shared.line.config.upstream.phone_number_id.clone(),
            body: row.body,
            at_ms: row.received_ms,
        },
    ];
    apply(shared, changes).await
}

async fn apply(shared: &Arc<Shared>, changes: Vec<Change>) -> Result<(), StoreError> {
    shared
        .line
        .store()
        .apply(Batch::of(changes).fenced(shared.fence.clone()))
        .await
        .map(drop)
}

struct Plan<'a> {
    shared: &'a Arc<Shared>,
    row: &'a InboxRow,
    seen_id: String,
}

impl Plan<'_> {
    fn line(&self) -> &Arc<Line> {
        &self.shared.line
    }

    /// Commits the event with what it changes; an event that was seen before only leaves the inbox.
    /// Whether the changes were made.
    async fn commit(&self, changes: Vec<Change>) -> Result<bool, StoreError> {
        let mut all = vec![
            Change::FinishInbox {
                inbox: self.row.key,
            },
            Change::Remember {
                line: self.row.line.clone(),
                id: self.seen_id.clone(),
                at_ms: clock::now_ms(),
            },
        ];
        all.extend(changes);
        match apply(self.shared, all).await {
            // Seen before; or its message is in the index although the event was forgotten; or somebody finished the row.
            Err(StoreError::Repeat | StoreError::Conflict) => {
                let finish = vec![Change::FinishInbox {
                    inbox: self.row.key,
                }];
                match apply(self.shared, finish).await {
                    Ok(()) | Err(StoreError::Conflict) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            other => other.map(|()| true),
        }
    }

    fn callback(&self, kind: &'static str, body: Body) -> Change {
        Change::AppendCallback {
            line: self.row.line.clone(),
            lane: self.row.lane.clone(),
            kind,
            body,
            at_ms: clock::now_ms(),
        }
    }

    async fn message(
        &self,
        mut message: Message,
        contact: Option<Contact>,
        errors: Vec<ErrorObject>,
    ) -> Result<(), StoreError> {
        let line = self.line().clone();
        // Errors beside a message that could not be rendered belong to it (`cloud-api.md` 2.4).
        if message.errors.is_empty() {
            message.errors = errors;
        }
        if up::revoked(&message).is_some() {
            return self.revoked(&message).await;
        }
        let names = self.names(&message).await?;
        let settings = line.settings();
        let media = match up::media_of(&message) {
            // What was seen before is not downloaded again.
            Some(_) if self.our_id(Some(&message.id)).await?.is_some() => {
                return self.commit(Vec::new()).await.map(drop);
            }
            Some((kind, id)) => {
                Some(media::receive(self.shared, &settings, kind, id, &message).await?)
            }
            None => None,
        };
        let (media, downloaded) =
            media.map_or((None, None), |media| (Some(media.shown), media.downloaded));
        // A dry run with an empty id tells whether it is delivered at all.
        let probe = line.ids.mint(false, "", 0);
        let delivered = up::message(
            &message,
            contact.as_ref(),
            &probe,
            &names,
            media.as_ref(),
            &settings,
        )
        .is_some();
        let wa_id = message
            .from
            .clone()
            .or_else(|| message.from_user_id.clone())
            .unwrap_or_default();
        let wa_id = WaId::from_network(&wa_id);

        let mut changes = vec![Change::Message {
            line: self.row.line.clone(),
            direction: Direction::Incoming,
            wa_id: wa_id.as_str().to_owned(),
            network_id: Some(message.id.clone()),
            kind: message.kind.clone(),
            at_ms: clock::now_ms(),
        }];
        let news = self.contact(&wa_id, contact.as_ref());
        if let Some(news) = &news {
            changes.push(
                line.records
                    .put(&self.row.line, self.row.lane.as_str(), news)?,
            );
        }
        changes.extend(
            downloaded
                .as_ref()
                .map(|downloaded| downloaded.record(&line))
                .transpose()?,
        );
        if delivered {
            let body = Body::FromMessageKey(Box::new(move |key| {
                let id = line.ids.mint(false, wa_id.as_str(), key);
                up::message(
                    &message,
                    contact.as_ref(),
                    &id,
                    &names,
                    media.as_ref(),
                    &settings,
                )
                .map(|notification| notification.to_bytes())
                .unwrap_or_default()
            }));
            changes.push(self.callback("inbound_message", body));
        }
        if !self.commit(changes).await? {
            return Ok(());
        }
        if let Some(news) = news {
            self.line().contacts.remember(self.row.lane.as_str(), news);
        }
        if let Some(downloaded) = downloaded {
            downloaded.keep();
        }
        Ok(())
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

    async fn our_id(&self, network_id: Option<&str>) -> Result<Option<MessageId>, StoreError> {
        let Some(network_id) = network_id else {
            return Ok(None);
        };
        let found = self
            .line()
            .store()
            .message_by_network_id(&self.row.line, network_id)
            .await?;
        Ok(found.map(|message| self.line().public_id(&message)))
    }

    /// What is known of the customer, when its card says something new.
    fn contact(&self, wa_id: &WaId, card: Option<&Contact>) -> Option<record::Contact> {
        let contact = record::Contact {
            wa_id: wa_id.as_str().to_owned(),
            name: Some(card?.profile.name.clone()?),
        };
        (!self.line().contacts.knows(self.row.lane.as_str(), &contact)).then_some(contact)
    }

    /// The customer deleted a message (`webhooks.md` 2.14): a status about the inbound message.
    async fn revoked(&self, message: &Message) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        if let (Some(id), true) = (
            self.our_id(up::revoked(message)).await?,
            self.line().has_webhook(),
        ) {
            let customer = message
                .from
                .clone()
                .or_else(|| message.from_user_id.clone())
                .unwrap_or_default();
            let notification = up::deleted(&id, &customer, &message.timestamp);
            changes.push(self.callback("status_change", notification.to_bytes().into()));
        }
        self.commit(changes).await.map(drop)
    }

    async fn status(&self, status: &Status) -> Result<(), StoreError> {
        let line = self.line();
        let Some(message) = self.message_of(status).await? else {
            // Sent by another program on the same number, or long collected.
            tracing::debug!(line = %self.row.line, status = status.status, "a status of a message that is not ours");
            return self.commit(Vec::new()).await.map(drop);
        };
        let Some(state) = state_of(&status.status) else {
            return self
                .commit(self.notification(status, &message))
                .await
                .map(drop);
        };
        let now_ms = clock::now_ms();
        let mut changes = vec![Change::Raise {
            message: message.key,
            state,
            at_ms: now_ms,
        }];
        // A status may overtake the answer to the send, or be all that is left of it after a crash.
        let waiting = line.store().outbox_of(message.key).await?;
        if let Some(outbox) = &waiting {
            changes.insert(
                0,
                Change::Sent {
                    outbox: outbox.key,
                    message: message.key,
                    network_id: status.id.clone(),
                    at_ms: now_ms,
                },
            );
        }
        // `sent` was noted already when the send was answered; any other state is told once.
        let news = state > message.state
            || (state == MessageState::Sent && message.state == MessageState::Sent);
        if news {
            changes.extend(self.notification(status, &message));
        }
        self.commit(changes).await?;
        if let Some(outbox) = waiting {
            line.signals.resolve(outbox.lane, outbox.key);
        }
        Ok(())
    }

    async fn message_of(&self, status: &Status) -> Result<Option<MessageRow>, StoreError> {
        let line = self.line();
        if let Some(found) = line
            .store()
            .message_by_network_id(&self.row.line, &status.id)
            .await?
        {
            return Ok(Some(found));
        }
        let opaque = status.biz_opaque_callback_data.as_deref();
        let Some(key) = opaque.and_then(|data| read_opaque(&line.deployment, data)) else {
            return Ok(None);
        };
        let found = line.store().message(key).await?;
        Ok(found.filter(|message| {
            message.line == self.row.line && message.direction == Direction::Outgoing
        }))
    }

    fn notification(&self, status: &Status, message: &MessageRow) -> Vec<Change> {
        let line = self.line();
        if !line.has_webhook() {
            return Vec::new();
        }
        let id = line.public_id(message);
        let notification = up::status(
            status,
            &id,
            &message.wa_id,
            message.opaque.as_deref(),
            &line.settings(),
        );
        let change = |notification: Notification| {
            self.callback("status_change", notification.to_bytes().into())
        };
        notification.map(change).into_iter().collect()
    }

    async fn error(&self, error: &ErrorObject) -> Result<(), StoreError> {
        let notification = Notification {
            errors: vec![error::from_webhook(error)],
            ..Notification::default()
        };
        tracing::warn!(line = %self.row.line, code = error.code, title = error.title, "the network reports an error");
        let mut changes = Vec::new();
        if self.line().has_webhook() {
            changes.push(self.callback("error", notification.to_bytes().into()));
        }
        self.commit(changes).await.map(drop)
    }
}

fn state_of(status: &str) -> Option<MessageState> {
    match status {
        "sent" => Some(MessageState::Sent),
        "delivered" => Some(MessageState::Delivered),
        "read" => Some(MessageState::Read),
        "failed" => Some(MessageState::Failed),
        _ => None,
    }
}
