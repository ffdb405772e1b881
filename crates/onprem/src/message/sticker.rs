//! `type: sticker` (`messages.md` 2.2, 2.3).

use serde_json::{Value, json};

use super::media::{self, Media};
use crate::parse::{Object, Read};

/// What it may have beside its source.
const MEMBERS: &[&str] = &[];

/// Reads `sticker`.
pub(super) fn read(message: &Object<'_>) -> Read<Media> {
    media::read(&message.required("sticker")?, MEMBERS)
}

/// What `sticker` may be.
pub(super) fn schema() -> Value {
    media::schema(MEMBERS)
}

/// Values of `sticker`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a sticker that was uploaded",
        json!({"id": "c1b7a5d4-0e2f-4d7c-9a63-5b8e7f604f21"}),
    )]
}
