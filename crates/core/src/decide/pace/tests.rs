use std::collections::BTreeMap;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// A network that allows so many messages a second, and counts them as strictly as it can be done: in any second that
/// ends with this message.
struct Network {
    per_second: usize,
    came: Vec<i64>,
    /// It refuses what comes at this time or later, once.
    refuses_once_at: Option<i64>,
}

impl Network {
    fn takes(&mut self, now_ms: i64) -> bool {
        if self.refuses_once_at.is_some_and(|at_ms| at_ms <= now_ms) {
            self.refuses_once_at = None;
            return false;
        }
        let recent = self.came.iter().rev();
        let recent = recent.take_while(|came_ms| now_ms - **came_ms < 1_000);
        if recent.count() >= self.per_second {
            return false;
        }
        self.came.push(now_ms);
        true
    }

    /// Messages a second that it took in a span.
    fn rate(&self, from_ms: i64, to_ms: i64) -> f64 {
        let came = self.came.iter();
        let count = came.filter(|came_ms| (from_ms..to_ms).contains(*came_ms));
        let (count, span_ms) = (count.count(), to_ms - from_ms);
        f64::from(u32::try_from(count).unwrap()) * 1_000.0
            / f64::from(u32::try_from(span_ms).unwrap())
    }
}

/// A line that always has something to send, over time that is moved.
struct Run {
    pace: Pace,
    network: Network,
    /// When an answer comes to a send that began then, and whether it was taken.
    answers: BTreeMap<(i64, u32), (i64, bool)>,
    begun: u32,
    refused: u32,
    dice: u64,
}

impl Run {
    fn new(announced: u32, allowed: usize, seed: u64) -> Self {
        Self {
            pace: Pace::new(announced, 0),
            network: Network {
                per_second: allowed,
                came: Vec::new(),
                refuses_once_at: None,
            },
            answers: BTreeMap::new(),
            begun: 0,
            refused: 0,
            dice: seed | 1,
        }
    }

