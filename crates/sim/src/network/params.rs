//! The parameters of a call, wherever they came from: JSON body, form, query. `null` and `""` count as absent; an
//! object may come as a string that holds it; a number may stand for a text.

use serde_json::{Map, Value};

use crate::network::error::GraphError;

/// Named values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Params(pub(crate) Map<String, Value>);

impl Params {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Present, and neither `null` nor `""`.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0
            .get(name)
            .filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// A text, or a number or truth value in its place.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, GraphError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(_) => Err(GraphError::parameter(format!(
                "Param {name} must be a string."
            ))),
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<String, GraphError> {
        self.text(name)?.ok_or_else(|| GraphError::required(name))
    }

    /// An object, or a string that holds one.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Params>, GraphError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match unwrap(value) {
            Value::Object(map) => Ok(Some(Params(map))),
            _ => Err(GraphError::parameter(format!(
                "Param {name} must be a JSON object."
            ))),
        }
    }

    /// An array, or a string that holds one.
    pub(crate) fn array(&self, name: &str) -> Result<Option<Vec<Value>>, GraphError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match unwrap(value) {
            Value::Array(items) => Ok(Some(items)),
            _ => Err(GraphError::parameter(format!(
                "Param {name} must be an array."
            ))),
        }
    }
}

/// The value inside a string that holds JSON; any other as it is.
fn unwrap(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_may_come_as_text() {
        let mut params = Params::default();
        params.set("text", r#"{"body":"hi"}"#);

        let object = params.object("text").unwrap().unwrap();
        assert_eq!(object.text("body").unwrap().as_deref(), Some("hi"));
    }
}
