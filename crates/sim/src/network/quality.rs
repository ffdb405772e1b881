//! The quality of a number: what customers think of its messages, and what the network lets it do for that.
//!
//! Blocks and reports of the last seven days count. With three points the quality is medium, with six it is low: the
//! number is flagged, and if seven days later it still is low, its messaging limit goes down a step.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::network::Network;

const DAY_MS: i64 = 24 * 3_600_000;
/// How long a complaint counts, and how long a number stays flagged.
const MEMORY_MS: i64 = 7 * DAY_MS;
/// Points of medium and of low quality.
const MEDIUM: u32 = 3;
const LOW: u32 = 6;
/// Between a use of half the limit and the next step up.
const RISE_MS: i64 = 6 * 3_600_000;

/// What a complaint weighs.
pub(crate) const BLOCK: u32 = 1;
pub(crate) const REPORT: u32 = 2;

/// A rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) enum Score {
    #[default]
    Green,
    Yellow,
    Red,
}

impl Score {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
        }
    }

    /// By its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Green, Self::Yellow, Self::Red]
            .into_iter()
            .find(|score| score.name() == name)
    }

    /// Of so many points.
    pub(crate) fn of(points: u32) -> Self {
        match points {
            0..MEDIUM => Self::Green,
            MEDIUM..LOW => Self::Yellow,
            _ => Self::Red,
        }
    }
}

/// How many customers may be written to outside of windows within 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Tier {
    #[default]
    T250,
    T2K,
    T10K,
    T100K,
    Unlimited,
}

impl Tier {
    const ALL: [(Self, &'static str, usize); 5] = [
        (Self::T250, "TIER_250", 250),
        (Self::T2K, "TIER_2K", 2000),
        (Self::T10K, "TIER_10K", 10_000),
        (Self::T100K, "TIER_100K", 100_000),
        (Self::Unlimited, "TIER_UNLIMITED", usize::MAX),
    ];

    fn place(self) -> usize {
        (Self::ALL.iter())
            .position(|(tier, _, _)| *tier == self)
            .unwrap_or(0)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL
            .get(self.place())
            .map_or("TIER_250", |(_, name, _)| *name)
    }

    /// Customers in 24 hours.
    pub(crate) fn customers(self) -> usize {
        Self::ALL
            .get(self.place())
            .map_or(250, |(_, _, most)| *most)
    }

    /// By its name; an error lists the names.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(tier, _, _)| *tier).ok_or_else(|| {
            let names = Self::ALL.map(|(_, name, _)| name).join(", ");
            format!("messaging_limit must be one of {names}")
        })
    }

    fn stepped(self, up: bool) -> Option<Self> {
        let at = if up {
            self.place().checked_add(1)
        } else {
            self.place().checked_sub(1)
        };
        at.and_then(|at| Self::ALL.get(at))
            .map(|(tier, _, _)| *tier)
    }
}

/// A complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    at_ms: i64,
    points: u32,
}

/// What is known of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Quality {
    marks: Vec<Mark>,
    /// As it was told last.
    score: Score,
    tier: Tier,
    /// Since when the number is flagged.
    flagged_ms: Option<i64>,
    /// When the limit goes up.
    rise_ms: Option<i64>,
}

/// What changes for the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Flagged,
    Unflagged,
    /// The limit was this one before.
    Upgrade(Tier),
    Downgrade(Tier),
}

impl Turn {
    fn name(self) -> &'static str {
        match self {
            Self::Flagged => "FLAGGED",
            Self::Unflagged => "UNFLAGGED",
            Self::Upgrade(_) => "UPGRADE",
            Self::Downgrade(_) => "DOWNGRADE",
        }
    }
}

impl Quality {
    pub(crate) fn score(&self) -> Score {
        self.score
    }

    pub(crate) fn tier(&self) -> Tier {
        self.tier
    }

    pub(crate) fn set_tier(&mut self, tier: Tier) {
        self.tier = tier;
    }

    pub(crate) fn is_flagged(&self) -> bool {
        self.flagged_ms.is_some()
    }

    /// When something changes by itself.
    pub(crate) fn due(&self) -> Option<i64> {
        let oldest = self.marks.first().map(|mark| mark.at_ms + MEMORY_MS);
        let flagged = self.flagged_ms.map(|at| at + MEMORY_MS);
        [oldest, flagged, self.rise_ms].into_iter().flatten().min()
    }

    fn mark(&mut self, points: u32, now: i64) {
        self.marks.push(Mark { at_ms: now, points });
    }

    /// The number has written to so many customers outside of windows within 24 hours.
    fn used(&mut self, customers: usize, now: i64) -> bool {
        let is_half = customers >= self.tier.customers() / 2;
        let rises = is_half && self.rise_ms.is_none() && self.tier != Tier::Unlimited;
        if rises {
            self.rise_ms = Some(now + RISE_MS);
        }
        rises
    }

