//! Media: what was uploaded, and what customers sent. In memory.

mod bytes;

use std::collections::{HashMap, VecDeque};

use ::bytes::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::network::Network;
use crate::network::error::GraphError;

/// Uploaded media lives so long, milliseconds.
const UPLOADED_MS: i64 = 30 * 24 * 3_600_000;
/// Received media lives so long, milliseconds.
const RECEIVED_MS: i64 = 7 * 24 * 3_600_000;
/// A media URL works so long, seconds.
const URL_S: i64 = 300;
/// Bytes kept in all; beyond them the oldest files go.
const KEPT_BYTES: usize = 512 * 1024 * 1024;
const MB: usize = 1024 * 1024;
/// Greatest sticker that does not move, bytes; one that does may be as large as its kind.
const STATIC_STICKER: usize = 100 * 1024;

/// The kinds of media that a send can name: type, MIME types, greatest size in bytes.
const KINDS: &[(&str, &[&str], usize)] = &[
    (
        "audio",
        &[
            "audio/aac",
            "audio/amr",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
        ],
        16 * MB,
    ),
    ("image", &["image/jpeg", "image/png"], 5 * MB),
    ("sticker", &["image/webp"], 500 * 1024),
    ("video", &["video/mp4", "video/3gpp"], 16 * MB),
    (
        "document",
        &[
            "text/plain",
            "text/csv",
            "application/pdf",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        100 * MB,
    ),
];

/// Why a file that a customer sent cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// Its id is not known any more.
    Gone,
    /// Its id may not be asked for so often.
    Throttled,
    /// Its URL does not give it.
    Broken,
    /// The network itself would not take it.
    TooLarge,
}

impl Unavailable {
    const NAMES: [(&'static str, Self); 4] = [
        ("gone", Self::Gone),
        ("throttled", Self::Throttled),
        ("broken", Self::Broken),
        ("too_large", Self::TooLarge),
    ];

    /// By its name; an error lists the names.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, unavailable)| *unavailable).ok_or_else(|| {
            let names = Self::NAMES.map(|(name, _)| name).join(", ");
            format!("unavailable must be one of {names}")
        })
    }
}

/// A media file.
#[derive(Clone)]
pub(crate) struct Media {
    /// Index of the business number that it belongs to.
    pub(crate) number: usize,
    pub(crate) mime_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) sha256: [u8; 32],
    pub(crate) received: bool,
    pub(crate) made_ms: i64,
    /// It cannot be had.
    pub(crate) unavailable: Option<Unavailable>,
}

impl Media {
    fn is_alive(&self, now: i64) -> bool {
        let lifetime = if self.received {
            RECEIVED_MS
        } else {
            UPLOADED_MS
        };
        now - self.made_ms < lifetime
    }

    /// As webhooks have it.
    pub(crate) fn sha256_base64(&self) -> String {
        STANDARD.encode(self.sha256)
    }
}

/// Files by `MEDIA_ID`.
#[derive(Default)]
pub(crate) struct MediaStore {
    files: HashMap<String, Media>,
    order: VecDeque<String>,
    bytes: usize,
}

impl MediaStore {
    fn insert(&mut self, id: &str, media: Media) {
        self.bytes += media.bytes.len();
        self.order.push_back(id.to_owned());
        self.files.insert(id.to_owned(), media);
        while self.bytes > KEPT_BYTES && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &str) -> Option<Media> {
        let media = self.files.remove(id)?;
        self.bytes -= media.bytes.len();
        if self.order.len() > 2 * self.files.len() + 16 {
            let files = &self.files;
            self.order.retain(|id| files.contains_key(id));
        }
        Some(media)
    }
}

/// The MIME type without parameters, in lower case.
pub(crate) fn essence(mime_type: &str) -> String {
    mime_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase()
}

/// Whether a file of this type can be sent as `kind`.
pub(crate) fn fits(kind: &str, mime_type: &str) -> bool {
    let mime_type = essence(mime_type);
    KINDS
        .iter()
        .any(|(name, types, _)| *name == kind && types.contains(&mime_type.as_str()))
        || (kind == "document" && is_document(&mime_type))
}

fn is_document(mime_type: &str) -> bool {
    mime_type.starts_with("application/") || mime_type.starts_with("text/")
}

/// The refusal of an upload, if its type or size is not supported, or its bytes are of another type.
pub(crate) fn check_upload(mime_type: &str, bytes: &[u8]) -> Result<(), GraphError> {
    let mime_type = essence(mime_type);
    let known = KINDS
        .iter()
        .find(|(_, types, _)| types.contains(&mime_type.as_str()));
    let (kind, limit) = match known {
        Some(("sticker", _, _)) if !bytes::is_animated_webp(bytes) => ("sticker", STATIC_STICKER),
        Some((kind, _, limit)) => (*kind, *limit),
        None if is_document(&mime_type) && mime_type != "application/octet-stream" => {
            ("document", 100 * MB)
        }
        None => return Err(unknown_type(&mime_type)),
    };
    if bytes.is_empty() || bytes.len() > limit {
        return Err(GraphError::parameter(format!(
            "Param file must have 1 to {limit} bytes for the type {mime_type}; it has {}.",
            bytes.len()
        )));
    }
    match bytes::contradiction(&mime_type, bytes).filter(|_| kind != "document") {
        Some(why) => Err(GraphError::parameter(format!(
            "Param file is called {mime_type}, but {why}."
        ))),
        None => Ok(()),
    }
}

