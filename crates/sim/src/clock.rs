//! The wall clock, read in one place. The network's own clock is this plus its offset.

/// Now, Unix milliseconds.
pub(crate) fn wall_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
