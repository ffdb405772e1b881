//! Reading what the network wrote, whatever it felt like writing: numbers where texts are documented, `null` where a
//! member may be absent, an object where a list of one is meant. For `deserialize_with`, and for values by hand.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A text, or a number as text; `None` for anything else.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, or its digits in a text.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Takes a text member out of an object; a number becomes its text, anything else is dropped.
pub(crate) fn take_text(object: &mut Map<String, Value>, name: &str) -> Option<String> {
    match object.remove(name)? {
        Value::String(text) => Some(text),
        other => text(&other),
    }
}

/// Whether a member can be read as text: it is one, or a number, or not there.
pub(crate) fn is_textual(object: &Map<String, Value>, name: &str) -> bool {
    matches!(
        object.get(name),
        None | Some(Value::Null | Value::String(_) | Value::Number(_))
    )
}

/// The elements of a list; one thing that should have been in a list counts as a list of one.
pub(crate) fn elements(value: Option<Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(one) => vec![one],
    }
}

/// `deserialize_with`: a text, `""` when there is none.
pub(crate) fn text_or_empty<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    option_text(source).map(Option::unwrap_or_default)
}

/// `deserialize_with`: a text or a number as text, `None` for anything else.
pub(crate) fn option_text<'de, D: Deserializer<'de>>(
    source: D,
) -> Result<Option<String>, D::Error> {
    Value::deserialize(source).map(|value| text(&value))
}

/// `deserialize_with`: the texts (and numbers as texts) of a list.
pub(crate) fn texts<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(source)?;
    Ok(elements(Some(value)).iter().filter_map(text).collect())
}

/// `deserialize_with`: the type's default when the value is not of the type (`null`, for example).
pub(crate) fn or_default<'de, D, T>(source: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(source)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// `deserialize_with`: the elements that are of the type.
pub(crate) fn readable<'de, D, T>(source: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(source)?;
    Ok(elements(Some(value))
        .into_iter()
        .filter_map(|element| serde_json::from_value(element).ok())
        .collect())
}
