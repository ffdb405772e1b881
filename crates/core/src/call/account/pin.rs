//! The two-step PIN of calls that may need one.

use graph::number::Number;
use onprem::{Code, Refusal};

use crate::record::Account;

/// Chooses the PIN that a number is registered with: the caller's, or the one that is kept; without any, a new one is
/// made later. 403 / 1005 when one is needed that only the caller can know.
pub(super) fn choose(
    given: Option<String>,
    account: &mut Account,
    number: &Number,
) -> Result<(), Refusal> {
    if number.is_pin_enabled == Some(false) {
        // Switched off at the network: what was known opens nothing any more.
        account.two_step = false;
        account.pin = None;
    }
    account.tried_pin = given;
    if account.tried_pin.is_some() {
        // Who knows a PIN is asked for it from now on.
        account.two_step = true;
        return Ok(());
    }
    if account.two_step || (number.is_pin_enabled == Some(true) && account.pin.is_none()) {
        return Err(missing());
    }
    Ok(())
}

/// Compares a caller's PIN with the one that is kept, for calls that ask nothing of the network; 403 / 1005.
pub(super) fn check(given: Option<&str>, account: &Account) -> Result<(), Refusal> {
    match (given, &account.pin) {
        _ if !account.two_step => Ok(()),
        (None, _) => Err(missing()),
        (Some(given), Some(pin)) if given != pin => Err(wrong()),
        (Some(_), _) => Ok(()),
    }
}

/// 403 / 1005: only the caller can know it.
pub(super) fn missing() -> Refusal {
    refused("pin: two-step verification is on, its PIN is required")
}

/// 403 / 1005: another one than in force.
pub(super) fn wrong() -> Refusal {
    refused("pin: two-step verification is on, and this is not its PIN")
}

fn refused(details: &str) -> Refusal {
    Refusal::new(Code::ACCESS, details).with_status(403)
}

/// Six random digits, each number as likely as any other.
pub(super) fn random() -> Result<String, Refusal> {
    const PINS: u32 = 1_000_000;
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|error| {
            Refusal::new(
                Code::INTERNAL,
                format!("the system gives no random bytes: {error}"),
            )
        })?;
        let drawn = u32::from_ne_bytes(bytes);
        // The last, incomplete million would make low numbers likelier.
        if drawn < u32::MAX / PINS * PINS {
            return Ok(format!("{:06}", drawn % PINS));
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn account(pin: Option<&str>, two_step: bool) -> Account {
        Account {
            pin: pin.map(str::to_owned),
            two_step,
            ..Account::default()
        }
    }

    /// The PIN that a registration would use; `None` when one would be made, an error when the caller is asked for it.
    fn chosen(
        given: Option<&str>,
        mut account: Account,
        is_pin_enabled: Option<bool>,
    ) -> Result<Option<String>, Refusal> {
        let number = Number {
            is_pin_enabled,
            ..Number::default()
        };
        choose(given.map(str::to_owned), &mut account, &number)?;
        Ok(account.tried_pin.or(account.pin))
    }

    #[rstest]
    #[case::a_new_number(None, account(None, false), Some(false), Ok(None))]
    #[case::the_network_says_nothing(None, account(None, false), None, Ok(None))]
    #[case::ours(None, account(Some("111111"), false), Some(true), Ok(Some("111111")))]
    #[case::the_callers(
        Some("222222"),
        account(Some("111111"), true),
        Some(true),
        Ok(Some("222222"))
    )]
    #[case::the_callers_is_asked_for(None, account(Some("111111"), true), Some(true), Err(()))]
    #[case::the_callers_is_asked_for_unseen(None, account(Some("111111"), true), None, Err(()))]
    #[case::somebody_elses(None, account(None, false), Some(true), Err(()))]
    #[case::switched_off_elsewhere(None, account(Some("111111"), true), Some(false), Ok(None))]
    #[case::a_first_one(Some("222222"), account(None, false), Some(false), Ok(Some("222222")))]
    fn the_pin_of_a_registration(
        #[case] given: Option<&str>,
        #[case] account: Account,
        #[case] is_pin_enabled: Option<bool>,
        #[case] expected: Result<Option<&str>, ()>,
    ) {
        let found = chosen(given, account, is_pin_enabled);

        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.as_deref(), expected),
            (Err(refusal), Err(())) => {
                assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
            }
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }

    #[rstest]
    #[case(None, account(Some("111111"), false), true)]
    #[case(Some("222222"), account(Some("111111"), false), true)]
    #[case(Some("111111"), account(Some("111111"), true), true)]
    #[case(Some("222222"), account(Some("111111"), true), false)]
    #[case(None, account(Some("111111"), true), false)]
    #[case::nothing_to_compare_with(Some("222222"), account(None, true), true)]
    fn a_pin_is_compared_where_it_is_on(
        #[case] given: Option<&str>,
        #[case] account: Account,
        #[case] is_right: bool,
    ) {
        let answer = check(given, &account);

        assert_eq!(answer.is_ok(), is_right);
        if let Err(refusal) = answer {
            assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
            assert!(!refusal.details.contains("222222"), "{refusal}");
        }
    }

    #[test]
    fn a_pin_has_six_digits() {
        for _ in 0..100 {
            let pin = random().unwrap();
            assert!(
                pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()),
                "{pin}"
            );
        }
    }
}