    /// Weighs what is known at a time.
    fn weigh(&mut self, now: i64) -> Vec<Turn> {
        self.marks.retain(|mark| now - mark.at_ms < MEMORY_MS);
        let mut turns = Vec::new();
        let was_low = self.score == Score::Red;
        self.score = Score::of(self.marks.iter().map(|mark| mark.points).sum());
        match (was_low, self.score == Score::Red, self.flagged_ms) {
            (false, true, _) => {
                self.flagged_ms = Some(now);
                turns.push(Turn::Flagged);
            }
            (_, false, Some(_)) => {
                self.flagged_ms = None;
                turns.push(Turn::Unflagged);
            }
            (_, true, Some(at)) if now - at >= MEMORY_MS => {
                self.flagged_ms = None;
                let before = self.tier;
                self.tier = before.stepped(false).unwrap_or(before);
                turns.push(Turn::Downgrade(before));
            }
            _ => {}
        }
        if self.rise_ms.is_some_and(|at| at <= now) {
            self.rise_ms = None;
            let before = self.tier;
            if let Some(next) = before.stepped(true).filter(|_| self.score != Score::Red) {
                self.tier = next;
                turns.push(Turn::Upgrade(before));
            }
        }
        turns
    }
}

impl Network {
    /// A customer complains of a number.
    pub(crate) fn complain(&mut self, number: usize, points: u32, now: i64) {
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.quality.mark(points, now);
        }
        self.tend_quality(number, now);
        self.saved_at_once();
        self.plan_chores();
    }

    /// A number has written to so many customers outside of windows.
    pub(crate) fn has_reached(&mut self, number: usize, customers: usize, now: i64) {
        let rises = (self.lasting.numbers.get_mut(number))
            .is_some_and(|number| number.quality.used(customers, now));
        if rises {
            self.saved_soon();
            self.plan_chores();
        }
    }

    /// What has become of a number's quality by now, and tells it.
    pub(crate) fn tend_quality(&mut self, number: usize, now: i64) {
        let Some(known) = self.lasting.numbers.get_mut(number) else {
            return;
        };
        let turns = known.quality.weigh(now);
        let tier = known.quality.tier();
        let digits = known.digits();
        for turn in turns {
            let mut value = json!({
                "display_phone_number": digits,
                "event": turn.name(),
                "current_limit": tier.name(),
                "max_daily_conversations_per_business": tier.name(),
            });
            if let (Turn::Upgrade(before) | Turn::Downgrade(before), Some(members)) =
                (turn, value.as_object_mut())
            {
                members.insert("old_limit".to_owned(), before.name().into());
            }
            self.lines
                .push(format!("! +{digits}  quality  {}", turn.name()));
            self.notice("phone_number_quality_update", &value, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;

    #[test]
    fn complaints_flag_a_number_and_a_week_later_its_limit_goes_down() {
        let mut quality = Quality {
            tier: Tier::T10K,
            ..Quality::default()
        };
        quality.mark(REPORT, START);
        assert_eq!(quality.weigh(START), []);
        quality.mark(BLOCK, START);
        assert_eq!(
            (quality.weigh(START), quality.score()),
            (vec![], Score::Yellow)
        );
        for _ in 0..3 {
            quality.mark(BLOCK, START + DAY_MS);
        }
        assert_eq!(quality.weigh(START + DAY_MS), [Turn::Flagged]);
        for _ in 0..6 {
            quality.mark(BLOCK, START + 5 * DAY_MS);
        }

        assert_eq!(quality.weigh(START + 8 * DAY_MS - 1), []);
        assert_eq!(
            quality.weigh(START + 8 * DAY_MS),
            [Turn::Downgrade(Tier::T10K)]
        );
        assert_eq!((quality.tier(), quality.is_flagged()), (Tier::T2K, false));
        assert_eq!(quality.weigh(START + 12 * DAY_MS), []);
        assert_eq!(quality.score(), Score::Green);
    }

    #[test]
    fn a_flagged_number_that_gets_better_is_not_flagged_any_more() {
        let mut quality = Quality::default();
        quality.mark(6, START);
        assert_eq!(quality.weigh(START), [Turn::Flagged]);

        assert_eq!(quality.due(), Some(START + 7 * DAY_MS));
        assert_eq!(quality.weigh(START + 7 * DAY_MS), [Turn::Unflagged]);
        assert_eq!(quality.due(), None);
    }

    #[test]
    fn the_limit_goes_up_when_half_of_it_is_used_unless_quality_is_low() {
        let mut quality = Quality::default();
        assert!(!quality.used(124, START) && quality.used(125, START));
        assert!(!quality.used(126, START));
        assert_eq!(quality.weigh(START + RISE_MS), [Turn::Upgrade(Tier::T250)]);
        assert_eq!(quality.tier(), Tier::T2K);

        quality.used(2000, START);
        quality.mark(6, START);
        assert_eq!(quality.weigh(START + RISE_MS), [Turn::Flagged]);
        assert_eq!(quality.tier(), Tier::T2K);
    }
}
