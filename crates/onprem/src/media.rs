//! Media kinds, content types and limits (`rest-api.md` 12.1, `messages.md` 2.3).

use crate::parse::{Listed, quoted};
use crate::{Code, Refusal};

const KB: u64 = 1024;
const MB: u64 = 1024 * KB;

/// Greatest upload, bytes.
pub const UPLOAD_LIMIT: u64 = 100 * MB;

/// Longest content type, characters.
const LONGEST_TYPE: usize = 255;

/// What a media object may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Audio, 16 MB.
    Audio,
    /// Document, 100 MB.
    Document,
    /// Image, 5 MB.
    Image,
    /// Sticker, 100 KB.
    Sticker,
    /// Document in the header of a template, 100 MB: only PDF.
    TemplateDocument,
    /// Video, 16 MB.
    Video,
}

impl MediaKind {
    /// Greatest size, bytes, and the content types; `None` stands for any.
    const fn rules(self) -> (u64, Option<&'static [&'static str]>) {
        match self {
            Self::Audio => (
                16 * MB,
                Some(&[
                    "audio/aac",
                    "audio/mp4",
                    "audio/amr",
                    "audio/mpeg",
                    "audio/ogg; codecs=opus",
                ]),
            ),
            Self::Document => (100 * MB, None),
            Self::Image => (5 * MB, Some(&["image/jpeg", "image/png"])),
            Self::Sticker => (100 * KB, Some(&["image/webp"])),
            Self::TemplateDocument => (100 * MB, Some(&["application/pdf"])),
            Self::Video => (16 * MB, Some(&["video/mp4", "video/3gpp"])),
        }
    }

    /// Greatest size, bytes.
    pub fn limit(self) -> u64 {
        self.rules().0
    }

    /// The content types of this kind; `None` when any will do.
    pub fn content_types(self) -> Option<&'static [&'static str]> {
        self.rules().1
    }

    /// Whether a content type is one of this kind's.
    pub fn accepts(self, content_type: &str) -> bool {
        let Some(sent) = ContentType::parse(content_type) else {
            return false;
        };
        self.content_types().is_none_or(|allowed| {
            allowed
                .iter()
                .any(|allowed| match allowed.split_once("; codecs=") {
                    Some((essence, codec)) => {
                        sent.essence == essence && sent.codecs.as_deref() == Some(codec)
                    }
                    None => sent.essence == *allowed,
                })
        })
    }

    /// The code of another content type.
    fn type_code(self) -> Code {
        match self {
            Self::TemplateDocument => Code::TEMPLATE_MEDIA_FORMAT,
            _ => Code::INVALID,
        }
    }

    /// 1009 that names the field, the type or the size and what is allowed; 2008 for the type of a template's document.
    pub fn check(self, field: &str, content_type: &str, bytes: u64) -> Result<(), Refusal> {
        if !self.accepts(content_type) {
            let allowed = self.content_types().unwrap_or(&["a content type"]);
            return Err(Refusal::new(
                self.type_code(),
                format!(
                    "{field}: is {}, must be {}",
                    quoted(content_type),
                    Listed(allowed)
                ),
            ));
        }
        let limit = self.limit();
        if bytes > limit {
            return Err(Refusal::invalid(
                field,
                format_args!("has {bytes} bytes, must have at most {limit}"),
            ));
        }
        Ok(())
    }
}

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
    if cleaned.len() > LONGEST_TYPE {
        return Err(Refusal::invalid(
            "Content-Type",
            format_args!("must have at most {LONGEST_TYPE} characters"),
        ));
    }
    Ok(cleaned)
}

/// A content type as far as it matters.
struct ContentType {
    /// `audio/ogg`, lower case.
    essence: String,
    /// Lower case, without quotes.
    codecs: Option<String>,
}

impl ContentType {
    fn parse(text: &str) -> Option<Self> {
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

impl std::fmt::Display for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.essence)?;
        match &self.codecs {
            None => Ok(()),
            Some(codecs) if is_token(codecs) => write!(f, "; codecs={codecs}"),
            Some(codecs) => write!(f, "; codecs=\"{codecs}\""),
        }
    }
}

/// Without quotes and without what only stands inside of quotes to be escaped.
fn clean_codecs(value: &str) -> String {
    let cleaned: String = value
        .chars()
        .filter(|c| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '"' | '\\'))
        .collect();
    cleaned.trim().to_ascii_lowercase()
}

/// Splits at the semicolons that stand outside quotes; `None` when a quote is left open.
fn unquoted_parts(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
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

    #[rstest]
    #[case(MediaKind::Audio, "audio/ogg; codecs=opus", true)]
    #[case(MediaKind::Audio, "audio/ogg;codecs=\"opus\"", true)]
    #[case(MediaKind::Audio, "audio/ogg", false)]
    #[case(MediaKind::Audio, "audio/aac", true)]
    #[case(MediaKind::Image, "image/png", true)]
    #[case(MediaKind::Image, "image/webp", false)]
    #[case(MediaKind::Sticker, "image/webp", true)]
    #[case(MediaKind::Video, "video/mp4; codecs=\"avc1\"", true)]
    #[case(MediaKind::Document, "application/x-whatever", true)]
    #[case(MediaKind::Document, "whatever", false)]
    #[case(MediaKind::TemplateDocument, "application/pdf", true)]
    #[case(MediaKind::TemplateDocument, "text/plain", false)]
    fn each_kind_has_its_types(
        #[case] kind: MediaKind,
        #[case] content_type: &str,
        #[case] accepted: bool,
    ) {
        assert_eq!(kind.accepts(content_type), accepted);
    }

    #[test]
    fn a_refusal_says_what_it_is_and_what_is_allowed() {
        let check = |kind: MediaKind, content_type, bytes| {
            kind.check("image", content_type, bytes)
                .unwrap_err()
                .to_string()
        };

        assert_eq!(
            check(MediaKind::Image, "image/gif", 1),
            "1009 Parameter value is not valid: image: is \"image/gif\", must be image/jpeg or image/png"
        );
        assert_eq!(
            check(MediaKind::Image, "image/png", 5 * MB + 1),
            "1009 Parameter value is not valid: image: has 5242881 bytes, must have at most 5242880"
        );
        assert_eq!(MediaKind::Image.check("image", "image/png", 5 * MB), Ok(()));
        assert_eq!(
            check(MediaKind::TemplateDocument, "text/plain", 1),
            "2008 Template Media Format Unsupported: image: is \"text/plain\", must be application/pdf"
        );
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(header in "\\PC*|[a-z]+/[a-z]+(; ?codecs=\"?[a-z ,.;\\\\]*\"?)?") {
            if let Ok(cleaned) = parse_content_type(Some(&header)) {
                prop_assert_eq!(parse_content_type(Some(&cleaned)), Ok(cleaned));
            }
        }
    }
}
