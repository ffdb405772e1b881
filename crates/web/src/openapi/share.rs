//! Refusals that several operations have become components: the document is then shorter, and so is every page of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::finish::METHODS;

/// Moves each response that stands more than once into the components, named for its status and its codes.
pub(super) fn share(document: &mut Value) {
    let shared = repeated(document);
    for_each_response(document, |status, response| {
        let Some(name) = name(status, response) else {
            return;
        };
        if shared.get(&name) == Some(&*response) {
            *response = json!({"$ref": format!("#/components/responses/{name}")});
        }
    });
    document["components"]["responses"] = shared.into_iter().collect();
}

/// Of each name the response that stands most often, if that is more than once.
fn repeated(document: &mut Value) -> BTreeMap<String, Value> {
    let mut counted: BTreeMap<String, BTreeMap<String, (usize, Value)>> = BTreeMap::new();
    for_each_response(document, |status, response| {
        let Some(name) = name(status, response) else {
            return;
        };
        let alike = counted.entry(name).or_default();
        let (count, _) = alike
            .entry(response.to_string())
            .or_insert_with(|| (0, response.clone()));
        *count += 1;
    });
    counted
        .into_iter()
        .filter_map(|(name, alike)| {
            let (count, response) = alike.into_values().max_by_key(|(count, _)| *count)?;
            (count > 1).then_some((name, response))
        })
        .collect()
}

/// `Refusal400-1008-1009`; `None` for what is no refusal.
fn name(status: &str, response: &Value) -> Option<String> {
    if !status.starts_with(['4', '5']) {
        return None;
    }
    let examples: &Map<String, Value> =
        response["content"]["application/json"]["examples"].as_object()?;
    let codes: Vec<&str> = examples.keys().map(String::as_str).collect();
    Some(format!("Refusal{status}-{}", codes.join("-")))
}

fn for_each_response(document: &mut Value, mut act: impl FnMut(&str, &mut Value)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for item in paths.values_mut() {
        for method in METHODS {
            let responses = item
                .get_mut(method)
                .and_then(|operation| operation.get_mut("responses"))
                .and_then(Value::as_object_mut);
            for (status, response) in responses.into_iter().flatten() {
                act(status, response);
            }
        }
    }
}
