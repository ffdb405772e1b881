//! A batch, change by change.

use super::queue::Waiting;
use super::tables::Tables;
use crate::StoreError;
use crate::batch::{Change, Outcome};
use crate::name::Key;
use crate::row::{CallbackRow, Direction, InboxRow, MessageRow, MessageState, OutboxRow, StrayRow};

impl Tables {
    /// Makes one change. `latest` is the key of the batch's latest message.
    pub(super) fn make(
        &mut self,
        change: &Change,
        latest: &mut Option<Key>,
    ) -> Result<Outcome, StoreError> {
        match change {
            Change::Accept {
                line,
                lane,
                wa_id,
                kind,
                body,
                opaque,
                at_ms,
                expires_ms,
            } => {
                let message = self.message(MessageRow {
                    key: 0,
                    line: line.clone(),
                    direction: Direction::Outgoing,
                    wa_id: wa_id.clone(),
                    network_id: None,
                    kind: kind.clone(),
                    state: MessageState::Accepted,
                    created_ms: *at_ms,
                    changed_ms: *at_ms,
                    opaque: opaque.clone(),
                })?;
                let outbox = self.append_outbox(OutboxRow {
                    key: 0,
                    line: line.clone(),
                    lane: lane.clone(),
                    message,
                    body: body.clone(),
                    accepted_ms: *at_ms,
                    expires_ms: *expires_ms,
                    attempts: 0,
                    claimed_by: None,
                });
                return Ok(Outcome::Accepted { message, outbox });
            }
            Change::AppendReceipt {
                line,
                lane,
                message,
                body,
                at_ms,
                expires_ms,
            } => {
                let row = OutboxRow {
                    key: 0,
                    line: line.clone(),
                    lane: lane.clone(),
                    message: *message,
                    body: body.clone(),
                    accepted_ms: *at_ms,
                    expires_ms: *expires_ms,
                    attempts: 0,
                    claimed_by: None,
                };
                return Ok(Outcome::Key(self.append_outbox(row)));
            }
            Change::Claim { outbox, token } => self.claim(*outbox, *token)?,
            Change::Sent {
                outbox,
                message,
                network_id,
                at_ms,
            } => {
                self.sent(*message, network_id, *at_ms)?;
                self.finish_outbox(*outbox);
            }
            Change::FinishOutbox { outbox } => self.finish_outbox(*outbox),
            Change::AppendInbox {
                line,
                lane,
                event_time_s,
                about,
                body,
                at_ms,
            } => {
                let key = self.inbox.append(|key| {
                    Waiting::now(InboxRow {
                        key,
                        line: line.clone(),
                        lane: lane.clone(),
                        event_time_s: *event_time_s,
                        received_ms: *at_ms,
                        body: body.clone(),
                        attempts: 0,
                        about: about.clone(),
                    })
                });
                return Ok(Outcome::Key(key));
            }
            Change::AppendStray {
                phone_number_id,
                body,
                at_ms,
            } => {
                let key = self.strays.append(|key| StrayRow {
                    key,
                    phone_number_id: phone_number_id.clone(),
                    body: body.clone(),
                    received_ms: *at_ms,
                });
                return Ok(Outcome::Key(key));
            }
            Change::FinishStray { stray } => {
                self.strays
                    .table
                    .remove(stray)
                    .ok_or(StoreError::Conflict)?;
            }
            Change::ForgetStrays { before_ms } => return Ok(self.forget_strays(*before_ms)),
            Change::FinishInbox { inbox } => {
                self.inbox.table.remove(inbox).ok_or(StoreError::Conflict)?;
            }
            Change::Remember { line, id, at_ms } => self.remember(line, id, *at_ms)?,
            Change::Forget { before_ms } => return Ok(self.forget(*before_ms)),
            Change::Message {
                line,
                direction,
                wa_id,
                network_id,
                kind,
                at_ms,
            } => {
                let key = self.message(MessageRow {
                    key: 0,
                    line: line.clone(),
                    direction: *direction,
                    wa_id: wa_id.clone(),
                    network_id: network_id.clone(),
                    kind: kind.clone(),
                    state: MessageState::Accepted,
                    created_ms: *at_ms,
                    changed_ms: *at_ms,
                    opaque: None,
                })?;
                *latest = Some(key);
                return Ok(Outcome::Key(key));
            }
            Change::Raise {
                message,
                state,
                at_ms,
            } => self.raise(*message, *state, *at_ms),
            Change::Require { message } => {
                let found = self.messages.table.get(message);
                found.ok_or(StoreError::Conflict)?;
            }
            Change::Collect {
                line,
                messages,
                before_ms,
            } => return Ok(self.collect(line, messages, *before_ms)),
            Change::AppendCallback {
                line,
                lane,
                kind,
                message,
                body,
                at_ms,
            } => {
                let message = body.message(*latest, *message);
                let body = body.bytes(*latest)?.into_owned();
                let key = self.callbacks.append(|key| {
                    Waiting::now(CallbackRow {
                        key,
                        line: line.clone(),
                        lane: lane.clone(),
                        kind: (*kind).to_owned(),
                        body,
                        created_ms: *at_ms,
                        attempts: 0,
                        set_aside: false,
                        message,
                    })
                });
                return Ok(Outcome::Key(key));
            }
            Change::FinishCallback { callback } => {
                self.callbacks.table.remove(callback);
            }
            Change::PutBack {
                queue,
                key,
                due_ms,
                attempts,
                set_aside,
            } => {
                self.put_back(*queue, *key, *due_ms, *attempts, *set_aside)?;
            }
            Change::Put {
                line,
                kind,
                name,
                value,
            } => {
                self.records
                    .set((line.clone(), kind, name.clone()), value.clone());
            }
            Change::Create {
                line,
                kind,
                name,
                value,
            } => {
                let name = (line.clone(), *kind, name.clone());
                if self.records.get(&name).is_some() {
                    return Err(StoreError::Conflict);
                }
                self.records.set(name, value.clone());
            }
            Change::Delete { line, kind, name } => {
                let removed = self.records.remove(&(line.clone(), kind, name.clone()));
                return Ok(Outcome::Count(u64::from(removed.is_some())));
            }
            Change::DeleteUnchanged {
                line,
                kind,
                name,
                value,
            } => {
                let name = (line.clone(), *kind, name.clone());
                let is_unchanged = self.records.get(&name) == Some(value);
                if is_unchanged {
                    self.records.remove(&name);
                }
                return Ok(Outcome::Count(u64::from(is_unchanged)));
            }
        }
        Ok(Outcome::Done)
    }
}
