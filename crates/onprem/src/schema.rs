//! JSON Schemas (2020-12) of what callers send. They stand beside the parsers and are made with the same limits, so that
//! the OpenAPI document says what the parsers do.
//!
//! A schema shows the documented form. What is taken beyond it (`null` and `""` for an absent member, numbers written as
//! texts) is left out.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// A body that callers send.
pub trait Described {
    /// Its name among the document's components.
    const NAME: &'static str;
    /// What it may be.
    fn schema() -> Value;
    /// Bodies that are accepted, each with a name that says what it shows.
    fn examples() -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

/// A member of an object.
pub struct Member {
    name: &'static str,
    schema: Value,
    required: bool,
}

impl Member {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same with a sentence for readers.
    #[must_use]
    pub fn about(mut self, sentence: &str) -> Self {
        if let Value::Object(schema) = &mut self.schema {
            schema.insert("description".to_owned(), sentence.into());
        }
        self
    }
}

/// A member that has to be there.
pub fn required(name: &'static str, schema: Value) -> Member {
    Member {
        name,
        schema,
        required: true,
    }
}

/// A member that may be absent.
pub fn optional(name: &'static str, schema: Value) -> Member {
    Member {
        name,
        schema,
        required: false,
    }
}

/// An object. Members that are not named are ignored.
pub fn object(members: impl IntoIterator<Item = Member>) -> Value {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for member in members {
        if member.required {
            needed.push(member.name);
        }
        properties.insert(member.name.to_owned(), member.schema);
    }
    let mut object = json!({"type": "object", "properties": properties});
    if let (Value::Object(object), false) = (&mut object, needed.is_empty()) {
        object.insert("required".to_owned(), needed.into());
    }
    object
}

/// A text, not empty.
pub fn string() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// A text of at most `limit` characters (Unicode scalar values), not empty.
pub fn string_within(limit: usize) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": limit})
}

/// A text of this form (an ECMA-262 pattern, which JSON Schema prescribes).
pub fn string_like(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// `true` or `false`.
pub fn boolean() -> Value {
    json!({"type": "boolean"})
}

/// A whole number.
pub fn integer(allowed: RangeInclusive<i64>) -> Value {
    json!({"type": "integer", "minimum": allowed.start(), "maximum": allowed.end()})
}

/// A number.
pub fn number(allowed: RangeInclusive<f64>) -> Value {
    json!({"type": "number", "minimum": allowed.start(), "maximum": allowed.end()})
}

/// One of some words.
pub fn choice(words: impl IntoIterator<Item = &'static str>) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    json!({"type": "string", "enum": words})
}

/// An array of so many.
#[expect(
    clippy::needless_pass_by_value,
    reason = "every other part of a schema is given away too"
)]
pub fn array(items: Value, count: RangeInclusive<usize>) -> Value {
    json!({"type": "array", "items": items, "minItems": count.start(), "maxItems": count.end()})
}

/// An array of any number.
#[expect(
    clippy::needless_pass_by_value,
    reason = "every other part of a schema is given away too"
)]
pub fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// An absolute http or https URL.
pub fn web_url() -> Value {
    json!({"type": "string", "format": "uri", "pattern": "^https?://"})
}

/// Exactly one of some schemas; one alone is itself.
pub fn one_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    let mut schemas: Vec<Value> = schemas.into_iter().collect();
    if schemas.len() == 1 {
        return schemas.remove(0);
    }
    json!({"oneOf": schemas})
}
