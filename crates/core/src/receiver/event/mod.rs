//! One event: translated, and committed as one batch (seen id, state, inbox row finished, notification appended).

mod customer;
mod message;
mod status;

use std::sync::Arc;

use graph::webhook::{ErrorObject, Event, Kind};
use onprem::{Code, MessageId};
use store::{Batch, Body, Change, InboxRow, Key, MessageRow, StoreError, clock};

use super::Shared;
use crate::line::Line;
use crate::out_of_band;
use crate::translate::error;

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
        // It has no time of its own: the next one within the minute is told to be the same.
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
        Kind::Status(status) => plan.status(*status).await?,
        Kind::Error(error) => plan.error(&error).await?,
        Kind::Field { field, .. } if field == "messages" || field.is_empty() => {
            tracing::error!(line = %row.line, event = key, "an event of an unknown shape: kept aside");
            set_aside(shared, row).await?;
        }
        Kind::Field { field, value, .. } => {
            if plan.commit(Vec::new()).await? {
                line.hear(&field, &value);
            }
        }
    }
    Ok(())
}

/// What cannot be understood is kept where it can be shown, and holds up nobody. The business is told that something came.
async fn set_aside(shared: &Arc<Shared>, row: InboxRow) -> Result<(), StoreError> {
    shared.line.meter.stray_events.one();
    let changes = vec![
        Change::FinishInbox { inbox: row.key },
        Change::AppendStray {
            // Nobody's: else the line would be given it again.
            phone_number_id: String::new(),
            body: row.body,
            at_ms: row.received_ms,
        },
    ];
    apply(shared, changes).await?;
    shared.line.tell(
        Code::INTERNAL,
        "an event of the network could not be processed and was kept aside",
    );
    Ok(())
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
        match self.try_commit(changes).await {
            // Seen before; or its message is in the index although the event was forgotten; or somebody finished the row.
            Err(StoreError::Repeat | StoreError::Conflict) => {
                let finish = vec![Change::FinishInbox {
                    inbox: self.row.key,
                }];
                match apply(self.shared, finish).await {
                    Ok(()) => {
                        self.line().meter.repeated_events.one();
                        Ok(false)
                    }
                    Err(StoreError::Conflict) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            other => other.map(|()| true),
        }
    }

    /// The same for changes that may be refused themselves: the event stays in the inbox then.
    async fn try_commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
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
        apply(self.shared, all).await
    }

    /// A notification of no message that was there before.
    fn callback(&self, kind: &'static str, body: Body) -> Change {
        self.callback_about(None, kind, body)
    }

    /// A notification, which keeps the message it tells of from being collected.
    fn callback_about(&self, message: Option<Key>, kind: &'static str, body: Body) -> Change {
        Change::AppendCallback {
            line: self.row.line.clone(),
            lane: self.row.lane.clone(),
            kind,
            message,
            body,
            at_ms: clock::now_ms(),
        }
    }

    /// When the relay took the event, as an event says its own time: for events that came without one.
    fn received_s(&self) -> String {
        (self.row.received_ms / 1000).to_string()
    }

    async fn our_id(&self, network_id: Option<&str>) -> Result<Option<MessageId>, StoreError> {
        let found = self.ours(network_id).await?;
        Ok(found.map(|message| self.line().public_id(&message)))
    }

    /// The message that the network names.
    async fn ours(&self, network_id: Option<&str>) -> Result<Option<MessageRow>, StoreError> {
        let Some(network_id) = network_id else {
            return Ok(None);
        };
        self.line()
            .store()
            .message_by_network_id(&self.row.line, network_id)
            .await
    }

    /// An error of the network that belongs to no message (`webhooks.md` section 4).
    async fn error(&self, error: &ErrorObject) -> Result<(), StoreError> {
        tracing::warn!(line = %self.row.line, code = error.code, title = error.title, "the network reports an error");
        let told = error::out_of_band(error);
        let mut turn = self.line().errors.turn(told.code).await;
        let mut changes = Vec::new();
        let is_told = turn.is_due() && self.line().has_webhook();
        if is_told {
            changes.push(out_of_band::callback(self.line(), told));
        }
        if self.commit(changes).await? && is_told {
            turn.taken();
        }
        Ok(())
    }
}
