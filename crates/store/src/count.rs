//! What a store tells about itself: how much it holds, and how much it has to do.
//!
//! Big tables are counted a slice at a time, so that nobody else waits for a reader that counts.

use std::time::Duration;

use meter::table::{COMMIT_BATCHES, COMMIT_SECONDS};
use meter::{Cells, Histogram};
use tokio::time::Instant;

use crate::StoreError;
use crate::name::Key;
use crate::row::{Direction, MessageState};

/// What a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its engine, one upper-case word: `SQLITE`.
    pub engine: &'static str,
    /// The engine's version.
    pub version: String,
    /// The version of its schema.
    pub schema: u32,
    /// Its size.
    pub bytes: u64,
    /// Events that were kept aside; [`MOST_STRAYS`] stands for any more.
    pub strays: u64,
}

/// Strays that are counted at most: it must cost little, however many there are.
pub const MOST_STRAYS: u32 = 10_000;

/// Messages of a slice of the index, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageTally {
    /// In no order, without zeros.
    pub counts: Vec<MessageCount>,
    /// Where the next slice begins; `None` after the last.
    pub next: Option<Key>,
}

/// Messages that are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageCount {
    /// Which way they went.
    pub direction: Direction,
    /// Their type.
    pub kind: String,
    /// How far they came.
    pub state: MessageState,
    /// How many.
    pub count: u64,
}

/// Records of a slice of a kind, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordTally {
    /// How many.
    pub count: u64,
    /// The name after which the next slice begins; `None` after the last.
    pub next: Option<String>,
}

/// What a store has done since it was opened.
#[derive(Debug)]
pub struct Activity {
    /// Questions and batches by what came of them ([`SUCCESS`](Self::SUCCESS) …), and how long they took.
    pub queries: Cells<1, Histogram>,
    /// Batches in each commit.
    pub groups: Histogram,
    /// How long each commit took.
    pub commits: Histogram,
}

impl Activity {
    /// It was answered, or applied.
    pub const SUCCESS: &'static str = "success";
    /// What the batch expected was not so: no failure.
    pub const REFUSED: &'static str = "refused";
    /// The store failed.
    pub const FAILURE: &'static str = "failure";

    pub(crate) fn new() -> Self {
        Self {
            queries: Cells::new(|| Histogram::new(meter::table::LATENCY)),
            groups: Histogram::of(&COMMIT_BATCHES),
            commits: Histogram::of(&COMMIT_SECONDS),
        }
    }

    /// A question or a batch came to its end.
    pub(crate) fn note<T>(&self, began: Instant, result: &Result<T, StoreError>) {
        let outcome = match result {
            Ok(_) => Self::SUCCESS,
            Err(StoreError::Repeat | StoreError::Conflict | StoreError::Fenced) => Self::REFUSED,
            Err(_) => Self::FAILURE,
        };
        self.queries.at([outcome]).time(began.elapsed());
    }

    /// So many batches were committed together.
    pub(crate) fn note_commit(&self, batches: usize, took: Duration) {
        self.groups.size(u64::try_from(batches).unwrap_or(u64::MAX));
        self.commits.time(took);
    }
}
