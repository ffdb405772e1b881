//! The admin's password: the rules, and one of our own making.

use crate::exit::Stop;

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
/// Letters in a group, groups in a password: 92 bits.
const GROUP: usize = 4;
const GROUPS: usize = 4;

/// Checks a password that the user gave. The password itself is not repeated.
pub(super) fn check(password: &str) -> Result<(), Stop> {
    onprem::user::check_password("--admin-password", password).map_err(|refusal| {
        Stop::usage(format!(
            "the admin's password is against the rules: {}",
            refusal.details
        ))
        .hint(
            "8 to 64 characters, among them a digit, an upper-case letter, a lower-case letter and a special character",
        )
    })
}

/// A random password within the rules, easy to copy: `h7Kd-Qm2x-9RtV-b4Wz`.
pub(super) fn generate() -> Result<String, Stop> {
    loop {
        let password = (0..GROUPS)
            .map(|_| group())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Stop::failed("no random numbers can be had", error))?
            .join("-");
        // Hardly ever missing, but the rules want one of each.
        if [
            char::is_ascii_digit,
            char::is_ascii_uppercase,
            char::is_ascii_lowercase,
        ]
        .iter()
        .all(|class: &fn(&char) -> bool| password.chars().any(|letter| class(&letter)))
        {
            return Ok(password);
        }
    }
}

fn group() -> Result<String, getrandom::Error> {
    (0..GROUP).map(|_| letter()).collect()
}

fn letter() -> Result<char, getrandom::Error> {
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        // Six bits, and those past the alphabet again: every letter is as likely.
        if let Some(letter) = ALPHABET.get(usize::from(byte[0] & 0x3f)) {
            return Ok(char::from(*letter));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_generated_password_is_within_the_rules() {
        let passwords: HashSet<String> =
            (0..1000).map(|_| generate().expect("a password")).collect();

        assert_eq!(passwords.len(), 1000);
        for password in passwords {
            assert!((8..=64).contains(&password.chars().count()), "{password}");
            for class in [
                char::is_ascii_digit,
                char::is_ascii_uppercase,
                char::is_ascii_lowercase,
                char::is_ascii_punctuation,
            ] {
                assert!(password.chars().any(|letter| class(&letter)), "{password}");
            }
        }
    }
}
