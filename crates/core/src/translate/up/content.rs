//! The content of a message, type by type (`webhooks.md` 5.3).

use graph::webhook::Message;
use onprem::Code;
use serde_json::{Map, Number, Value, json};

use super::{Content, Names, ReceivedMedia, media, member, only};
use crate::translate::error::{from_webhook, object};

/// The content under its on-prem type; `unknown` with 501 for whatever has none.
pub(super) fn content(
    message: &Message,
    names: &Names,
    received: Option<&ReceivedMedia>,
) -> Content {
    let known = if let Some(found) = media::content(message, received) {
        Some(found)
    } else {
        plain(message, names).map(|(kind, value)| Content {
            kind,
            value: Some(value),
            errors: message.errors.iter().map(from_webhook).collect(),
        })
    };
    known.unwrap_or_else(|| unknown(message))
}

/// Types whose content needs no download. `None` when the type is another, or its content is not what it should be.
fn plain(message: &Message, names: &Names) -> Option<(&'static str, Value)> {
    let value = message.content.get(&message.kind)?;
    match message.kind.as_str() {
        "text" => {
            let body = value.get("body")?.as_str()?;
            Some(("text", json!({"body": body})))
        }
        "location" => location(value.as_object()?).map(|value| ("location", value)),
        "contacts" => {
            let cards = value.as_array().filter(|cards| !cards.is_empty())?;
            Some(("contacts", cards.clone().into()))
        }
        "button" => button(value.as_object()?).map(|value| ("button", value)),
        "reaction" => reaction(message, names).map(|value| ("reaction", value)),
        "interactive" => whole(value).map(|value| ("interactive", value)),
        "order" => whole(value).map(|value| ("order", value)),
        _ => None,
    }
}

/// An object as it came, unless there is nothing in it.
fn whole(value: &Value) -> Option<Value> {
    let object = value.as_object().filter(|object| !object.is_empty())?;
    Some(object.clone().into())
}

/// Coordinates are JSON numbers, also when the network quotes them.
fn location(object: &Map<String, Value>) -> Option<Value> {
    let mut place = only(object, &["latitude", "longitude", "name", "address", "url"]);
    for name in ["latitude", "longitude"] {
        if let Some(value) = place.get_mut(name)
            && let Some(number) = value
                .as_str()
                .and_then(|text| text.trim().parse().ok())
                .and_then(Number::from_f64)
        {
            *value = number.into();
        }
    }
    (!place.is_empty()).then(|| place.into())
}

/// `payload` is the one member of the API that may be null.
fn button(object: &Map<String, Value>) -> Option<Value> {
    let pressed: Map<String, Value> = object
        .iter()
        .filter(|(name, value)| match name.as_str() {
            "text" => value.is_string(),
            "payload" => true,
            _ => false,
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!pressed.is_empty()).then(|| pressed.into())
}

/// The target stays the network's own id when we do not know it: `message_id` may not be missing. Taken back: `""`.
fn reaction(message: &Message, names: &Names) -> Option<Value> {
    let target = member(&message.content, "reaction", "message_id")?;
    let target = names
        .reaction_id
        .as_ref()
        .map_or(target, onprem::MessageId::as_str);
    let emoji = member(&message.content, "reaction", "emoji").unwrap_or_default();
    Some(json!({"emoji": emoji, "message_id": target}))
}

/// What has no on-prem form: the business learns at least that the customer wrote.
fn unknown(message: &Message) -> Content {
    Content {
        kind: "unknown",
        value: None,
        errors: vec![object(Code::TYPE_UNSUPPORTED, Some(why_unknown(message)))],
    }
}

/// The network's reason, or ours.
fn why_unknown(message: &Message) -> String {
    let said = message.errors.iter().find_map(|error| {
        let data = error.error_data.as_ref().map(|data| data.details.as_str());
        data.into_iter()
            .chain([error.title.as_str()])
            .find(|text| !text.is_empty())
    });
    let said = said.map_or_else(|| our_reason(message), str::to_owned);
    match member(&message.content, "unsupported", "type") {
        Some(kind) => format!("{said} ({kind})"),
        None => said,
    }
}

fn our_reason(message: &Message) -> String {
    match message.kind.as_str() {
        "unsupported" | "unknown" | "" => {
            "the network does not say what the customer sent".to_owned()
        }
        "request_welcome" => "the customer opened the chat (request_welcome)".to_owned(),
        "edit" => match edited(message) {
            Some(text) => format!("the customer changed an earlier message; it reads now: {text}"),
            None => "the customer changed an earlier message (edit)".to_owned(),
        },
        kind @ ("text" | "location" | "contacts" | "button" | "reaction" | "interactive"
        | "order" | "image" | "video" | "document" | "audio" | "sticker") => {
            format!("the network sent a message of type {kind} without its content")
        }
        kind => format!("the type {kind} has no form in this API"),
    }
}

/// The new text (or caption) of an edited message.
fn edited(message: &Message) -> Option<&str> {
    let edit = message.content.get("edit");
    let new = edit
        .and_then(|edit| edit.get("message"))
        .or_else(|| message.content.get("message"))?;
    let kind = new.get("type")?.as_str()?;
    let content = new.get(kind)?;
    content
        .get("body")
        .or_else(|| content.get("caption"))?
        .as_str()
        .filter(|text| !text.is_empty())
}
