//! The gate: whether the webhook is down for everybody.
//!
//! Failures of three different customers with no success between close it. While it is closed, one probe at a time goes
//! out, another customer's oldest each time, with the documented backoff; one success opens it.

use std::collections::BTreeSet;

use store::Lane;

use super::delay::Linear;

/// How many different customers have to fail in a row.
const CUSTOMERS: usize = 3;

/// The gate of one line's webhook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    failed: BTreeSet<Lane>,
    closed: Option<Closed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Closed {
    probes: u32,
    next_probe_ms: i64,
    probing: bool,
}

/// What may go out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Everything that is due.
    Open,
    /// One probe.
    Probe,
    /// Nothing before this time (Unix milliseconds), or before the probe has come back.
    Closed(Option<i64>),
}

impl Gate {
    /// What may go out at `now_ms`.
    pub fn passage(&self, now_ms: i64) -> Passage {
        match &self.closed {
            None => Passage::Open,
            Some(closed) if closed.probing => Passage::Closed(None),
            Some(closed) if closed.next_probe_ms <= now_ms => Passage::Probe,
            Some(closed) => Passage::Closed(Some(closed.next_probe_ms)),
        }
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// The probe that [`passage`](Self::passage) allowed has gone out.
    pub fn probe_sent(&mut self) {
        if let Some(closed) = &mut self.closed {
            closed.probing = true;
        }
    }

    /// The probe was not tried after all: another one may go at this time.
    pub fn probe_lost(&mut self, next_ms: i64) {
        if let Some(closed) = &mut self.closed {
            closed.probing = false;
            closed.next_probe_ms = next_ms;
        }
    }

    /// A notification was taken. True when that opened the gate: all delays are void.
    pub fn succeeded(&mut self) -> bool {
        self.failed.clear();
        self.closed.take().is_some()
    }

    /// A notification of this customer was not taken; not the probe. True when that closed the gate.
    pub fn failed(&mut self, lane: &Lane, now_ms: i64, backoff: Linear) -> bool {
        // What was in flight when the gate closed says nothing new.
        if self.closed.is_some() {
            return false;
        }
        self.failed.insert(lane.clone());
        if self.failed.len() < CUSTOMERS {
            return false;
        }
        self.closed = Some(Closed {
            probes: 1,
            next_probe_ms: now_ms + backoff.wait_ms(1),
            probing: false,
        });
        true
    }

    /// The probe was not taken: the next one goes after a longer wait.
    pub fn probe_failed(&mut self, now_ms: i64, backoff: Linear) {
        if let Some(closed) = &mut self.closed {
            closed.probing = false;
            closed.probes = closed.probes.saturating_add(1);
            closed.next_probe_ms = now_ms + backoff.wait_ms(closed.probes);
        }
    }

    /// The URL or the backoff changed: everything is tried afresh.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Linear = Linear {
        step_ms: 100,
        cap_ms: 250,
    };

    fn fail(gate: &mut Gate, lane: &str, now_ms: i64) -> bool {
        gate.failed(&Lane::new(lane), now_ms, BACKOFF)
    }

    #[test]
    fn one_customer_that_is_refused_again_and_again_does_not_close_it() {
        let mut gate = Gate::default();

        assert!((0..50).all(|now| !fail(&mut gate, "a", now)));
        assert_eq!(gate.passage(50), Passage::Open);
    }

    #[test]
    fn three_customers_without_a_success_between_close_it() {
        let mut gate = Gate::default();
        assert!(!fail(&mut gate, "a", 0));
        assert!(!fail(&mut gate, "b", 0));
        gate.succeeded();
        assert!(!fail(&mut gate, "c", 0));
        assert!(!fail(&mut gate, "a", 0));

        assert!(fail(&mut gate, "b", 0));
        assert_eq!(gate.passage(99), Passage::Closed(Some(100)));
        assert_eq!(gate.passage(100), Passage::Probe);
    }

    #[test]
    fn probes_go_one_at_a_time_and_ever_slower() {
        let mut gate = Gate::default();
        for lane in ["a", "b", "c"] {
            fail(&mut gate, lane, 0);
        }
        gate.probe_sent();
        assert_eq!(gate.passage(100), Passage::Closed(None));

        fail(&mut gate, "z", 100);
        assert_eq!(
            gate.passage(100),
            Passage::Closed(None),
            "what flew before is no probe"
        );
        gate.probe_failed(100, BACKOFF);
        assert_eq!(gate.passage(100), Passage::Closed(Some(300)));
        gate.probe_sent();
        gate.probe_failed(300, BACKOFF);
        assert_eq!(gate.passage(300), Passage::Closed(Some(550)), "capped");
    }

    #[test]
    fn one_success_opens_it() {
        let mut gate = Gate::default();
        for lane in ["a", "b", "c"] {
            fail(&mut gate, lane, 0);
        }

        assert!(gate.succeeded());
        assert_eq!(gate.passage(0), Passage::Open);
        assert!(!gate.succeeded());
    }
}
