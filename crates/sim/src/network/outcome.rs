//! Numbers that need no set-up: what becomes of a message to one stands in its last four digits. A number that ends like
//! this and is nobody's becomes a customer with the first message to it, whose window is open.

use crate::network::Network;
use crate::network::customer::{Customer, Settings};

/// What happens to messages to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Reads,
    NoUser,
    Fails,
    NeverReads,
    Blocks,
    Slow,
    Offline,
    SkipsDelivered,
    OptedOut,
    Spared,
}

/// Until a slow phone gets a message, and until it is read then, milliseconds.
const SLOW_DELIVERY_MS: i64 = 30_000;
const SLOW_READING_MS: i64 = 60_000;

/// The last four digits, what they stand for, and how the documentation says it.
const TABLE: &[(&str, Outcome, &str)] = &[
    ("0150", Outcome::Reads, "Reads at once"),
    ("0151", Outcome::NoUser, "Not a user"),
    ("0152", Outcome::Fails, "Fails after sent"),
    ("0153", Outcome::NeverReads, "Never reads"),
    ("0154", Outcome::Blocks, "Blocks"),
    ("0155", Outcome::Slow, "Slow"),
    ("0156", Outcome::Offline, "Offline"),
    ("0157", Outcome::SkipsDelivered, "Read without delivered"),
    ("0158", Outcome::OptedOut, "Opted out of marketing"),
    ("0159", Outcome::Spared, "Gets no more marketing"),
];

fn of(digits: &str) -> Option<(Outcome, &'static str)> {
    TABLE
        .iter()
        .find(|(suffix, _, _)| digits.len() > suffix.len() && digits.ends_with(suffix))
        .map(|(_, outcome, name)| (*outcome, *name))
}

/// The phone behind such a number; `None` for a number that nobody has.
fn settings(digits: &str) -> Option<Settings> {
    let (outcome, name) = of(digits)?;
    let mut phone = Settings::new(digits, name);
    phone.auto_read = true;
    match outcome {
        Outcome::NoUser => return None,
        Outcome::Reads => {}
        Outcome::Fails => phone.fails = Some(131_026),
        Outcome::NeverReads => phone.auto_read = false,
        Outcome::Blocks => phone.blocks_next = true,
        Outcome::Slow => {
            phone.deliver_delay_ms = SLOW_DELIVERY_MS;
            phone.read_delay_ms = SLOW_READING_MS;
        }
        Outcome::Offline => phone.online = false,
        Outcome::SkipsDelivered => phone.skips_delivered = true,
        Outcome::OptedOut => phone.opted_out = true,
        Outcome::Spared => phone.fails_marketing = Some(131_049),
    }
    Some(phone)
}

impl Network {
    /// A number that is nobody's and stands for an outcome becomes a customer.
    pub(crate) fn meet(&mut self, digits: &str, now: i64) {
        if self.lasting.customers.contains_key(digits) {
            return;
        }
        let Some(settings) = settings(digits) else {
            return;
        };
        let mut customer = Customer::new(settings);
        for number in &self.lasting.numbers {
            customer.windows.insert(number.id.clone(), now);
        }
        self.lasting.customers.insert(digits.to_owned(), customer);
        self.saved_soon();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suffix_of_the_documentation_is_served() {
        let page = include_str!("../../../../docs/simulator.md");

        for (suffix, _, _) in TABLE {
            assert!(page.contains(&format!("| `{suffix}` |")), "{suffix}");
        }
        assert_eq!(of("12025550143"), None);
        assert_eq!(of("0150"), None);
        assert_eq!(
            of("4930555010150").map(|(outcome, _)| outcome),
            Some(Outcome::Reads)
        );
        assert!(settings("12025550151").is_none());
    }
}
