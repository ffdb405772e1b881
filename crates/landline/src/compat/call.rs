//! The calls.

use serde_json::Value;

use super::markdown::{head, row};
use super::note::State;
use super::{Section, text};

/// Methods in the order in which a reader expects them.
const METHODS: [&str; 5] = ["post", "get", "put", "patch", "delete"];

/// Every call, by group.
pub(super) fn table(document: &Value) -> Section {
    let mut section = Section {
        text: head(["call", "who", "", "what it does", "answers"]),
        states: Vec::new(),
    };
    let tags = document["tags"].as_array();
    for tag in tags.into_iter().flatten() {
        let name = text(tag, "name");
        let operations = operations(document);
        for (method, path, operation) in operations.filter(|(_, _, one)| one["tags"][0] == name) {
            let call = format!("{} {path}", method.to_ascii_uppercase());
            let state = State::of(&call, text(operation, "description"));
            let statuses: Vec<&str> = operation["responses"]
                .as_object()
                .into_iter()
                .flat_map(|responses| responses.keys())
                .map(String::as_str)
                .collect();
            section.text.push_str(&row([
                &format!("`{call}`"),
                who(operation),
                state.word(),
                text(operation, "summary"),
                &statuses.join(" "),
            ]));
            section.states.push(state);
        }
    }
    section
}

fn who(operation: &Value) -> &'static str {
    let with_key = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|scheme| scheme.get("apikey").is_some());
    match (text(operation, "x-role"), with_key) {
        ("admin", _) => "administrator",
        ("user", true) => "any user, API key",
        ("user", false) => "any user",
        _ => "everybody",
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&'static str, &str, &Value)> {
    let paths = document["paths"].as_object();
    paths.into_iter().flatten().flat_map(|(path, item)| {
        METHODS
            .into_iter()
            .filter_map(move |method| Some((method, path.as_str(), item.get(method)?)))
    })
}
