//! The pair limit: how fast one customer may be written to (`cloud-api.md` section 5).
//!
//! The network lets 45 messages to one customer through at once and one every six seconds after that. Nobody is slowed
//! down before the network has said so of a customer (131056); from then on that customer has a bucket, empty at first,
//! until it would be full again. Other customers are not affected.

use std::collections::{BTreeMap, BTreeSet};

use store::Lane;

/// One message goes in so much time, milliseconds.
const REFILL_MS: i64 = 6_000;
/// Messages that a full bucket holds.
const FULL: i64 = 45;
/// Customers with a bucket. Beyond it those whose buckets are fullest are forgotten: the network speaks up again.
const CUSTOMERS: usize = 10_000;

/// The buckets of one line. Times are milliseconds of one clock that never goes back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    /// By customer: since when a bucket has been filling, had it been empty then.
    empty_at: BTreeMap<Lane, i64>,
    /// The same by time, the fullest first.
    by_time: BTreeSet<(i64, Lane)>,
}

impl Pairs {
    /// The network refused a message to this customer: the bucket is empty.
    pub fn refused(&mut self, lane: &Lane, now_ms: i64) {
        self.forget_full(now_ms);
        self.set(lane, now_ms);
        while self.empty_at.len() > CUSTOMERS
            && let Some((_, fullest)) = self.by_time.pop_first()
        {
            self.empty_at.remove(&fullest);
        }
    }

    /// When the next message to this customer may go; `now_ms` or earlier when it may go now.
    pub fn due_ms(&self, lane: &Lane) -> i64 {
        let empty_at = self.empty_at.get(lane);
        empty_at.map_or(0, |empty_at_ms| empty_at_ms + REFILL_MS)
    }

    /// A message goes to this customer.
    pub fn took(&mut self, lane: &Lane, now_ms: i64) {
        self.forget_full(now_ms);
        if let Some(empty_at_ms) = self.empty_at.get(lane) {
            self.set(lane, empty_at_ms + REFILL_MS);
        }
    }

    /// Customers with a bucket.
    pub fn len(&self) -> usize {
        self.empty_at.len()
    }

    /// No customer is slowed down.
    pub fn is_empty(&self) -> bool {
        self.empty_at.is_empty()
    }

    fn set(&mut self, lane: &Lane, empty_at_ms: i64) {
        if let Some(before_ms) = self.empty_at.insert(lane.clone(), empty_at_ms) {
            self.by_time.remove(&(before_ms, lane.clone()));
        }
        self.by_time.insert((empty_at_ms, lane.clone()));
    }

    fn forget_full(&mut self, now_ms: i64) {
        while let Some((empty_at_ms, lane)) = self.by_time.pop_first() {
            if now_ms - empty_at_ms < FULL * REFILL_MS {
                self.by_time.insert((empty_at_ms, lane));
                return;
            }
            self.empty_at.remove(&lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lane(name: &str) -> Lane {
        Lane::new(name)
    }

    #[test]
    fn nobody_waits_before_the_network_has_spoken() {
        let mut pairs = Pairs::default();

        for _ in 0..1_000 {
            assert!(pairs.due_ms(&lane("ada")) <= 5);
            pairs.took(&lane("ada"), 5);
        }

        assert!(pairs.is_empty());
    }

    #[test]
    fn after_a_refusal_one_goes_every_six_seconds_and_others_at_once() {
        let mut pairs = Pairs::default();
        pairs.refused(&lane("ada"), 1_000);
        let mut went = Vec::new();

        for now_ms in (1_000..31_000).step_by(500) {
            assert!(pairs.due_ms(&lane("bo")) <= now_ms);
            if pairs.due_ms(&lane("ada")) <= now_ms {
                pairs.took(&lane("ada"), now_ms);
                went.push(now_ms);
            }
        }

        assert_eq!(went, [7_000, 13_000, 19_000, 25_000]);
    }

    #[test]
    fn what_was_saved_may_go_together_and_a_full_bucket_is_forgotten() {
        let mut pairs = Pairs::default();
        pairs.refused(&lane("ada"), 0);

        for _ in 0..10 {
            assert!(pairs.due_ms(&lane("ada")) <= 60_000);
            pairs.took(&lane("ada"), 60_000);
        }
        assert_eq!(pairs.due_ms(&lane("ada")), 66_000);
        pairs.took(&lane("bo"), 66_000 + 46 * REFILL_MS);

        assert!(pairs.is_empty());
    }

    #[test]
    fn there_are_never_more_than_can_be_kept() {
        let mut pairs = Pairs::default();

        for n in 0..11_000 {
            pairs.refused(&lane(&n.to_string()), n);
        }

        assert_eq!(pairs.len(), CUSTOMERS);
        assert!(pairs.due_ms(&lane("10999")) > 11_000);
        assert_eq!(pairs.due_ms(&lane("0")), 0);
    }

    proptest! {
        /// A network with such buckets refuses a customer once, however the messages come.
        #[test]
        fn the_network_has_to_say_it_once(pauses in prop::collection::vec(0_i64..9_000, 100..400)) {
            let (mut pairs, ada) = (Pairs::default(), lane("ada"));
            let (mut tokens_ms, mut at_ms) = (FULL * REFILL_MS, 0);
            let (mut now_ms, mut refused) = (0_i64, 0);
            for pause_ms in pauses {
                now_ms = (now_ms + pause_ms).max(pairs.due_ms(&ada));
                tokens_ms = (tokens_ms + now_ms - at_ms).min(FULL * REFILL_MS);
                at_ms = now_ms;
                if tokens_ms >= REFILL_MS {
                    tokens_ms -= REFILL_MS;
                    pairs.took(&ada, now_ms);
                } else {
                    refused += 1;
                    pairs.refused(&ada, now_ms);
                }
            }
            // Again only after it was quiet for so long that the bucket was forgotten.
            prop_assert!(refused <= 2, "{refused} refusals");
        }
    }
}
