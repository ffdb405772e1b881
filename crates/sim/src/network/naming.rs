//! Display names: asked for, reviewed, approved, and in force once the number is registered anew.
//!
//! An approved name must be registered within 30 days, and for 30 days after an approval there is no other.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::number::Number;

const DAYS_30_MS: i64 = 30 * 24 * 3_600_000;
const LONGEST: usize = 75;
const SHORTEST: usize = 3;
/// Names that belong to somebody else.
const FOREIGN: &[&str] = &["whatsapp", "facebook", "instagram", "meta"];
/// Names that say nothing.
const VAGUE: &[&str] = &[
    "test", "demo", "business", "shop", "store", "support", "example",
];

/// The review of a number's names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Naming {
    pending: Option<Pending>,
    /// When a name was approved last.
    approved_ms: Option<i64>,
    /// What became of the last one, if it is not approved.
    last: Option<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    name: String,
    decided_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Declined,
    Expired,
}

/// Why a name is declined.
fn objection(name: &str) -> Option<&'static str> {
    let plain = name.trim().to_lowercase();
    let words: Vec<&str> = plain
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    if FOREIGN.iter().any(|foreign| words.contains(foreign)) {
        Some("NAME_NOT_CONSISTENT_WITH_BRANDING")
    } else if VAGUE.contains(&plain.as_str()) {
        Some("NAME_NOT_RELATED_TO_BUSINESS")
    } else if !plain.chars().any(char::is_alphabetic) {
        Some("NAME_FORMAT_UNACCEPTABLE")
    } else if plain.chars().any(|letter| !is_of_a_name(letter)) {
        Some("NAME_CONTAINS_UNACCEPTABLE_CHARACTERS")
    } else {
        None
    }
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() || "&.,'’-()+/·".contains(letter)
}

impl Number {
    /// `name_status`, `new_name_status`.
    pub(crate) fn name_states(&self) -> (&'static str, &'static str) {
        let new = match (&self.naming.pending, &self.new_name, self.naming.last) {
            (Some(_), _, _) => "PENDING_REVIEW",
            (None, Some(_), _) => "APPROVED",
            (None, None, Some(Outcome::Declined)) => "DECLINED",
            (None, None, Some(Outcome::Expired)) => "EXPIRED",
            (None, None, None) => "NONE",
        };
        ("APPROVED", new)
    }

    /// The name that is asked for, or approved and not in force.
    pub(crate) fn new_display_name(&self) -> Option<&str> {
        let pending = (self.naming.pending.as_ref()).map(|pending| pending.name.as_str());
        pending.or(self.new_name.as_ref().map(|new| new.verified_name.as_str()))
    }

    /// When a review ends, or an approved name that nobody registered expires.
    pub(crate) fn naming_due(&self) -> Option<i64> {
        let review = self
            .naming
            .pending
            .as_ref()
            .map(|pending| pending.decided_ms);
        let expiry = (self.naming.approved_ms)
            .filter(|_| self.new_name.is_some())
            .map(|at| at + DAYS_30_MS);
        [review, expiry].into_iter().flatten().min()
    }
}

impl Network {
    /// `POST /{PHONE_ID} {"new_display_name"}`.
    pub(crate) fn ask_name(
        &mut self,
        number: usize,
        name: &str,
        now: i64,
    ) -> Result<(), GraphError> {
        let name = name.trim();
        let length = name.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Err(GraphError::parameter(format!(
                "Param new_display_name must have {SHORTEST} to {LONGEST} characters."
            )));
        }
        let decided_ms = now + self.lasting.account.state.review_ms();
        let Some(known) = self.lasting.numbers.get_mut(number) else {
            return Ok(());
        };
        let left = (known.naming.approved_ms).map_or(0, |at| at + DAYS_30_MS - now);
        if left > 0 {
            let days = (left + 86_399_999) / 86_400_000;
            let words = format!(
                "A display name was approved within the last 30 days; another one can be asked for in {days} days."
            );
            return Err(GraphError::parameter(words.clone()).for_person(2_388_103, &words));
        }
        known.naming.pending = Some(Pending {
            name: name.to_owned(),
            decided_ms,
        });
        known.naming.last = None;
        self.saved_at_once();
        self.tell_name(number, name, "PENDING", None, now);
        self.plan_chores();
        self.do_chores(now);
        Ok(())
    }

    /// The review of a number's name ends, or its approval.
    pub(crate) fn tend_name(&mut self, number: usize, now: i64) {
        let Some(known) = self.lasting.numbers.get_mut(number) else {
            return;
        };
        let is_expired = known.new_name.is_some()
            && (known.naming.approved_ms).is_some_and(|at| now - at >= DAYS_30_MS);
        if is_expired {
            known.new_name = None;
            known.naming.last = Some(Outcome::Expired);
        }
        let Some(pending) = (known.naming.pending).take_if(|pending| pending.decided_ms <= now)
        else {
            return;
        };
        if let Some(reason) = objection(&pending.name) {
            known.naming.last = Some(Outcome::Declined);
            self.tell_name(number, &pending.name, "REJECTED", Some(reason), now);
        } else {
            self.approve_name(number, &pending.name, now);
            self.tell_name(number, &pending.name, "APPROVED", None, now);
        }
    }

    /// Notes an approval, which binds for 30 days.
    pub(crate) fn note_approval(&mut self, number: usize, now: i64) {
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.naming.approved_ms = Some(now);
            number.naming.last = None;
        }
        self.plan_chores();
    }

    fn tell_name(
        &mut self,
        number: usize,
        name: &str,
        decision: &str,
        reason: Option<&str>,
        now: i64,
    ) {
        let value: Value = json!({
            "display_phone_number": self.display_digits(number),
            "decision": decision,
            "requested_verified_name": name,
            "rejection_reason": reason,
        });
        self.notice("phone_number_name_update", &value, now);
    }
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn names_are_declined_for_a_reason() {
        assert_eq!(objection("Hummingbird Coffee & Cake"), None);
        assert_eq!(objection("蜂鸟咖啡"), None);
        for (name, reason) in [
            ("WhatsApp Support", "NAME_NOT_CONSISTENT_WITH_BRANDING"),
            ("Test", "NAME_NOT_RELATED_TO_BUSINESS"),
            ("12345", "NAME_FORMAT_UNACCEPTABLE"),
            ("Coffee ☕", "NAME_CONTAINS_UNACCEPTABLE_CHARACTERS"),
        ] {
            assert_eq!(objection(name), Some(reason), "{name}");
        }
    }
}
