//! Every text and every number of every call that reads JSON, found in the document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::token::Token;

/// A call, and bodies that it may have.
pub(super) struct Call {
    pub(super) method: String,
    /// As the document has it.
    pub(super) template: String,
    /// With the examples of its variable parts.
    pub(super) path: String,
    bodies: Vec<Value>,
}

/// A text or a number in a body.
pub(super) struct Place {
    body: Value,
    /// A JSON pointer.
    pub(super) pointer: String,
    pub(super) is_number: bool,
}

/// The calls whose bodies are JSON.
pub(super) fn calls(document: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = &operation["requestBody"]["content"]["application/json"];
            if content.is_null() {
                continue;
            }
            let examples = content["examples"].as_object().unwrap().values();
            let mut bodies: Vec<Value> = examples.map(|example| example["value"].clone()).collect();
            // Examples need not show everything that there is.
            bodies.extend(samples(document, &content["schema"]));
            let mut filled = path.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let example = parameter["example"].as_str().unwrap_or_default();
                filled = filled.replace(&format!("{{{name}}}"), example);
            }
            let (method, template) = (method.to_uppercase(), path.clone());
            calls.push(Call {
                method,
                template,
                path: filled,
                bodies,
            });
        }
    }
    calls
}

impl Call {
    /// Each text and number once, whatever its index and however many bodies have it.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut seen = BTreeSet::new();
        let mut places = Vec::new();
        for body in &self.bodies {
            let mut leaves = Vec::new();
            pointers(body, "", &mut leaves);
            for (pointer, is_number) in leaves {
                let letters = pointer.chars().filter(|sign| !sign.is_ascii_digit());
                let general: String = letters.collect();
                let owner = owner(body, &pointer);
                if seen.insert((owner, general)) {
                    places.push(Place {
                        body: body.clone(),
                        pointer,
                        is_number,
                    });
                }
            }
        }
        places
    }
}

impl Call {
    /// The name of the member that shows a place; empty when none does. An element has the name of its array.
    pub(super) fn shown_as<'a>(&self, place: &'a Place) -> &'a str {
        match (self.template.as_str(), place.pointer.as_str()) {
            ("/v1/messages", "/to") => "input",
            ("/v1/contacts", pointer) if pointer.starts_with("/contacts") => "input",
            ("/v1/messages", _) => "",
            (_, pointer) => {
                let is_name = |part: &&str| part.parse::<usize>().is_err();
                pointer.rsplit('/').find(is_name).unwrap_or_default()
            }
        }
    }
}

impl Place {
    /// The body with a token in this place.
    pub(super) fn body_with(&self, token: &Token) -> Vec<u8> {
        const HERE: &str = "in this very place";
        let mut body = self.body.clone();
        *body.pointer_mut(&self.pointer).unwrap() = HERE.into();
        let text = body.to_string();
        let (before, after) = text.split_once(&format!("\"{HERE}\"")).unwrap();
        [before.as_bytes(), &token.bytes, after.as_bytes()].concat()
    }
}

/// The kind of interactive message whose action a place is in: what all of them have is looked at once.
fn owner<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    let kind = pointer
        .strip_prefix("/interactive/action")
        .map(|_| &body["interactive"]["type"]);
    kind.and_then(Value::as_str)
}

/// Where the texts and numbers of a value are, and which are numbers.
fn pointers(value: &Value, place: &str, found: &mut Vec<(String, bool)>) {
    match value {
        Value::String(_) | Value::Number(_) => found.push((place.to_owned(), value.is_number())),
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                pointers(element, &format!("{place}/{at}"), found);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// All members of a name, with the elements of arrays.
pub(super) fn members<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    for (known, member) in value.as_object().into_iter().flatten() {
        if known == name {
            found.push(member);
            found.extend(member.as_array().into_iter().flatten());
        }
        members(member, name, found);
    }
    for element in value.as_array().into_iter().flatten() {
        members(element, name, found);
    }
}

/// Whether a value is told as it was sent: numbers may be sent as texts, and nothing counts as absent.
pub(super) fn is_same(told: &Value, sent: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    told == sent
        || text(told) == text(sent)
        || *sent == json!("")
        || told.as_f64().is_some() && told.as_f64() == sent.as_f64()
}

/// Bodies in which every member that a schema has stands at least once.
fn samples(document: &Value, schema: &Value) -> Vec<Value> {
    if let Some(name) = schema["$ref"].as_str() {
        return samples(
            document,
            document.pointer(name.strip_prefix('#').unwrap()).unwrap(),
        );
    }
    if let Some(only) = schema.get("const") {
        return vec![only.clone()];
    }
    if let Some(words) = schema["enum"].as_array() {
        return vec![words[0].clone()];
    }
    if let Some(schemas) = schema["oneOf"].as_array() {
        return schemas
            .iter()
            .flat_map(|schema| samples(document, schema))
            .collect();
    }
    match schema["type"].as_str() {
        Some("object") => objects(document, schema),
        Some("array") => {
            let elements = samples(document, &schema["items"]);
            elements
                .into_iter()
                .map(|element| json!([element]))
                .collect()
        }
        Some("string") => vec!["x".into()],
        Some("integer" | "number") => vec![schema.get("minimum").cloned().unwrap_or(json!(1))],
        Some("boolean") => vec![false.into()],
        _ => panic!("no sample is known of {schema}"),
    }
}

fn objects(document: &Value, schema: &Value) -> Vec<Value> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let members: Vec<(&String, Vec<Value>)> = properties
        .map(|(name, member)| (name, samples(document, member)))
        .collect();
    let first = members
        .iter()
        .map(|(name, values)| ((*name).clone(), values[0].clone()));
    let whole = Value::Object(first.collect());
    let mut all = vec![whole.clone()];
    for (name, values) in &members {
        for other in &values[1..] {
            let mut object = whole.clone();
            object[*name] = other.clone();
            all.push(object);
        }
    }
    all
}
