//! A reading that costs something: taken at most every so often, by one at a time, however many ask.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};

/// How long somebody who asks waits for a new reading; then an older one has to do.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last reading, and who may take the next.
pub(super) struct Polled<T> {
    latest: watch::Sender<Option<Reading<T>>>,
    taking: Arc<Semaphore>,
    fresh: Duration,
}

/// A reading and when it was taken.
pub(super) struct Reading<T> {
    pub(super) taken: Instant,
    pub(super) value: Arc<T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        Self {
            taken: self.taken,
            value: Arc::clone(&self.value),
        }
    }
}

impl<T: Send + Sync + 'static> Polled<T> {
    /// Nothing yet; a reading is good for `fresh`.
    pub(super) fn new(fresh: Duration) -> Self {
        Self {
            latest: watch::Sender::new(None),
            taking: Arc::new(Semaphore::new(1)),
            fresh,
        }
    }

    /// The last reading if it is fresh, else the one that is being taken, or that `take` takes. It goes on when nobody
    /// waits for it any more. `None` when there has never been one.
    pub(super) async fn get<F>(&self, take: impl FnOnce() -> F) -> Option<Reading<T>>
    where
        F: Future<Output = Option<T>> + Send + 'static,
    {
        let mut latest = self.latest.subscribe();
        let present = latest.borrow_and_update().clone();
        if let Some(present) = present
            && present.taken.elapsed() < self.fresh
        {
            return Some(present);
        }
        if let Ok(turn) = Arc::clone(&self.taking).try_acquire_owned() {
            let (taking, told) = (take(), self.latest.clone());
            tokio::spawn(async move {
                let value = taking.await.map(Arc::new);
                // Before those who wait are told, so that one of them may begin anew.
                drop(turn);
                let taken = Instant::now();
                told.send_modify(|latest| {
                    if let Some(value) = value {
                        *latest = Some(Reading { taken, value });
                    }
                });
            });
        }
        // Whoever waits in vain takes what there is.
        timeout(PATIENCE, latest.changed()).await.ok();
        latest.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::sync::Notify;
    use tokio::time::sleep;

    use super::*;

    const FRESH: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_share_one_reading() {
        let (polled, taken) = (Polled::new(FRESH), Arc::new(AtomicU64::new(0)));
        let ask = || {
            polled.get(|| {
                let taken = Arc::clone(&taken);
                async move {
                    sleep(Duration::from_millis(10)).await;
                    Some(taken.fetch_add(1, Ordering::Relaxed))
                }
            })
        };

        let (one, two) = tokio::join!(ask(), ask());
        assert_eq!(one.map(|reading| *reading.value), Some(0));
        assert_eq!(two.map(|reading| *reading.value), Some(0));

        sleep(Duration::from_millis(4_999)).await;
        assert_eq!(ask().await.map(|reading| *reading.value), Some(0));
        sleep(Duration::from_millis(1)).await;
        assert_eq!(ask().await.map(|reading| *reading.value), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_takes_long_goes_on_by_itself() {
        let (polled, end) = (Polled::new(FRESH), Arc::new(Notify::new()));
        let take = || {
            let end = Arc::clone(&end);
            async move {
                end.notified().await;
                Some(1)
            }
        };

        assert!(polled.get(take).await.is_none(), "not in two seconds");
        assert!(
            polled.get(take).await.is_none(),
            "nor a second one beside it"
        );
        end.notify_one();
        let found = polled.get(async || panic!("one is being taken")).await;
        assert_eq!(found.map(|reading| *reading.value), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_fails_leaves_the_last() {
        let polled = Polled::new(FRESH);

        polled.get(async || Some(1)).await;
        sleep(FRESH).await;
        let found = polled.get(async || None).await;

        let found = found.map(|reading| (*reading.value, reading.taken.elapsed()));
        assert_eq!(found, Some((1, FRESH)));
    }
}
