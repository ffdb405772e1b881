//! Faults that somebody switches on by name: sends that are refused or fail, an access token that is not valid any more,
//! a number that may not send, errors that belong to no message. In memory only.

use serde_json::{Map, Value, json};

use crate::ascii;
use crate::network::Network;
use crate::network::error::{GraphError, status_error};
use crate::network::mailroom::{Kind, LaneKey, Update};
use crate::network::params::Params;

/// What happens to the next sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The network's code.
    pub(crate) code: i64,
    /// Instead of the code's usual HTTP status.
    pub(crate) status: Option<u16>,
    pub(crate) details: String,
    /// Sends to this customer only.
    pub(crate) to: Option<String>,
    /// How many sends are left; `None` for all until it is switched off.
    pub(crate) left: Option<u64>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The call is refused.
    Refuse,
    /// The call succeeds, then the message fails.
    Fail,
}

/// Whether the first number may send: `status` of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Standing {
    #[default]
    Connected,
    Flagged,
    Restricted,
    Banned,
    Disconnected,
}

impl Standing {
    const NAMES: [(&'static str, Self); 5] = [
        ("CONNECTED", Self::Connected),
        ("FLAGGED", Self::Flagged),
        ("RESTRICTED", Self::Restricted),
        ("BANNED", Self::Banned),
        ("DISCONNECTED", Self::Disconnected),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, standing)| *standing == self)
            .map_or("CONNECTED", |(name, _)| *name)
    }

    /// By its name; an error lists the names.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, standing)| *standing).ok_or_else(|| {
            let names = Self::NAMES.map(|(name, _)| name).join(", ");
            format!("status must be one of {names}")
        })
    }
}

/// What is switched on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    rules: Vec<(Effect, Rule)>,
    pub(crate) token_invalid: bool,
    pub(crate) standing: Standing,
    /// Statuses show a conversation, whatever version the send names.
    pub(crate) conversations: bool,
}

impl Faults {
    /// Sets a rule; it takes the place of one with the same effect for the same customer.
    pub(crate) fn set(&mut self, effect: Effect, rule: Rule) {
        self.rules
            .retain(|(known, other)| *known != effect || other.to != rule.to);
        if rule.left != Some(0) {
            self.rules.push((effect, rule));
        }
    }

    /// The rules with an effect, as `/sim` shows them.
    pub(crate) fn shown(&self, effect: Effect) -> Value {
        let rules = self.rules.iter().filter(|(known, _)| *known == effect);
        rules
            .map(|(_, rule)| {
                let mut shown = Map::new();
                shown.insert("code".to_owned(), rule.code.into());
                shown.insert("details".to_owned(), rule.details.as_str().into());
                shown.insert("times".to_owned(), json!(rule.left));
                if let Some(to) = &rule.to {
                    shown.insert("to".to_owned(), to.as_str().into());
                }
                Value::Object(shown)
            })
            .collect()
    }

    /// The rule for a send to a customer, if there is one; it counts.
    fn apply(&mut self, effect: Effect, customer: &str) -> Option<Rule> {
        let fits = |to: Option<&str>| {
            self.rules
                .iter()
                .position(|(known, rule)| *known == effect && rule.to.as_deref() == to)
        };
        let at = fits(Some(customer)).or_else(|| fits(None))?;
        let (_, rule) = self.rules.get_mut(at)?;
        rule.left = rule.left.map(|left| left.saturating_sub(1));
        let applied = rule.clone();
        if applied.left == Some(0) {
            self.rules.remove(at);
        }
        Some(applied)
    }
}

impl Network {
    /// Whether a send may be taken at all.
    pub(crate) fn check_standing(&self, number: usize) -> Result<(), GraphError> {
        let standing = if number == 0 {
            self.faults.standing
        } else {
            Standing::Connected
        };
        match standing {
            Standing::Banned | Standing::Disconnected => Err(GraphError::new(
                131_031,
                format!("the number may not send: its status is {}", standing.name()),
            )),
            Standing::Connected | Standing::Flagged | Standing::Restricted => Ok(()),
        }
    }

    /// The refusal of a send to a customer, if one is due.
    pub(crate) fn due_refusal(&mut self, customer: &str) -> Result<(), GraphError> {
        let Some(rule) = self.faults.apply(Effect::Refuse, customer) else {
            return Ok(());
        };
        let mut error = GraphError::new(rule.code, rule.details);
        if let Some(status) = rule.status {
            error.status = status;
        }
        Err(error)
    }

    /// The failure of a message to a customer that was accepted, if one is due: code and details.
    pub(crate) fn due_failure(
        &mut self,
        number: usize,
        params: &Params,
        customer: &str,
    ) -> Result<Option<(i64, String)>, GraphError> {
        let expected = params.text("recipient_identity_key_hash")?;
        if let Some(rule) = self.faults.apply(Effect::Fail, customer) {
            return Ok(Some((rule.code, rule.details)));
        }
        let is_another = self
            .told_identity(number, customer)
            .zip(expected)
            .is_some_and(|(present, expected)| present != expected);
        Ok(is_another.then(|| {
            let details = "the recipient's identity key is another one now";
            (137_000, details.to_owned())
        }))
    }

    /// An error of the account, which belongs to no message, for the first number.
    pub(crate) fn report(&mut self, code: i64, details: &str, now: i64) {
        let update = Update {
            kind: Kind::Error,
            json: ascii::json(&status_error(code, details)),
            card: None,
            made_ms: now,
        };
        let nobody = LaneKey {
            number: 0,
            customer: "".into(),
        };
        self.post(nobody, update);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(code: i64, to: Option<&str>, left: Option<u64>) -> Rule {
        Rule {
            code,
            status: None,
            details: "why".to_owned(),
            to: to.map(str::to_owned),
            left,
        }
    }

    #[test]
    fn rules_count_and_those_of_one_customer_go_first() {
        let mut faults = Faults::default();
        faults.set(Effect::Fail, rule(1, None, None));
        faults.set(Effect::Fail, rule(2, Some("ada"), Some(1)));
        faults.set(Effect::Refuse, rule(3, Some("ada"), Some(1)));
        let mut code = |customer| faults.apply(Effect::Fail, customer).map(|rule| rule.code);

        assert_eq!(code("ada"), Some(2));
        assert_eq!(code("ada"), Some(1));
        assert_eq!(code("bo"), Some(1));
        faults.set(Effect::Fail, rule(1, None, Some(0)));
        assert_eq!(faults.apply(Effect::Fail, "bo"), None);
        assert_eq!(
            faults.shown(Effect::Refuse),
            json!([{"code": 3, "details": "why", "times": 1, "to": "ada"}])
        );
        assert_eq!(faults.shown(Effect::Fail), json!([]));
    }
}
