//! The body of `POST /sim/customers/{wa_id}/messages`: what the customer writes, type by type.

use serde_json::{Map, Value, json};

use crate::network::error::status_error;
use crate::network::inbound::{Draft, Reference};
use crate::phone::Refusal;

/// What a type brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brings {
    /// An object with these texts, none of them empty.
    Texts(&'static [&'static str]),
    /// An object.
    Object,
    /// A list.
    List,
    /// A file: an object, or nothing.
    File,
    /// Nothing.
    Nothing,
    /// An object or nothing, and the error that says that it cannot be shown.
    Error,
}

/// Everything that a customer can write.
const KINDS: &[(&str, Brings)] = &[
    ("text", Brings::Texts(&["body"])),
    ("button", Brings::Texts(&["text", "payload"])),
    ("revoke", Brings::Texts(&["original_message_id"])),
    ("edit", Brings::Texts(&["original_message_id"])),
    ("location", Brings::Object),
    ("reaction", Brings::Object),
    ("interactive", Brings::Object),
    ("order", Brings::Object),
    ("contacts", Brings::List),
    ("image", Brings::File),
    ("video", Brings::File),
    ("audio", Brings::File),
    ("document", Brings::File),
    ("sticker", Brings::File),
    ("request_welcome", Brings::Nothing),
    ("unsupported", Brings::Error),
    ("unknown", Brings::Error),
    ("ephemeral", Brings::Error),
];

/// Whether messages of a type bring a file.
pub(super) fn brings_file(kind: &str) -> bool {
    KINDS.contains(&(kind, Brings::File))
}

/// The message that a body describes.
pub(super) fn read(object: &Map<String, Value>) -> Result<Draft, Refusal> {
    let kind = match object.get("type") {
        None => "text",
        Some(kind) => kind
            .as_str()
            .ok_or_else(|| Refusal::bad("type must be a text"))?,
    };
    let brings = KINDS.iter().find(|(known, _)| *known == kind);
    let (kind, brings) = brings
        .copied()
        .ok_or_else(|| Refusal::bad(format!("a customer cannot write a message of type {kind}")))?;
    let content = content(kind, brings, object.get(kind))?;
    let context = context(object.get("context").filter(|context| !context.is_null()))?;
    if kind == "button" && context.as_ref().is_none_or(|context| context.id.is_none()) {
        return Err(Refusal::bad(
            "a press needs context.id, the id of the message in the inbox",
        ));
    }
    let mut beside = beside(object)?;
    if brings == Brings::Error && !beside.contains_key("errors") {
        let error = status_error(131_051, "Message type is currently not supported.");
        beside.insert("errors".to_owned(), json!([error]));
    }
    Ok(Draft {
        kind: kind.to_owned(),
        content,
        context,
        beside,
    })
}

fn content(kind: &str, brings: Brings, given: Option<&Value>) -> Result<Value, Refusal> {
    let given = given.filter(|content| !content.is_null());
    match (brings, given) {
        (Brings::Texts(names), Some(content)) => {
            words(content, kind, names)?;
            Ok(content.clone())
        }
        (Brings::Object | Brings::File | Brings::Error, Some(content @ Value::Object(_)))
        | (Brings::List, Some(content @ Value::Array(_))) => Ok(content.clone()),
        (Brings::File, None) => Ok(json!({})),
        (Brings::Error, None) | (Brings::Nothing, _) => Ok(Value::Null),
        (Brings::List, _) => Err(Refusal::bad(format!("{kind} must be there, as an array"))),
        _ => Err(Refusal::bad(format!("{kind} must be there, as an object"))),
    }
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

/// An answer names what it answers; a forward and a question about a product need not.
fn context(given: Option<&Value>) -> Result<Option<Reference>, Refusal> {
    let Some(given) = given else {
        return Ok(None);
    };
    let wrong = || Refusal::bad("context.id must be the id of a message in the inbox");
    let mut beside = given.as_object().ok_or_else(wrong)?.clone();
    let id = match beside.remove("id") {
        Some(Value::String(id)) => Some(id),
        None if !beside.is_empty() => None,
        _ => return Err(wrong()),
    };
    Ok(Some(Reference { id, beside }))
}

/// What stands beside the content.
fn beside(object: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    type IsGood = fn(&Value) -> bool;
    const MEMBERS: [(&str, IsGood, &str); 3] = [
        ("referral", Value::is_object, "an object"),
        ("errors", Value::is_array, "an array"),
        ("group_id", Value::is_string, "a text"),
    ];
    let mut beside = Map::new();
    for (name, is_good, must) in MEMBERS {
        match object.get(name) {
            None | Some(Value::Null) => {}
            Some(value) if is_good(value) => {
                beside.insert(name.to_owned(), value.clone());
            }
            Some(_) => return Err(Refusal::bad(format!("{name} must be {must}"))),
        }
    }
    Ok(beside)
}
