//! One try of one outbox row.

mod failure;
mod identity;
mod receipt;
mod settle;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use graph::error::Retry;
use graph::{ApiError, Failure};
use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::message::{Content, Hsm, Outgoing, TemplateMessage};
use store::{Change, Fence, Lane, OutboxRow, Queue, StoreError, clock};
use tokio_util::sync::CancellationToken;

use super::upload::{self, Trouble as Unresolved};
use failure::{expired, no_target};

use super::throttle::Throttle;
use super::{Outcome, Settled};
use crate::alert::Alert;
use crate::decide::{delay, lanes::Entry, pace::Word};
use crate::line::{Line, OnUnknown};
use crate::parcel::{Parcel, opaque};
use crate::signal::Trouble;
use crate::stats;
use crate::translate::down::{self, Resolved};
use crate::translate::error::{Verdict, is_about_template, is_unknown_object, object, verdict};
use crate::translate::template::parameter_names;

/// After a store that fails, milliseconds.
const STORE_WAIT_MS: i64 = 1_000;
/// From the moment the network is heard again to its statuses, milliseconds.
const WORD_MS: i64 = 1_000;
/// Rows of the inbox that are looked at before a message is sent again.
const LOOKED_AT: usize = 1_000;
/// Until the connection has dealt with the line's trouble, milliseconds.
const TROUBLE_MS: i64 = 1_000;

/// Tries a row once and tells what became of it.
pub(super) async fn run(
    line: Arc<Line>,
    fence: Fence,
    throttle: Arc<Throttle>,
    lane: Lane,
    entry: Entry,
    stop: CancellationToken,
) -> Settled {
    let mut attempt = Attempt {
        line,
        fence,
        entry: entry.clone(),
        stop,
        throttle,
        began_ms: 0,
        word: None,
        may_have_left: entry.uncertain,
    };
    let outcome = match AssertUnwindSafe(attempt.go()).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        // A status settled the row meanwhile: the next look finds it gone.
        Ok(Err(StoreError::Conflict)) => Outcome::PutBack(attempt.again(0)),
        Ok(Err(StoreError::Fenced)) => {
            tracing::error!(line = %attempt.line.config.name, "another process took the line over: this core stops");
            attempt.stop.cancel();
            Outcome::PutBack(attempt.again(STORE_WAIT_MS))
        }
        Ok(Err(error)) => {
            tracing::error!(line = %attempt.line.config.name, %error, "the store refused a step of sending");
            attempt.line.note_store_trouble(&error);
            attempt.throttle.hold(STORE_WAIT_MS);
            Outcome::PutBack(attempt.again(STORE_WAIT_MS))
        }
        Err(_) => {
            tracing::error!(line = %attempt.line.config.name, outbox = entry.key, "a send panicked");
            (attempt.line).tell(
                Code::GENERIC,
                "a message cannot be sent: an error of this program",
            );
            Outcome::PutBack(attempt.again(60_000))
        }
    };
    Settled {
        lane,
        entry,
        outcome,
        word: attempt.word,
    }
}

