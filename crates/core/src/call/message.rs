//! Messages: accept and mark as read (`messages.md`, `rest-api.md` 13.1).

use onprem::message::{Content, Hsm, MarkRead, MediaSource, Outgoing, TemplateMessage};
use onprem::{Code, MessageId, Refusal, WaId};
use store::{Batch, Change, Direction, Lane, MessageState, Outcome, StoreError, clock};

use super::{shown, store_refusal};
use crate::line::{Line, LineState, Step};
use crate::parcel::Parcel;
use crate::translate;

/// The longest a message waits here, milliseconds (`messages.md` section 10: one pending for over a day is not valid).
pub(crate) const LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;

/// A message that was accepted: durable, with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// `to` as the caller wrote it.
    pub input: String,
    /// The recipient.
    pub wa_id: WaId,
    /// The message's id.
    pub id: MessageId,
}

impl Line {
    /// `POST /v1/messages`. Order of refusals: parse, shape and values, locked or not ready, what needs the store, load.
    pub async fn accept(&self, body: &[u8]) -> Result<Accepted, Refusal> {
        let message = Outgoing::parse(body, self.config.rules)?;
        self.check_locked()?;
        self.check_ready()?;
        self.check_against_store(&message).await?;
        self.check_identity(&message.to).await?;
        self.check_load()?;

        let lane = Lane::new(&message.to.canonical());
        let now_ms = clock::now_ms();
        let lifetime_ms = message.ttl_s.map_or(LIFETIME_MS, |ttl_s| {
            LIFETIME_MS.min(i64::from(ttl_s) * 1000)
        });
        let (input, wa_id) = (message.input.clone(), message.to.clone());
        let accept = Change::Accept {
            line: self.config.name.clone(),
            lane,
            wa_id: wa_id.as_str().to_owned(),
            kind: message.content.kind().to_owned(),
            opaque: message.opaque.clone(),
            body: Parcel::Message(Box::new(message)).to_bytes(),
            at_ms: now_ms,
            expires_ms: now_ms + lifetime_ms,
        };
        let applied = self.store().apply(Batch::of(vec![accept])).await;
        let applied = applied.inspect_err(|error| self.note_store_trouble(error));
        match applied.map_err(|error| store_refusal(&error))?.first() {
            Some(Outcome::Accepted { message, .. }) => {
                let id = self.ids.mint(true, wa_id.as_str(), *message);
                Ok(Accepted { input, wa_id, id })
            }
            other => Err(Refusal::new(
                Code::INTERNAL,
                format!("the store answered {other:?} to an accept"),
            )),
        }
    }

    /// `PUT /v1/messages/{id}`.
    pub async fn mark_read(&self, id: &str, body: &[u8]) -> Result<(), Refusal> {
        MarkRead::parse(body)?;
        let unknown = || Refusal::not_found(format!("message {}: no such message", shown(id)));
        let found = self
            .message_named(id)
            .await
            .map_err(|error| store_refusal(&error))?;
        let message = found.ok_or_else(unknown)?;
        if message.direction == Direction::Outgoing {
            return Err(Refusal::invalid(
                "message id",
                "only incoming messages can be marked as read, this one is outgoing",
            ));
        }
        let Some(network_id) = message
            .network_id
            .clone()
            .filter(|_| message.state != MessageState::Read)
        else {
            return Ok(());
        };
        let now_ms = clock::now_ms();
        let changes = vec![
            // It may have been collected since it was read.
            Change::Require {
                message: message.key,
            },
            Change::Raise {
                message: message.key,
                state: MessageState::Read,
                at_ms: now_ms,
            },
            Change::AppendReceipt {
                line: self.config.name.clone(),
                lane: Lane::new(&WaId::from_network(&message.wa_id).canonical()),
                message: message.key,
                body: Parcel::Receipt { network_id }.to_bytes(),
                at_ms: now_ms,
                expires_ms: now_ms + LIFETIME_MS,
            },
        ];
        match self.store().apply(Batch::of(changes)).await {
            Err(StoreError::Conflict) => Err(unknown()),
            applied => applied.map(drop).map_err(|error| store_refusal(&error)),
        }
    }

    /// 403 / 1031 while the network lets nothing of this line be sent.
    fn check_locked(&self) -> Result<(), Refusal> {
        match &*self.state.borrow() {
            LineState::Locked { reason } => Err(Refusal::new(Code::LOCKED, reason.clone())),
            _ => Ok(()),
        }
    }

