//! How fast and how much a number may send (section 5 of the API's reference): throughput, the pair limit, and the
//! messaging limit.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::quality::Tier;

/// Messages a second of an ordinary number, and of the fastest.
pub(crate) const STANDARD: u32 = 80;
pub(crate) const FASTEST: u32 = 1000;
/// One message to a customer in this time …
const PAIR_MS: i64 = 6000;
/// … and so many at once, borrowed from the time after.
const PAIR_BURST: i64 = 45;
const DAY_MS: i64 = 24 * 3_600_000;
/// Pairs that are remembered before those that are free again are forgotten.
const PAIRS: usize = 10_000;

/// Which limits the network minds besides throughput, which it always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Limits {
    /// One message in six seconds to one customer, 45 at once.
    pub(crate) pair: bool,
    /// Customers outside of windows within 24 hours.
    pub(crate) messaging: bool,
    /// Management calls in an hour.
    pub(crate) management: bool,
}

/// A limit of so much at a time: when what was taken so far is paid back.
#[derive(Debug, Clone, Copy, Default)]
struct Meter {
    paid_us: i64,
}

impl Meter {
    /// Takes one that costs `cost_us`, if at most `burst_us` are owed then.
    fn take(&mut self, cost_us: i64, burst_us: i64, now_us: i64) -> bool {
        let paid = self.paid_us.max(now_us) + cost_us;
        let fits = paid - now_us <= burst_us;
        if fits {
            self.paid_us = paid;
        }
        fits
    }
}

/// What was sent of late. In memory only.
#[derive(Default)]
pub(crate) struct Pace {
    numbers: HashMap<usize, Meter>,
    pairs: HashMap<(usize, String), Meter>,
    /// Customers whom the business wrote to outside of their windows, and when first.
    reached: HashMap<String, i64>,
}

impl Pace {
    fn take_pair(&mut self, number: usize, customer: &str, now: i64) -> bool {
        let now_us = now.saturating_mul(1000);
        if self.pairs.len() > PAIRS {
            self.pairs.retain(|_, meter| meter.paid_us > now_us);
        }
        let pair = (number, customer.to_owned());
        let meter = self.pairs.entry(pair).or_default();
        meter.take(PAIR_MS * 1000, PAIR_BURST * PAIR_MS * 1000, now_us)
    }

    fn take_number(&mut self, number: usize, a_second: u32, now: i64) -> bool {
        let cost_us = 1_000_000 / i64::from(a_second.max(1));
        let meter = self.numbers.entry(number).or_default();
        meter.take(cost_us, 1_000_000, now.saturating_mul(1000))
    }

    /// Customers that were written to outside of windows within 24 hours, this one included if it `may` be.
    fn reach(&mut self, customer: &str, most: usize, now: i64) -> Option<usize> {
        if !self.reached.contains_key(customer) {
            if self.reached.len() >= most.min(PAIRS) {
                self.reached.retain(|_, at| now - *at < DAY_MS);
            }
            if self.reached.len() >= most {
                return None;
            }
            self.reached.insert(customer.to_owned(), now);
        }
        Some(self.reached.len())
    }

    /// Forgets everything: the clock was set back.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Network {
    /// Sets how fast and how widely a number may send.
    pub(crate) fn set_pace(&mut self, number: usize, throughput: Option<u32>, tier: Option<Tier>) {
        let Some(known) = self.lasting.numbers.get_mut(number) else {
            return;
        };
        known.throughput = throughput.unwrap_or(known.throughput);
        if let Some(tier) = tier {
            known.quality.set_tier(tier);
        }
        self.saved_at_once();
    }

    /// Whether a number may send to a customer right now.
    pub(crate) fn check_pace(
        &mut self,
        number: usize,
        customer: &str,
        now: i64,
    ) -> Result<(), GraphError> {
        let a_second =
            (self.lasting.numbers.get(number)).map_or(FASTEST, |number| number.throughput);
        if self.lasting.limits.pair && !self.pace.take_pair(number, customer, now) {
            return Err(GraphError::new(
                131_056,
                "too many messages from this number to this recipient in a short time; wait before the next one",
            ));
        }
        if !self.pace.take_number(number, a_second, now) {
            return Err(GraphError::new(
                130_429,
                format!("this number may send {a_second} messages a second"),
            ));
        }
        Ok(())
    }

    /// Whether the business may write to one more customer outside of windows.
    pub(crate) fn may_reach(&mut self, number: usize, customer: &str, now: i64) -> bool {
        let tier = (self.lasting.numbers.get(number))
            .map(|number| number.quality.tier())
            .unwrap_or_default();
        let most = if self.lasting.limits.messaging {
            tier.customers()
        } else {
            usize::MAX
        };
        match self.pace.reach(customer, most, now) {
            Some(count) => {
                self.has_reached(number, count, now);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;

    #[test]
    fn a_number_sends_as_many_a_second_as_it_may() {
        let mut pace = Pace::default();
        let mut sent = |now| (0..500).filter(|_| pace.take_number(0, 80, now)).count();

        assert_eq!(sent(START), 80);
        assert_eq!(sent(START), 0);
        assert_eq!(sent(START + 500), 40);
        assert_eq!(sent(START + 5000), 80);
    }

    #[test]
    fn a_pair_has_a_burst_and_then_one_in_six_seconds() {
        let mut pace = Pace::default();
        let mut sent = |to, now| (0..100).filter(|_| pace.take_pair(0, to, now)).count();

        assert_eq!(sent("ada", START), 45);
        assert_eq!(sent("bo", START), 45);
        assert_eq!(sent("ada", START + 5999), 0);
        assert_eq!(sent("ada", START + 6000), 1);
        assert_eq!(sent("ada", START + 6000 + 120_000), 20);
    }

    #[test]
    fn customers_count_once_a_day() {
        let mut pace = Pace::default();

        assert_eq!(pace.reach("ada", 2, START), Some(1));
        assert_eq!(pace.reach("ada", 2, START), Some(1));
        assert_eq!(pace.reach("bo", 2, START + 1), Some(2));
        assert_eq!(pace.reach("cy", 2, START + 2), None);
        assert_eq!(pace.reach("cy", 2, START + DAY_MS), Some(2));
    }
}
