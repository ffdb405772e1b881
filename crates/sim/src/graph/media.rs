//! Media: upload, and the bytes behind a media URL.

use sha2::{Digest as _, Sha256};

use crate::form;
use crate::graph::{Call, Outcome, Refusal};
use crate::network::error::GraphError;
use crate::network::media::{Media, check_upload, essence};
use crate::network::send::whatsapp;
use crate::shared::Shared;

/// Bytes above which hashing goes to a thread of its own.
const LARGE: usize = 1024 * 1024;

/// `POST /{PHONE_ID}/media`.
pub(crate) async fn upload(
    shared: &Shared,
    number: usize,
    call: &mut Call,
) -> Result<Outcome, Refusal> {
    whatsapp(&call.params)?;
    let upload = call
        .upload
        .take()
        .ok_or_else(|| GraphError::required("file"))?;
    let named = call.params.text("type")?;
    // a kind of media (`image`) says less than the file's own type
    let mime_type = named
        .filter(|named| named.contains('/') || upload.content_type.is_none())
        .or(upload.content_type)
        .ok_or_else(|| GraphError::required("type"))?;
    check_upload(&mime_type, &upload.bytes)?;
    let bytes = upload.bytes;
    let hashed = bytes.clone();
    let sha256: [u8; 32] = if bytes.len() > LARGE {
        tokio::task::spawn_blocking(move || Sha256::digest(&hashed).into())
            .await
            .map_err(|error| GraphError::plain(500, 131_000, error.to_string()))?
    } else {
        Sha256::digest(&hashed).into()
    };
    let id = shared.over_link(|network, now| {
        network.keep_media(Media {
            number,
            mime_type: essence(&mime_type),
            bytes,
            sha256,
            received: false,
            made_ms: now,
            unavailable: None,
        })
    })?;
    Ok(serde_json::json!({ "id": id }).into())
}

/// The bytes behind a media URL; 404 when it is too old or not ours.
pub(crate) fn download(shared: &Shared, id: &str, query: &str) -> Result<Outcome, Refusal> {
    let ends_s = form::value(query, "ext").and_then(|text| text.parse().ok());
    let hash = form::value(query, "hash").unwrap_or_default();
    let file = shared.over_link(|network, now| {
        let media = network.media_bytes(id, ends_s?, &hash, now)?;
        Some(Outcome::File(media.mime_type.clone(), media.bytes.clone()))
    })?;
    file.ok_or_else(|| {
        GraphError::plain(
            404,
            100,
            "The media URL has expired or is wrong; ask for a new one",
        )
        .into()
    })
}
