//! Texts that a customer reads, and the character policy (2017): what they may be made of.

use crate::parse::{Field, Read};
use crate::{Code, Refusal};

/// Reads a text of at most so many characters, in which formatting is welcome.
pub(super) fn text(field: &Field<'_>, limit: usize) -> Read<String> {
    let text = field.string_within(limit)?;
    if text.trim().is_empty() {
        return Err(field.invalid("has nothing but white space"));
    }
    Ok(text.to_owned())
}

/// Reads a text that is shown as it is: 2017 when it has formatting in it.
pub(super) fn label(field: &Field<'_>, limit: usize) -> Read<String> {
    let text = text(field, limit)?;
    match formatting(&text) {
        None => Ok(text),
        Some(mark) => Err(policy(
            field,
            format_args!("has formatting ({mark}…{mark}), which has no effect here"),
        )),
    }
}

/// Reads a text without emoji: 2017 when there is one.
pub(super) fn plain_label(field: &Field<'_>, limit: usize) -> Read<String> {
    let text = label(field, limit)?;
    match text.chars().find(|c| is_emoji(*c)) {
        None => Ok(text),
        Some(_) => Err(policy(field, "has an emoji, which is not allowed here")),
    }
}

/// Reads an id that comes back from the customer: 2017 for white space at its ends, which would not come back.
pub(super) fn id(field: &Field<'_>, limit: usize) -> Read<String> {
    let id = field.string_within(limit)?;
    if id.trim().len() < id.len() {
        return Err(policy(field, "begins or ends with white space"));
    }
    Ok(id.to_owned())
}

fn policy(field: &Field<'_>, why: impl std::fmt::Display) -> crate::parse::Refused {
    field.refuse(Refusal::new(
        Code::CHARACTER,
        format!("{}: {why}", field.path()),
    ))
}

/// The mark of the first formatted piece: `*bold*`, `_italic_`, `~struck~`, three backticks.
fn formatting(text: &str) -> Option<&'static str> {
    const MARKS: [(&str, char); 3] = [("*", '*'), ("_", '_'), ("~", '~')];
    if text.split("```").nth(2).is_some() {
        return Some("```");
    }
    MARKS
        .into_iter()
        .find(|(_, mark)| is_formatted(text, *mark))
        .map(|(name, _)| name)
}

/// Whether a piece of one line stands between two marks that hold it tightly, and are not inside of words: `2*3*4` and
/// `a_b_c` are no formatting.
fn is_formatted(text: &str, mark: char) -> bool {
    text.lines().any(|line| {
        let letters: Vec<char> = line.chars().collect();
        let at = |place: usize| letters.get(place).copied();
        let is_outside =
            |place: Option<usize>| place.and_then(at).is_none_or(|c| !c.is_alphanumeric());
        let is_inside = |place: Option<usize>| {
            place
                .and_then(at)
                .is_some_and(|c| !c.is_whitespace() && c != mark)
        };
        let mut is_open = false;
        for place in (0..letters.len()).filter(|place| at(*place) == Some(mark)) {
            let (before, after) = (place.checked_sub(1), place.checked_add(1));
            if is_open && is_inside(before) && is_outside(after) {
                return true;
            }
            is_open |= is_outside(before) && is_inside(after);
        }
        false
    })
}

/// What phones show as a picture: the blocks of pictures, older signs with that presentation, and what makes a picture
/// of another sign.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1f000}'..='\u{1faff}'
        | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23f3}' | '\u{23f8}'..='\u{23fa}'
        | '\u{25fd}' | '\u{25fe}' | '\u{2600}'..='\u{27bf}'
        | '\u{2b1b}' | '\u{2b1c}' | '\u{2b50}' | '\u{2b55}'
        | '\u{20e3}' | '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("*Sale*", Some("*"))]
    #[case("a (_quiet_) word", Some("_"))]
    #[case("was ~9~ 7", Some("~"))]
    #[case("```code```", Some("```"))]
    #[case("2*3*4", None)]
    #[case("snake_case_name", None)]
    #[case("5 * 3 * 2", None)]
    #[case("* a list", None)]
    #[case("** nothing **", None)]
    #[case("*one\ntwo*", None)]
    #[case("*a", None)]
    #[case("```", None)]
    #[case("~~", None)]
    #[case("Größe *Ü*", Some("*"))]
    fn formatting_is_told_from_other_uses_of_its_signs(
        #[case] text: &str,
        #[case] mark: Option<&str>,
    ) {
        assert_eq!(formatting(text), mark);
    }

    #[rstest]
    #[case("Book now")]
    #[case("预订")]
    #[case("Größer → besser ™ №")]
    #[case("a·b • c")]
    fn letters_and_signs_are_no_emoji(#[case] text: &str) {
        assert!(!text.chars().any(is_emoji), "{text}");
    }

    #[rstest]
    #[case("Go 🚀")]
    #[case("☀")]
    #[case("1\u{fe0f}\u{20e3}")]
    #[case("🇩🇪")]
    #[case("✅")]
    #[case("⭐")]
    fn emoji_are_known(#[case] text: &str) {
        assert!(text.chars().any(is_emoji), "{text}");
    }

    proptest! {
        #[test]
        fn a_word_between_marks_is_formatted(
            word in "[a-zé0-9]{1,9}( [a-zé0-9]{1,9})?",
            mark in prop::sample::select(vec!["*", "_", "~", "```"]),
            around in "[ (]{0,2}",
        ) {
            prop_assert_eq!(formatting(&format!("{around}{mark}{word}{mark} after")), Some(mark));
            prop_assert_eq!(formatting(&format!("{around}{word} after")), None);
        }

        #[test]
        fn any_text_is_looked_at(text in "[*_~` \n]{0,12}|\\PC*") {
            formatting(&text);
        }
    }
}
