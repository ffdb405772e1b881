//! What the network says has changed, and when it is asked about it: a storm of news is a few calls, and fewer still when
//! the network says that its limit of calls is near (`cloud-api.md` 1.1 and section 5).

use std::collections::BTreeSet;

use super::delay;

/// Between two questions, milliseconds: what is told together is asked about together.
const GAP_MS: i64 = 2_000;
/// The same when the limit of calls is near.
const STRAINED_GAP_MS: i64 = 30_000;
/// So much of the limit is near, percent, and so much is all of it.
const NEAR_PERCENT: u32 = 80;
const FULL_PERCENT: u32 = 95;
/// A full limit rests for so long when the network does not say for how long, milliseconds.
const FULL_REST_MS: i64 = 5 * 60_000;
/// What the network said about its limits is forgotten after so long: they are counted by the hour, milliseconds.
const HOUR_MS: i64 = 60 * 60_000;
/// With more templates than this the whole list is fewer calls.
const FEW: usize = 10;

/// What there is to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// All templates.
    Templates,
    /// The template with this name.
    Template(String),
    /// The number.
    Number,
}

/// What the network last said about its limit of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strain {
    /// Of the limit.
    pub percent: u32,
    /// When it takes calls again, counted from then; 0 when it did not say.
    pub regain_ms: i64,
    /// When it said so.
    pub said_ms: i64,
}

/// What is to be asked. Times are milliseconds of one clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    all: bool,
    names: BTreeSet<String>,
    number: bool,
    /// When all templates were loaded.
    loaded_ms: i64,
    asked_ms: Option<i64>,
    failures: u32,
}

impl Stale {
    /// Nothing is.
    pub fn new(now_ms: i64) -> Self {
        Self {
            all: false,
            names: BTreeSet::new(),
            number: false,
            loaded_ms: now_ms,
            asked_ms: None,
            failures: 0,
        }
    }

    /// A template is not what it was.
    pub fn template(&mut self, name: &str) {
        if !self.all {
            self.names.insert(name.to_owned());
        }
        if self.names.len() > FEW {
            self.names.clear();
            self.all = true;
        }
    }

    /// The number is not what it was.
    pub fn number(&mut self) {
        self.number = true;
    }

    /// All templates were loaded just now, and the number was asked for.
    pub fn loaded(&mut self, now_ms: i64) {
        *self = Self::new(now_ms);
    }

    /// What to ask now; or when to look again, which is later than `now_ms`.
    pub fn take(&mut self, now_ms: i64, strain: Option<Strain>) -> Result<Question, i64> {
        let news = self.all || self.number || !self.names.is_empty();
        let due_ms = if news {
            self.after_the_last(strain)
        } else {
            // The network's events may go elsewhere: the list is not trusted for ever.
            self.after_the_last(strain).max(self.loaded_ms + HOUR_MS)
        };
        let due_ms = due_ms.max(strain.map_or(0, rests_until_ms));
        if due_ms > now_ms {
            return Err(due_ms);
        }
        self.asked_ms = Some(now_ms);
        if std::mem::take(&mut self.number) {
            return Ok(Question::Number);
        }
        if !self.all
            && let Some(name) = self.names.pop_first()
        {
            return Ok(Question::Template(name));
        }
        self.all = false;
        self.names.clear();
        Ok(Question::Templates)
    }

    /// It was answered, or not: then it is asked again.
    pub fn settle(&mut self, question: Question, answered: bool, now_ms: i64) {
        if answered {
            self.failures = 0;
            if question == Question::Templates {
                self.loaded_ms = now_ms;
            }
            return;
        }
        self.failures = self.failures.saturating_add(1);
        match question {
            Question::Templates => self.all = true,
            Question::Template(name) => self.template(&name),
            Question::Number => self.number = true,
        }
    }

    fn after_the_last(&self, strain: Option<Strain>) -> i64 {
        let Some(asked_ms) = self.asked_ms else {
            return 0;
        };
        let is_near =
            |strain: Strain| strain.percent >= NEAR_PERCENT && asked_ms - strain.said_ms < HOUR_MS;
        let gap_ms = if strain.is_some_and(is_near) {
            STRAINED_GAP_MS
        } else {
            GAP_MS
        };
        let backoff_ms = match self.failures {
            0 => 0,
            failures => delay::exponential_ms(failures, 0),
        };
        asked_ms + gap_ms.max(backoff_ms)
    }
}

