//! Media on the network (`cloud-api.md` 1.4, 1.5).

use serde::Deserialize;

/// `GET /{MEDIA_ID}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MediaInfo {
    /// MEDIA_ID.
    pub id: String,
    /// Where its bytes are, for five minutes, with the bearer token.
    pub url: String,
    /// Its type.
    #[serde(default)]
    pub mime_type: String,
}
