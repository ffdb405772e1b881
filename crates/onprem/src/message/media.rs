//! Media objects inside a message (`messages.md` 2.2).

use serde::{Deserialize, Serialize};

use crate::parse::{Field, Object, Read};
use crate::{Code, Refusal, url};

/// Longest caption, characters.
const LONGEST_CAPTION: usize = 1024;

/// Where the bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// An id from `POST /v1/media`.
    Id(String),
    /// An http or https URL, and the media provider to use for it.
    Link {
        /// The URL.
        link: String,
        /// Name of a configured provider.
        provider: Option<String>,
    },
}

/// A media object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Where the bytes are.
    pub source: MediaSource,
    /// At most 1024 characters; not for audio and stickers.
    pub caption: Option<String>,
    /// Documents only.
    pub filename: Option<String>,
}

/// Reads `image`.
pub(super) fn read_image(message: &Object<'_>) -> Read<Media> {
    read(&message.required("image")?, &["caption"])
}

/// Reads `document`.
pub(super) fn read_document(message: &Object<'_>) -> Read<Media> {
    read(&message.required("document")?, &["caption", "filename"])
}

/// Reads `audio`.
pub(super) fn read_audio(message: &Object<'_>) -> Read<Media> {
    read(&message.required("audio")?, &[])
}

/// Reads `video`.
pub(super) fn read_video(message: &Object<'_>) -> Read<Media> {
    read(&message.required("video")?, &["caption"])
}

/// Reads `sticker`.
pub(super) fn read_sticker(message: &Object<'_>) -> Read<Media> {
    read(&message.required("sticker")?, &[])
}

/// Reads a media object that may have these of the members `caption` and `filename`.
pub(super) fn read(field: &Field<'_>, members: &[&str]) -> Read<Media> {
    let media = field.object()?;
    let source = source(&media);
    let caption = media
        .optional("caption")
        .map(|caption| caption.string_within(LONGEST_CAPTION))
        .transpose();
    let filename = media.optional_string("filename");
    let expected = expected(&media, members);
    let media = Media {
        source: source?,
        caption: caption?.map(str::to_owned),
        filename: filename?.map(str::to_owned),
    };
    expected.map(|()| media)
}

fn source(media: &Object<'_>) -> Read<MediaSource> {
    let id = media.optional("id");
    let link = media.optional("link");
    let provider = media
        .optional("provider")
        .map(|field| provider(&field))
        .transpose();
    match (id, link) {
        (None, None) => Err(media.refuse(Refusal::missing(&format!("{media}.id or {media}.link")))),
        (Some(_), Some(_)) => Err(media.invalid("has both id and link, must have one of them")),
        (Some(id), None) => id.string().map(|id| MediaSource::Id(id.to_owned())),
        (None, Some(link)) => {
            let link = web_link(&link);
            let provider = provider?;
            Ok(MediaSource::Link {
                link: link?,
                provider,
            })
        }
    }
}

fn web_link(field: &Field<'_>) -> Read<String> {
    let link = field.string()?;
    match url::parse(link) {
        Ok(_) => Ok(link.to_owned()),
        Err(why) => {
            Err(field.invalid(format_args!("{why}, must be an absolute http or https URL")))
        }
    }
}

/// The field table says a string, every sample has an object.
fn provider(field: &Field<'_>) -> Read<String> {
    if field.is_string() {
        return field.string().map(str::to_owned);
    }
    let provider = field.object()?;
    provider.string("name").map(str::to_owned)
}

/// 1010 for a caption or a file name where there is none.
fn expected(media: &Object<'_>, members: &[&str]) -> Read<()> {
    let superfluous = ["caption", "filename"]
        .into_iter()
        .find(|name| !members.contains(name) && media.optional(name).is_some());
    match superfluous {
        None => Ok(()),
        Some(name) => Err(media.refuse(Refusal::new(
            Code::NOT_REQUIRED,
            format!("{media}.{name}: this kind of media has none"),
        ))),
    }
}
