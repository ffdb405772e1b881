//! Media objects inside a message (`messages.md` 2.2).

use serde::{Deserialize, Serialize};

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