/// Until when a full limit rests.
fn rests_until_ms(strain: Strain) -> i64 {
    if strain.percent < FULL_PERCENT && strain.regain_ms == 0 {
        return 0;
    }
    let rest_ms = match strain.regain_ms {
        0 => FULL_REST_MS,
        regain_ms => regain_ms.min(24 * HOUR_MS),
    };
    strain.said_ms + rest_ms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(name: &str) -> Question {
        Question::Template(name.to_owned())
    }

    #[test]
    fn news_is_asked_about_once_and_not_faster_than_the_gap() {
        let mut stale = Stale::new(0);
        for _ in 0..3 {
            stale.template("slot");
        }
        stale.template("sale");

        assert_eq!(stale.take(10, None), Ok(name("sale")));
        assert_eq!(stale.take(11, None), Err(2_010));
        stale.settle(name("sale"), true, 11);
        assert_eq!(stale.take(2_010, None), Ok(name("slot")));
        assert_eq!(stale.take(4_010, None), Err(HOUR_MS));
    }

    #[test]
    fn a_storm_is_one_list_and_an_hour_without_news_is_one_too() {
        let mut stale = Stale::new(0);
        for n in 0..500 {
            stale.template(&format!("t{n}"));
        }

        assert_eq!(stale.take(10, None), Ok(Question::Templates));
        stale.settle(Question::Templates, true, 3_000);
        assert_eq!(stale.take(4_000, None), Err(3_000 + HOUR_MS));
        assert_eq!(stale.take(3_000 + HOUR_MS, None), Ok(Question::Templates));
    }

    #[test]
    fn what_was_not_answered_is_asked_again_ever_more_rarely() {
        let mut stale = Stale::new(0);
        stale.number();
        let (mut now_ms, mut asked) = (0, Vec::new());

        while asked.len() < 5 {
            match stale.take(now_ms, None) {
                Err(due_ms) => now_ms = due_ms,
                Ok(question) => {
                    asked.push(now_ms);
                    stale.settle(question, false, now_ms);
                }
            }
        }

        let waits: Vec<i64> = asked.windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(waits, [2_000, 2_000, 4_000, 8_000]);
    }

    #[test]
    fn a_limit_that_is_near_is_respected() {
        let strain = |percent, regain_ms| {
            Some(Strain {
                percent,
                regain_ms,
                said_ms: 100,
            })
        };
        let mut stale = Stale::new(0);
        stale.template("slot");

        assert_eq!(stale.take(200, strain(95, 0)), Err(300_100));
        assert_eq!(stale.take(200, strain(20, 420_000)), Err(420_100));
        assert_eq!(stale.take(200, strain(80, 0)), Ok(name("slot")));
        stale.template("slot");
        assert_eq!(stale.take(2_200, strain(80, 0)), Err(30_200));
        assert_eq!(stale.take(2_200, strain(79, 0)), Ok(name("slot")));
    }

    proptest! {
        #[test]
        fn nothing_told_is_forgotten_and_nothing_spins(
            told in prop::collection::vec((0_u8..30, 0_i64..5_000, any::<bool>()), 1..200),
        ) {
            let mut stale = Stale::new(0);
            let (mut now_ms, mut open, mut asked) = (0, BTreeSet::new(), Vec::new());
            for (n, pause_ms, answered) in told {
                now_ms += pause_ms;
                stale.template(&n.to_string());
                open.insert(n.to_string());
                match stale.take(now_ms, None) {
                    Err(due_ms) => prop_assert!(due_ms > now_ms),
                    Ok(question) => {
                        asked.push(now_ms);
                        match &question {
                            _ if !answered => {}
                            Question::Templates => open.clear(),
                            Question::Template(name) => drop(open.remove(name)),
                            Question::Number => prop_assert!(false, "nobody told of it"),
                        }
                        stale.settle(question, answered, now_ms);
                    }
                }
            }
            for two in asked.windows(2) {
                prop_assert!(two[1] - two[0] >= GAP_MS);
            }
            while !open.is_empty() {
                match stale.take(now_ms, None) {
                    Err(due_ms) => {
                        prop_assert!(due_ms <= now_ms + 60_000, "forgotten: {open:?}");
                        now_ms = due_ms;
                    }
                    Ok(Question::Templates) => open.clear(),
                    Ok(Question::Template(name)) => drop(open.remove(&name)),
                    Ok(Question::Number) => prop_assert!(false, "nobody told of it"),
                }
            }
        }
    }
}
