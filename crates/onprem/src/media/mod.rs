//! Media kinds, content types and limits (`rest-api.md` 12.1, `messages.md` 2.3).

mod content_type;
mod detected;

use crate::parse::{Listed, quoted};
use crate::{Code, Refusal};

use content_type::ContentType;

pub use content_type::parse_content_type;
pub use detected::{Colour, Detected, Picture};

const KB: u64 = 1024;
const MB: u64 = 1024 * KB;

/// Greatest upload, bytes.
pub const UPLOAD_LIMIT: u64 = 100 * MB;

/// Width and height of a sticker, pixels.
pub const STICKER_SIDE: u32 = 512;

/// Most bits of a sample in an image.
const SAMPLE_BITS: u8 = 8;

const PNG: &str = "image/png";
/// What a PNG may be: the entries of a palette are 8-bit RGB or RGBA.
const PNG_COLOURS: &[Colour] = &[Colour::Rgb, Colour::Rgba, Colour::Palette];
/// What a JPEG may be.
const JPEG_COLOURS: &[Colour] = &[Colour::Rgb, Colour::Grey];

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
            Self::Image => (5 * MB, Some(&["image/jpeg", PNG])),
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

    /// 1009 (2008 for the type of a template's document) that names the field, what the file is and what is allowed: its type as it is called, the type that its bytes
    /// are, its size, and what is special about its kind.
    pub fn check(
        self,
        field: &str,
        content_type: &str,
        bytes: u64,
        detected: &Detected,
    ) -> Result<(), Refusal> {
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
        // Any type will do for a document, whatever its bytes are.
        if self.content_types().is_none() {
            return Ok(());
        }
        if let Some(found) = detected.contradicts(content_type) {
            return Err(Refusal::invalid(
                field,
                format_args!(
                    "is called {}, its bytes are {}: they must be the same",
                    quoted(content_type),
                    quoted(found)
                ),
            ));
        }
        match (self, detected.picture) {
            (Self::Sticker, Some(picture)) => check_sticker(field, picture),
            (Self::Image, Some(picture)) => check_image(field, content_type, picture),
            _ => Ok(()),
        }
    }
}

/// Static, and of exactly one size.
fn check_sticker(field: &str, picture: Picture) -> Result<(), Refusal> {
    let Picture { width, height, .. } = picture;
    if picture.is_animated {
        return Err(Refusal::invalid(field, "is animated, must be static"));
    }
    if (width, height) != (STICKER_SIDE, STICKER_SIDE) {
        return Err(Refusal::invalid(
            field,
            format_args!(
                "has {width} × {height} pixels, must have exactly {STICKER_SIDE} × {STICKER_SIDE}"
            ),
        ));
    }
    Ok(())
}

/// Eight bits, and colours that phones show.
fn check_image(field: &str, content_type: &str, picture: Picture) -> Result<(), Refusal> {
    let Picture { bits, colour, .. } = picture;
    if bits > SAMPLE_BITS {
        return Err(Refusal::invalid(
            field,
            format_args!("has {bits} bits for each sample, must have {SAMPLE_BITS}"),
        ));
    }
    let is_png = ContentType::parse(content_type).is_some_and(|said| said.essence == PNG);
    let colours = if is_png { PNG_COLOURS } else { JPEG_COLOURS };
    if !colours.contains(&colour) {
        let names: Vec<&str> = colours.iter().map(|colour| colour.name()).collect();
        return Err(Refusal::invalid(
            field,
            format_args!("is {}, must be {}", colour.name(), Listed(&names)),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
