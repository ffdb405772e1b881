//! Counting rows.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::tables::Tables;
use crate::count::{MessageCount, MessageTally, RecordTally};
use crate::name::{Key, LineName};

impl Tables {
    pub(super) fn count_messages(&self, line: &LineName, after: Key, limit: usize) -> MessageTally {
        let (mut counts, mut read, mut last) = (BTreeMap::new(), 0, after);
        for row in self.messages.after(after).take(limit) {
            (read, last) = (read + 1, row.key);
            if row.line == *line {
                let alike = (row.direction, row.kind.clone(), row.state);
                *counts.entry(alike).or_default() += 1;
            }
        }
        let counts = counts
            .into_iter()
            .map(|((direction, kind, state), count)| MessageCount {
                direction,
                kind,
                state,
                count,
            });
        MessageTally {
            counts: counts.collect(),
            next: (read >= limit).then_some(last),
        }
    }

    pub(super) fn count_records(
        &self,
        after: (LineName, &'static str, String),
        limit: usize,
    ) -> RecordTally {
        let (line, kind) = (after.0.clone(), after.1);
        let rows = (self.records.rows()).range((Bound::Excluded(after), Bound::Unbounded));
        let names: Vec<_> = rows
            .take_while(|((of, like, _), _)| *of == line && *like == kind)
            .take(limit)
            .map(|((_, _, name), _)| name)
            .collect();
        RecordTally {
            count: u64::try_from(names.len()).unwrap_or(u64::MAX),
            next: names
                .last()
                .filter(|_| names.len() >= limit)
                .map(|name| (*name).clone()),
        }
    }
}
