//! The offline step of a start-up: when everything that came while we were away has been processed.
//!
//! In one process the network itself holds what came meanwhile and announces nothing. Offline messages are therefore what
//! the inbox held when the connection was made, plus events that are not younger than the connection by the network's own
//! clock: our own clock takes no part. A relay on a host of its own announces what it kept, and marks its end: then the
//! step does not end before that mark, and what the inbox holds at it is waited for. The step ends after a short quiet time in which none of them came and none is in
//! work; live events never prolong it, and six minutes end it in any case.

use std::collections::HashSet;

use store::Key;

/// How long a body that is being read prolongs the quiet time.
const READING_PATIENCE_MS: i64 = 2_000;

/// The limits of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds without an old event.
    pub quiet_ms: i64,
    /// Milliseconds in all.
    pub limit_ms: i64,
}

/// The step while it runs. Times are milliseconds of any one steady clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offline {
    limits: Limits,
    began_ms: i64,
    last_old_ms: i64,
    connected_s: i64,
    processed: u64,
    /// Old events that are known and not processed.
    in_work: HashSet<Key>,
    /// While the inbox is being counted: what was processed meanwhile.
    uncounted: Option<HashSet<Key>>,
    /// A relay has announced messages, and not marked their end.
    is_backlog_open: bool,
}

/// What to do about the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was processed.
    Done,
    /// The limit has passed; what is left is processed after `ready`.
    Capped,
    /// Look again at this time at the latest.
    Wait(i64),
}

impl Offline {
    /// Begins the step. `connected_s` is the network's own time of the connection, Unix seconds; 0 when it is not known.
    /// What the inbox holds has to be [`counted`](Self::counted) next: the receiver works meanwhile.
    pub fn begin(now_ms: i64, connected_s: i64, limits: Limits) -> Self {
        Self {
            limits,
            began_ms: now_ms,
            last_old_ms: now_ms,
            connected_s,
            processed: 0,
            in_work: HashSet::new(),
            uncounted: Some(HashSet::new()),
            is_backlog_open: false,
        }
    }

    /// A relay announces what it kept: the step does not end before [`backlog_ended`](Self::backlog_ended).
    pub fn expect_backlog(&mut self) {
        self.is_backlog_open = true;
    }

    /// Everything announced is in the inbox, which has to be [`counted`](Self::counted) again. False when that was known.
    pub fn backlog_ended(&mut self) -> bool {
        if self.is_backlog_open {
            self.uncounted.get_or_insert_default();
        }
        std::mem::take(&mut self.is_backlog_open)
    }

    /// Rows that the inbox held when the connection was made, whatever their time.
    pub fn counted(&mut self, inbox: impl IntoIterator<Item = Key>) {
        let processed = self.uncounted.take().unwrap_or_default();
        self.in_work
            .extend(inbox.into_iter().filter(|key| !processed.contains(key)));
    }

    /// An event was taken from the inbox. Its time has a resolution of a second, and so has the connection's: the same
    /// second counts as before.
    pub fn taken(&mut self, key: Key, event_time_s: i64, now_ms: i64) {
        if event_time_s > 0 && event_time_s <= self.connected_s && self.in_work.insert(key) {
            self.last_old_ms = now_ms;
        }
    }

    /// An event was processed: queued as notification, or known and dropped.
    pub fn done(&mut self, key: Key, now_ms: i64) {
        if let Some(uncounted) = &mut self.uncounted {
            uncounted.insert(key);
        }
        if self.in_work.remove(&key) {
            self.processed += 1;
            self.last_old_ms = now_ms;
        }
    }

    /// The limit counts from now: templates are loaded, the step has the line to itself.
    pub fn restart_clock(&mut self, now_ms: i64) {
        self.began_ms = now_ms;
    }

    /// Offline messages processed, and those in work.
    pub fn progress(&self) -> (u64, u64) {
        (
            self.processed,
            u64::try_from(self.in_work.len()).unwrap_or(u64::MAX),
        )
    }

