//! `type: image` (`messages.md` 2.2, 2.3).

use serde_json::{Value, json};

use super::media::{self, Media};
use crate::parse::{Object, Read};

/// What it may have beside its source.
const MEMBERS: &[&str] = &[media::CAPTION];

/// Reads `image`.
pub(super) fn read(message: &Object<'_>) -> Read<Media> {
    media::read(&message.required("image")?, MEMBERS)
}

/// What `image` may be.
pub(super) fn schema() -> Value {
    media::schema(MEMBERS)
}

/// Values of `image`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "an image that was uploaded",
            json!({"id": "9d0c4ef2-5e52-4b0e-b7a1-3f2b8c6d1e90", "caption": "Your *new* bicycle"}),
        ),
        (
            "an image by its link",
            json!({"link": "https://shop.example/bicycle.jpg", "provider": {"name": "shop"}}),
        ),
    ]
}
