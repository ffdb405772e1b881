//! Media kinds, content types and limits (`rest-api.md` 12.1, `messages.md` 2.3).

use crate::Refusal;

/// Greatest upload, bytes.
pub const UPLOAD_LIMIT: u64 = 100 * 1024 * 1024;

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
    /// Video, 16 MB.
    Video,
}

impl MediaKind {
    /// Greatest size, bytes.
    pub fn limit(self) -> u64 {
        unimplemented!()
    }

    /// Whether a content type is one of this kind's.
    pub fn accepts(self, content_type: &str) -> bool {
        let _ = content_type;
        unimplemented!()
    }

    /// 1009 that names the field, the type or the size and what is allowed.
    pub fn check(self, field: &str, content_type: &str, bytes: u64) -> Result<(), Refusal> {
        let _ = (field, content_type, bytes);
        unimplemented!()
    }
}

/// An upload's `Content-Type`, cleaned: lower case, only `codecs` kept (`audio/ogg; codecs=opus`). 1008 when absent, 1009 when malformed.
pub fn parse_content_type(header: Option<&str>) -> Result<String, Refusal> {
    let _ = header;
    unimplemented!()
}
