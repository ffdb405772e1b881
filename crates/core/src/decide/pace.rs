//! The pace of a line: when its next message may start (`cloud-api.md` section 5).
//!
//! A bucket that fills at nine tenths of what the network allows, less what customers write, for the network counts both
//! ways together. A refusal for speed halves the rate, once for all messages that were under way at that moment; every
//! quiet second gives a twentieth of the whole back. Beside the rate stand two pauses: what the network asked for, and the
//! growing one of a network that fails or cannot be reached.

use super::delay;

/// The part of the limit that is aimed at, percent.
const TARGET_PERCENT: i64 = 90;
/// What is left of it for sending however much customers write, percent of the limit.
const LEAST_PERCENT: i64 = 10;
/// The burst after a lull is this part of a second's messages: with the rate it stays within the limit in any second.
const BURST_PART: i64 = 10;
/// After a cut the rate rests for so long, milliseconds.
const QUIET_MS: i64 = 1_000;
/// From nothing to the whole rate, milliseconds: a twentieth each second.
const RECOVERY_MS: i64 = 20_000;
/// However often it is cut, a message a second goes.
const SLOWEST: i64 = THOUSAND;
/// So many errors of the network itself in a row, with no other answer between, are its trouble and not a message's.
const IN_A_ROW: u32 = 5;
/// The longest pause for a network that fails or is not reached, milliseconds.
const LONGEST_PAUSE_MS: i64 = 5_000;
/// Shorter than this the network was not away, milliseconds: a connection was lost.
const OUTAGE_MS: i64 = 2_000;
/// The longest pause that the network may ask for, milliseconds.
const LONGEST_ASKED_MS: i64 = 60_000;
/// What customers write is averaged over so long, milliseconds.
const AVERAGE_MS: i64 = 2_000;

/// Rates are thousandths of messages a second, so that a rate times milliseconds is millionths of messages.
const THOUSAND: i64 = 1_000;
/// One message in the bucket.
const MESSAGE: i64 = 1_000_000;

/// What one send says about the network as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It answered.
    Answered,
    /// It refused for speed a send that began at this time. It may have said for how long, milliseconds.
    TooFast {
        /// Milliseconds of the line's clock.
        began_ms: i64,
        /// 0 when it did not say.
        asked_ms: i64,
    },
    /// It failed, and may have said for how long, milliseconds.
    Failed {
        /// 0 when it did not say.
        asked_ms: i64,
    },
    /// A send that began at this time did not reach it, or got no answer.
    Unreachable {
        /// Milliseconds of the line's clock.
        began_ms: i64,
    },
}

/// The pace of one line. Times are milliseconds of one clock that never goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// What the network allows.
    limit: i64,
    /// The last cut of the rate.
    cut: Option<Cut>,
    /// In the bucket, millionths of messages.
    saved: i64,
    /// What customers write, millionths of messages a second.
    inbound: i64,
    /// Until when both were counted.
    at_ms: i64,
    /// Errors of the network in a row.
    failed: u32,
    /// Pauses in a row.
    pauses: u32,
    was_unreachable: bool,
    answered_ms: Option<i64>,
    trouble_until_ms: i64,
    asked_until_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at_ms: i64,
    /// To this rate.
    rate: i64,
}

impl Pace {
    /// At the full rate of a network that allows `per_second` messages, in and out together.
    pub fn new(per_second: u32, now_ms: i64) -> Self {
        let limit = i64::from(per_second.max(1)) * THOUSAND;
        let mut pace = Self {
            limit,
            cut: None,
            saved: 0,
            inbound: 0,
            at_ms: now_ms,
            failed: 0,
            pauses: 0,
            was_unreachable: false,
            answered_ms: None,
            trouble_until_ms: 0,
            asked_until_ms: 0,
        };
        pace.saved = pace.burst();
        pace
    }

    /// The network allows so many messages a second from now on.
    pub fn set_limit(&mut self, per_second: u32, now_ms: i64) {
        self.pass(now_ms);
        self.limit = i64::from(per_second.max(1)) * THOUSAND;
        self.saved = self.saved.min(self.burst());
    }

    /// Messages a second that the network allows.
    pub fn limit(&self) -> u32 {
        u32::try_from(self.limit / THOUSAND).unwrap_or(u32::MAX)
    }

    /// Customers wrote so many messages.
    pub fn came(&mut self, messages: u32, now_ms: i64) {
        self.pass(now_ms);
        self.inbound += i64::from(messages) * (MESSAGE * 1_000 / AVERAGE_MS);
    }

