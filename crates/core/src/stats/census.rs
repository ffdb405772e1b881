//! Counting what the store holds, without anybody else having to wait for it.
//!
//! The message index may have millions of rows, and nothing is counted while they are written: that would cost each accept
//! something. It is read through a slice at a time, with pauses four times as long as the slices took, so that counting
//! takes at most a fifth of one of the store's readers. A small store is counted in milliseconds; ten million messages take
//! minutes, and until then the last count is shown.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use store::record::Record;
use store::{Direction, MessageState, StoreError};
use tokio::time::{Instant, sleep};

use super::{TYPES, UNDEFINED, one_of};
use crate::line::Line;
use crate::record;

/// How long a count is good for.
pub(super) const FRESH: Duration = Duration::from_secs(5);
/// Rows of the index, or names of records, in a slice.
const SLICE: usize = 5_000;
/// Media records in a slice: they are read, not only counted.
const MEDIA_SLICE: usize = 500;
/// Pauses are so many times as long as the slice before.
const REST: u32 = 4;

/// Kinds of records that are counted, and what they are called in labels.
const KINDS: [(&str, &str); 5] = [
    (record::User::KIND, "users"),
    (record::Token::KIND, "tokens"),
    (record::Template::KIND, "templates"),
    (record::Media::KIND, "media"),
    (record::Contact::KIND, CONTACTS),
];
const CONTACTS: &str = "contacts";

/// What a store holds of a line.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Messages by type.
    pub(super) types: BTreeMap<&'static str, u64>,
    /// Messages by direction and state.
    pub(super) states: BTreeMap<(Direction, MessageState), u64>,
    /// Records by kind.
    pub(super) records: BTreeMap<&'static str, u64>,
    /// Bytes of all media.
    pub(super) media_bytes: u64,
    /// How long counting took.
    pub(super) took: Duration,
}

impl Counts {
    /// Contacts that the line knows.
    pub(super) fn contacts(&self) -> u64 {
        self.records.get(CONTACTS).copied().unwrap_or_default()
    }

    /// Sent messages that are known to have arrived.
    pub(super) fn receipts(&self) -> u64 {
        let arrived = |state: &MessageState| *state >= MessageState::Delivered;
        self.states
            .iter()
            .filter(|((direction, state), _)| *direction == Direction::Outgoing && arrived(state))
            .map(|(_, count)| count)
            .sum()
    }
}

/// Counts everything, slice by slice.
pub(super) async fn take(line: &Arc<Line>) -> Result<Counts, StoreError> {
    let began = Instant::now();
    let mut counts = Counts::default();
    messages(line, &mut counts).await?;
    for (kind, word) in KINDS {
        let count = records(line, kind).await?;
        counts.records.insert(word, count);
    }
    counts.media_bytes = media_bytes(line).await?;
    counts.took = began.elapsed();
    Ok(counts)
}

async fn messages(line: &Line, counts: &mut Counts) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let began = Instant::now();
        let tally = line
            .store()
            .count_messages(&line.config.name, after, SLICE)
            .await?;
        for group in tally.counts {
            let kind = one_of(TYPES, &group.kind, UNDEFINED);
            *counts.types.entry(kind).or_default() += group.count;
            let state = (group.direction, group.state);
            *counts.states.entry(state).or_default() += group.count;
        }
        let Some(next) = tally.next else {
            return Ok(());
        };
        after = next;
        sleep(began.elapsed() * REST).await;
    }
}

async fn records(line: &Line, kind: &'static str) -> Result<u64, StoreError> {
    let (mut count, mut after) = (0, String::new());
    loop {
        let began = Instant::now();
        let tally = line
            .store()
            .count_records(&line.config.name, kind, &after, SLICE)
            .await?;
        count += tally.count;
        let Some(next) = tally.next else {
            return Ok(count);
        };
        after = next;
        sleep(began.elapsed() * REST).await;
    }
}

async fn media_bytes(line: &Line) -> Result<u64, StoreError> {
    let (mut bytes, mut after) = (0_u64, String::new());
    loop {
        let began = Instant::now();
        let page = line
            .store()
            .records(&line.config.name, record::Media::KIND, &after, MEDIA_SLICE)
            .await?;
        for (_, value) in &page {
            // One that does not decode is the business of whoever needs it.
            let media = serde_json::from_slice::<record::Media>(value);
            bytes = bytes.saturating_add(media.map_or(0, |media| media.bytes));
        }
        let is_last = page.len() < MEDIA_SLICE;
        let Some((last, _)) = page.into_iter().next_back().filter(|_| !is_last) else {
            return Ok(bytes);
        };
        after = last;
        sleep(began.elapsed() * REST).await;
    }
}
