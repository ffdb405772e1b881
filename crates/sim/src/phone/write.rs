//! `POST /sim/customers/{wa_id}/messages`: the customer writes to the business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::network::inbound::Draft;
use crate::network::media::{Media, essence};
use crate::phone::{Answer, Call, Refusal, customer};
use crate::picture::picture;
use crate::shared::Shared;

/// Most messages of one call.
const MOST: u64 = 100_000;
/// Most characters of one call's messages, all copies together.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Messages made under one lock.
const CHUNK: u64 = 1000;
/// Greatest file behind a link, bytes.
const LINK_LIMIT: usize = 16 * 1024 * 1024;
/// Types that bring a file.
const WITH_FILE: &[&str] = &["image", "video", "audio", "document", "sticker"];

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
    let mut draft = read(&object)?;
    let file = if WITH_FILE.contains(&draft.kind.as_str()) {
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

/// The message that a body describes.
fn read(object: &Map<String, Value>) -> Result<Draft, Refusal> {
    let kind = match object.get("type") {
        None => "text",
        Some(kind) => kind
            .as_str()
            .ok_or_else(|| Refusal::bad("type must be a text"))?,
    };
    let content = object.get(kind).filter(|content| !content.is_null());
    let content = match (kind, content) {
        ("text", Some(content)) => {
            words(content, "text", &["body"])?;
            content.clone()
        }
        ("button", Some(content)) => {
            words(content, "button", &["text", "payload"])?;
            content.clone()
        }
        ("location" | "reaction" | "interactive" | "order", Some(content @ Value::Object(_)))
        | ("contacts", Some(content @ Value::Array(_))) => content.clone(),
        (kind, None) if WITH_FILE.contains(&kind) => json!({}),
        (kind, Some(content @ Value::Object(_))) if WITH_FILE.contains(&kind) => content.clone(),
        (
            "text" | "button" | "location" | "reaction" | "interactive" | "order" | "contacts"
            | "image" | "video" | "audio" | "document" | "sticker",
            _,
        ) => return Err(Refusal::bad(format!("{kind} must be there, as an object"))),
        _ => {
            return Err(Refusal::bad(format!(
                "a customer cannot write a message of type {kind}"
            )));
        }
    };
    let context = match object.get("context").filter(|context| !context.is_null()) {
        None => None,
        Some(context) => Some(
            context
                .get("id")
                .and_then(Value::as_str)
                .ok_or_else(|| Refusal::bad("context.id must be the id of a message in the inbox"))?
                .to_owned(),
        ),
    };
    if kind == "button" && context.is_none() {
        return Err(Refusal::bad(
            "a press needs context.id, the id of the message in the inbox",
        ));
    }
    Ok(Draft {
        kind: kind.to_owned(),
        content,
        context,
    })
}

/// Members that must be texts, not empty.
fn words(content: &Value, kind: &str, names: &[&str]) -> Result<(), Refusal> {
    for name in names {
        let good = content
            .get(name)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty());
        if !good {
            return Err(Refusal::bad(format!(
                "{kind}.{name} must be a text that is not empty"
            )));
        }
    }
    Ok(())
}

/// The file of a message: `data`, `link`, or for an image our own picture. They leave the content.
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
        (None, None) if kind == "image" => (picture(), Some("image/png".to_owned())),
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
