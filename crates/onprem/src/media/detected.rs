//! What a file's bytes show, whatever it was called when it came: learnt when it is stored, kept beside it, and used
//! whenever it is sent.

use serde::{Deserialize, Serialize};

use super::content_type::ContentType;

/// What a file's bytes show. Nothing for a file that was stored before bytes were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Detected {
    /// The content type that the bytes are, when they show one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// What kind of picture it is, when it is a JPEG, PNG or WebP that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A picture that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits of each sample (of each index, for a palette).
    pub bits: u8,
    /// What its samples mean.
    pub colour: Colour,
    /// It has more than one frame.
    pub is_animated: bool,
}

/// What the samples of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// One sample: brightness.
    Grey,
    /// Brightness and opacity.
    GreyAlpha,
    /// An index into a palette of 8-bit RGB or RGBA.
    Palette,
    /// Three colours, or what is turned into them.
    Rgb,
    /// Three colours and opacity.
    Rgba,
    /// Four inks, for printing.
    Cmyk,
}

impl Colour {
    /// As a sentence names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grey => "greyscale",
            Self::GreyAlpha => "greyscale with alpha",
            Self::Palette => "palette",
            Self::Rgb => "RGB",
            Self::Rgba => "RGBA",
            Self::Cmyk => "CMYK",
        }
    }
}

const OGG: &str = "audio/ogg";
const OPUS: &str = "opus";

/// Content types that one and the same container goes under: the bytes do not tell them apart.
const CONTAINERS: &[&[&str]] = &[
    // ISO base media. What is inside is another matter, which the network judges.
    &[
        "video/mp4",
        "audio/mp4",
        "video/3gpp",
        "audio/m4a",
        "video/x-m4v",
    ],
    &[OGG, "audio/opus"],
];

impl Detected {
    /// The type that the bytes are, when that is another than `content_type` says.
    pub fn contradicts(&self, content_type: &str) -> Option<&str> {
        let found = self.content_type.as_deref()?;
        let (is, said) = (
            ContentType::parse(found)?,
            ContentType::parse(content_type)?,
        );
        let same_container = is.essence == said.essence
            || CONTAINERS.iter().any(|types| {
                types.contains(&is.essence.as_str()) && types.contains(&said.essence.as_str())
            });
        let lacks_opus = is.essence == OGG
            && said.essence == OGG
            && said.codecs.as_deref() == Some(OPUS)
            && is.codecs.as_deref() != Some(OPUS);
        (!same_container || lacks_opus).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("image/jpeg", "image/jpeg", false)]
    #[case("image/png", "image/jpeg", true)]
    #[case("video/mp4", "audio/mp4", false)]
    #[case("audio/m4a", "audio/mp4", false)]
    #[case("video/quicktime", "video/mp4", true)]
    #[case("audio/mpeg", "audio/aac", true)]
    #[case("audio/ogg; codecs=opus", "audio/ogg; codecs=opus", false)]
    #[case("audio/ogg; codecs=opus", "audio/opus", false)]
    #[case("audio/ogg; codecs=opus", "audio/ogg", false)]
    #[case("audio/ogg", "audio/ogg; codecs=opus", true)]
    #[case("audio/ogg", "audio/ogg; codecs=vorbis", false)]
    fn bytes_contradict_a_name(#[case] found: &str, #[case] said: &str, #[case] contradicts: bool) {
        let detected = Detected {
            content_type: Some(found.to_owned()),
            picture: None,
        };

        assert_eq!(detected.contradicts(said).is_some(), contradicts);
    }

    #[test]
    fn bytes_that_show_nothing_contradict_nothing() {
        assert_eq!(Detected::default().contradicts("video/mp4"), None);
    }

    #[test]
    fn what_was_stored_is_read_again() {
        let detected = Detected {
            content_type: Some("image/webp".to_owned()),
            picture: Some(Picture {
                width: 512,
                height: 512,
                bits: 8,
                colour: Colour::GreyAlpha,
                is_animated: false,
            }),
        };

        let stored = serde_json::to_string(&detected).unwrap();

        assert_eq!(serde_json::from_str::<Detected>(&stored).unwrap(), detected);
        assert_eq!(
            serde_json::from_str::<Detected>("{}").unwrap(),
            Detected::default()
        );
    }
}
