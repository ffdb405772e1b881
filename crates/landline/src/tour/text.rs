//! Text for the screen: JSON on few lines, secrets and long texts shortened.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::terminal::printable;

/// Longest text inside JSON, characters: ids fit, certificates do not.
const LONGEST: usize = 56;
/// Members whose value is nobody's business.
const SECRETS: [&str; 4] = ["token", "password", "new_password", "access_token"];

/// JSON on one line. Secrets and long texts are shortened; `meta`, the same in every answer, is left out where there is
/// something else to see.
pub(super) fn compact(value: &Value) -> String {
    let shown = match value {
        Value::Object(members) if members.len() > 1 => {
            let members = members.iter().filter(|(name, _)| *name != "meta");
            Value::Object(members.map(|(name, value)| member(name, value)).collect())
        }
        other => short("", other),
    };
    printable(&shown.to_string()).into_owned()
}

/// The value at the end of a path of members, in its place, with `…` for what stands around it.
pub(super) fn part(value: &Value, path: &[&str]) -> String {
    let mut found = value;
    for name in path {
        found = found.get(name).unwrap_or(&Value::Null);
    }
    let mut text = compact(found);
    for name in path.iter().rev() {
        text = format!("{{{}:{text},…}}", Value::from(*name));
    }
    text
}

fn member(name: &str, value: &Value) -> (String, Value) {
    (name.to_owned(), short(name, value))
}

fn short(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if SECRETS.contains(&name) => Value::String(veiled(text)),
        Value::String(text) => Value::String(shortened(text, LONGEST)),
        Value::Array(items) => items.iter().map(|item| short(name, item)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| member(name, value));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// The beginning of a secret, enough to recognise it: at most a quarter, at most four characters.
pub(super) fn veiled(secret: &str) -> String {
    let letters = secret.chars().count();
    let shown: String = secret.chars().take((letters / 4).min(4)).collect();
    format!("{shown}…")
}

/// At most `longest` characters, the last of them `…` when something is left out.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A text over at most `most` lines of at most `width` characters, broken after commas and spaces where that goes.
pub(super) fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut rest = letters.as_slice();
    let mut lines = Vec::new();
    while !rest.is_empty() {
        if lines.len() + 1 >= most {
            let last: String = rest.iter().collect();
            lines.push(shortened(&last, width));
            break;
        }
        let (line, next) = rest.split_at(line_end(rest, width));
        lines.push(line.iter().collect::<String>().trim_end().to_owned());
        rest = next;
    }
    lines
}

/// Where the first line ends: after the last comma or space of its second half, if there is one.
fn line_end(letters: &[char], width: usize) -> usize {
    if letters.len() <= width {
        return letters.len();
    }
    letters
        .iter()
        .take(width)
        .rposition(|letter| matches!(letter, ',' | ' '))
        .map(|at| at + 1)
        .filter(|end| *end > width / 2)
        .unwrap_or(width.max(1))
}

/// A duration as people say it: `312 ms`, `1.4 s`.
pub(super) fn time(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_and_passwords_are_shortened_wherever_they_stand() {
        let answer = json!({
            "users": [{"token": "abcdefghijklmnopqrstuvwxyz", "expires_after": "2031-02-17 09:05:44+00:00"}],
            "new_password": "Long.Password.1",
            "meta": {"version": "v2.53.1"}
        });

        assert_eq!(
            compact(&answer),
            r#"{"new_password":"Lon…","users":[{"expires_after":"2031-02-17 09:05:44+00:00","token":"abcd…"}]}"#
        );
    }

    #[test]
    fn meta_is_shown_only_where_it_is_all_there_is() {
        assert_eq!(compact(&json!({"meta": {"a": 1}})), r#"{"meta":{"a":1}}"#);
        assert_eq!(compact(&json!({"meta": {"a": 1}, "b": 2})), r#"{"b":2}"#);
        assert_eq!(
            compact(&json!([{"meta": 1, "b": 2}])),
            r#"[{"b":2,"meta":1}]"#
        );
    }

    #[test]
    fn long_texts_are_cut_ids_are_not() {
        let id = "gBGHSRVVABACLwIJF02gUXnFRXbd";
        let value = json!({"cert": "x".repeat(100), "id": id});

        let text = compact(&value);

        assert!(text.contains(id));
        assert_eq!(text.matches('x').count(), LONGEST - 1);
    }

    #[test]
    fn a_part_stands_in_its_place() {
        let value =
            json!({"settings": {"application": {"a": 1, "webhooks": {"url": ""}}}, "meta": {}});

        assert_eq!(
            part(&value, &["settings", "application", "webhooks"]),
            r#"{"settings":{"application":{"webhooks":{"url":""},…},…},…}"#
        );
        assert_eq!(part(&json!(1), &["a"]), r#"{"a":null,…}"#);
    }

    #[rstest]
    #[case("", "…")]
    #[case("abc", "…")]
    #[case("secret", "s…")]
    #[case("Long.Password.1", "Lon…")]
    #[case("a-password-of-some-length", "a-pa…")]
    fn little_of_a_secret_is_shown(#[case] secret: &str, #[case] shown: &str) {
        assert_eq!(veiled(secret), shown);
    }

    #[test]
    fn lines_break_after_commas_and_spaces() {
        assert_eq!(
            wrapped(r#"{"a":1,"b":2}"#, 10, 3),
            [r#"{"a":1,"#, r#""b":2}"#]
        );
        assert_eq!(wrapped("one two three", 8, 3), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh", 3, 2), ["abc", "de…"]);
        assert!(wrapped("", 10, 3).is_empty());
    }

    #[rstest]
    #[case(0, "0 ms")]
    #[case(999, "999 ms")]
    #[case(1440, "1.4 s")]
    #[case(61_000, "61.0 s")]
    fn times_are_short(#[case] ms: u64, #[case] said: &str) {
        assert_eq!(time(Duration::from_millis(ms)), said);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_nothing_is_lost_before_the_last(text in "[a-c, 你]{0,200}", width in 1_usize..40, most in 1_usize..6) {
            let lines = wrapped(&text, width, most);

            prop_assert!(lines.len() <= most);
            for line in &lines {
                prop_assert!(line.chars().count() <= width, "{line}");
            }
            if !lines.last().is_some_and(|last| last.ends_with('…')) {
                let kept = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
                prop_assert_eq!(kept(&lines.concat()), kept(&text));
            }
        }

        #[test]
        fn shortening_keeps_the_limit(text in ".{0,80}", longest in 1_usize..60) {
            let short = shortened(&text, longest);

            prop_assert!(short.chars().count() <= longest);
            prop_assert!(short == text || short.ends_with('…'));
        }
    }
}