struct Attempt {
    line: Arc<Line>,
    fence: Fence,
    entry: Entry,
    stop: CancellationToken,
    throttle: Arc<Throttle>,
    /// When the request began, milliseconds of the line's clock.
    began_ms: i64,
    /// What the network said.
    word: Option<Word>,
    /// It is claimed, and a try of it may have left: this one or an earlier one.
    may_have_left: bool,
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
        // Also when it may have left: a late `delivered` is told all the same.
        if row.expires_ms <= clock::now_ms() {
            return self.fail(row, expired(message)).await;
        }
        if self.entry.uncertain
            && let Some(entry) = self.wait_for_word(row).await?
        {
            return Ok(Outcome::PutBack(entry));
        }
        if self.may_have_left && self.line.config.on_unknown == OnUnknown::Fail {
            let details = "whether the message was sent is not known".to_owned();
            return self.fail(row, object(Code::GENERIC, Some(details))).await;
        }
        let due_ms = self.throttle.pair_due_ms(&row.lane);
        if due_ms > self.line.signals.steady_ms() {
            return Ok(Outcome::PutBack(Entry {
                due_ms,
                ..self.entry.clone()
            }));
        }
        let (resolved, uploaded) = match self.resolve(message).await? {
            Ok(found) => found,
            Err(Unresolved::Fail(error)) => return self.fail(row, error).await,
            Err(Unresolved::Later(reason)) => {
                tracing::warn!(line = %row.line, message = row.message, reason, "media not brought to the network yet");
                return self.put_back(row, self.backoff_ms(), self.refusals()).await;
            }
        };
        let recipient = match self.recipient(message).await? {
            Ok(identity) => identity,
            Err(error) => return self.fail(row, error).await,
        };
        let throttle = self.throttle.clone();
        let Some(_place) = throttle.turn(&self.stop).await else {
            return Ok(Outcome::PutBack(self.entry.clone()));
        };
        if self.entry.uncertain {
            self.entry.mark += 1;
            self.line.meter.possible_duplicates.one();
            tracing::warn!(line = %row.line, message = row.message, "sent again: no status told whether it had left (possible duplicate)");
        }
        let mut send = down::send(
            message,
            &resolved,
            opaque(&self.line.deployment, row.message),
        );
        send.recipient_identity_key_hash = recipient;
        self.claim(row).await?;
        self.began_ms = self.line.signals.steady_ms();
        match self.line.client.send(&send).await {
            Ok(sent) => {
                self.word = Some(Word::Answered);
                self.throttle.took(&row.lane);
                self.line.all_clear(Alert::NumberBlocked);
                let outcome = self.sent(row, sent.id).await?;
                let kind = message.content.kind();
                self.line.meter.note_outgoing(kind, stats::SUCCESS);
                Ok(outcome)
            }
            Err(Failure::Refused(error)) if is_gateway_timeout(&error) => {
                Ok(self.unknown(row, &error.message))
            }
            Err(Failure::Refused(error)) => {
                self.word = Some(Word::Answered);
                self.may_have_left = self.entry.uncertain;
                self.refused(row, message, &error, uploaded).await
            }
            Err(Failure::Unsent(reason)) => {
                tracing::debug!(line = %row.line, message = row.message, reason, "not sent");
                self.word = Some(self.unreachable());
                self.may_have_left = self.entry.uncertain;
                self.put_back(row, 0, self.entry.attempts).await
            }
            Err(Failure::Unknown(reason)) => Ok(self.unknown(row, &reason)),
        }
    }

    /// Before a message is sent again: a status of the earlier try has to have had its chance. It had none while the
    /// network was not heard, or while something of this customer is still in the inbox; then there is more to wait.
    async fn wait_for_word(&self, row: &OutboxRow) -> Result<Option<Entry>, StoreError> {
        let heard = self.line.client.last_answer().map(|at| at.elapsed());
        if heard.is_none_or(|ago| ago >= self.line.config.reconcile_wait) {
            let wait_ms = match self.line.client.probe().await {
                Ok(()) => WORD_MS,
                Err(_) => return Ok(Some(self.again(0))),
            };
            let due_ms = self.line.signals.steady_ms() + wait_ms;
            return Ok(Some(Entry {
                due_ms,
                ..self.entry.clone()
            }));
        }
        let inbox = self
            .line
            .store()
            .take(Queue::Inbox, &row.line, 0, LOOKED_AT)
            .await?;
        let is_waiting =
            inbox.len() == LOOKED_AT || inbox.iter().any(|event| event.lane == row.lane);
        Ok(is_waiting.then(|| self.again(0)))
    }

    /// No answer: it stays claimed. If no status names it in time, it follows `on_unknown`.
    fn unknown(&mut self, row: &OutboxRow, reason: &str) -> Outcome {
        tracing::warn!(line = %row.line, message = row.message, reason, "no answer to a send: waiting for a status");
        self.word = Some(self.unreachable());
        Outcome::PutBack(self.again(0))
    }

    fn unreachable(&self) -> Word {
        Word::Unreachable {
            began_ms: self.began_ms,
        }
    }

    /// Media on the network, the quoted message, parameter names; and whether a stored file was uploaded for it just now.
    async fn resolve(
        &self,
        message: &Outgoing,
    ) -> Result<Result<(Resolved, bool), Unresolved>, StoreError> {
        let (mut resolved, mut uploaded) = (Resolved::default(), false);
        for (field, kind, media) in down::media_of(message) {
            match upload::upstream_id(&self.line, &field, kind, media, self.refusals()).await? {
                Ok(found) => {
                    uploaded |= found.is_fresh;
                    resolved.media.push(found.id);
                }
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        // A message that is not known is not quoted.
        if let Some(id) = &message.context {
            resolved.context = self.network_id(id).await?;
        }
        if let Content::Reaction(reaction) = &message.content {
            resolved.reaction = self.network_id(&reaction.message_id).await?;
            if resolved.reaction.is_none() {
                return Ok(Err(Unresolved::Fail(no_target())));
            }
        }
        if let Some((name, language)) = template_of(message) {
            resolved.named = self.parameter_names(name, language);
        }
        Ok(Ok((resolved, uploaded)))
    }

    /// The network's id of a message that a caller names; `None` when it is not known, or never reached the network.
    async fn network_id(&self, id: &str) -> Result<Option<String>, StoreError> {
        let found = self.line.message_named(id).await?;
        Ok(found.and_then(|message| message.network_id))
    }

    /// The names of a template's parameters, if it has named ones.
    fn parameter_names(&self, name: &str, language: &str) -> Option<Vec<String>> {
        let table = self.line.templates.table();
        let languages = table.by_name.get(name)?;
        let found = languages.iter().find(|found| found.language == language)?;
        parameter_names(found)
    }

    async fn claim(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        self.apply(vec![Change::Claim {
            outbox: row.key,
            token: self.fence.token,
        }])
        .await?;
        self.may_have_left = true;
        Ok(())
    }

    async fn refused(
        &mut self,
        row: &OutboxRow,
        message: &Outgoing,
        error: &ApiError,
        uploaded: bool,
    ) -> Result<Outcome, StoreError> {
        // Media that the network has forgotten are brought there anew, once.
        if is_unknown_object(error) && !down::media_of(message).is_empty() {
            if !uploaded {
                upload::forget(&self.line, message).await?;
                return self.put_back(row, 0, self.entry.attempts).await;
            }
            let details = "the network does not know the media that were just brought to it";
            return self
                .fail(row, object(Code::INTERNAL, Some(details.to_owned())))
                .await;
        }
        self.note_refusal(row, error.code).await?;
        match verdict(error, self.refusals()) {
            Verdict::Fail(reason) => {
                if reason.code == Code::LOCKED {
                    let details = reason.details.as_deref().unwrap_or_default();
                    self.line.alert(Alert::NumberBlocked, details);
                }
                let outcome = self.fail(row, reason).await?;
                if is_about_template(error)
                    && let Some((name, _)) = template_of(message)
                {
                    self.line.renew_template(name).await;
                }
                Ok(outcome)
            }
            Verdict::Retry(at_last) => {
                let asked_ms = error.retry_after.map_or(0, |wait| {
                    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
                });
                let wait_ms = self.backoff_ms().max(asked_ms);
                if at_last.code == Code::RATE_LIMIT {
                    self.line.tell(Code::TOO_MANY, slowed_down(error));
                    let began_ms = self.began_ms;
                    self.word = Some(Word::TooFast { began_ms, asked_ms });
                } else if error.retry() == Retry::Backoff {
                    self.word = Some(Word::Failed { asked_ms });
                }
                self.retry(row, message, wait_ms, at_last).await
            }
            Verdict::RetryRecipient(at_last) => {
                self.throttle.pair_refused(&row.lane);
                self.retry(row, message, delay::pair_ms(self.refusals()), at_last)
                    .await
            }
            Verdict::Disconnect(reason) => self.trouble(row, Trouble::Disconnect(reason)).await,
            Verdict::Unregister(reason) => self.trouble(row, Trouble::Unregister(reason)).await,
        }
    }

    /// Tries again later, unless its lifetime is over by then.
    async fn retry(
        &mut self,
        row: &OutboxRow,
        message: &Outgoing,
        wait_ms: i64,
        at_last: ErrorObject,
    ) -> Result<Outcome, StoreError> {
        tracing::warn!(line = %row.line, message = row.message, code = at_last.code.0, wait_ms, "refused for now");
        if row.expires_ms <= clock::now_ms().saturating_add(wait_ms) {
            let error = if message.ttl_s.is_some() {
                expired(message)
            } else {
                at_last
            };
            return self.fail(row, error).await;
        }
        self.put_back(row, wait_ms, self.refusals()).await
    }

    /// The line's trouble, not the message's: it stays queued.
    async fn trouble(&mut self, row: &OutboxRow, trouble: Trouble) -> Result<Outcome, StoreError> {
        self.throttle.hold(TROUBLE_MS);
        self.line.signals.trouble(trouble);
        self.put_back(row, 0, self.entry.attempts).await
    }

    /// Refusals so far, with the one at hand.
    fn refusals(&self) -> u32 {
        self.entry.attempts.saturating_add(1)
    }

    fn backoff_ms(&self) -> i64 {
        delay::exponential_ms(self.refusals(), self.entry.key.unsigned_abs())
    }
}

/// Name and language of the template that a message is sent with.
fn template_of(message: &Outgoing) -> Option<(&str, &str)> {
    match &message.content {
        Content::Template(TemplateMessage { name, language, .. })
        | Content::Hsm(Hsm {
            element_name: name,
            language,
            ..
        }) => Some((name, language)),
        _ => None,
    }
}

/// A time-out between us and the network, told by a proxy: whether the request went through is not known.
fn is_gateway_timeout(error: &ApiError) -> bool {
    matches!(error.status, 408 | 502 | 504) && error.trace.is_none()
}

/// What the business is told when the network asks the whole line to slow down.
fn slowed_down(error: &ApiError) -> String {
    let said = error.details.as_deref().unwrap_or(&error.message);
    format!(
        "the network asks to slow down (code {}): {said}; messages wait",
        error.code
    )
}
