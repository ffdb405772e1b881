//! The way into the store's inbox, for a relay in this process and for what comes from one elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use graph::webhook::Event;
use store::{Batch, Change, Lane, LineName, SharedStore, StoreError};

use crate::directory::{Directory, Owner};

/// Strays that are looked at together, and given to lines in one batch.
const ADOPTED: usize = 256;

/// Where events are made durable, and under whose name.
#[derive(Clone)]
pub struct Inbox {
    /// The store.
    pub store: SharedStore,
    /// Whose each number is.
    pub directory: Directory,
    /// The canonical id of a customer: the lane of its events.
    pub canonical: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

impl Inbox {
    /// Makes changes durable, in one batch: all of them or none.
    pub(crate) async fn append(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.store.apply(Batch::of(changes)).await.map(drop)
    }

    /// The changes that keep the events, in their order.
    pub(crate) fn changes(&self, events: &[Event], at_ms: i64) -> Result<Vec<Change>, StoreError> {
        let known = self.directory.lines();
        let mut changes = Vec::with_capacity(events.len());
        for event in events {
            let body = serde_json::to_vec(event)
                .map_err(|error| StoreError::Damaged(format!("an event is not JSON: {error}")))?;
            let lines = lines_of(event, &known);
            if lines.is_empty() {
                changes.push(Change::AppendStray {
                    phone_number_id: event.phone_number_id.clone(),
                    body,
                    at_ms,
                });
                continue;
            }
            let kept = |line| self.for_line(line, event, body.clone(), at_ms);
            changes.extend(lines.into_iter().map(kept));
        }
        Ok(changes)
    }

    /// Gives strays to the lines that have their numbers by now, oldest first. How many.
    pub async fn adopt(&self, lines: &HashMap<String, Owner>) -> Result<u64, StoreError> {
        let (mut after, mut adopted) = (0, 0);
        loop {
            let page = self.store.strays(after, ADOPTED).await?;
            let Some(last) = page.last() else {
                return Ok(adopted);
            };
            after = last.key;
            let mut changes = Vec::new();
            for stray in page {
                let owner = lines.get(&stray.phone_number_id);
                if let (Some(owner), Ok(event)) = (owner, serde_json::from_slice(&stray.body)) {
                    adopted += 1;
                    changes.push(Change::FinishStray { stray: stray.key });
                    changes.push(self.for_line(&owner.line, &event, stray.body, stray.received_ms));
                }
            }
            self.append(changes).await?;
        }
    }

    /// The change that keeps an event for a line; `body` is the event.
    fn for_line(&self, line: &LineName, event: &Event, body: Vec<u8>, at_ms: i64) -> Change {
        Change::AppendInbox {
            line: line.clone(),
            lane: self.lane(event),
            event_time_s: event.time_s(),
            about: event.about().map(str::to_owned),
            body,
            at_ms,
        }
    }

    /// The customer's lane, `""` for what is about no customer.
    fn lane(&self, event: &Event) -> Lane {
        match event.customer() {
            "" => Lane::new(""),
            customer => Lane::new(&(self.canonical)(customer)),
        }
    }
}

/// The line whose number it is; for an event of an account its lines, or all when it does not say which account; none for
/// a number that no line has.
fn lines_of<'a>(event: &Event, known: &'a HashMap<String, Owner>) -> BTreeSet<&'a LineName> {
    if !event.phone_number_id.is_empty() {
        let owner = known.get(&event.phone_number_id);
        return owner.map(|owner| &owner.line).into_iter().collect();
    }
    known
        .values()
        .filter(|owner| event.account_id.is_empty() || owner.account_id == event.account_id)
        .map(|owner| &owner.line)
        .collect()
}
