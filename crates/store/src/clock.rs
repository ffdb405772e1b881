//! The process's clock, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, Unix milliseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now_ms() -> i64 {
    ms_of(SystemTime::now())
}

/// A time of the file system, for example, as Unix milliseconds; 0 before 1970.
pub fn ms_of(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
