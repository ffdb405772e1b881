//! The profile that customers see: about and photo (`rest-api.md` section 8).

use serde_json::{Value, json};

use crate::parse;
use crate::schema::{self, Described, required, string_within};
use crate::{Code, Refusal};

/// Longest about, characters (Unicode scalar values).
pub const ABOUT_LIMIT: usize = 139;
/// Greatest photo that is taken, bytes.
pub const PHOTO_LIMIT: usize = 5 * 1024 * 1024;
/// A photo is made a square of at most so many pixels a side.
pub const PHOTO_SIDE: u32 = 640;
/// What a photo may be.
pub const PHOTO_TYPES: [&str; 2] = ["image/jpeg", "image/png"];

/// `PATCH /v1/settings/profile/about`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// 1 to [`ABOUT_LIMIT`] characters.
    pub text: String,
}

impl About {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let text = body.required("text")?.string_within(ABOUT_LIMIT)?;
            Ok(Self {
                text: text.to_owned(),
            })
        })
    }
}

impl Described for About {
    const NAME: &'static str = "About";

    fn schema() -> Value {
        schema::object([required("text", string_within(ABOUT_LIMIT))
            .about("What stands below the name in the profile.")])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("opening hours", json!({"text": "Open 9 to 5"}))]
    }
}

/// Whether a photo may come under this `Content-Type`. The bytes decide what it is, so any picture will do, and so will
/// none at all; 415 / 1025 for what says that it is something else.
pub fn check_photo_type(header: Option<&str>) -> Result<(), Refusal> {
    let header = header.unwrap_or_default();
    let essence = header.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    if essence.starts_with("image/") || matches!(&*essence, "" | "application/octet-stream") {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BAD_REQUEST,
        format!(
            "Content-Type is {}, must be {}: send the picture's bytes as the body",
            parse::quoted(header),
            parse::Listed(&PHOTO_TYPES)
        ),
    )
    .with_status(415))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_accepted() {
        for (name, example) in About::examples() {
            let parsed = About::parse(example.to_string().as_bytes());
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
    }

    #[rstest]
    #[case("{}", 1008, "text is required")]
    #[case(r#"{"text":null}"#, 1008, "text is required")]
    #[case(r#"{"text":""}"#, 1009, "text: is empty")]
    #[case(r#"{"text":["a"]}"#, 1009, "text: is an array, must be a string")]
    fn a_bad_about_is_refused(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = About::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn an_about_is_counted_in_characters() {
        let of = |length: usize| {
            About::parse(json!({"text": "鱼".repeat(length)}).to_string().as_bytes())
        };

        assert_eq!(of(139).unwrap().text.chars().count(), 139);
        assert_eq!(
            of(140).unwrap_err().details,
            "text: has 140 characters, must have at most 139"
        );
    }

    #[rstest]
    #[case(None, true)]
    #[case(Some("image/jpeg"), true)]
    #[case(Some("IMAGE/PNG; q=1"), true)]
    #[case(Some("image/gif"), true)]
    #[case(Some("application/octet-stream"), true)]
    #[case(Some("application/json"), false)]
    #[case(Some("multipart/form-data; boundary=x"), false)]
    #[case(Some("application/x-www-form-urlencoded"), false)]
    fn a_photo_says_that_it_is_a_picture(#[case] header: Option<&str>, #[case] is_taken: bool) {
        match check_photo_type(header) {
            Ok(()) => assert!(is_taken),
            Err(refusal) => {
                assert!(!is_taken);
                assert_eq!((refusal.status, refusal.code), (415, Code::BAD_REQUEST));
            }
        }
    }

    proptest! {
        #[test]
        fn every_text_within_the_limit_stays_as_it_is(text in "\\PC{1,139}|[\\x00-\\x1f]{1,139}") {
            let body = json!({"text": &text}).to_string();
            prop_assert_eq!(About::parse(body.as_bytes()), Ok(About { text }));
        }
    }
}
