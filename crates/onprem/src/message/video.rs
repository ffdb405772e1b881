//! `type: video` (`messages.md` 2.2, 2.3).

use serde_json::{Value, json};

use super::media::{self, Media};
use crate::parse::{Object, Read};

/// What it may have beside its source.
const MEMBERS: &[&str] = &[media::CAPTION];

/// Reads `video`.
pub(super) fn read(message: &Object<'_>) -> Read<Media> {
    media::read(&message.required("video")?, MEMBERS)
}

/// What `video` may be.
pub(super) fn schema() -> Value {
    media::schema(MEMBERS)
}

/// Values of `video`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a video by its link",
        json!({"link": "https://shop.example/how-to.mp4", "caption": "How to mount the lamp"}),
    )]
}