    /// Whether the step is over. `reading` says that the relay is reading a body at this moment.
    pub fn verdict(&self, now_ms: i64, reading: bool) -> Verdict {
        let cap = self.began_ms + self.limits.limit_ms;
        if now_ms >= cap {
            return Verdict::Capped;
        }
        if self.is_backlog_open || self.uncounted.is_some() || !self.in_work.is_empty() {
            return Verdict::Wait(cap);
        }
        let quiet = self.last_old_ms + self.limits.quiet_ms;
        if now_ms < quiet {
            return Verdict::Wait(quiet.min(cap));
        }
        // For a while only: anybody may hold a request to the relay open.
        if reading && now_ms < quiet + READING_PATIENCE_MS {
            return Verdict::Wait((now_ms + 10).min(cap));
        }
        Verdict::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        quiet_ms: 300,
        limit_ms: 360_000,
    };

    fn step(inbox: &[Key]) -> Offline {
        let mut step = Offline::begin(0, 1_000, LIMITS);
        step.counted(inbox.iter().copied());
        step
    }

    #[test]
    fn without_offline_messages_only_the_quiet_time_passes() {
        let step = step(&[]);

        assert_eq!(step.verdict(299, false), Verdict::Wait(300));
        assert_eq!(step.verdict(300, false), Verdict::Done);
    }

    #[test]
    fn what_the_inbox_held_is_waited_for_whatever_its_time() {
        let mut step = step(&[10]);
        assert_eq!(step.verdict(5_000, false), Verdict::Wait(360_000));

        step.done(10, 6_000);

        assert_eq!(step.verdict(6_299, false), Verdict::Wait(6_300));
        assert_eq!(step.verdict(6_300, false), Verdict::Done);
    }

    #[test]
    fn what_is_processed_while_the_inbox_is_counted_is_not_waited_for() {
        let mut step = Offline::begin(0, 1_000, LIMITS);
        step.done(10, 5);
        assert_eq!(
            step.verdict(1_000, false),
            Verdict::Wait(360_000),
            "not counted yet"
        );

        step.counted([10]);

        assert_eq!(step.verdict(1_000, false), Verdict::Done);
    }

    #[test]
    fn old_events_prolong_it_and_live_ones_never_do() {
        let mut step = step(&[]);
        step.taken(11, 1_000, 200);
        step.done(11, 250);
        for key in 12..100 {
            step.taken(key, 1_001, 300 + key);
        }

        assert_eq!(step.progress(), (1, 0));
        assert_eq!(step.verdict(550, false), Verdict::Done);
    }

    #[test]
    fn a_body_that_is_being_read_is_waited_for_but_not_for_long() {
        assert_eq!(step(&[]).verdict(300, true), Verdict::Wait(310));
        assert_eq!(step(&[]).verdict(2_300, true), Verdict::Done);
    }

    #[test]
    fn an_announced_backlog_is_waited_for_to_its_end_and_what_it_left_in_the_inbox() {
        let mut step = step(&[]);
        step.expect_backlog();
        assert_eq!(step.verdict(5_000, false), Verdict::Wait(360_000));

        assert!(step.backlog_ended());
        step.done(20, 6_000);
        step.counted([20, 21]);
        assert_eq!(step.verdict(8_000, false), Verdict::Wait(360_000));
        step.done(21, 9_000);

        assert_eq!(step.verdict(9_300, false), Verdict::Done);
        assert!(!step.backlog_ended(), "once");
    }

    #[test]
    fn six_minutes_end_a_backlog_too() {
        let mut step = step(&[]);
        step.expect_backlog();

        assert_eq!(step.verdict(360_000, false), Verdict::Capped);
    }

    #[test]
    fn six_minutes_end_it() {
        let mut step = step(&[]);
        for tick in 0..3_600_i64 {
            step.taken(11 + tick, 900, tick * 100);
            step.done(11 + tick, tick * 100);
            assert!(matches!(step.verdict(tick * 100, false), Verdict::Wait(_)));
        }

        assert_eq!(step.verdict(360_000, false), Verdict::Capped);
    }
}
