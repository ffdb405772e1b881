//! One try of one outbox row.

use std::sync::Arc;
use std::time::Duration;

use graph::Failure;
use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::message::Outgoing;
use store::{Batch, Change, Fence, Lane, MessageState, OutboxRow, Queue, StoreError, clock};
use tokio_util::sync::CancellationToken;

use super::upload::{self, Trouble as UploadTrouble};
use super::{Outcome, Settled, unreachable_pause_ms};
use crate::decide::{delay, lanes::Entry};
use crate::line::{Line, OnUnknown};
use crate::parcel::{Parcel, opaque};
use crate::signal::Trouble;
use crate::translate::down::{self, Resolved};
use crate::translate::error::{Verdict, is_unknown_object, object, verdict};
use crate::translate::template::parameter_names;
use crate::translate::up;

/// Tries a row once and tells what became of it.
pub(super) async fn run(
    line: Arc<Line>,
    fence: Fence,
    lane: Lane,
    entry: Entry,
    stop: CancellationToken,
) -> Settled {
    let mut attempt = Attempt {
        line,
        fence,
        entry: entry.clone(),
        stop,
        pause_ms: None,
    };
    let outcome = match attempt.go().await {
        Ok(outcome) => outcome,
        // A status settled the row meanwhile: the next look finds it gone.
        Err(StoreError::Conflict) => Outcome::PutBack(attempt.later(0)),
        Err(error) => {
            tracing::error!(line = %attempt.line.config.name, %error, "the store refused a step of sending");
            attempt.pause_ms = Some(1_000);
            Outcome::PutBack(attempt.later(1_000))
        }
    };
    Settled {
        lane,
        entry,
        outcome,
        pause_ms: attempt.pause_ms,
    }
}

struct Attempt {
    line: Arc<Line>,
    fence: Fence,
    entry: Entry,
    stop: CancellationToken,
    pause_ms: Option<i64>,
}

impl Attempt {
    async fn go(&mut self) -> Result<Outcome, StoreError> {
        let Some(row) = self.line.store().outbox(vec![self.entry.key]).await?.pop() else {
            // A status named it, or it was finished before the last crash.
            return Ok(Outcome::Finished);
        };
        match Parcel::read(&row.body) {
            Ok(Parcel::Message(message)) => self.message(&row, &message).await,
            Ok(Parcel::Receipt { network_id }) => self.receipt(&row, &network_id).await,
            Err(error) => {
                tracing::error!(line = %row.line, message = row.message, %error, "an outbox row does not decode");
                self.fail(
                    &row,
                    object(Code::INTERNAL, Some(format!("stored message: {error}"))),
                )
                .await
            }
        }
    }

    async fn message(
        &mut self,
        row: &OutboxRow,
        message: &Outgoing,
    ) -> Result<Outcome, StoreError> {
        if self.entry.uncertain && self.line.config.on_unknown == OnUnknown::Fail {
            let details = "whether the message was sent is not known".to_owned();
            return self.fail(row, object(Code::GENERIC, Some(details))).await;
        }
        if row.expires_ms <= clock::now_ms() {
            return self.fail(row, expired(message)).await;
        }
        if self.entry.uncertain {
            tracing::warn!(line = %row.line, message = row.message, "sent again: no status told whether it had left (possible duplicate)");
        }
        let resolved = match self.resolve(message).await? {
            Ok(resolved) => resolved,
            Err(UploadTrouble::Fail(error)) => return self.fail(row, error).await,
            Err(UploadTrouble::Later(reason)) => {
                tracing::warn!(line = %row.line, message = row.message, reason, "media not brought to the network yet");
                return self
                    .put_back(row, delay::exponential_ms(row.attempts + 1, spread(row)))
                    .await;
            }
        };
        let send = down::send(
            message,
            &resolved,
            opaque(&self.line.deployment, row.message),
        );
        self.claim(row).await?;
        match self.line.client.send(&send).await {
            Ok(sent) => self.sent(row, sent.id).await,
            Err(Failure::Refused(error)) => self.refused(row, message, &error).await,
            Err(Failure::Unsent(reason)) => {
                tracing::debug!(line = %row.line, message = row.message, reason, "not sent");
                self.pause_ms = Some(unreachable_pause_ms(row.attempts + 1));
                self.put_back(row, 0).await
            }
            Err(Failure::Unknown(reason)) => {
                tracing::warn!(line = %row.line, message = row.message, reason, "no answer to a send: waiting for a status");
                self.pause_ms = Some(unreachable_pause_ms(1));
                Ok(Outcome::PutBack(self.uncertain()))
            }
        }
    }