fn unknown_type(mime_type: &str) -> GraphError {
    let types: Vec<&str> = KINDS
        .iter()
        .flat_map(|(_, types, _)| types.iter().copied())
        .collect();
    GraphError::parameter(format!(
        "Param file must be a file with one of the following types: {}. Received file of type '{mime_type}'.",
        types.join(", ")
    ))
}

impl Network {
    /// Keeps a file; its `MEDIA_ID`.
    pub(crate) fn keep_media(&mut self, media: Media) -> String {
        let id = self.ids.media();
        self.media.insert(&id, media);
        id
    }

    /// A file that is still there.
    pub(crate) fn media_file(&self, id: &str, now: i64) -> Option<&Media> {
        self.media.files.get(id).filter(|media| media.is_alive(now))
    }

    /// `GET /{MEDIA_ID}`; `None` when there is none.
    pub(crate) fn show_media(&self, id: &str, now: i64) -> Result<Option<Value>, GraphError> {
        let Some(media) = self.media_file(id, now) else {
            return Ok(None);
        };
        match media.unavailable {
            Some(Unavailable::Gone) => return Ok(None),
            Some(Unavailable::Throttled) => {
                return Err(GraphError::new(80_007, "the file was asked for too often"));
            }
            Some(Unavailable::Broken | Unavailable::TooLarge) | None => {}
        }
        Ok(Some(json!({
            "messaging_product": "whatsapp",
            "url": self.media_url(id, now),
            "mime_type": media.mime_type,
            "sha256": hex(&media.sha256),
            "file_size": media.bytes.len(),
            "id": id,
        })))
    }

    /// `DELETE /{MEDIA_ID}`.
    pub(crate) fn delete_media(&mut self, id: &str) {
        self.media.remove(id);
    }

    /// Where a file's bytes are, for five minutes of the network's clock.
    pub(crate) fn media_url(&self, id: &str, now: i64) -> String {
        let ends_s = now / 1000 + URL_S;
        format!(
            "{}/lookaside/{id}?ext={ends_s}&hash={}",
            self.public_url,
            self.url_hash(id, ends_s)
        )
    }

    /// The file behind a media URL that is still good.
    pub(crate) fn media_bytes(
        &self,
        id: &str,
        ends_s: i64,
        hash: &str,
        now: i64,
    ) -> Option<&Media> {
        let genuine = self.url_hash(id, ends_s);
        let good = bool::from(genuine.as_bytes().ct_eq(hash.as_bytes())) && now / 1000 < ends_s;
        self.media_file(id, now)
            .filter(|media| good && media.unavailable.is_none())
    }

    fn url_hash(&self, id: &str, ends_s: i64) -> String {
        let signature = hmac(
            self.lasting.app.secret.as_bytes(),
            format!("media {id} {ends_s}").as_bytes(),
        );
        let mut hash = hex(&signature);
        hash.truncate(32);
        hash
    }
}

/// HMAC-SHA-256.
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // a key of any length is taken
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            // writing to a string cannot fail
            if write!(hex, "{byte:02x}").is_err() {
                hex.clear();
            }
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_is_the_published_one() {
        // RFC 4231, test case 2
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn each_kind_has_its_limit() {
        for (mime_type, limit) in [
            ("audio/aac", 16 * MB),
            ("audio/amr", 16 * MB),
            ("audio/mpeg", 16 * MB),
            ("audio/mp4", 16 * MB),
            ("audio/ogg; codecs=opus", 16 * MB),
            ("application/pdf", 100 * MB),
            ("text/plain", 100 * MB),
            ("image/jpeg", 5 * MB),
            ("image/png", 5 * MB),
            ("image/webp", 100 * 1024),
            ("video/mp4", 16 * MB),
            ("video/3gpp", 16 * MB),
        ] {
            let bytes = vec![0; limit + 1];
            assert!(
                check_upload(mime_type, &bytes[..limit]).is_ok(),
                "{mime_type}"
            );
            assert!(check_upload(mime_type, &bytes).is_err(), "{mime_type}");
            assert!(check_upload(mime_type, b"").is_err(), "{mime_type}");
        }
    }

    #[test]
    fn a_moving_sticker_may_be_larger() {
        let mut moving = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\x02".to_vec();
        moving.resize(500 * 1024, 0);

        assert!(check_upload("image/webp", &moving).is_ok());
        moving.push(0);
        assert!(check_upload("image/webp", &moving).is_err());
    }

    #[test]
    fn types_are_checked() {
        assert!(check_upload("image/gif", b"GIF89a").is_err());
        assert!(check_upload("application/octet-stream", b"bytes").is_err());
        assert!(check_upload("image/jpeg", b"%PDF-1.7").is_err());
        assert!(check_upload("application/zip", b"%PDF-1.7").is_ok());
        assert!(fits("image", "image/jpeg") && !fits("image", "application/pdf"));
        assert!(fits("document", "application/zip") && !fits("video", "image/png"));
    }
}
