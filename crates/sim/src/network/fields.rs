//! The `fields` parameter: which members of an object are shown.

use serde_json::{Map, Value};

use crate::network::error::GraphError;

/// One name of a `fields` parameter, with what it says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// `.start(1).end(2)`, in their order.
    modifiers: Vec<(String, String)>,
    /// What stands in braces.
    inner: Option<String>,
}

impl Field {
    /// The argument of a modifier.
    pub(crate) fn modifier(&self, name: &str) -> Option<&str> {
        self.modifiers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, argument)| argument.as_str())
    }
}

/// Reads `a,b{c,d}.limit(3),e.start(1).end(2)`.
pub(crate) fn read(fields: &str) -> Vec<Field> {
    split(fields).iter().filter_map(|part| one(part)).collect()
}

/// The names of a `fields` parameter.
pub(crate) fn names(fields: &str) -> Vec<String> {
    read(fields).into_iter().map(|field| field.name).collect()
}

/// Parts between commas that stand in no bracket.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

fn one(part: &str) -> Option<Field> {
    let mut name = String::new();
    let mut modifiers: Vec<(String, String)> = Vec::new();
    let mut inner = None;
    // what the next letters belong to, outside of brackets
    let mut in_modifier = false;
    let mut open: Option<(char, u32, String)> = None;
    for letter in part.trim().chars() {
        if let Some((kind, depth, text)) = &mut open {
            match letter {
                '{' | '(' => *depth += 1,
                '}' | ')' => *depth -= 1,
                _ => {}
            }
            if *depth > 0 {
                text.push(letter);
                continue;
            }
            let text = std::mem::take(text);
            if *kind == '{' {
                inner = Some(text);
            } else if let Some((_, argument)) = modifiers.last_mut() {
                *argument = text;
            }
            open = None;
            continue;
        }
        match letter {
            '{' | '(' => open = Some((letter, 1, String::new())),
            '.' => {
                in_modifier = true;
                modifiers.push((String::new(), String::new()));
            }
            letter if in_modifier => {
                if let Some((modifier, _)) = modifiers.last_mut() {
                    modifier.push(letter);
                }
            }
            letter => name.push(letter),
        }
    }
    let name = name.trim().to_owned();
    (!name.is_empty()).then_some(Field {
        name,
        modifiers,
        inner,
    })
}

/// What a kind of object can show.
pub(crate) struct Shape {
    /// Its name in refusals.
    pub(crate) node: &'static str,
    /// What is shown when nothing is asked for.
    pub(crate) default: &'static [&'static str],
    /// Members that it may have and that are not always there.
    pub(crate) sometimes: &'static [&'static str],
}

impl Shape {
    /// The members that are asked for (`id` always), or the usual ones; `null` ones are left out.
    pub(crate) fn select(&self, object: Value, fields: Option<&str>) -> Result<Value, GraphError> {
        let Value::Object(map) = object else {
            return Ok(object);
        };
        let Some(fields) = fields.filter(|fields| !fields.trim().is_empty()) else {
            let shown = map.into_iter().filter(|(name, value)| {
                !value.is_null()
                    && (self.default.is_empty() || self.default.contains(&name.as_str()))
            });
            return Ok(Value::Object(shown.collect()));
        };
        let asked = read(fields);
        let mut shown = Map::new();
        if let Some(id) = map.get("id") {
            shown.insert("id".to_owned(), id.clone());
        }
        for field in asked {
            match map.get(&field.name) {
                Some(Value::Null) => {}
                Some(value) => {
                    let value = narrow(value, field.inner.as_deref());
                    shown.insert(field.name, value);
                }
                None if self.sometimes.contains(&field.name.as_str()) => {}
                None => return Err(self.unknown(&field.name)),
            }
        }
        Ok(Value::Object(shown))
    }

    fn unknown(&self, name: &str) -> GraphError {
        GraphError::plain(
            400,
            100,
            format!(
                "(#100) Tried accessing nonexisting field ({name}) on node type ({})",
                self.node
            ),
        )
    }
}

/// A member with what its braces ask for; in lists, of each element.
fn narrow(value: &Value, inner: Option<&str>) -> Value {
    let Some(inner) = inner else {
        return value.clone();
    };
    match value {
        Value::Array(items) => items.iter().map(|item| narrow(item, Some(inner))).collect(),
        Value::Object(map) if map.contains_key("data") => {
            let mut map = map.clone();
            if let Some(data) = map.get_mut("data") {
                *data = narrow(data, Some(inner));
            }
            Value::Object(map)
        }
        Value::Object(map) => {
            let asked = read(inner);
            let shown = map.iter().filter_map(|(name, value)| {
                let field = asked.iter().find(|field| field.name == *name);
                match field {
                    Some(field) => Some((name.clone(), narrow(value, field.inner.as_deref()))),
                    None => (name == "id").then(|| (name.clone(), value.clone())),
                }
            });
            Value::Object(shown.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const SHAPE: Shape = Shape {
        node: "Thing",
        default: &["id", "name"],
        sometimes: &["rare"],
    };

    #[test]
    fn fields_may_nest_and_have_modifiers() {
        let fields = read("id, health_status{entities,x},analytics.start(1).end(2),,name");

        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["id", "health_status", "analytics", "name"]);
        assert_eq!(fields[2].modifier("end"), Some("2"));
        assert_eq!(fields[1].inner.as_deref(), Some("entities,x"));
    }

    #[test]
    fn the_id_always_comes_and_a_name_that_is_unknown_is_refused() {
        let object = || {
            json!({"id": "1", "name": "x", "country": "US", "none": null,
            "health": {"can": "A", "entities": [{"id": "2", "why": "x", "can": "B"}]}})
        };

        assert_eq!(
            SHAPE.select(object(), Some("country,none,rare")).unwrap(),
            json!({"id": "1", "country": "US"})
        );
        assert_eq!(
            SHAPE.select(object(), None).unwrap(),
            json!({"id": "1", "name": "x"})
        );
        assert_eq!(
            SHAPE
                .select(object(), Some("health{entities{can}}"))
                .unwrap(),
            json!({"id": "1", "health": {"entities": [{"id": "2", "can": "B"}]}})
        );
        let error = SHAPE
            .select(object(), Some("colour"))
            .unwrap_err()
            .body("t");
        assert_eq!(
            error["error"]["message"],
            "(#100) Tried accessing nonexisting field (colour) on node type (Thing)"
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>(), odd in "[a-z{}().,]{0,30}") {
            read(&text);
            read(&odd);
        }
    }
}
