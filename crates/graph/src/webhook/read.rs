//! Tolerant reading of the parts of a webhook. What was read is written back so that reading it again gives the same.

use serde_json::{Map, Value};

use super::{Context, ErrorData, ErrorObject, Message, Status};
use crate::tolerant::{elements, integer, is_textual, take_text, text};

/// The code of an error that came without one: something went wrong.
const UNKNOWN_ERROR: i64 = 131_000;

impl Message {
    /// Whether an object can be read as a message; the sentence says why not.
    pub(super) fn check(object: &Map<String, Value>) -> Result<(), &'static str> {
        named(object, "id").ok_or("a message without an id")?;
        if ["timestamp", "type", "from", "from_user_id"]
            .iter()
            .all(|name| is_textual(object, name))
        {
            Ok(())
        } else {
            Err("a message whose sender, time or type is not a text")
        }
    }

    /// Whether it came without what its type promises.
    pub(super) fn is_empty(&self) -> bool {
        match self.content.get(&self.kind) {
            None | Some(Value::Null) => true,
            Some(Value::Object(content)) => content.is_empty(),
            Some(_) => false,
        }
    }
}

impl TryFrom<Map<String, Value>> for Message {
    type Error = &'static str;

    fn try_from(mut object: Map<String, Value>) -> Result<Self, Self::Error> {
        Self::check(&object)?;
        let context = object
            .get("context")
            .filter(|context| context.is_object())
            .and_then(|context| serde_json::from_value::<Context>(context.clone()).ok());
        if context.is_some() || object.get("context") == Some(&Value::Null) {
            object.remove("context");
        }
        Ok(Self {
            from: take_text(&mut object, "from"),
            from_user_id: take_text(&mut object, "from_user_id"),
            id: take_text(&mut object, "id").unwrap_or_default(),
            timestamp: take_text(&mut object, "timestamp").unwrap_or_default(),
            kind: take_text(&mut object, "type").unwrap_or_default(),
            context,
            errors: errors(object.remove("errors")),
            content: object,
        })
    }
}

impl Status {
    /// Whether an object can be read as a status; the sentence says why not.
    pub(super) fn check(object: &Map<String, Value>) -> Result<(), &'static str> {
        named(object, "id").ok_or("a status without an id")?;
        named(object, "status").ok_or("a status that says nothing")?;
        if ["timestamp", "recipient_id", "recipient_user_id"]
            .iter()
            .all(|name| is_textual(object, name))
        {
            Ok(())
        } else {
            Err("a status whose recipient or time is not a text")
        }
    }
}

impl TryFrom<Map<String, Value>> for Status {
    type Error = &'static str;

    fn try_from(mut object: Map<String, Value>) -> Result<Self, Self::Error> {
        Self::check(&object)?;
        let mut verbatim = |name: &str| object.remove(name).filter(|value| !value.is_null());
        let (conversation, pricing) = (verbatim("conversation"), verbatim("pricing"));
        let errors = errors(object.remove("errors"));
        let mut text = |name: &str| take_text(&mut object, name);
        Ok(Self {
            id: text("id").unwrap_or_default(),
            status: text("status").unwrap_or_default(),
            timestamp: text("timestamp").unwrap_or_default(),
            recipient_id: text("recipient_id"),
            recipient_user_id: text("recipient_user_id"),
            recipient_type: text("recipient_type"),
            recipient_participant_id: text("recipient_participant_id"),
            recipient_identity_key_hash: text("recipient_identity_key_hash"),
            kind: text("type"),
            biz_opaque_callback_data: text("biz_opaque_callback_data"),
            conversation,
            pricing,
            errors,
        })
    }
}

impl From<Value> for ErrorObject {
    fn from(value: Value) -> Self {
        let mut object = match value {
            Value::Object(object) => object,
            other => {
                return Self {
                    code: UNKNOWN_ERROR,
                    title: text(&other).unwrap_or_default(),
                    error_data: None,
                };
            }
        };
        let title = take_text(&mut object, "title");
        Self {
            code: object
                .get("code")
                .and_then(integer)
                .unwrap_or(UNKNOWN_ERROR),
            title: title
                .or_else(|| take_text(&mut object, "message"))
                .unwrap_or_default(),
            error_data: match object.remove("error_data") {
                Some(Value::Object(mut data)) => Some(ErrorData {
                    details: take_text(&mut data, "details").unwrap_or_default(),
                }),
                Some(Value::String(details)) => Some(ErrorData { details }),
                _ => None,
            },
        }
    }
}

/// A list of errors, or a single one.
pub(super) fn errors(value: Option<Value>) -> Vec<ErrorObject> {
    elements(value).into_iter().map(ErrorObject::from).collect()
}

/// A member that must be there: a text that is not empty, or a number.
fn named<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .filter(|value| text(value).is_some_and(|text| !text.is_empty()))
}