    fn below(&mut self, limit: u64) -> i64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        i64::try_from(self.dice % limit).unwrap()
    }

    /// Runs to this time; customers write so many messages each second.
    fn to(&mut self, from_ms: i64, end_ms: i64, inbound_per_second: i64) {
        for now_ms in from_ms..end_ms {
            if inbound_per_second > 0 && now_ms % (1_000 / inbound_per_second) == 0 {
                self.network.came.push(now_ms);
                self.pace.came(1, now_ms);
            }
            while let Some(entry) = self.answers.first_entry()
                && entry.key().0 <= now_ms
            {
                let (began_ms, taken) = entry.remove();
                let word = if taken {
                    Word::Answered
                } else {
                    Word::TooFast {
                        began_ms,
                        asked_ms: 0,
                    }
                };
                self.pace.note(word, now_ms);
            }
            while self.answers.len() < 256 && self.pace.take(now_ms).is_ok() {
                // On its way it takes up to 30 ms, its answer takes up to 200 ms more.
                let taken = self.network.takes(now_ms);
                let answer_ms = now_ms + 20 + self.below(200);
                self.begun += 1;
                self.refused += u32::from(!taken);
                self.answers
                    .insert((answer_ms, self.begun), (now_ms, taken));
            }
        }
    }

    fn refused_share(&self) -> f64 {
        f64::from(self.refused) / f64::from(self.begun)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_clean_run_has_nine_tenths_of_the_limit_and_no_refusals(
        per_second in prop_oneof![Just(20_u32), Just(80), Just(250), Just(1_000)],
        seed: u64,
    ) {
        let mut run = Run::new(per_second, usize::try_from(per_second).unwrap(), seed);

        run.to(0, 60_000, 0);

        let share = run.network.rate(0, 60_000) / f64::from(per_second);
        prop_assert!((0.85..=0.95).contains(&share), "{share}");
        prop_assert!(run.refused_share() < 0.005, "{} of {}", run.refused, run.begun);
    }

    #[test]
    fn after_a_refusal_it_is_back_above_four_fifths_within_twenty_seconds(
        per_second in prop_oneof![Just(80_u32), Just(1_000)],
        at_ms in 5_000_i64..20_000,
        seed: u64,
    ) {
        let mut run = Run::new(per_second, usize::try_from(per_second).unwrap(), seed);
        run.network.refuses_once_at = Some(at_ms);

        run.to(0, at_ms + 25_000, 0);

        let limit = f64::from(per_second);
        let after = run.network.rate(at_ms + 300, at_ms + 1_300) / limit;
        prop_assert!(after < 0.6, "not slowed down: {after}");
        let later = run.network.rate(at_ms + 20_000, at_ms + 25_000) / limit;
        prop_assert!(later > 0.8, "{later}");
        prop_assert_eq!(run.refused, 1);
    }

    #[test]
    fn what_customers_write_is_taken_off(inbound in 5_i64..50, seed: u64) {
        let mut run = Run::new(80, 80, seed);

        // What they write is measured first.
        run.to(0, 10_000, inbound);
        (run.begun, run.refused) = (0, 0);
        run.to(10_000, 30_000, inbound);

        let share = run.network.rate(10_000, 30_000) / 80.0;
        prop_assert!((0.80..=0.97).contains(&share), "{share}");
        prop_assert!(run.refused_share() < 0.005, "{} of {}", run.refused, run.begun);
    }

    #[test]
    fn a_limit_that_is_lower_than_announced_is_found(
        allowed in 10_usize..60,
        seed: u64,
    ) {
        let mut run = Run::new(80, allowed, seed);

        run.to(0, 120_000, 0);

        let allowed = f64::from(u32::try_from(allowed).unwrap());
        let share = run.network.rate(20_000, 120_000) / allowed;
        prop_assert!(share > 0.6, "{share}");
        prop_assert!(run.refused_share() < 0.12, "{} of {}", run.refused, run.begun);
    }

    /// Whatever happens, no second has more than the limit, and nobody is told to ask again at once.
    #[test]
    fn no_history_goes_over_the_limit_or_spins(
        per_second in 1_u32..300,
        steps in prop::collection::vec((0_u8..7, 0_i64..700), 1..400),
    ) {
        let mut pace = Pace::new(per_second, 0);
        let (mut now_ms, mut taken) = (0, Vec::new());
        for (what, number) in steps {
            match what {
                0 => now_ms += number,
                1 => { pace.note(Word::Answered, now_ms); }
                2 => { pace.note(Word::TooFast { began_ms: now_ms - number, asked_ms: 0 }, now_ms); }
                3 => { pace.note(Word::Failed { asked_ms: number * 300 }, now_ms); }
                4 => { pace.note(Word::Unreachable { began_ms: now_ms - number }, now_ms); }
                5 => pace.came(u32::try_from(number).unwrap(), now_ms),
                _ => for _ in 0..number {
                    match pace.take(now_ms) {
                        Ok(()) => taken.push(now_ms),
                        Err(again_ms) => {
                            prop_assert!(again_ms > now_ms);
                            prop_assert!(again_ms <= now_ms + LONGEST_ASKED_MS + 1_000);
                            now_ms = again_ms;
                        }
                    }
                },
            }
        }
        let limit = usize::try_from(per_second).unwrap();
        for (first, from_ms) in taken.iter().enumerate() {
            let in_second = taken[first..].iter().take_while(|at_ms| *at_ms - from_ms < 1_000).count();
            prop_assert!(in_second <= limit.max(2), "{in_second} in a second");
        }
    }
}

