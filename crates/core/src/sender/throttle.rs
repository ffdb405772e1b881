//! Where the sends of a line wait for their turn: a place among those in flight, then the pace.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::Lane;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::decide::pace::{Pace, Word};
use crate::decide::pair::Pairs;
use crate::line::{Line, LineState};

/// Messages in flight per line (`cloud-api.md` section 5), while the network allows it the usual throughput.
const IN_FLIGHT: usize = 64;
/// The same for a throughput that so few would never reach.
const MOST_IN_FLIGHT: usize = 256;
/// Answers may take this part of a second.
const ANSWERS_IN: u32 = 4;
/// The longest wait before the pace is asked again: it may have become faster.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The turns of one line's sends.
pub(super) struct Throttle {
    line: Arc<Line>,
    pace: Mutex<Pace>,
    pairs: Mutex<Pairs>,
    places: Semaphore,
    /// Places that there are; they never become fewer.
    placed: AtomicUsize,
    /// First come, first served: only the first one looks at the clock.
    first: tokio::sync::Mutex<()>,
}

impl Throttle {
    pub(super) fn new(line: &Arc<Line>) -> Self {
        let now_ms = line.signals.steady_ms();
        Self {
            line: line.clone(),
            pace: Mutex::new(Pace::new(line.signals.per_second(), now_ms)),
            pairs: Mutex::default(),
            places: Semaphore::new(IN_FLIGHT),
            placed: AtomicUsize::new(IN_FLIGHT),
            first: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits until one more send may begin; it is in flight as long as its place is kept. `None` when the line stops, or
    /// is not ready any more.
    pub(super) async fn turn(&self, stop: &CancellationToken) -> Option<SemaphorePermit<'_>> {
        let turn = async {
            // The semaphore is never closed.
            let place = self.places.acquire().await.ok()?;
            let _first = self.first.lock().await;
            while *self.line.state.borrow() == LineState::Ready {
                match self.take() {
                    Ok(()) => return Some(place),
                    Err(wait) => tokio::time::sleep(wait.min(LOOK_AGAIN)).await,
                }
            }
            None
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => None,
            place = turn => place,
        }
    }

    /// One message's place in the pace, or how long to wait for it.
    fn take(&self) -> Result<(), Duration> {
        let (signals, now_ms) = (&self.line.signals, self.line.signals.steady_ms());
        let mut pace = lock(&self.pace);
        pace.set_limit(signals.per_second(), now_ms);
        pace.came(signals.take_came(), now_ms);
        pace.take(now_ms).map_err(|until_ms| {
            Duration::from_millis(u64::try_from(until_ms - now_ms).unwrap_or_default())
        })
    }

    /// Until when nothing goes at all, milliseconds of the line's clock.
    pub(super) fn paused_until_ms(&self) -> i64 {
        lock(&self.pace).paused_until_ms()
    }

    /// Nothing goes for so long, milliseconds.
    pub(super) fn hold(&self, wait_ms: i64) {
        let now_ms = self.line.signals.steady_ms();
        lock(&self.pace).hold(wait_ms, now_ms);
    }

    /// What the network said of a send. Whether it is heard again after it was away.
    pub(super) fn note(&self, word: Word) -> bool {
        let now_ms = self.line.signals.steady_ms();
        lock(&self.pace).note(word, now_ms)
    }

    /// Sends that may be in flight at once.
    pub(super) fn places(&self) -> usize {
        let wanted = usize::try_from(self.line.signals.per_second() / ANSWERS_IN);
        let wanted = wanted.unwrap_or(MOST_IN_FLIGHT).min(MOST_IN_FLIGHT);
        let placed = self.placed.fetch_max(wanted, Ordering::Relaxed);
        if let Some(more) = wanted.checked_sub(placed) {
            self.places.add_permits(more);
        }
        placed.max(wanted)
    }

    /// When the next message to a customer may go, milliseconds of the line's clock.
    pub(super) fn pair_due_ms(&self, lane: &Lane) -> i64 {
        lock(&self.pairs).due_ms(lane)
    }

    /// The network refused one more message to a customer.
    pub(super) fn pair_refused(&self, lane: &Lane) {
        let now_ms = self.line.signals.steady_ms();
        lock(&self.pairs).refused(lane, now_ms);
    }

    /// It took one.
    pub(super) fn took(&self, lane: &Lane) {
        let now_ms = self.line.signals.steady_ms();
        lock(&self.pairs).took(lane, now_ms);
    }
}

/// These mutexes guard plain data that is valid at every instant, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fake;

    #[tokio::test]
    async fn nothing_begins_on_a_line_that_is_not_ready_or_stops() {
        let (line, _dir) = fake::line().await;
        let (throttle, stop) = (Throttle::new(&line), CancellationToken::new());

        assert!(throttle.turn(&stop).await.is_none());
        line.assume_ready();
        assert!(throttle.turn(&stop).await.is_some());
        // Whoever waits for a pause to end does not begin when the line is lost meanwhile.
        throttle.hold(60_000);
        let lost = async {
            tokio::task::yield_now().await;
            line.set_state(LineState::Connecting { trouble: None });
        };
        let (turn, ()) = tokio::join!(throttle.turn(&stop), lost);
        assert!(turn.is_none());
        line.assume_ready();
        stop.cancel();
        assert!(throttle.turn(&stop).await.is_none());
    }

    #[tokio::test]
    async fn a_greater_throughput_has_more_places() {
        let (line, _dir) = fake::line().await;
        let throttle = Throttle::new(&line);

        let places: Vec<usize> = [80, 400, 1_000, 80]
            .into_iter()
            .map(|per_second| {
                line.signals.set_per_second(per_second);
                throttle.places()
            })
            .collect();

        assert_eq!(places, [64, 100, 250, 250]);
        assert_eq!(throttle.places.available_permits(), 250);
    }
}