    /// Media on the network, the quoted message, parameter names.
    async fn resolve(
        &self,
        message: &Outgoing,
    ) -> Result<Result<Resolved, UploadTrouble>, StoreError> {
        let mut resolved = Resolved::default();
        for (field, kind, media) in down::media_of(message) {
            match upload::upstream_id(&self.line, &field, kind, media).await? {
                Ok(id) => resolved.media.push(id),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        if let Some(quoted) = message
            .context
            .as_deref()
            .and_then(|id| self.line.minter.open(id))
        {
            resolved.context = self
                .line
                .store()
                .message(quoted.key)
                .await?
                .and_then(|quoted| quoted.network_id);
        }
        if let onprem::message::Content::Template(template) = &message.content {
            let table = self.line.templates.table();
            let same_language = |definition: &&onprem::template::Definition| {
                definition.language == template.language
            };
            resolved.named = (table.by_name.get(&template.name))
                .and_then(|languages| languages.iter().find(same_language))
                .and_then(parameter_names);
        }
        Ok(Ok(resolved))
    }

    async fn claim(&self, row: &OutboxRow) -> Result<(), StoreError> {
        let claim = Change::Claim {
            outbox: row.key,
            token: self.fence.token,
        };
        self.line
            .store()
            .apply(Batch::of(vec![claim]).fenced(self.fence.clone()))
            .await
            .map(drop)
    }

    /// The network has it: this is tried until the store has it too.
    async fn sent(&self, row: &OutboxRow, network_id: String) -> Result<Outcome, StoreError> {
        loop {
            let sent = Change::Sent {
                outbox: row.key,
                message: row.message,
                network_id: network_id.clone(),
                at_ms: clock::now_ms(),
            };
            match self
                .line
                .store()
                .apply(Batch::of(vec![sent]).fenced(self.fence.clone()))
                .await
            {
                Ok(_) => return Ok(Outcome::Finished),
                // The network gave an id twice; the message is out all the same.
                Err(StoreError::Conflict) => return self.finish(row).await,
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

    async fn refused(
        &mut self,
        row: &OutboxRow,
        message: &Outgoing,
        error: &graph::ApiError,
    ) -> Result<Outcome, StoreError> {
        // Media that the network has forgotten are brought there anew, once.
        if is_unknown_object(error) && !down::media_of(message).is_empty() {
            if row.attempts == 0 {
                upload::forget(&self.line, message).await?;
                return self.put_back(row, 0).await;
            }
            let details = "the network does not know the media that were just brought to it";
            return self
                .fail(row, object(Code::INTERNAL, Some(details.to_owned())))
                .await;
        }
        match verdict(error, row.attempts + 1) {
            Verdict::Fail(error) => self.fail(row, error).await,
            Verdict::Retry(reason) => {
                tracing::warn!(line = %row.line, message = row.message, code = error.code, reason = %reason.title, "refused for now");
                let wait_ms = delay::exponential_ms(row.attempts + 1, spread(row));
                self.pause_ms = Some(wait_ms.min(1_000));
                self.put_back(row, wait_ms).await
            }
            Verdict::RetryRecipient(_) => {
                self.put_back(row, delay::pair_ms(row.attempts + 1)).await
            }
            Verdict::Disconnect(reason) => {
                self.pause_ms = Some(1_000);
                self.line.signals.trouble(Trouble::Disconnect(reason));
                self.put_back(row, 0).await
            }
            Verdict::Unregister(reason) => {
                self.pause_ms = Some(1_000);
                self.line.signals.trouble(Trouble::Unregister(reason));
                self.put_back(row, 0).await
            }
        }
    }

    /// A read receipt: sending it twice does no harm, so an unknown outcome is simply tried again.
    async fn receipt(&mut self, row: &OutboxRow, network_id: &str) -> Result<Outcome, StoreError> {
        if row.expires_ms <= clock::now_ms() {
            return self.finish(row).await;
        }
        match self.line.client.mark_read(network_id).await {
            Ok(()) => self.finish(row).await,
            Err(Failure::Refused(error)) => match verdict(&error, self.entry.attempts + 1) {
                Verdict::Fail(reason) => {
                    tracing::warn!(line = %row.line, code = error.code, reason = %reason.title, "the network refused a read receipt");
                    self.finish(row).await
                }
                _ => {
                    self.put_back(
                        row,
                        delay::exponential_ms(self.entry.attempts + 1, spread(row)),
                    )
                    .await
                }
            },
            Err(Failure::Unsent(_) | Failure::Unknown(_)) => {
                self.pause_ms = Some(unreachable_pause_ms(self.entry.attempts + 1));
                self.put_back(row, 0).await
            }
        }
    }

    async fn finish(&self, row: &OutboxRow) -> Result<Outcome, StoreError> {
        let finish = Change::FinishOutbox { outbox: row.key };
        self.line
            .store()
            .apply(Batch::of(vec![finish]).fenced(self.fence.clone()))
            .await?;
        Ok(Outcome::Finished)
    }

    /// The message failed: out of the outbox, into the index, to the webhook, in one batch.
    async fn fail(&self, row: &OutboxRow, error: ErrorObject) -> Result<Outcome, StoreError> {
        let now_ms = clock::now_ms();
        let found = self.line.store().message(row.message).await?;
        let mut changes = vec![
            Change::FinishOutbox { outbox: row.key },
            Change::Raise {
                message: row.message,
                state: MessageState::Failed,
                at_ms: now_ms,
            },
        ];
        if let Some(message) = found.filter(|_| self.line.has_webhook()) {
            let id = self.line.minter.mint(true, &message.wa_id, message.key);
            let notification = up::failed(
                &id,
                &message.wa_id,
                message.opaque.as_deref(),
                now_ms / 1000,
                error,
            );
            changes.push(Change::AppendCallback {
                line: row.line.clone(),
                lane: row.lane.clone(),
                kind: "status_change",
                body: notification.to_bytes().into(),
                at_ms: now_ms,
            });
        }
        self.line
            .store()
            .apply(Batch::of(changes).fenced(self.fence.clone()))
            .await?;
        Ok(Outcome::Finished)
    }

    async fn put_back(&self, row: &OutboxRow, wait_ms: i64) -> Result<Outcome, StoreError> {
        let entry = self.later(wait_ms);
        let change = Change::PutBack {
            queue: Queue::Outbox,
            key: row.key,
            due_ms: entry.due_ms,
            attempts: entry.attempts,
            set_aside: false,
        };
        self.line
            .store()
            .apply(Batch::of(vec![change]).fenced(self.fence.clone()))
            .await?;
        Ok(Outcome::PutBack(entry))
    }

    fn later(&self, wait_ms: i64) -> Entry {
        let mut entry = self.entry.clone();
        entry.due_ms = clock::now_ms() + wait_ms;
        entry.attempts = entry.attempts.saturating_add(1);
        entry.uncertain = false;
        entry
    }

    /// It stays claimed; if no status names it in time, it follows `on_unknown`.
    fn uncertain(&self) -> Entry {
        let wait_ms =
            i64::try_from(self.line.config.reconcile_wait.as_millis()).unwrap_or(i64::MAX);
        Entry {
            uncertain: true,
            ..self.later(wait_ms)
        }
    }
}

/// With and without a lifetime of its own (`messages.md` section 10).
fn expired(message: &Outgoing) -> ErrorObject {
    let (code, details) = match message.ttl_s {
        Some(_) => (Code::EXPIRED, "its ttl passed before it could be sent"),
        None => (Code::STALE, "it waited for more than a day"),
    };
    object(code, Some(details.to_owned()))
}

/// Something that differs from row to row, for spreading.
fn spread(row: &OutboxRow) -> u64 {
    row.key.unsigned_abs()
}
