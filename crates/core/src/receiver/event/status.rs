//! What became of one of our messages.

use graph::webhook::Status;
use onprem::WaId;
use onprem::notification::Notification;
use store::{Change, Direction, MessageRow, MessageState, StoreError, clock};

use super::Plan;
use crate::parcel::read_opaque;
use crate::translate::error::IDENTITY_MISMATCH;
use crate::translate::up;

impl Plan<'_> {
    pub(super) async fn status(&self, mut status: Status) -> Result<(), StoreError> {
        let line = self.line();
        if up::is_of_payment(&status) {
            tracing::debug!(line = %self.row.line, status = status.status, "a status of a payment");
            return self.commit(Vec::new()).await.map(drop);
        }
        if status.timestamp.is_empty() {
            status.timestamp = self.received_s();
        }
        let Some(message) = self.message_of(&status).await? else {
            // Sent by another program on the same number, or long collected.
            tracing::debug!(line = %self.row.line, status = status.status, "a status of a message that is not ours");
            return self.commit(Vec::new()).await.map(drop);
        };
        let Some(state) = state_of(&status.status) else {
            return self
                .commit(self.notification(&status, &message))
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
        if is_identity_mismatch(&status) {
            let customer = WaId::from_network(&message.wa_id).canonical();
            changes.extend(line.identity_in_doubt(&customer).await?);
        }
        // `sent` was noted already when the send was answered; any other state is told once.
        let news = state > message.state
            || (state == MessageState::Sent && message.state == MessageState::Sent);
        if news {
            changes.extend(self.notification(&status, &message));
        }
        if self.commit(changes).await? {
            line.meter.note_status(&status.status);
        }
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
            let body = notification.to_bytes().into();
            self.callback_about(Some(message.key), "status_change", body)
        };
        notification.map(change).into_iter().collect()
    }
}

/// Whether the message failed because its recipient is not who the business thinks.
fn is_identity_mismatch(status: &Status) -> bool {
    status.status == "failed"
        && status
            .errors
            .iter()
            .any(|error| error.code == IDENTITY_MISMATCH)
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
