//! Received media (`webhooks.md` 2.3, 5.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use graph::webhook::Message;
use onprem::envelope::ErrorObject;
use onprem::settings::AutoDownload;
use serde_json::{Map, Value};

use super::shape::METADATA;
use super::{Content, member};
use crate::translate::error::from_webhook;

/// A received media file, as the message shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedMedia {
    /// Stored here.
    Stored {
        /// Our id of it.
        id: String,
        /// Lower-case hex.
        sha256: String,
        /// Its type.
        mime_type: String,
        /// Of a sticker: what its file says of the pack that it is from, as it stands there.
        metadata: Option<Value>,
    },
    /// Switched off, or failed with this error.
    Undownloaded(Option<ErrorObject>),
}

/// The on-prem type under which a message arrives, and `MEDIA_ID` of its media, if it has one.
/// `audio` with `voice: true` is `voice`.
pub fn media_of(message: &Message) -> Option<(AutoDownload, &str)> {
    let (kind, _) = kind_of(message)?;
    Some((kind, member(&message.content, &message.kind, "id")?))
}

fn kind_of(message: &Message) -> Option<(AutoDownload, &'static str)> {
    let is_voice = || {
        let audio = message.content.get("audio");
        audio.and_then(|audio| audio.get("voice")) == Some(&Value::Bool(true))
    };
    match message.kind.as_str() {
        "image" => Some((AutoDownload::Image, "image")),
        "video" => Some((AutoDownload::Video, "video")),
        "document" => Some((AutoDownload::Document, "document")),
        "sticker" => Some((AutoDownload::Sticker, "sticker")),
        "audio" if is_voice() => Some((AutoDownload::Voice, "voice")),
        "audio" => Some((AutoDownload::Audio, "audio")),
        _ => None,
    }
}

/// The content of a media message; `None` for other types, and when neither an object nor a reason came.
pub(super) fn content(message: &Message, received: Option<&ReceivedMedia>) -> Option<Content> {
    let (_, kind) = kind_of(message)?;
    let object = message
        .content
        .get(&message.kind)
        .and_then(Value::as_object);
    // A file that is too large comes as an error only.
    if object.is_none() && message.errors.is_empty() {
        return None;
    }
    let text = |name| member(&message.content, &message.kind, name);

    let mut members = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value.into());
        }
    };
    if has_caption(kind) {
        put("caption", text("caption"));
    }
    if has_filename(kind) {
        put("filename", text("filename"));
    }
    let mut errors: Vec<_> = message.errors.iter().map(from_webhook).collect();
    let mut in_file = None;
    match received {
        Some(ReceivedMedia::Stored {
            id,
            sha256,
            mime_type,
            metadata,
        }) => {
            put("id", Some(id));
            put("mime_type", Some(mime_type));
            put("sha256", Some(sha256));
            in_file = metadata.as_ref();
        }
        Some(ReceivedMedia::Undownloaded(_)) | None => {
            put("mime_type", text("mime_type"));
            put("sha256", text("sha256").and_then(hex_digest).as_deref());
            put("status", Some("undownloaded"));
        }
    }
    if kind == "sticker" {
        let beside = object.and_then(|object| object.get("metadata"));
        let mut metadata = [in_file, beside].into_iter().flatten();
        if let Some(metadata) = metadata.find_map(|found| METADATA.fit(found)) {
            members.insert("metadata".to_owned(), metadata);
        }
    }
    if let Some(ReceivedMedia::Undownloaded(Some(error))) = received {
        errors.push(error.clone());
    }
    Some(Content {
        kind,
        value: Some(members.into()),
        errors,
    })
}

fn has_caption(kind: &str) -> bool {
    matches!(kind, "image" | "video" | "document")
}

fn has_filename(kind: &str) -> bool {
    matches!(kind, "document" | "audio")
}

/// A SHA-256 that came as hex or as base64, in lower-case hex; `None` when it is neither.
fn hex_digest(text: &str) -> Option<String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(text.to_ascii_lowercase());
    }
    let digest = STANDARD.decode(text).ok()?;
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hex = nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16));
    (digest.len() == 32).then(|| hex.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::base64(
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )]
    #[case::hex(
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )]
    #[case::too_short("4449", None)]
    #[case::nonsense("é", None)]
    fn a_digest_is_told_in_lower_case_hex(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(hex_digest(text).as_deref(), expected);
    }
}
