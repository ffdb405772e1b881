//! How a try ends: what the store is told, and what stays to be done.

use std::time::Duration;

use onprem::envelope::ErrorObject;
use store::{Batch, Change, MessageState, OutboxRow, Queue, StoreError, clock};

use super::{Attempt, Outcome};
use crate::decide::lanes::Entry;
use crate::translate::up;

impl Attempt {
    pub(super) async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let batch = Batch::of(changes).fenced(self.fence.clone());
        self.line.store().apply(batch).await.map(drop)
    }

    /// The network has it: this is tried until the store has it too.
    pub(super) async fn sent(
        &self,
        row: &OutboxRow,
        network_id: String,
    ) -> Result<Outcome, StoreError> {
        loop {
            let sent = Change::Sent {
                outbox: row.key,
                message: row.message,
                network_id: network_id.clone(),
                at_ms: clock::now_ms(),
            };
            match self.apply(vec![sent]).await {
                Ok(()) => return Ok(Outcome::Finished),
                // The network gave an id twice; the message is out all the same.
                Err(StoreError::Conflict) => {
                    let at_ms = clock::now_ms();
                    let out = Change::Raise {
                        message: row.message,
                        state: MessageState::Sent,
                        at_ms,
                    };
                    self.apply(vec![Change::FinishOutbox { outbox: row.key }, out])
                        .await?;
                    return Ok(Outcome::Finished);
                }
                Err(error @ (StoreError::Fenced | StoreError::Closed)) => return Err(error),
                Err(error) => {
                    tracing::error!(line = %row.line, message = row.message, %error, "sent, but not noted yet");
                    tokio::select! {
                        () = self.stop.cancelled() => return Err(error),
                        () = tokio::time::sleep(Duration::from_millis(500)) => {}
                    }
                }
            }
        }
    }

    pub(super) async fn finish(&self, row: &OutboxRow) -> Result<Outcome, StoreError> {
        self.apply(vec![Change::FinishOutbox { outbox: row.key }])
            .await?;
        Ok(Outcome::Finished)
    }

    /// The message failed: out of the outbox, into the index, to the webhook, in one batch.
    pub(super) async fn fail(
        &self,
        row: &OutboxRow,
        error: ErrorObject,
    ) -> Result<Outcome, StoreError> {
        let now_ms = clock::now_ms();
        let found = self.line.store().message(row.message).await?;
        let (kind, code) = (found.as_ref().map(|found| found.kind.clone()), error.code);
        let mut changes = vec![
            // Refuses the batch when a status settled the row meanwhile.
            Change::Claim {
                outbox: row.key,
                token: self.fence.token,
            },
            Change::FinishOutbox { outbox: row.key },
            Change::Raise {
                message: row.message,
                state: MessageState::Failed,
                at_ms: now_ms,
            },
        ];
        if let Some(message) = found.filter(|_| self.line.has_webhook()) {
            let id = self.line.public_id(&message);
            let opaque = message.opaque.as_deref();
            let notification = up::failed(&id, &message.wa_id, opaque, now_ms / 1000, error);
            changes.push(Change::AppendCallback {
                line: row.line.clone(),
                lane: row.lane.clone(),
                kind: "status_change",
                message: Some(message.key),
                body: notification.to_bytes().into(),
                at_ms: now_ms,
            });
        }
        self.apply(changes).await?;
        let kind = kind.unwrap_or_default();
        self.line.meter.note_outgoing(&kind, &code.0.to_string());
        Ok(Outcome::Finished)
    }

    /// Waits and is tried again. If no try of it can have left, the claim is dropped, durably.
    pub(super) async fn put_back(
        &self,
        row: &OutboxRow,
        wait_ms: i64,
        attempts: u32,
    ) -> Result<Outcome, StoreError> {
        if self.may_have_left {
            return Ok(Outcome::PutBack(self.again(wait_ms)));
        }
        let change = Change::PutBack {
            queue: Queue::Outbox,
            key: row.key,
            due_ms: clock::now_ms().saturating_add(wait_ms),
            attempts,
            set_aside: false,
        };
        self.apply(vec![change]).await?;
        Ok(Outcome::PutBack(Entry {
            due_ms: self.line.signals.steady_ms().saturating_add(wait_ms),
            attempts,
            uncertain: false,
            ..self.entry.clone()
        }))
    }

    /// As it stands: what may have left waits for word of it, ever longer, what cannot have waits `wait_ms`.
    pub(super) fn again(&self, wait_ms: i64) -> Entry {
        let reconcile_ms =
            i64::try_from(self.line.config.reconcile_wait.as_millis()).unwrap_or(i64::MAX);
        let reconcile_ms = reconcile_ms.saturating_mul(1 << self.entry.mark.min(6));
        let wait_ms = if self.may_have_left {
            reconcile_ms.max(wait_ms)
        } else {
            wait_ms
        };
        Entry {
            due_ms: self.line.signals.steady_ms().saturating_add(wait_ms),
            uncertain: self.may_have_left,
            ..self.entry.clone()
        }
    }
}
