//! Valid values with one rule of their schema broken.

use std::fmt;

use serde_json::{Value, json};

/// Longest array that is made to have too many elements.
const LONGEST: usize = 300;
/// What no pattern, no format and no list of words allows.
const NONSENSE: &str = "?!";

/// A rule of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A member has to be there.
    Required,
    /// The type.
    Type,
    /// A text is not empty, and not only white space.
    NotEmpty,
    /// The longest text.
    Length,
    /// The form of a text.
    Form,
    /// One of some words, or the one value.
    Word,
    /// The limits of a number, and that it is whole.
    Limit,
    /// How many elements.
    Count,
}

/// A value with one rule broken.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    /// Of the member that is wrong, as details name it: `a.b[0].c`.
    pub(crate) path: String,
    pub(crate) value: Value,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {:?} in {}", self.rule, self.path, self.value)
    }
}

/// Every way to break one rule of an object's schema.
pub(crate) fn broken(schema: &Value, value: &Value) -> Vec<Broken> {
    let mut all = Vec::new();
    break_in(schema, value, "", &mut |rule, path, value| {
        all.push(Broken { rule, path, value });
    });
    all
}

/// Takes a broken rule, its path, and what stands in the place of the whole value.
type Found<'a> = dyn FnMut(Rule, String, Value) + 'a;

fn break_in(schema: &Value, value: &Value, path: &str, found: &mut Found<'_>) {
    if let Some(schemas) = schema["oneOf"].as_array() {
        let fitting = schemas.iter().find(|schema| fits(schema, value));
        return fitting
            .into_iter()
            .for_each(|schema| break_in(schema, value, path, found));
    }
    match value {
        Value::Object(_) => break_object(schema, value, path, found),
        Value::Array(elements) => break_array(schema, elements, path, found),
        Value::String(_) => break_string(schema, path, found),
        Value::Number(_) => break_number(schema, path, found),
        Value::Null | Value::Bool(_) => {}
    }
}

fn break_object(schema: &Value, value: &Value, path: &str, found: &mut Found<'_>) {
    let members = value.as_object().unwrap();
    let required: Vec<&str> = names(&schema["required"]);
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    let alternatives: Vec<&str> = alternatives
        .flat_map(|one| names(&one["required"]))
        .collect();
    let without = |gone: &[&str]| {
        let mut left = members.clone();
        left.retain(|name, _| !gone.contains(&name.as_str()));
        Value::Object(left)
    };
    if let Some(name) = alternatives.first() {
        found(Rule::Required, join(path, name), without(&alternatives));
    }
    for (name, member) in members {
        let below = join(path, name);
        let inner = match schema["properties"].get(name) {
            Some(inner) => inner,
            None if schema["additionalProperties"].is_object() => &schema["additionalProperties"],
            None => continue,
        };
        if required.contains(&name.as_str()) {
            found(Rule::Required, below.clone(), without(&[name]));
        }
        let mut with = |rule, path, changed| {
            let mut members = members.clone();
            members.insert(name.clone(), changed);
            found(rule, path, members.into());
        };
        with(Rule::Type, below.clone(), wrong_type(member));
        if required.contains(&name.as_str()) && inner["minLength"].is_u64() {
            with(Rule::NotEmpty, below.clone(), "".into());
        }
        break_in(inner, member, &below, &mut with);
    }
}

fn break_array(schema: &Value, elements: &[Value], path: &str, found: &mut Found<'_>) {
    let count = |name: &str| {
        schema[name]
            .as_u64()
            .and_then(|count| usize::try_from(count).ok())
    };
    let most = count("maxItems").filter(|most| *most < LONGEST);
    if let (Some(most), Some(element)) = (most, elements.first()) {
        found(
            Rule::Count,
            path.to_owned(),
            vec![element.clone(); most + 1].into(),
        );
    }
    if count("minItems").is_some_and(|least| least > 0) {
        found(Rule::Count, path.to_owned(), json!([]));
    }
    for (at, element) in elements.iter().enumerate() {
        let below = format!("{path}[{at}]");
        let mut with = |rule, path, changed| {
            let mut elements = elements.to_vec();
            elements[at] = changed;
            found(rule, path, elements.into());
        };
        with(Rule::Type, below.clone(), wrong_type(element));
        break_in(&schema["items"], element, &below, &mut with);
    }
}

fn break_string(schema: &Value, path: &str, found: &mut Found<'_>) {
    let path = || path.to_owned();
    if schema.get("const").is_some() || schema.get("enum").is_some() {
        return found(Rule::Word, path(), NONSENSE.into());
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        let longer = "é".repeat(usize::try_from(most).unwrap() + 1);
        found(Rule::Length, path(), longer.into());
    }
    match schema["pattern"].as_str() {
        Some("\\S") => found(Rule::NotEmpty, path(), " \t\u{3000}\n".into()),
        None if schema["format"].is_null() => {}
        _ => found(Rule::Form, path(), NONSENSE.into()),
    }
}

fn break_number(schema: &Value, path: &str, found: &mut Found<'_>) {
    let mut put = |rule, value| found(rule, path.to_owned(), value);
    if schema.get("const").is_some() {
        return put(Rule::Word, json!(99));
    }
    let is_whole = schema["type"] == "integer";
    if is_whole {
        put(Rule::Limit, json!(1.5));
        put(Rule::Limit, json!(u64::MAX));
    }
    put(Rule::Limit, json!(-1e300));
    for (name, beyond) in [("minimum", -1), ("maximum", 1)] {
        if let Some(limit) = schema[name]
            .as_i64()
            .and_then(|limit| limit.checked_add(beyond))
        {
            put(Rule::Limit, limit.into());
        } else if let Some(limit) = schema[name].as_f64().filter(|_| !is_whole) {
            put(Rule::Limit, (limit * 1.000_001).into());
        }
    }
}

/// Whether a value is of a schema, as far as one has to know to tell the alternatives of a `oneOf` apart.
fn fits(schema: &Value, value: &Value) -> bool {
    if let Some(only) = schema.get("const") {
        return value == only;
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.contains(value);
    }
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer" | "number") => value.is_number(),
        _ => true,
    };
    let tells = |member: &Value| member.get("const").is_some() || member.get("enum").is_some();
    let properties = schema["properties"].as_object().into_iter().flatten();
    is_type
        && names(&schema["required"])
            .iter()
            .all(|name| value.get(name).is_some())
        && properties
            .filter(|(_, member)| tells(member))
            .all(|(name, member)| value.get(name).is_none_or(|value| fits(member, value)))
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Of a type that is never allowed in the place of this value.
fn wrong_type(value: &Value) -> Value {
    if value.is_array() {
        json!({"no": "array"})
    } else {
        json!([true])
    }
}
