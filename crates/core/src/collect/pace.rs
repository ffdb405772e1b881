//! How much of the store a collection takes: after each piece it rests a multiple of the time that the piece took.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// A share of the store's writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Rest after work, as a multiple of it.
    rest: u32,
}

/// The longest rest: a store that stalls once does not hold up a collection for long.
const LONGEST: Duration = Duration::from_secs(10);

impl Pace {
    /// Somebody waits for the end: at most a fifth of the writer.
    pub const ASKED_FOR: Self = Self { rest: 4 };
    /// Nobody does: at most a twentieth.
    pub const BY_ITSELF: Self = Self { rest: 19 };

    /// Rests after what began at an instant.
    pub(crate) async fn rest_after(self, began: Instant) {
        sleep(self.rest(began.elapsed())).await;
    }

    fn rest(self, took: Duration) -> Duration {
        took.saturating_mul(self.rest).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_followed_by_a_multiple_of_its_time() {
        let piece = Duration::from_millis(5);

        assert_eq!(Pace::ASKED_FOR.rest(piece), Duration::from_millis(20));
        assert_eq!(Pace::BY_ITSELF.rest(piece), Duration::from_millis(95));
        assert_eq!(Pace::BY_ITSELF.rest(Duration::from_mins(1)), LONGEST);
    }
}
