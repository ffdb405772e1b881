//! Media on the network (`cloud-api.md` 1.4, 1.5).

use serde::Deserialize;

use crate::tolerant;

/// `GET /{MEDIA_ID}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MediaInfo {
    /// `MEDIA_ID`.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub id: String,
    /// Where its bytes are, for five minutes, with the bearer token.
    pub url: String,
    /// Its type.
    #[serde(default, deserialize_with = "tolerant::text_or_empty")]
    pub mime_type: String,
}
