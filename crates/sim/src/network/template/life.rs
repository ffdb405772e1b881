//! What the network knows of a template over time: its review, its edits, what customers think of it.

use serde::{Deserialize, Serialize};

use crate::network::quality::Score;

const DAY_MS: i64 = 24 * 3_600_000;
/// How long a complaint counts.
const MEMORY_MS: i64 = 7 * DAY_MS;
/// Complaints of medium and of low quality.
const MEDIUM: usize = 2;
const LOW: usize = 4;
/// How long the first pause lasts, and the second; after a third low there is none: the template is disabled.
const PAUSES_MS: [i64; 2] = [3 * 3_600_000, 6 * 3_600_000];
/// Edits of an approved template in a day, and in thirty.
const EDITS_A_DAY: usize = 1;
const EDITS_A_MONTH: usize = 10;

/// A template's history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Life {
    /// When the review ends.
    pub(super) decided_ms: Option<i64>,
    /// The business does not want another category.
    pub(super) keeps_category: bool,
    edits_ms: Vec<i64>,
    complaints_ms: Vec<i64>,
    score: Option<Score>,
    pauses: usize,
    paused_until_ms: Option<i64>,
}

/// What becomes of a template by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The score was this before.
    Score(Option<Score>),
    /// The how manyth pause begins.
    Paused(usize),
    Unpaused,
    Disabled,
}

impl Life {
    pub(crate) fn score(&self) -> Option<Score> {
        self.score
    }

    pub(super) fn set_score(&mut self, score: Score) {
        self.score = Some(score);
    }

    /// When something changes by itself.
    pub(crate) fn due(&self) -> Option<i64> {
        let oldest = self.complaints_ms.first().map(|at| at + MEMORY_MS);
        [self.decided_ms, self.paused_until_ms, oldest]
            .into_iter()
            .flatten()
            .min()
    }

    /// One more edit of an approved template; false when there were too many.
    pub(super) fn edit(&mut self, now: i64) -> bool {
        self.edits_ms.retain(|at| now - at < 30 * DAY_MS);
        let today = self
            .edits_ms
            .iter()
            .filter(|at| now - **at < DAY_MS)
            .count();
        let may = today < EDITS_A_DAY && self.edits_ms.len() < EDITS_A_MONTH;
        if may {
            self.edits_ms.push(now);
        }
        may
    }

    pub(super) fn complain(&mut self, now: i64) {
        self.complaints_ms.push(now);
    }

    /// The pause ends early.
    pub(super) fn unpause(&mut self) {
        self.paused_until_ms = None;
        self.complaints_ms.clear();
    }

    /// Weighs complaints and pauses at a time.
    pub(super) fn weigh(&mut self, now: i64) -> Vec<Turn> {
        let mut turns = Vec::new();
        let had = !self.complaints_ms.is_empty();
        self.complaints_ms.retain(|at| now - at < MEMORY_MS);
        if self.paused_until_ms.is_some_and(|until| until <= now) {
            self.unpause();
            turns.push(Turn::Unpaused);
        }
        if !had {
            return turns;
        }
        let score = match self.complaints_ms.len() {
            0..MEDIUM => Score::Green,
            MEDIUM..LOW => Score::Yellow,
            _ => Score::Red,
        };
        if self.score != Some(score) {
            turns.push(Turn::Score(self.score.replace(score)));
            if score == Score::Red && self.paused_until_ms.is_none() {
                let length = PAUSES_MS.get(self.pauses);
                self.pauses += 1;
                self.paused_until_ms = length.map(|length| now + length);
                turns.push(match length {
                    Some(_) => Turn::Paused(self.pauses),
                    None => Turn::Disabled,
                });
            }
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;
    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn complaints_pause_a_template_twice_and_then_disable_it() {
        let mut life = Life::default();
        let mut now = START;
        let weigh = |life: &mut Life, now: i64| -> Vec<Turn> {
            let turns = life.weigh(now).into_iter();
            turns
                .filter(|turn| !matches!(turn, Turn::Score(_)))
                .collect()
        };
        let low = |life: &mut Life, now: i64| -> Vec<Turn> {
            let complaints = (0..4).flat_map(|_| {
                life.complain(now);
                weigh(life, now)
            });
            complaints.collect()
        };

        assert_eq!(low(&mut life, now), [Turn::Paused(1)]);
        assert_eq!(weigh(&mut life, now + 3 * HOUR_MS - 1), []);
        assert_eq!(weigh(&mut life, now + 3 * HOUR_MS), [Turn::Unpaused]);
        now += 4 * HOUR_MS;
        assert_eq!(low(&mut life, now), [Turn::Paused(2)]);
        assert_eq!(life.due(), Some(now + 6 * HOUR_MS));
        assert_eq!(weigh(&mut life, now + 6 * HOUR_MS), [Turn::Unpaused]);
        assert_eq!(low(&mut life, now + 7 * HOUR_MS), [Turn::Disabled]);
    }

    #[test]
    fn an_approved_template_is_edited_once_a_day_and_ten_times_a_month() {
        let mut life = Life::default();

        assert!(life.edit(START) && !life.edit(START + DAY_MS - 1));
        for day in 1..10 {
            assert!(life.edit(START + day * DAY_MS), "{day}");
        }
        assert!(!life.edit(START + 10 * DAY_MS));
        assert!(life.edit(START + 30 * DAY_MS));
    }
}
