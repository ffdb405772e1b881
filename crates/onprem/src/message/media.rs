//! Media objects inside a message (`messages.md` 2.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::parse::{Field, Object, Read};
use crate::schema::{self, Member, object, one_of, optional, required, string, string_within};
use crate::{Code, Refusal, url};

/// Longest caption, characters.
const LONGEST_CAPTION: usize = 1024;

/// The member of images, videos and documents.
pub(super) const CAPTION: &str = "caption";
/// The member of documents.
pub(super) const FILENAME: &str = "filename";

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

/// Reads a media object that may have these of the members `caption` and `filename`.
pub(super) fn read(field: &Field<'_>, members: &[&str]) -> Read<Media> {
    let media = field.object()?;
    let source = source(&media);
    let caption = media
        .optional(CAPTION)
        .map(|caption| caption.string_within(LONGEST_CAPTION))
        .transpose();
    let filename = media.optional_string(FILENAME);
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
    let superfluous = [CAPTION, FILENAME]
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

/// What a media object with these of the members `caption` and `filename` may be.
pub(super) fn schema(members: &[&str]) -> Value {
    let beside = || -> Vec<Member> {
        [
            optional(CAPTION, string_within(LONGEST_CAPTION)),
            optional(FILENAME, string()).about("Its extension decides how the file is shown."),
        ]
        .into_iter()
        .filter(|member| members.contains(&member.name()))
        .collect()
    };
    let provider = || object([required("name", string())]);
    let by_id = vec![required("id", string()).about("From `POST /v1/media`.")];
    let by_link = vec![
        required("link", schema::web_url()).about("The file is fetched when the message is sent."),
        optional("provider", one_of([provider(), string()]))
            .about("A configured media provider, or its name."),
    ];
    one_of([by_id, by_link].map(|source| object(source.into_iter().chain(beside()))))
}
