//! `type: audio` (`messages.md` 2.2, 2.3).

use serde_json::{Value, json};

use super::media::{self, Media};
use crate::parse::{Object, Read};

/// What it may have beside its source.
const MEMBERS: &[&str] = &[];

/// Reads `audio`.
pub(super) fn read(message: &Object<'_>) -> Read<Media> {
    media::read(&message.required("audio")?, MEMBERS)
}

/// What `audio` may be.
pub(super) fn schema() -> Value {
    media::schema(MEMBERS)
}

/// Values of `audio`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a recording that was uploaded",
        json!({"id": "0b7f1d6a-93c8-4f55-8a0e-6f0d2c4b9a17"}),
    )]
}
