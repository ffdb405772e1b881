//! The content object of a message, type by type.

use serde_json::{Map, Value};

use crate::network::error::GraphError;
use crate::network::params::Params;

mod contacts;
mod free_form;
pub(crate) mod interactive;
#[cfg(test)]
mod tests;

use interactive::Found;

/// Types that can be sent.
const KINDS: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
];

/// A media file that a message names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaRef {
    /// Where it stands: `image`, `template.header.image`.
    pub(crate) path: String,
    /// `image`, …
    pub(crate) kind: String,
    /// `MEDIA_ID`; without one there is a link.
    pub(crate) id: Option<String>,
}

/// The type of a message; `text` when it names none.
pub(crate) fn kind(params: &Params) -> Result<&'static str, GraphError> {
    let name = params
        .text("type")?
        .unwrap_or_else(|| "text".to_owned())
        .to_lowercase();
    KINDS
        .iter()
        .find(|kind| **kind == name)
        .copied()
        .ok_or_else(|| {
            GraphError::parameter(format!(
                "Param type must be one of {{{}}}.",
                KINDS.join(", ").to_uppercase()
            ))
        })
}

/// The checked content object of a message, and what was found in it. Of a template only that there is an object.
pub(crate) fn check(kind: &str, params: &Params) -> Result<(Value, Found), GraphError> {
    if kind == "contacts" {
        return Ok((contacts::check(params)?, Found::default()));
    }
    let object = params.object(kind)?.ok_or_else(|| missing(kind))?;
    let mut found = Found::default();
    match kind {
        "text" => free_form::text(&object)?,
        "image" | "video" | "audio" | "document" | "sticker" => {
            found.media = Some(free_form::media(kind, &object)?);
        }
        "location" => free_form::location(&object)?,
        "reaction" => free_form::reaction(&object)?,
        "interactive" => found = interactive::check(&object)?,
        _ => {}
    }
    let present: Map<String, Value> = object
        .0
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    Ok((Value::Object(present), found))
}

fn missing(path: &str) -> GraphError {
    GraphError::new(131_008, format!("{path} is missing"))
}

/// The network refuses members that it does not know.
fn known(path: &str, object: &Params, keys: &[&str]) -> Result<(), GraphError> {
    let stranger = object.0.keys().find(|key| !keys.contains(&key.as_str()));
    match stranger {
        None => Ok(()),
        Some(key) => Err(GraphError::parameter(format!(
            "Unexpected key \"{key}\" on param \"{path}\"."
        ))),
    }
}

fn check_length(
    object: &Params,
    kind: &str,
    member: &str,
    longest: usize,
) -> Result<(), GraphError> {
    let length = object.text(member)?.map_or(0, |text| text.chars().count());
    if length > longest {
        return Err(GraphError::parameter(format!(
            "Param {kind}['{member}'] must be at most {longest} characters long."
        )));
    }
    Ok(())
}

/// The file of a media object at `path`; its kind is the path's last part.
pub(crate) fn media_ref(path: &str, object: &Params) -> Result<MediaRef, GraphError> {
    let id = object.text("id")?;
    if id.is_none() {
        let link = object
            .text("link")?
            .ok_or_else(|| missing(&format!("{path}: id or link")))?;
        if !(link.starts_with("http://") || link.starts_with("https://")) {
            return Err(GraphError::parameter(format!(
                "Param {path}['link'] is not a valid URL."
            )));
        }
    }
    Ok(MediaRef {
        path: path.to_owned(),
        kind: path.rsplit('.').next().unwrap_or(path).to_owned(),
        id,
    })
}