#[test]
fn many_refusals_of_one_moment_halve_the_rate_once() {
    let mut pace = Pace::new(80, 0);

    for answer_ms in 300..330 {
        let word = Word::TooFast {
            began_ms: 250,
            asked_ms: 0,
        };
        pace.note(word, answer_ms);
    }
    assert_eq!(pace.rate(), 36_000);
    let next = Word::TooFast {
        began_ms: 400,
        asked_ms: 0,
    };
    pace.note(next, 500);

    assert_eq!(pace.rate(), 18_000);
}

#[test]
fn however_often_it_is_refused_a_message_a_second_goes() {
    let mut pace = Pace::new(80, 0);
    for now_ms in (0..20_000).step_by(500) {
        let word = Word::TooFast {
            began_ms: now_ms,
            asked_ms: 0,
        };
        pace.note(word, now_ms);
    }

    assert_eq!(pace.take(20_000), Err(20_501));
    assert_eq!(pace.take(20_501), Ok(()));
}

#[rstest]
#[case(2_000, 2_000)]
#[case(3_600_000, 60_000)]
fn what_the_network_asks_for_is_kept(#[case] asked_ms: i64, #[case] paused_ms: i64) {
    for word in [
        Word::TooFast {
            began_ms: 0,
            asked_ms,
        },
        Word::Failed { asked_ms },
    ] {
        let mut pace = Pace::new(80, 0);

        pace.note(word, 10);
        pace.note(Word::Answered, 20);

        assert_eq!(pace.take(30), Err(10 + paused_ms), "{word:?}");
        assert!(pace.take(10 + paused_ms + 100).is_ok(), "{word:?}");
    }
}

#[test]
fn a_network_that_is_not_reached_is_asked_ever_more_rarely() {
    let mut pace = Pace::new(80, 0);
    let mut now_ms = 0;

    let pauses: Vec<i64> = (0..5)
        .map(|_| {
            // Those that were under way together count once.
            for _ in 0..20 {
                pace.note(Word::Unreachable { began_ms: now_ms }, now_ms);
            }
            let began_ms = now_ms;
            now_ms = pace.take(now_ms).unwrap_err();
            now_ms - began_ms
        })
        .collect();

    assert_eq!(pauses, [1_000, 2_000, 4_000, 5_000, 5_000]);
    assert!(pace.note(Word::Answered, now_ms), "heard again");
    assert!(!pace.note(Word::Answered, now_ms));
    assert_eq!(pace.take(now_ms), Ok(()));
}

#[test]
fn a_connection_that_is_lost_while_others_are_answered_is_no_outage() {
    let mut pace = Pace::new(80, 0);
    pace.note(Word::Answered, 100);

    pace.note(Word::Unreachable { began_ms: 90 }, 110);
    assert_eq!(pace.take(110), Ok(()));
    pace.note(Word::Unreachable { began_ms: 105 }, 120);
    assert_eq!(pace.take(120), Err(1_120));

    assert!(!pace.note(Word::Answered, 1_130), "heard a second ago");
    assert_eq!(pace.take(1_130), Ok(()));
}

#[test]
fn errors_here_and_there_are_the_messages_and_many_in_a_row_the_networks() {
    let mut pace = Pace::new(80, 0);

    for now_ms in 0..100 {
        pace.note(Word::Failed { asked_ms: 0 }, now_ms);
        if now_ms % 4 == 3 {
            pace.note(Word::Answered, now_ms);
        }
    }
    assert_eq!(pace.paused_until_ms(), 0);
    for _ in 0..5 {
        pace.note(Word::Failed { asked_ms: 0 }, 100);
    }

    assert_eq!(pace.paused_until_ms(), 1_100);
}

#[test]
fn another_limit_is_another_rate() {
    let mut pace = Pace::new(80, 0);

    pace.set_limit(1_000, 10);
    assert_eq!((pace.rate(), pace.limit()), (900_000, 1_000));
    let word = Word::TooFast {
        began_ms: 10,
        asked_ms: 0,
    };
    pace.note(word, 20);
    pace.set_limit(80, 30);

    assert_eq!(pace.rate(), 72_000);
}
