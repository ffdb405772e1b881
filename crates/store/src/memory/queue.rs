//! The rows of the three queues as they wait.

use super::table::Keyed;
use crate::name::{Key, LineName};
use crate::row::{CallbackRow, InboxRow, OutboxRow, Ref};

/// A row of a queue with what only the queue needs.
#[derive(Clone)]
pub(super) struct Waiting<R> {
    pub(super) row: R,
    pub(super) due_ms: i64,
}

impl<R> Waiting<R> {
    pub(super) const fn now(row: R) -> Self {
        Self { row, due_ms: 0 }
    }
}

/// What the rows of the queues have in common.
pub(super) trait Row: Clone {
    fn line(&self) -> &LineName;
    fn reference(&self) -> Ref;
}

impl Row for Waiting<OutboxRow> {
    fn line(&self) -> &LineName {
        &self.row.line
    }

    fn reference(&self) -> Ref {
        Ref {
            key: self.row.key,
            lane: self.row.lane.clone(),
            due_ms: self.due_ms,
            attempts: self.row.attempts,
            claimed_by: self.row.claimed_by,
            event_time_s: 0,
            set_aside: false,
        }
    }
}

impl Row for Waiting<InboxRow> {
    fn line(&self) -> &LineName {
        &self.row.line
    }

    fn reference(&self) -> Ref {
        Ref {
            key: self.row.key,
            lane: self.row.lane.clone(),
            due_ms: self.due_ms,
            attempts: self.row.attempts,
            claimed_by: None,
            event_time_s: self.row.event_time_s,
            set_aside: false,
        }
    }
}

impl Row for Waiting<CallbackRow> {
    fn line(&self) -> &LineName {
        &self.row.line
    }

    fn reference(&self) -> Ref {
        Ref {
            key: self.row.key,
            lane: self.row.lane.clone(),
            due_ms: self.due_ms,
            attempts: self.row.attempts,
            claimed_by: None,
            event_time_s: 0,
            set_aside: self.row.set_aside,
        }
    }
}

/// References to rows of a line after a key.
pub(super) fn take<R: Row>(
    queue: &Keyed<R>,
    line: &LineName,
    after: Key,
    limit: usize,
) -> Vec<Ref> {
    let rows = queue.after(after).filter(|row| row.line() == line);
    rows.take(limit).map(Row::reference).collect()
}

/// How many rows a line has.
pub(super) fn depth<R: Row>(queue: &Keyed<R>, line: &LineName) -> u64 {
    let rows = queue.after(0).filter(|row| row.line() == line);
    u64::try_from(rows.count()).unwrap_or(u64::MAX)
}
