//! Texts, media, places and reactions.

use serde_json::Value;

use super::{MediaRef, check_length, known, media_ref, missing};
use crate::network::error::GraphError;
use crate::network::params::Params;

const LONGEST_TEXT: usize = 4096;
const LONGEST_CAPTION: usize = 1024;

pub(super) fn text(object: &Params) -> Result<(), GraphError> {
    known("text", object, &["body", "preview_url"])?;
    match object.value("body") {
        None => return Err(missing("text.body")),
        Some(Value::String(_)) => check_length(object, "text", "body", LONGEST_TEXT)?,
        Some(_) => return Err(GraphError::new(131_009, "text.body must be a string")),
    }
    match object.text("preview_url")?.as_deref() {
        None | Some("true" | "false") => Ok(()),
        Some(_) => Err(GraphError::parameter(
            "Param text['preview_url'] must be a boolean.",
        )),
    }
}

/// The file of a media object.
pub(super) fn media(kind: &str, object: &Params) -> Result<MediaRef, GraphError> {
    let keys: &[&str] = match kind {
        "audio" => &["id", "link", "voice"],
        "document" => &["id", "link", "caption", "filename"],
        "sticker" => &["id", "link"],
        _ => &["id", "link", "caption"],
    };
    known(kind, object, keys)?;
    if object.value("id").is_some() && object.value("link").is_some() {
        return Err(GraphError::parameter(format!(
            "Param {kind} must have one of id and link, not both."
        )));
    }
    object.text("filename")?;
    check_length(object, kind, "caption", LONGEST_CAPTION)?;
    media_ref(kind, object)
}

pub(super) fn location(object: &Params) -> Result<(), GraphError> {
    known(
        "location",
        object,
        &["latitude", "longitude", "name", "address"],
    )?;
    object.text("name")?;
    object.text("address")?;
    coordinate(object, "latitude", 90.0)?;
    coordinate(object, "longitude", 180.0)
}

fn coordinate(object: &Params, member: &str, limit: f64) -> Result<(), GraphError> {
    let text = object
        .text(member)?
        .ok_or_else(|| missing(&format!("location.{member}")))?;
    let good = text
        .trim()
        .parse::<f64>()
        .is_ok_and(|value| value.abs() <= limit);
    if good {
        Ok(())
    } else {
        Err(GraphError::new(
            131_009,
            format!("location.{member} must be a number from -{limit} to {limit}"),
        ))
    }
}

/// Whether there is such a message shows only when it is delivered. An empty `emoji` takes the reaction back.
pub(super) fn reaction(object: &Params) -> Result<(), GraphError> {
    known("reaction", object, &["message_id", "emoji"])?;
    object
        .text("message_id")?
        .ok_or_else(|| missing("reaction.message_id"))?;
    match object.0.get("emoji") {
        None | Some(Value::Null) => Err(missing("reaction.emoji")),
        Some(Value::String(_)) => Ok(()),
        Some(_) => Err(GraphError::new(131_009, "reaction.emoji must be a string")),
    }
}
