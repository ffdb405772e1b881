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

/// The names of a `fields` parameter: `a,b{c,d}.limit(3)` names `a` and `b`.
pub(crate) fn field_names(fields: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_u32;
    for letter in fields.chars() {
        match letter {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => {
                if let Some(name) = names.last_mut() {
                    name.push(letter);
                }
            }
            _ => {}
        }
    }
    names
        .into_iter()
        .filter_map(|name| {
            let plain = name.split('.').next().unwrap_or_default().trim();
            (!plain.is_empty()).then(|| plain.to_owned())
        })
        .collect()
}

/// The members that are asked for (`id` always), or the `default` ones; unknown names are ignored.
pub(crate) fn select(object: Value, fields: Option<&str>, default: &[&str]) -> Value {
    let Value::Object(map) = object else {
        return object;
    };
    let asked = fields.map(field_names);
    let wanted = |name: &str| match &asked {
        Some(names) => name == "id" || names.iter().any(|asked| asked == name),
        None => default.is_empty() || default.contains(&name),
    };
    Value::Object(map.into_iter().filter(|(name, _)| wanted(name)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_may_nest_and_have_modifiers() {
        assert_eq!(
            field_names("id, health_status{entities,x},analytics.start(1).end(2),,name"),
            ["id", "health_status", "analytics", "name"]
        );
    }

    #[test]
    fn the_id_always_comes_and_unknown_fields_do_not_matter() {
        let object = json!({"id": "1", "name": "x", "country": "US"});

        assert_eq!(
            select(object, Some("country,colour"), &[]),
            json!({"id": "1", "country": "US"})
        );
    }

    #[test]
    fn an_object_may_come_as_text() {
        let mut params = Params::default();
        params.set("text", r#"{"body":"hi"}"#);

        let object = params.object("text").unwrap().unwrap();
        assert_eq!(object.text("body").unwrap().as_deref(), Some("hi"));
    }
}
