//! Names and numbers that every row carries.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The integer key that the database gives a row. Keys of one table rise in the order of commits.
pub type Key = i64;

/// A fencing token: a newer owner has a greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Token(pub i64);

/// The name of a line: `main`, or what the operator chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineName(Arc<str>);

impl LineName {
    /// The line that is served at `/v1`.
    pub fn main() -> Self {
        Self("main".into())
    }

    /// A line by name; 1 to 32 of `a-z 0-9 _ -`, else `None`.
    pub fn new(name: &str) -> Option<Self> {
        let allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        ((1..=32).contains(&name.len()) && name.bytes().all(allowed)).then(|| Self(name.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept in order: the messages to (or from) one customer, named by the customer's canonical id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The lane of a customer's canonical id.
    pub fn new(canonical: &str) -> Self {
        Self(canonical.into())
    }

    /// The canonical id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slot that this lane belongs to.
    pub fn slot(&self) -> Slot {
        Slot::of(&self.0)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One of 32 fixed slices of a line's customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(u8);

impl Slot {
    /// How many slots a line has. Stored rows depend on it: it never changes.
    pub const COUNT: u8 = 32;

    /// The slot of a customer's canonical id: FNV-1a over its bytes, modulo [`Slot::COUNT`]. Stored: never change it.
    pub fn of(canonical: &str) -> Self {
        let hash = canonical
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(u8::try_from((hash ^ (hash >> 32)) % u64::from(Self::COUNT)).unwrap_or_default())
    }

    /// The slot's number, 0 to 31.
    pub fn number(self) -> u8 {
        self.0
    }
}
