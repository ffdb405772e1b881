//! How often anybody may knock: token buckets on tokio's clock, one for each source and one for all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// Sources that are remembered; beyond it those are forgotten that have been quiet.
const SOURCES: usize = 10_000;

/// Webhooks a second; twice as many may come at once. 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// From one address.
    pub source: u32,
    /// From all of them.
    pub whole: u32,
}

/// The limits at work.
pub(crate) struct Limits {
    rates: Rates,
    state: Mutex<State>,
}

struct State {
    whole: Bucket,
    sources: HashMap<IpAddr, Bucket>,
}

/// What is left, and since when.
#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: u32, now: Instant) -> Self {
        Self {
            left: f64::from(rate) * 2.0,
            at: now,
        }
    }

    fn refill(&mut self, rate: u32, now: Instant) {
        let came = (now - self.at).as_secs_f64() * f64::from(rate);
        self.left = (self.left + came).min(f64::from(rate) * 2.0);
        self.at = now;
    }
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            rates,
            state: Mutex::new(State {
                whole: Bucket::full(rates.whole, Instant::now()),
                sources: HashMap::new(),
            }),
        }
    }

    /// Whether one more may come from there now. What is refused for its source takes nothing from others.
    pub(crate) fn admit(&self, source: Option<IpAddr>) -> bool {
        let now = Instant::now();
        let Rates {
            source: rate,
            whole,
        } = self.rates;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State {
            whole: of_all,
            sources,
        } = &mut *state;
        if sources.len() >= SOURCES {
            sources.retain(|_, bucket| {
                bucket.refill(rate, now);
                bucket.left < f64::from(rate) * 2.0
            });
            // As many that are all busy are a flood: the limit of all is what holds.
            if sources.len() >= SOURCES {
                sources.clear();
            }
        }
        of_all.refill(whole, now);
        let mut of_source = source.filter(|_| rate > 0).map(|source| {
            sources
                .entry(source)
                .or_insert_with(|| Bucket::full(rate, now))
        });
        if let Some(bucket) = &mut of_source {
            bucket.refill(rate, now);
            if bucket.left < 1.0 {
                return false;
            }
        }
        if whole > 0 {
            if of_all.left < 1.0 {
                return false;
            }
            of_all.left -= 1.0;
        }
        if let Some(bucket) = of_source {
            bucket.left -= 1.0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn source(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_floods_is_slowed_and_others_are_not() {
        let limits = Limits::new(Rates {
            source: 10,
            whole: 1000,
        });

        let admitted = (0..100).filter(|_| limits.admit(Some(source(1)))).count();
        assert_eq!(admitted, 20);
        assert!(limits.admit(Some(source(2))));

        tokio::time::advance(Duration::from_secs(1)).await;
        let admitted = (0..100).filter(|_| limits.admit(Some(source(1)))).count();
        assert_eq!(admitted, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn all_sources_together_have_a_limit() {
        let limits = Limits::new(Rates {
            source: 0,
            whole: 10,
        });

        let admitted = (0..100).filter(|n| limits.admit(Some(source(*n)))).count();

        assert_eq!(admitted, 20);
    }

    #[tokio::test(start_paused = true)]
    async fn many_sources_take_bounded_memory_and_zero_is_no_limit() {
        let limits = Limits::new(Rates {
            source: 1,
            whole: 0,
        });

        for n in 0..30_000_u32 {
            assert!(limits.admit(Some(IpAddr::from(n.to_be_bytes()))));
        }

        let known = limits.state.lock().unwrap().sources.len();
        assert!(known <= SOURCES, "{known}");
    }
}
