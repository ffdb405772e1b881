//! `type: document` (`messages.md` 2.2, 2.3). Of the sources that disagree about its caption the friendlier one is followed.

use serde_json::{Value, json};

use super::media::{self, Media};
use crate::parse::{Object, Read};

/// What it may have beside its source.
const MEMBERS: &[&str] = &[media::CAPTION, media::FILENAME];

/// Reads `document`.
pub(super) fn read(message: &Object<'_>) -> Read<Media> {
    media::read(&message.required("document")?, MEMBERS)
}

/// What `document` may be.
pub(super) fn schema() -> Value {
    media::schema(MEMBERS)
}

/// Values of `document`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a document by its link",
        json!({"link": "https://shop.example/lease.pdf", "filename": "lease.pdf", "caption": "Please sign"}),
    )]
}