    /// 503 / 1011 unless the start-up flow is done.
    pub(super) fn check_ready(&self) -> Result<(), Refusal> {
        let state = self.state.borrow();
        let Some((step, retry_after_s)) = not_ready(&state) else {
            return Ok(());
        };
        if self.signals.may_log_not_ready() {
            tracing::warn!(line = %self.config.name, step = %step, "service not ready");
        }
        let details = format!("the core application is not ready: {step}");
        Err(Refusal::new(Code::NOT_READY, details).retry_after(retry_after_s))
    }

    /// The line's own number, templates, and media that are named by id.
    async fn check_against_store(&self, message: &Outgoing) -> Result<(), Refusal> {
        if (self.number().as_deref())
            .is_some_and(|number| WaId::from_network(number).canonical() == message.to.canonical())
        {
            return Err(Refusal::new(
                Code::BAD_USER,
                "to: it is the number that sends",
            ));
        }
        match &message.content {
            Content::Template(template) => self.check_template(template).await?,
            Content::Hsm(hsm) => {
                let checked = self.check_template(&hsm.to_template()).await;
                checked.map_err(Hsm::in_its_words)?;
            }
            _ => {}
        }
        for (field, kind, media) in translate::down::media_of(message) {
            let id = match &media.source {
                MediaSource::Id(id) => id,
                MediaSource::Link { provider, .. } => {
                    self.check_provider(&field, provider.as_deref()).await?;
                    continue;
                }
            };
            let found = self
                .use_media(id)
                .await
                .map_err(|error| store_refusal(&error))?;
            let (_, found) = found
                .ok_or_else(|| Refusal::not_found(format!("{field}.id: no media {}", shown(id))))?;
            kind.check(&field, &found.content_type, found.bytes, &found.detected)?;
        }
        Ok(())
    }

    /// Against the line's templates, asking the network once for one that is not in the table.
    async fn check_template(&self, template: &TemplateMessage) -> Result<(), Refusal> {
        let TemplateMessage { name, language, .. } = template;
        let definitions = self
            .templates_named(name, language)
            .await
            .map_err(|not_loaded| Refusal::new(Code::TEMPLATE_FETCH_FAILED, not_loaded.0))?;
        let table = self.templates.table();
        let account = onprem::template::Account {
            namespace: table.namespace.as_deref(),
            languages: &table.languages,
            rules: self.config.rules,
        };
        onprem::template::check(template, &definitions, account).map(drop)
    }

    /// 503 / 1016 when a queue is too long.
    fn check_load(&self) -> Result<(), Refusal> {
        let (outbox, callbacks) = self.signals.depths();
        let overloaded = |what: &str, limit: u64| {
            self.tell(Code::OVERLOADED, format!("{what} (limit {limit})"));
            Err(Refusal::new(
                Code::OVERLOADED,
                format!("{what} (limit {limit}): try again later"),
            )
            .retry_after(5))
        };
        if outbox >= self.config.outbox_limit {
            return overloaded(
                "too many messages wait to be sent",
                self.config.outbox_limit,
            );
        }
        if callbacks >= self.config.callbacks_limit {
            return overloaded(
                "too many notifications wait for the webhook",
                self.config.callbacks_limit,
            );
        }
        Ok(())
    }
}

/// The step that a line is in and seconds to wait, unless it is ready.
fn not_ready(state: &LineState) -> Option<(String, u32)> {
    match state {
        LineState::Ready => None,
        LineState::Unregistered => Some((
            "no number is registered: call /v1/account first".to_owned(),
            30,
        )),
        LineState::Disconnected { reason } | LineState::Locked { reason } => {
            Some((format!("disconnected: {reason}"), 30))
        }
        LineState::Connecting { trouble: None } => {
            Some(("connecting to the network".to_owned(), 1))
        }
        LineState::Connecting {
            trouble: Some(trouble),
        } => Some((format!("connecting to the network: {trouble}"), 5)),
        LineState::Starting(Step::Templates { loaded }) => {
            Some((format!("loading templates, {loaded} so far"), 1))
        }
        LineState::Starting(Step::Offline { processed, left }) => Some((
            format!("processing offline messages, {processed} done, {left} in work"),
            2,
        )),
    }
}
