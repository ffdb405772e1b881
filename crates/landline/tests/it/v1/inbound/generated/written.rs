//! What a customer has to write for a notification to be told.

use serde_json::{Map, Value, json};

use super::World;
use crate::support::base64;

/// The business's number.
const BUSINESS: &str = "12025550111";

/// What a customer writes, and what is to be told of it.
pub(super) struct Written {
    /// For `/sim`.
    pub(super) message: Value,
    /// Beside sender, id and time.
    pub(super) told: Value,
    /// Of the file that comes with it, if the test brings it.
    pub(super) bytes: Option<String>,
}

impl World {
    /// A message of a type whose notification has these members: content, `context`, `referral`.
    pub(super) fn written(&self, kind: &str, drawn: &Value) -> Written {
        let mut content = drawn[kind].clone();
        let mut answers = false;
        let mut bytes = None;
        let mut written = match kind {
            "contacts" => {
                content
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"name": {"formatted_name": "Bo"}}));
                content.clone()
            }
            "order" => {
                content["catalog_id"] = "7012".into();
                content.clone()
            }
            "button" => {
                for name in ["text", "payload"] {
                    if !content[name].is_string() {
                        content[name] = "Keep it".into();
                    }
                }
                answers = true;
                content.clone()
            }
            "interactive" => {
                content = answer(&content);
                answers = true;
                content.clone()
            }
            "reaction" => {
                let mut written = content.clone();
                content["message_id"] = self.ours.0.as_str().into();
                written["message_id"] = self.ours.1.as_str().into();
                written
            }
            "image" | "video" | "audio" | "voice" | "document" | "sticker" => {
                let (written, brought) = file(kind, &mut content);
                bytes = brought;
                written
            }
            _ => content.clone(),
        };
        if kind == "voice" {
            written["voice"] = true.into();
        }
        let sent_as = if kind == "voice" { "audio" } else { kind };
        let mut message = json!({"type": sent_as, sent_as: written});
        // An answer comes back as it was made, whatever is in it.
        if kind != "interactive" {
            content = without_nothing(&content);
        }
        let mut told = json!({"type": kind, kind: content});
        self.beside(drawn, answers, &mut message, &mut told);
        Written {
            message,
            told,
            bytes,
        }
    }

    /// `context` and `referral`.
    fn beside(&self, drawn: &Value, answers: bool, message: &mut Value, told: &mut Value) {
        let mut context = drawn["context"].as_object().cloned().unwrap_or_default();
        let quotes = answers | context.remove("id").is_some() | context.remove("from").is_some();
        for who in context
            .get_mut("mentions")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            *who = "12025550144".into();
        }
        let mut expected = context.clone();
        expected.retain(|_, member| *member != false);
        if expected.contains_key("frequently_forwarded") {
            expected.insert("forwarded".to_owned(), true.into());
        }
        if quotes {
            context.insert("id".to_owned(), self.ours.1.as_str().into());
            expected.insert("id".to_owned(), self.ours.0.as_str().into());
            expected.insert("from".to_owned(), BUSINESS.into());
        }
        let expected = without_nothing(&expected.into());
        // A reaction names its message itself.
        if told["type"] != "reaction" && expected != json!({}) {
            told["context"] = expected;
        }
        if !context.is_empty() {
            message["context"] = context.into();
        }
        if let Some(referral) = drawn.get("referral") {
            let mut referral = referral.clone();
            // These are made here, from the addresses.
            let members = referral.as_object_mut().unwrap();
            members.remove("image");
            members.remove("video");
            if !members.is_empty() {
                told["referral"] = referral.clone();
            }
            message["referral"] = referral;
        }
    }
}

/// What the customer brings of a file, its bytes, and in the place of the content what is told.
fn file(kind: &str, content: &mut Value) -> (Value, Option<String>) {
    let mime_type = match kind {
        "image" => "image/png",
        "video" => "video/mp4",
        "audio" => "audio/mpeg",
        "voice" => "audio/ogg; codecs=opus",
        "document" => "application/pdf",
        _ => "image/webp",
    };
    let mut told = Map::new();
    for name in ["caption", "filename", "metadata"] {
        if let Some(member) = content.get(name) {
            told.insert(name.to_owned(), member.clone());
        }
    }
    let mut written = Value::from(told.clone());
    // A sticker with metadata is made by the phone.
    let bytes = written["metadata"]
        .is_null()
        .then(|| format!("the bytes of {written}"));
    written
        .as_object_mut()
        .unwrap()
        .retain(|_, member| !member.is_null());
    if let Some(bytes) = &bytes {
        written["data"] = base64(bytes.as_bytes()).into();
        written["mime_type"] = mime_type.into();
    }
    for (name, text) in [
        ("id", "[file]"),
        ("sha256", "[sum]"),
        ("mime_type", mime_type),
    ] {
        told.insert(name.to_owned(), text.into());
    }
    *content = told.into();
    (written, bytes)
}

/// One answer of those that were drawn; one of a kind that nobody knows when there are none.
fn answer(drawn: &Value) -> Value {
    let kinds = ["button_reply", "list_reply", "nfm_reply"];
    match kinds.iter().find(|kind| drawn[**kind].is_object()) {
        Some(kind) => json!({"type": kind, *kind: drawn[*kind]}),
        None => json!({"type": "wave_reply", "wave_reply": drawn}),
    }
}

/// Without members and elements that hold nothing.
fn without_nothing(value: &Value) -> Value {
    let is_there = |value: &Value| !value.is_null() && *value != json!({}) && *value != json!([]);
    match value {
        Value::Object(members) => {
            let kept = members
                .iter()
                .map(|(name, member)| (name.clone(), without_nothing(member)));
            Value::Object(kept.filter(|(_, member)| is_there(member)).collect())
        }
        Value::Array(elements) => elements
            .iter()
            .map(without_nothing)
            .filter(is_there)
            .collect(),
        other => other.clone(),
    }
}

/// What has no form of its own, with a text of the customer or of the network in it. `own` is the network's id of an
/// earlier message of the customer.
pub(super) fn strange(kind: &str, own: &str, text: &str) -> Written {
    let not_supported = "Message type is currently not supported.";
    let (message, details) = match kind {
        "unsupported" => (
            json!({"type": kind, kind: {"type": text}}),
            format!("{not_supported} ({text})"),
        ),
        "unknown" => (
            json!({"type": kind, "errors": [{"code": 131_051, "title": text}]}),
            text.to_owned(),
        ),
        "ephemeral" => (
            json!({"type": kind, "errors": [{"code": 131_051, "title": "x", "error_data": {"details": text}}]}),
            text.to_owned(),
        ),
        _ => (
            json!({"type": kind, kind: {
                "original_message_id": own, "message": {"type": "text", "text": {"body": text}},
            }}),
            format!("the customer changed an earlier message; it reads now: {text}"),
        ),
    };
    let told = if kind == "ephemeral" { kind } else { "unknown" };
    let title = "Message type is not currently supported";
    Written {
        message,
        told: json!({"type": told, "errors": [{"code": 501, "title": title, "details": details}]}),
        bytes: None,
    }
}