    /// Takes one message's place; or says when to ask again, which is later than `now_ms`.
    pub fn take(&mut self, now_ms: i64) -> Result<(), i64> {
        self.pass(now_ms);
        let paused_until_ms = self.paused_until_ms();
        if now_ms < paused_until_ms {
            return Err(paused_until_ms);
        }
        let missing = MESSAGE - self.saved;
        if missing > 0 {
            let wait_ms = missing / self.flow().max(1) + 1;
            return Err(now_ms + wait_ms);
        }
        self.saved -= MESSAGE;
        Ok(())
    }

    /// Until when nothing goes at all.
    pub fn paused_until_ms(&self) -> i64 {
        self.trouble_until_ms.max(self.asked_until_ms)
    }

    /// A send came back. Whether the network is heard again after it could not be reached.
    pub fn note(&mut self, word: Word, now_ms: i64) -> bool {
        self.pass(now_ms);
        match word {
            Word::Answered => return self.calm(now_ms),
            Word::TooFast { began_ms, asked_ms } => {
                if self.cut.is_none_or(|cut| began_ms >= cut.at_ms) {
                    let rate = (self.flow() / 2).max(SLOWEST);
                    self.cut = Some(Cut {
                        at_ms: now_ms,
                        rate,
                    });
                    self.saved = 0;
                }
                self.hold(asked_ms.min(LONGEST_ASKED_MS), now_ms);
                return self.calm(now_ms);
            }
            Word::Failed { asked_ms } => {
                self.hold(asked_ms.min(LONGEST_ASKED_MS), now_ms);
                self.failed = self.failed.saturating_add(1);
                if self.failed >= IN_A_ROW {
                    self.pause(now_ms);
                }
            }
            // While others were answered it says nothing about the network.
            Word::Unreachable { began_ms }
                if self.answered_ms.is_some_and(|at_ms| at_ms > began_ms) => {}
            Word::Unreachable { .. } => {
                self.was_unreachable = true;
                self.pause(now_ms);
            }
        }
        false
    }

    /// Nothing goes for so long, milliseconds, whatever the network says.
    pub fn hold(&mut self, wait_ms: i64, now_ms: i64) {
        if wait_ms > 0 {
            self.asked_until_ms = self.asked_until_ms.max(now_ms.saturating_add(wait_ms));
        }
    }

    /// It answers: no trouble any more. Whether it was away for so long that its webhooks must have been, too.
    fn calm(&mut self, now_ms: i64) -> bool {
        (self.failed, self.pauses, self.trouble_until_ms) = (0, 0, 0);
        let before_ms = self.answered_ms.replace(now_ms);
        let was_unreachable = std::mem::take(&mut self.was_unreachable);
        was_unreachable && before_ms.is_none_or(|before_ms| now_ms - before_ms >= OUTAGE_MS)
    }

    /// Many fail together: only the first of them lengthens the pause.
    fn pause(&mut self, now_ms: i64) {
        if now_ms >= self.trouble_until_ms {
            self.pauses = self.pauses.saturating_add(1);
            let pause_ms = delay::exponential_ms(self.pauses, 0).min(LONGEST_PAUSE_MS);
            self.trouble_until_ms = now_ms + pause_ms;
        }
    }

    /// Time passes: the bucket fills, what customers wrote is forgotten.
    fn pass(&mut self, now_ms: i64) {
        let from_ms = self.at_ms;
        if now_ms <= from_ms {
            return;
        }
        self.at_ms = now_ms;
        let passed_ms = now_ms - from_ms;
        // However long it was, there is never more than a burst.
        let filled = self.flow() * passed_ms.min(60_000);
        self.saved = (self.saved + filled).min(self.burst());
        self.inbound -= self.inbound * passed_ms.min(AVERAGE_MS) / AVERAGE_MS;
    }

    /// The rate at present, with what customers write taken off.
    fn flow(&self) -> i64 {
        let least = (self.limit * LEAST_PERCENT / 100).max(SLOWEST);
        let left = self.highest() - self.inbound / THOUSAND;
        self.rate().min(left.max(least))
    }

    /// What the last cut left, and what has risen since.
    fn rate(&self) -> i64 {
        let Some(cut) = self.cut else {
            return self.highest();
        };
        let quiet_ms = self.at_ms - cut.at_ms - QUIET_MS;
        let risen = self.highest() * quiet_ms.clamp(0, RECOVERY_MS) / RECOVERY_MS;
        (cut.rate + risen).min(self.highest())
    }

    fn highest(&self) -> i64 {
        (self.limit * TARGET_PERCENT / 100).max(SLOWEST)
    }

    fn burst(&self) -> i64 {
        (self.limit * (MESSAGE / THOUSAND) / BURST_PART).max(MESSAGE)
    }
}

#[cfg(test)]
mod tests;
