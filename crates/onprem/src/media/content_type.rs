//! Content types as far as they matter: the type itself and its codecs (`rest-api.md` 12.1).

use std::fmt;

use crate::parse::quoted;
use crate::{Code, Refusal};

/// Longest content type, characters.
const LONGEST: usize = 255;

/// An upload's `Content-Type`, cleaned: lower case, only `codecs` kept (`audio/ogg; codecs=opus`). 1008 when absent, 1009
/// when malformed, 415 / 1025 for a form, which nobody means to send as a file.
pub fn parse_content_type(header: Option<&str>) -> Result<String, Refusal> {
    let Some(header) = header.map(str::trim).filter(|header| !header.is_empty()) else {
        return Err(Refusal::missing("Content-Type"));
    };
    let Some(parsed) = ContentType::parse(header) else {
        return Err(Refusal::invalid(
            "Content-Type",
            format_args!("is {}, must be like image/jpeg", quoted(header)),
        ));
    };
    if parsed.essence == "multipart/form-data" {
        return Err(Refusal::new(
            Code::BAD_REQUEST,
            "Content-Type is multipart/form-data: send the bytes of the file as the body, with the type of the file",
        )
        .with_status(415));
    }
    let cleaned = parsed.to_string();
    if cleaned.len() > LONGEST {
        return Err(Refusal::invalid(
            "Content-Type",
            format_args!(
                "has {} characters, must have at most {LONGEST}",
                cleaned.len()
            ),
        ));
    }
    Ok(cleaned)
}

/// A content type as far as it matters.
pub(super) struct ContentType {
    /// `audio/ogg`, lower case.
    pub(super) essence: String,
    /// Lower case, without quotes.
    pub(super) codecs: Option<String>,
}

impl ContentType {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = unquoted_parts(text)?.into_iter();
        let essence = parts.next()?.trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let codecs = parts
            .filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("codecs")
                    .then(|| clean_codecs(value))
            })
            .find(|codecs| !codecs.is_empty());
        Some(Self { essence, codecs })
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        match &self.codecs {
            None => Ok(()),
            Some(codecs) if is_token(codecs) => write!(f, "; codecs={codecs}"),
            Some(codecs) => write!(f, "; codecs=\"{codecs}\""),
        }
    }
}

/// Without quotes of either kind and without what only stands inside of quotes to be escaped.
fn clean_codecs(value: &str) -> String {
    let cleaned: String = value
        .chars()
        .filter(|c| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '"' | '\'' | '\\'))
        .collect();
    cleaned.trim().to_ascii_lowercase()
}

/// Splits at the semicolons that stand outside quotes; `None` when a quote is left open. A backslash inside quotes takes
/// the next character's meaning away (RFC 9110, 5.6.4).
fn unquoted_parts(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        let plain = !std::mem::take(&mut escaped);
        if plain && c == '"' {
            quoted = !quoted;
        }
        escaped = plain && quoted && c == '\\';
        if c == ';' && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    (!quoted).then_some(parts)
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("image/jpeg", "image/jpeg")]
    #[case(" Image/PNG ", "image/png")]
    #[case("text/plain; charset=utf-8", "text/plain")]
    #[case("audio/ogg; codecs=opus", "audio/ogg; codecs=opus")]
    #[case("audio/ogg;CODECS = \"Opus\" ; x=y", "audio/ogg; codecs=opus")]
    #[case(
        "audio/ogg ;x=\"a;\\\" codecs=b\"; codecs='opus'",
        "audio/ogg; codecs=opus"
    )]
    #[case(
        "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2; x\"",
        "video/mp4; codecs=\"avc1.42e01e, mp4a.40.2; x\""
    )]
    #[case("application/pdf;", "application/pdf")]
    fn a_content_type_is_cleaned(#[case] header: &str, #[case] cleaned: &str) {
        assert_eq!(parse_content_type(Some(header)).unwrap(), cleaned);
        assert_eq!(parse_content_type(Some(cleaned)).unwrap(), cleaned);
    }

    #[rstest]
    #[case(None, 1008, 400)]
    #[case(Some(" "), 1008, 400)]
    #[case(Some("jpeg"), 1009, 400)]
    #[case(Some("image/"), 1009, 400)]
    #[case(Some("image/jp eg"), 1009, 400)]
    #[case(Some("image/jpeg; x=\"y"), 1009, 400)]
    #[case(Some("image/jpeg; x=\"y\\\""), 1009, 400)]
    #[case(Some("multipart/form-data; boundary=x"), 1025, 415)]
    fn a_bad_content_type_is_refused(
        #[case] header: Option<&str>,
        #[case] code: u16,
        #[case] status: u16,
    ) {
        let refusal = parse_content_type(header).unwrap_err();

        assert_eq!((refusal.code.0, refusal.status), (code, status));
        assert!(refusal.details.contains("Content-Type"));
    }

    #[test]
    fn a_type_of_255_characters_is_the_longest() {
        let header = |length: usize| format!("a/{}", "x".repeat(length - 2));

        assert!(parse_content_type(Some(&header(255))).is_ok());
        assert_eq!(
            parse_content_type(Some(&header(256)))
                .unwrap_err()
                .to_string(),
            "1009 Parameter value is not valid: Content-Type: has 256 characters, must have at most 255"
        );
    }

    /// A parameter with white space and quotes wherever they may stand.
    fn parameter(name: &'static str, value: &'static str) -> impl Strategy<Value = String> {
        let name = prop_oneof![Just(name.to_owned()), Just(name.to_ascii_uppercase())];
        let value = prop_oneof![
            Just(value.to_owned()),
            Just(format!("\"{value}\"")),
            Just(format!("\" {value} \"")),
            Just(format!("'{value}'")),
            Just(value.to_ascii_uppercase()),
        ];
        (name, "[ \t]{0,2}", "[ \t]{0,2}", value)
            .prop_map(|(name, before, after, value)| format!("{name}{before}={after}{value}"))
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(header in "\\PC*|[a-z]+/[a-z]+(; ?codecs=\"?[a-z ,.;\\\\]*\"?)?") {
            if let Ok(cleaned) = parse_content_type(Some(&header)) {
                prop_assert_eq!(parse_content_type(Some(&cleaned)), Ok(cleaned));
            }
        }

        #[test]
        fn opus_is_opus_in_any_spelling(
            essence in "[aA]udio/[oO][gG]{2}",
            gaps in ("[ \t]{0,2}", "[ \t]{0,2}", "[ \t]{0,2}"),
            codecs in parameter("codecs", "opus"),
            other in parameter("rate", "16000"),
            other_first: bool,
        ) {
            let (one, two) = if other_first { (other, codecs) } else { (codecs, other) };
            let header = format!("{essence}{};{}{one};{}{two}", gaps.0, gaps.1, gaps.2);

            prop_assert_eq!(parse_content_type(Some(&header)), Ok("audio/ogg; codecs=opus".to_owned()));
        }
    }
}
