//! The fields of bodies and notifications, from their schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::markdown::{head, row};
use super::note::State;
use super::{Section, text};

/// One field.
struct Field {
    /// `text.body`; elements of arrays have `[]`.
    path: String,
    kind: String,
    is_required: bool,
    about: String,
}

/// The message types, each with the fields that only it has; first what all have.
pub(super) fn messages(document: &Value) -> Section {
    let types = types(schema(document, "Message"));
    by_type("Message", "every message", &types)
}

/// The notification: statuses and the like, then the messages, type by type.
pub(super) fn notifications(document: &Value) -> Section {
    let mut root = schema(document, "Notification").clone();
    let messages = root["properties"]["messages"]["items"].take();
    let mut section = Section::default();
    table(&mut section, "Notification", "", &fields(&root));
    let types: Vec<(String, Vec<Field>)> = types(&messages);
    let inbound = by_type("Notification.messages[]", "messages: every one", &types);
    section.text.push('\n');
    section.text.push_str(&inbound.text);
    section.states.extend(inbound.states);
    section
}

/// The bodies of all other calls.
pub(super) fn bodies(document: &Value) -> Section {
    let mut names = BTreeSet::new();
    let paths = document["paths"].as_object();
    for (path, method, operation) in paths.into_iter().flatten().flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .map(move |(method, operation)| (path, method, operation))
    }) {
        let media = &operation["requestBody"]["content"]["application/json"];
        let reference = text(&media["schema"], "$ref");
        if let Some(name) = reference
            .strip_prefix("#/components/schemas/")
            .filter(|name| *name != "Message")
        {
            names.insert((name, format!("{} {path}", method.to_ascii_uppercase())));
        }
    }
    let mut section = Section::default();
    for (name, call) in names {
        if call == "PATCH /v1/settings/application" {
            continue;
        }
        let heading = format!("`{call}`");
        table(
            &mut section,
            name,
            &heading,
            &fields(schema(document, name)),
        );
    }
    section
}

fn schema<'d>(document: &'d Value, name: &str) -> &'d Value {
    &document["components"]["schemas"][name]
}

/// Types by the one value of their `type`, each with its fields.
fn types(schema: &Value) -> Vec<(String, Vec<Field>)> {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    alternatives
        .map(|one| {
            let name = text(&one["properties"]["type"]["enum"], "").to_owned();
            let kind = one["properties"]["type"]["enum"][0].as_str();
            (kind.map_or(name, str::to_owned), fields(one))
        })
        .collect()
}

/// What all types have, then each with the rest.
fn by_type(prefix: &str, all: &str, types: &[(String, Vec<Field>)]) -> Section {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, fields) in types {
        for field in fields {
            *counted.entry(&field.path).or_default() += 1;
        }
    }
    let is_common = |field: &Field| counted.get(field.path.as_str()) == Some(&types.len());
    let mut section = Section::default();
    if let Some((_, fields)) = types.first() {
        let common: Vec<&Field> = fields.iter().filter(|field| is_common(field)).collect();
        table(&mut section, prefix, all, &common);
    }
    for (kind, fields) in types {
        let own: Vec<&Field> = fields.iter().filter(|field| !is_common(field)).collect();
        let state = State::of(&format!("{prefix} {kind}"), "");
        section.states.push(state);
        let heading = format!("type `{kind}`: {}", state.word());
        table(&mut section, prefix, &heading, &own);
    }
    section
}

/// Adds a table under a heading.
fn table<F: std::borrow::Borrow<Field>>(
    section: &mut Section,
    prefix: &str,
    heading: &str,
    fields: &[F],
) {
    if !heading.is_empty() {
        writeln!(section.text, "\n### {heading}\n").ok();
    }
    if fields.is_empty() {
        section.text.push_str("No fields of its own.\n");
        return;
    }
    section.text.push_str(&head(["field", "", "is", "meaning"]));
    for field in fields {
        let Field {
            path,
            kind,
            is_required,
            about,
        } = field.borrow();
        let state = State::of(&format!("{prefix}.{path}"), about);
        let needed = if *is_required { ", required" } else { "" };
        section.text.push_str(&row([
            &format!("`{path}`"),
            state.word(),
            &format!("{kind}{needed}"),
            about,
        ]));
        section.states.push(state);
    }
}

/// The fields of a schema, nested ones below theirs. What only some alternatives have is not required.
fn fields(schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    gather(schema, "", true, &mut found);
    let mut known = BTreeSet::new();
    found.retain(|field| known.insert(field.path.clone()));
    found
}

fn gather(schema: &Value, path: &str, may_require: bool, found: &mut Vec<Field>) {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let is_array = member["type"] == "array";
        let path = if is_array { format!("{path}[]") } else { path };
        found.push(Field {
            path: path.clone(),
            kind: kind(member),
            is_required: may_require && required.contains(&name.as_str()),
            about: text(member, "description").to_owned(),
        });
        let inside = if is_array { &member["items"] } else { member };
        gather(inside, &path, true, found);
    }
    for alternatives in ["oneOf", "anyOf"] {
        for one in schema[alternatives].as_array().into_iter().flatten() {
            gather(one, path, false, found);
        }
    }
    if schema["type"] == "array" && path.is_empty() {
        gather(&schema["items"], "[]", true, found);
    }
}

/// Type and limits in few words.
fn kind(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("`{}`", plain(word)))
            .collect();
        return words.join(", ");
    }
    if schema["type"] == "array" {
        let count = limit(schema, "minItems", "maxItems");
        let items = kind(&schema["items"]);
        return format!("array{count} of {items}");
    }
    let alternatives = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(alternatives) = alternatives {
        let kinds: BTreeSet<String> = alternatives.iter().map(kind).collect();
        return Vec::from_iter(kinds).join(" or ");
    }
    let name = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(plain).collect::<Vec<_>>().join(" or "),
        _ if schema["properties"].is_object() => "object".to_owned(),
        _ => "anything".to_owned(),
    };
    let limits = match name.as_str() {
        "string" => limit(schema, "minLength", "maxLength"),
        "integer" | "number" => limit(schema, "minimum", "maximum"),
        _ => String::new(),
    };
    format!("{name}{limits}")
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Limits that say something: ` 1–4096`.
fn limit(schema: &Value, least: &str, most: &str) -> String {
    let least = schema.get(least).map(plain);
    let most = schema.get(most).map(plain).filter(|most| most.len() < 16);
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!(" {least}"),
        (Some(least), Some(most)) => format!(" {least}–{most}"),
        (None, Some(most)) => format!(" up to {most}"),
        (_, None) => String::new(),
    }
}
