//! `POST /sim/customers/{wa_id}/messages`: the customer writes to the business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::network::inbound::Draft;
use crate::network::media::{Media, Unavailable, essence};
use crate::phone::{Answer, Call, Refusal, customer, draft};
use crate::picture::picture;
use crate::shared::Shared;
use crate::sticker::sticker;

/// Most messages of one call.
const MOST: u64 = 100_000;
/// Most characters of one call's messages, all copies together.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Messages made under one lock.
const CHUNK: u64 = 1000;
/// Greatest file behind a link, bytes.
const LINK_LIMIT: usize = 16 * 1024 * 1024;

pub(crate) async fn messages(shared: &Shared, wa_id: &str, call: &Call) -> Answer {
    customer::show(shared, wa_id)?;
    let object = call.object()?;
    let count = match call.query("count") {
        None => 1,
        Some(text) => text
            .parse::<u64>()
            .ok()
            .filter(|count| (1..=MOST).contains(count))
            .ok_or_else(|| Refusal::bad(format!("count must be a number from 1 to {MOST}")))?,
    };
    let fits = usize::try_from(count)
        .ok()
        .and_then(|count| count.checked_mul(call.body.len()))
        .is_some_and(|bytes| bytes <= MOST_BYTES);
    if !fits && count > 1 {
        return Err(Refusal::bad("so many messages of this size are too much"));
    }
    let mut draft = draft::read(&object)?;
    let file = if draft::brings_file(&draft.kind) {
        Some(file(shared, &mut draft).await?)
    } else {
        None
    };
    let mut ids = Vec::new();
    let mut next = 1;
    while next <= count {
        let end = count.min(next + CHUNK - 1);
        let made: Result<Vec<String>, String> = shared.with(|network, now| {
            (next..=end)
                .map(|n| network.write(wa_id, &draft, file.as_ref(), n, now))
                .collect()
        });
        ids.extend(made.map_err(Refusal::bad)?);
        next = end + 1;
        tokio::task::yield_now().await;
    }
    Ok((201, json!({"ids": ids})))
}

/// The file of a message: `data`, `link`, or one of our own: a picture for an image, a sticker with the metadata given,
/// anything for a file that cannot be had. They leave the content.
async fn file(shared: &Shared, draft: &mut Draft) -> Result<Media, Refusal> {
    let kind = draft.kind.clone();
    let Value::Object(content) = &mut draft.content else {
        return Err(Refusal::bad(format!("{kind} must be an object")));
    };
    let mut member = |name: &str| -> Result<Option<String>, Refusal> {
        match content.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::bad(format!("{kind}.{name} must be a text"))),
        }
    };
    let (data, link, mime_type) = (member("data")?, member("link")?, member("mime_type")?);
    let unavailable = member("unavailable")?
        .map(|name| Unavailable::named(&name))
        .transpose()
        .map_err(|sentence| Refusal::bad(format!("{kind}.{sentence}")))?;
    let metadata = (content.remove("metadata")).filter(|_| kind == "sticker");
    content.retain(|_, value| !value.is_null());
    let (bytes, found) = match (data, link) {
        (Some(data), _) => {
            let bytes = STANDARD
                .decode(data.trim())
                .map_err(|error| Refusal::bad(format!("{kind}.data is not base64: {error}")))?;
            (Bytes::from(bytes), None)
        }
        (None, Some(link)) => fetch(shared, &link)
            .await
            .map_err(|cause| Refusal::bad(format!("{kind}.link cannot be fetched: {cause}")))?,
        (None, None) if metadata.as_ref().is_some_and(Value::is_object) => {
            let metadata = metadata.unwrap_or_default().to_string();
            (sticker(metadata.as_bytes()), Some("image/webp".to_owned()))
        }
        (None, None) if kind == "image" || unavailable.is_some() => {
            (picture(), Some("image/png".to_owned()))
        }
        (None, None) => {
            return Err(Refusal::bad(format!(
                "{kind}.data (base64) or {kind}.link must be there"
            )));
        }
    };
    let mime_type = mime_type
        .or(found)
        .unwrap_or_else(|| usual(&kind, &bytes).to_owned());
    Ok(Media {
        number: 0,
        mime_type,
        sha256: Sha256::digest(&bytes).into(),
        bytes,
        received: true,
        made_ms: 0,
        unavailable,
    })
}

/// The type of a file that nobody names.
fn usual(kind: &str, bytes: &[u8]) -> &'static str {
    match kind {
        "image" if bytes.starts_with(b"\x89PNG") => "image/png",
        "image" => "image/jpeg",
        "video" => "video/mp4",
        "audio" => "audio/ogg",
        "sticker" => "image/webp",
        _ => "application/pdf",
    }
}

async fn fetch(shared: &Shared, link: &str) -> Result<(Bytes, Option<String>), String> {
    let mut response = shared
        .client
        .get(link)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(format!("it answers {}", response.status().as_u16()));
    }
    let mime_type = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(essence);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LINK_LIMIT {
            return Err(format!("it has more than {LINK_LIMIT} bytes"));
        }
    }
    Ok((Bytes::from(bytes), mime_type))
}
