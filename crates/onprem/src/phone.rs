//! Phone numbers and the network's ids of customers (`messages.md` 1.4).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A customer's id: digits only, no plus, or the network's own id of a customer without a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WaId(Arc<str>);

impl WaId {
    /// A number in the simplest notation, or a business-scoped user id, as a pattern (ECMA-262).
    pub const PATTERN: &str = r"^(\+?[1-9][0-9]{5,14}|[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128})$";

    /// What a caller wrote in `to`, normalised: spaces, hyphens, brackets, dots, one leading `+` or `00` go.
    /// `None` unless `^[1-9][0-9]{5,14}$` is left, or a business-scoped user id (`cloud-api.md` 2.6).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_number(text) || is_scoped(text) {
            return Some(Self(text.into()));
        }
        let bare: String = text.chars().filter(|&c| !is_separator(c)).collect();
        let bare = bare
            .strip_prefix('+')
            .or_else(|| bare.strip_prefix("00"))
            .unwrap_or(&bare);
        is_number(bare).then(|| Self(bare.into()))
    }

    /// The digits of any text, in the spelling that [`parse`](Self::parse) gives to what is a number: without the `00`
    /// that stands for a plus. `None` without a digit.
    pub fn digits_of(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let bare = digits
            .strip_prefix("00")
            .filter(|rest| !rest.is_empty())
            .unwrap_or(&digits);
        (!bare.is_empty()).then(|| Self(bare.into()))
    }

    /// An id from the network, taken as it is (a leading `+` goes).
    pub fn from_network(text: &str) -> Self {
        Self(text.trim_start_matches('+').into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a business-scoped user id rather than a number.
    pub fn is_scoped(&self) -> bool {
        self.0.contains('.')
    }

    /// The one spelling that all spellings of this customer share: Mexico without the mobile 1, Argentina without
    /// the 9, Brazil without the ninth digit. Names the lane; stored, so it never changes.
    pub fn canonical(&self) -> String {
        canonical(&self.0).into_owned()
    }
}

impl fmt::Display for WaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Each rule takes a number of 13 digits to one of 12, so none applies twice.
fn canonical(id: &str) -> Cow<'_, str> {
    let digits = id.as_bytes();
    let drop = match digits {
        _ if digits.len() != 13 || !digits.iter().all(u8::is_ascii_digit) => None,
        [b'5', b'2', b'1', ..] | [b'5', b'4', b'9', ..] => Some(2),
        [b'5', b'5', _, _, b'9', ..] => Some(4),
        _ => None,
    };
    match drop {
        None => Cow::Borrowed(id),
        Some(place) => id
            .char_indices()
            .filter(|&(index, _)| index != place)
            .map(|(_, digit)| digit)
            .collect(),
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '(' | ')' | '[' | ']' | '.')
}

/// `^[1-9][0-9]{5,14}$`
fn is_number(text: &str) -> bool {
    (6..=15).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`
fn is_scoped(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    let user = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&user.len())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12025550143", "12025550143")]
    #[case("+1 (202) 555-0143", "12025550143")]
    #[case("001.202.555.0143", "12025550143")]
    #[case("  (+1) 202\u{a0}555 0143 ", "12025550143")]
    #[case("DE.48151623421234567", "DE.48151623421234567")]
    #[case("DE.ENT.4815a", "DE.ENT.4815a")]
    fn a_recipient_is_normalised(#[case] written: &str, #[case] wa_id: &str) {
        assert_eq!(WaId::parse(written).unwrap().as_str(), wa_id);
    }

    #[rstest]
    #[case("")]
    #[case("+")]
    #[case("12345")]
    #[case("1234567890123456")]
    #[case("02025550143")]
    #[case("0002025550143")]
    #[case("++12025550143")]
    #[case("1202555o143")]
    #[case("١٢٠٢٥٥٥٠١٤٣")]
    #[case("de.4815")]
    #[case("DE.")]
    #[case("DE.ENT.")]
    #[case("DEU.4815")]
    #[case("DE.48 15")]
    fn what_is_no_number_is_refused(#[case] written: &str) {
        assert_eq!(WaId::parse(written), None);
    }

    #[rstest]
    #[case("5215550101234", "525550101234")]
    #[case("525550101234", "525550101234")]
    #[case("5491155550137", "541155550137")]
    #[case("5511955550137", "551155550137")]
    #[case("551155550137", "551155550137")]
    #[case("5511855550137", "5511855550137")]
    #[case("12025550143", "12025550143")]
    #[case("BR.5511955550137", "BR.5511955550137")]
    fn spellings_share_the_canonical_one(#[case] wa_id: &str, #[case] canonical: &str) {
        assert_eq!(WaId::from_network(wa_id).canonical(), canonical);
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(wa_id in "(52|54|55|[1-9])[0-9]{4,13}|\\PC{0,20}") {
            let once = WaId::from_network(&wa_id).canonical();
            prop_assert_eq!(WaId::from_network(&once).canonical(), once);
        }

        #[test]
        fn both_spellings_of_a_number_share_a_lane(
            (long, short) in prop_oneof![
                "[0-9]{10}".prop_map(|rest| (format!("521{rest}"), format!("52{rest}"))),
                "[0-9]{10}".prop_map(|rest| (format!("549{rest}"), format!("54{rest}"))),
                ("[1-9]{2}", "[0-9]{8}")
                    .prop_map(|(area, rest)| (format!("55{area}9{rest}"), format!("55{area}{rest}"))),
            ]
        ) {
            prop_assert_eq!(
                WaId::parse(&long).unwrap().canonical(),
                WaId::parse(&short).unwrap().canonical()
            );
        }

        #[test]
        fn the_digits_of_a_number_are_the_number(
            digits in "[1-9][0-9]{5,14}",
            prefix in prop::sample::select(vec!["", "+", "00", "(00) "]),
        ) {
            let written = format!("{prefix}{digits}");
            prop_assert_eq!(WaId::digits_of(&written), WaId::parse(&written));
        }

        #[test]
        fn punctuation_does_not_matter(
            digits in "[1-9][0-9]{5,14}",
            prefix in "\\+|00|",
            marks in prop::collection::vec("[ .()-]{0,2}", 15),
        ) {
            let spread: String = digits
                .chars()
                .zip(marks)
                .flat_map(|(digit, marks)| std::iter::once(digit).chain(marks.chars().collect::<Vec<_>>()))
                .collect();
            let parsed = WaId::parse(&format!("{prefix}{spread}")).unwrap();
            prop_assert_eq!(parsed.as_str(), digits);
        }

        #[test]
        fn parse_never_panics_and_gives_only_what_parses_again(text in "\\PC*") {
            if let Some(wa_id) = WaId::parse(&text) {
                prop_assert_eq!(WaId::parse(wa_id.as_str()), Some(wa_id));
            }
        }
    }
}
