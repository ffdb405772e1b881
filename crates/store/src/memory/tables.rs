//! The tables, and what can be done with them.

use super::queue::Waiting;
use super::table::{Keyed, Table};
use crate::StoreError;
use crate::batch::{Applied, Batch, Outcome};
use crate::name::{Key, LineName, Token};
use crate::row::{
    CallbackRow, InboxRow, MessageRow, MessageState, OldMessages, OutboxRow, Queue, StrayRow,
};

/// Ids that are forgotten at once.
const FORGET: usize = 1000;

/// Everything that is kept.
pub(super) struct Tables {
    pub(super) messages: Keyed<MessageRow>,
    /// Messages by the network's id.
    pub(super) network_ids: Table<(LineName, String), Key>,
    pub(super) outbox: Keyed<Waiting<OutboxRow>>,
    /// Rows of the outbox by message: (message, outbox row).
    carried: Table<(Key, Key), ()>,
    pub(super) inbox: Keyed<Waiting<InboxRow>>,
    pub(super) callbacks: Keyed<Waiting<CallbackRow>>,
    pub(super) strays: Keyed<StrayRow>,
    /// Ids that were seen, and when.
    seen: Table<(LineName, String), i64>,
    /// The same by time.
    seen_at: Table<(i64, LineName, String), ()>,
    pub(super) records: Table<(LineName, &'static str, String), Vec<u8>>,
    /// The owners of the lines: all slots of one change hands together.
    leases: Table<LineName, (Token, String)>,
}

impl Tables {
    pub(super) const fn new() -> Self {
        Self {
            messages: Keyed::new(),
            network_ids: Table::new(),
            outbox: Keyed::new(),
            carried: Table::new(),
            inbox: Keyed::new(),
            callbacks: Keyed::new(),
            strays: Keyed::new(),
            seen: Table::new(),
            seen_at: Table::new(),
            records: Table::new(),
            leases: Table::new(),
        }
    }

    /// Makes all changes or none.
    pub(super) fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        let outcome = self.make_all(batch);
        if outcome.is_ok() {
            self.commit();
        } else {
            self.roll_back();
        }
        outcome
    }

    /// Gives all slots of a line to a node.
    pub(super) fn take_over(&mut self, line: LineName, node: String) -> Token {
        let token = Token(self.leases.get(&line).map_or(0, |(token, _)| token.0) + 1);
        self.leases.set(line, (token, node));
        self.commit();
        token
    }

    /// The oldest outbox row of a message.
    pub(super) fn outbox_of(&self, message: Key) -> Option<&OutboxRow> {
        let of_message = (message, Key::MIN)..=(message, Key::MAX);
        let (&(_, key), ()) = self.carried.rows().range(of_message).next()?;
        self.outbox.table.get(&key).map(|waiting| &waiting.row)
    }

    /// What should not be.
    pub(super) fn check(&self) -> Vec<String> {
        let rows = self.outbox.after(0).map(|waiting| &waiting.row);
        rows.filter(|row| self.messages.table.get(&row.message).is_none())
            .map(|row| format!("outbox row {} has no message", row.key))
            .collect()
    }

    fn commit(&mut self) {
        self.messages.commit();
        self.network_ids.commit();
        self.outbox.commit();
        self.carried.commit();
        self.inbox.commit();
        self.callbacks.commit();
        self.strays.commit();
        self.seen.commit();
        self.seen_at.commit();
        self.records.commit();
        self.leases.commit();
    }

    fn roll_back(&mut self) {
        self.messages.roll_back();
        self.network_ids.roll_back();
        self.outbox.roll_back();
        self.carried.roll_back();
        self.inbox.roll_back();
        self.callbacks.roll_back();
        self.strays.roll_back();
        self.seen.roll_back();
        self.seen_at.roll_back();
        self.records.roll_back();
        self.leases.roll_back();
    }

    fn make_all(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        if let Some(fence) = &batch.fence
            && self
                .leases
                .get(&fence.line)
                .is_some_and(|(newest, _)| *newest > fence.token)
        {
            return Err(StoreError::Fenced);
        }
        let mut latest = None;
        let one = |change| self.make(change, &mut latest);
        batch.changes.iter().map(one).collect()
    }

    /// Adds a message; its key is given here.
    pub(super) fn message(&mut self, row: MessageRow) -> Result<Key, StoreError> {
        let name = row.network_id.clone().map(|id| (row.line.clone(), id));
        if name
            .as_ref()
            .is_some_and(|name| self.network_ids.get(name).is_some())
        {
            return Err(StoreError::Conflict);
        }
        let key = self.messages.append(|key| MessageRow { key, ..row });
        if let Some(name) = name {
            self.network_ids.set(name, key);
        }
        Ok(key)
    }

    pub(super) fn raise(&mut self, key: Key, state: MessageState, at_ms: i64) {
        if let Some(row) = self.messages.table.get(&key)
            && row.state < state
        {
            let row = MessageRow {
                state,
                changed_ms: at_ms,
                ..row.clone()
            };
            self.messages.table.set(key, row);
        }
    }

    pub(super) fn sent(
        &mut self,
        key: Key,
        network_id: &str,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let Some(row) = self.messages.table.get(&key) else {
            return Ok(());
        };
        let mut row = row.clone();
        if row.network_id.is_none() {
            let name = (row.line.clone(), network_id.to_owned());
            if self.network_ids.get(&name).is_some() {
                return Err(StoreError::Conflict);
            }
            row.network_id = Some(network_id.to_owned());
            self.network_ids.set(name, key);
        }
        row.state = row.state.max(MessageState::Sent);
        row.changed_ms = at_ms;
        self.messages.table.set(key, row);
        Ok(())
    }

