//! The content of a message, type by type (`webhooks.md` 5.3).

use graph::webhook::Message;
use onprem::Code;
use serde_json::{Map, Value, json};

use super::shape::{CARDS, LOCATION, ORDER, TEXT};
use super::{Content, Names, ReceivedMedia, media, member};
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
        "text" => Some(("text", TEXT.fit(value)?)),
        "location" => Some(("location", location(value)?)),
        "contacts" => Some(("contacts", CARDS.fit(value)?)),
        "button" => Some(("button", button(value.as_object()?)?)),
        "reaction" => Some(("reaction", reaction(message, names)?)),
        "interactive" => Some(("interactive", whole(value)?)),
        "order" => Some(("order", ORDER.fit(value)?)),
        _ => None,
    }
}

/// An object as it came, unless there is nothing in it: answers of kinds that nobody knows yet are answers too.
fn whole(value: &Value) -> Option<Value> {
    let object = value.as_object().filter(|object| !object.is_empty())?;
    Some(object.clone().into())
}

/// A place without both coordinates is none.
fn location(value: &Value) -> Option<Value> {
    LOCATION.fit(value).filter(|place| {
        ["latitude", "longitude"]
            .iter()
            .all(|name| place.get(name).is_some())
    })
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

/// What has no on-prem form: the business learns at least that the customer wrote. A message of a chat whose messages
/// disappear has a type of its own.
fn unknown(message: &Message) -> Content {
    let kind = match message.kind.as_str() {
        "ephemeral" => "ephemeral",
        _ => "unknown",
    };
    Content {
        kind,
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
        "ephemeral" => "the message was sent in a chat whose messages disappear".to_owned(),
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
