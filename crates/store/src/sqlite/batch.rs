//! A batch, change by change, inside the writer's transaction.

use rusqlite::Connection;

use super::connection::refusal;
use super::{callback, inbox, lease, message, outbox, record, seen, stray};
use crate::StoreError;
use crate::batch::{Applied, Batch, Change, Outcome};
use crate::name::Key;
use crate::row::{Direction, Queue};

/// Why a batch was not applied.
#[derive(Debug)]
pub(super) enum Stop {
    /// What is in the store speaks against it. The change that says so has written nothing.
    Refused(StoreError),
    /// Something is wrong with the database or the batch; what was written so far is unknown.
    Broken {
        /// For the caller.
        error: StoreError,
        /// The connection is better replaced.
        poisoned: bool,
    },
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken {
            error: refusal(&error),
            poisoned: super::connection::is_poisoned(&error),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Broken {
            error,
            poisoned: false,
        }
    }
}

/// `Conflict` unless the statement changed a row.
pub(super) fn one_row(changed: usize) -> Result<(), Stop> {
    match changed {
        0 => Err(Stop::Refused(StoreError::Conflict)),
        _ => Ok(()),
    }
}

/// Whether a batch may be refused after it has written something, and so needs a savepoint among others.
pub(super) fn needs_savepoint(batch: &Batch) -> bool {
    batch.changes.iter().skip(1).any(Change::may_refuse)
}

/// Makes the changes; on `Stop` some of them may have been made.
pub(super) fn apply(connection: &Connection, batch: &Batch) -> Result<Applied, Stop> {
    if let Some(fence) = &batch.fence
        && lease::newest(connection, &fence.line)? > Some(fence.token)
    {
        return Err(Stop::Refused(StoreError::Fenced));
    }
    let mut latest = None;
    let one = |change| make(connection, change, &mut latest);
    batch.changes.iter().map(one).collect()
}

/// Makes one change. `latest` is the key of the batch's latest message.
fn make(db: &Connection, change: &Change, latest: &mut Option<Key>) -> Result<Outcome, Stop> {
    match change {
        // The hot path: two inserts.
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
            let (direction, opaque) = (Direction::Outgoing, opaque.as_deref());
            let (at_ms, expires_ms) = (*at_ms, *expires_ms);
            let new = message::New {
                line,
                direction,
                wa_id,
                network_id: None,
                kind,
                opaque,
                at_ms,
            };
            let message = message::insert(db, &new)?;
            let new = outbox::New {
                line,
                lane,
                message,
                body,
                at_ms,
                expires_ms,
            };
            outbox::append(db, &new).map(|outbox| Outcome::Accepted { message, outbox })
        }
        Change::AppendReceipt {
            line,
            lane,
            message,
            body,
            at_ms,
            expires_ms,
        } => {
            let (message, at_ms, expires_ms) = (*message, *at_ms, *expires_ms);
            let new = outbox::New {
                line,
                lane,
                message,
                body,
                at_ms,
                expires_ms,
            };
            outbox::append(db, &new).map(Outcome::Key)
        }
        Change::Claim { outbox, token } => outbox::claim(db, *outbox, *token).map(done),
        Change::Sent {
            outbox,
            message,
            network_id,
            at_ms,
        } => {
            // The message first: it may refuse.
            message::sent(db, *message, network_id, *at_ms)?;
            outbox::finish(db, *outbox).map(done)
        }
        Change::FinishOutbox { outbox } => outbox::finish(db, *outbox).map(done),
        Change::AppendInbox {
            line,
            lane,
            event_time_s,
            about,
            body,
            at_ms,
        } => {
            let (event_time_s, about, at_ms) = (*event_time_s, about.as_deref(), *at_ms);
            let new = inbox::New {
                line,
                lane,
                event_time_s,
                about,
                body,
                at_ms,
            };
            inbox::append(db, &new).map(Outcome::Key)
        }
        Change::AppendStray {
            phone_number_id,
            body,
            at_ms,
        } => stray::append(db, phone_number_id, body, *at_ms).map(Outcome::Key),
        Change::FinishStray { stray } => stray::finish(db, *stray).map(done),
        Change::ForgetStrays { before_ms } => stray::forget(db, *before_ms).map(count),
        Change::FinishInbox { inbox } => inbox::finish(db, *inbox).map(done),
        Change::Remember { line, id, at_ms } => seen::remember(db, line, id, *at_ms).map(done),
        Change::Forget { before_ms } => seen::forget(db, *before_ms).map(count),
        Change::Message {
            line,
            direction,
            wa_id,
            network_id,
            kind,
            at_ms,
        } => {
            let (direction, network_id, at_ms) = (*direction, network_id.as_deref(), *at_ms);
            let new = message::New {
                line,
                direction,
                wa_id,
                network_id,
                kind,
                opaque: None,
                at_ms,
            };
            let key = message::insert(db, &new)?;
            *latest = Some(key);
            Ok(Outcome::Key(key))
        }
        Change::Raise {
            message,
            state,
            at_ms,
        } => message::raise(db, *message, *state, *at_ms).map(done),
        Change::Require { message } => message::require(db, *message).map(done),
        Change::Collect {
            line,
            messages,
            before_ms,
        } => message::collect(db, line, messages, *before_ms).map(count),
        Change::AppendCallback {
            line,
            lane,
            kind,
            message,
            body,
            at_ms,
        } => {
            let new = callback::New {
                line,
                lane,
                kind,
                message: body.message(*latest, *message),
                body: &body.bytes(*latest)?,
                at_ms: *at_ms,
            };
            callback::append(db, &new).map(Outcome::Key)
        }
        Change::FinishCallback { callback } => callback::finish(db, *callback).map(done),
        Change::PutBack {
            queue,
            key,
            due_ms,
            attempts,
            set_aside,
        } => match queue {
            Queue::Outbox => outbox::put_back(db, *key, *due_ms, *attempts),
            Queue::Inbox => inbox::put_back(db, *key, *due_ms, *attempts),
            Queue::Callbacks => callback::put_back(db, *key, *due_ms, *attempts, *set_aside),
        }
        .map(done),
        Change::Put {
            line,
            kind,
            name,
            value,
        } => record::put(db, line, kind, name, value).map(done),
        Change::Create {
            line,
            kind,
            name,
            value,
        } => record::create(db, line, kind, name, value).map(done),
        Change::Delete { line, kind, name } => record::delete(db, line, kind, name).map(count),
        Change::DeleteUnchanged {
            line,
            kind,
            name,
            value,
        } => record::delete_unchanged(db, line, kind, name, value).map(count),
    }
}

fn done((): ()) -> Outcome {
    Outcome::Done
}

fn count(rows: usize) -> Outcome {
    Outcome::Count(u64::try_from(rows).unwrap_or(u64::MAX))
}