    /// Old messages among the next ones after a key.
    pub(super) fn old_messages(
        &self,
        line: &LineName,
        after: Key,
        before_ms: i64,
        limit: usize,
    ) -> OldMessages {
        let looked_at: Vec<&MessageRow> = self.messages.after(after).take(limit).collect();
        let may_go = |row: &&&MessageRow| self.may_go(row, line, before_ms);
        OldMessages {
            keys: looked_at.iter().filter(may_go).map(|row| row.key).collect(),
            next: (looked_at.len() == limit)
                .then(|| looked_at.last().map(|row| row.key))
                .flatten(),
        }
    }

    pub(super) fn collect(&mut self, line: &LineName, messages: &[Key], before_ms: i64) -> Outcome {
        let mut gone = 0;
        for key in messages {
            let found = self.messages.table.get(key);
            let Some(row) = found.filter(|row| self.may_go(row, line, before_ms)) else {
                continue;
            };
            if let Some(network_id) = row.network_id.clone() {
                self.network_ids.remove(&(line.clone(), network_id));
            }
            self.messages.table.remove(key);
            gone += 1;
        }
        Outcome::Count(gone)
    }

    /// Whether a message is old, and nothing of it is pending.
    fn may_go(&self, row: &MessageRow, line: &LineName, before_ms: i64) -> bool {
        let is_told = |waiting: &Waiting<CallbackRow>| waiting.row.message == Some(row.key);
        let is_named = |waiting: &Waiting<InboxRow>| {
            waiting.row.line == row.line
                && waiting.row.about.is_some()
                && waiting.row.about == row.network_id
        };
        row.line == *line
            && row.is_old(before_ms)
            && self.outbox_of(row.key).is_none()
            && !self.callbacks.after(0).any(is_told)
            && !self.inbox.after(0).any(is_named)
    }

    /// Adds a row to the outbox; its key is given here.
    pub(super) fn append_outbox(&mut self, row: OutboxRow) -> Key {
        let message = row.message;
        let key = self
            .outbox
            .append(|key| Waiting::now(OutboxRow { key, ..row }));
        self.carried.set((message, key), ());
        key
    }

    pub(super) fn claim(&mut self, key: Key, token: Token) -> Result<(), StoreError> {
        let mut waiting = self
            .outbox
            .table
            .get(&key)
            .cloned()
            .ok_or(StoreError::Conflict)?;
        if waiting.row.claimed_by > Some(token) {
            return Err(StoreError::Conflict);
        }
        waiting.row.claimed_by = Some(token);
        waiting.row.attempts = waiting.row.attempts.saturating_add(1);
        self.outbox.table.set(key, waiting);
        Ok(())
    }

    pub(super) fn finish_outbox(&mut self, key: Key) {
        if let Some(waiting) = self.outbox.table.remove(&key) {
            self.carried.remove(&(waiting.row.message, key));
        }
    }

    pub(super) fn put_back(
        &mut self,
        queue: Queue,
        key: Key,
        due_ms: i64,
        attempts: u32,
        set_aside: bool,
    ) -> Result<(), StoreError> {
        let gone = StoreError::Conflict;
        match queue {
            Queue::Outbox => {
                let mut row = self.outbox.table.get(&key).ok_or(gone)?.row.clone();
                row.attempts = attempts;
                row.claimed_by = None;
                self.outbox.table.set(key, Waiting { row, due_ms });
            }
            Queue::Inbox => {
                let mut row = self.inbox.table.get(&key).ok_or(gone)?.row.clone();
                row.attempts = attempts;
                self.inbox.table.set(key, Waiting { row, due_ms });
            }
            Queue::Callbacks => {
                let mut row = self.callbacks.table.get(&key).ok_or(gone)?.row.clone();
                row.attempts = attempts;
                row.set_aside = set_aside;
                self.callbacks.table.set(key, Waiting { row, due_ms });
            }
        }
        Ok(())
    }

    pub(super) fn remember(
        &mut self,
        line: &LineName,
        id: &str,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let name = (line.clone(), id.to_owned());
        if self.seen.get(&name).is_some() {
            return Err(StoreError::Repeat);
        }
        self.seen.set(name, at_ms);
        self.seen_at.set((at_ms, line.clone(), id.to_owned()), ());
        Ok(())
    }

    pub(super) fn forget(&mut self, before_ms: i64) -> Outcome {
        let times = self.seen_at.rows().keys();
        let old: Vec<_> = times
            .take_while(|(at_ms, ..)| *at_ms < before_ms)
            .take(FORGET)
            .cloned()
            .collect();
        for (at_ms, line, id) in &old {
            self.seen_at.remove(&(*at_ms, line.clone(), id.clone()));
            self.seen.remove(&(line.clone(), id.clone()));
        }
        Outcome::Count(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }

    /// Forgets the oldest strays, as far as they are from before a time.
    pub(super) fn forget_strays(&mut self, before_ms: i64) -> Outcome {
        let old: Vec<Key> = (self.strays.after(0).take(FORGET))
            .filter(|row| row.received_ms < before_ms)
            .map(|row| row.key)
            .collect();
        for key in &old {
            self.strays.table.remove(key);
        }
        Outcome::Count(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}
