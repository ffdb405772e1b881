//! What follows from an operation's place and parts, added to all of them in one pass: id, parameters, refusals, headers,
//! links.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::{id, link, parameter, refusal};
use crate::describe::ROLE;

/// Methods, as the members of a path are named.
pub(super) const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Finishes every operation of the document.
pub(super) fn finish(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(method) {
                finish_one(method, path, operation);
            }
        }
    }
}

fn finish_one(method: &str, path: &str, operation: &mut Map<String, Value>) {
    // Without credentials, and not by oversight.
    operation.entry("security").or_insert_with(|| json!([{}]));
    operation.entry(ROLE).or_insert_with(|| "none".into());
    operation.insert("operationId".to_owned(), id::of(method, path).into());

    let call = Call {
        method,
        path,
        operation,
    };
    let parameters: Vec<Value> = call
        .variables()
        .map(|name| parameter::parameter(path, name))
        .collect();
    let refusals = refusal::refusals(&call);

    if let (false, Value::Array(all)) = (
        parameters.is_empty(),
        operation.entry("parameters").or_insert_with(|| json!([])),
    ) {
        all.splice(0..0, parameters);
    }
    if operation.get("parameters") == Some(&json!([])) {
        operation.remove("parameters");
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if let Value::Object(responses) = responses {
        for (status, codes) in refusals {
            responses
                .entry(status.to_string())
                .or_insert_with(|| refusal::response(status, &codes));
        }
        link::add(method, path, responses);
        for (status, response) in responses {
            add_headers(status, response);
        }
    }
}

/// The headers that an answer of this status has.
fn add_headers(status: &str, response: &mut Value) {
    let Value::Object(response) = response else {
        return;
    };
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    let Value::Object(headers) = headers else {
        return;
    };
    let of_status: &[&str] = match status {
        "401" => &["X-Request-Id", "WWW-Authenticate"],
        "429" | "503" => &["X-Request-Id", "Retry-After"],
        _ => &["X-Request-Id"],
    };
    for name in of_status {
        let header = json!({"$ref": format!("#/components/headers/{name}")});
        headers.insert((*name).to_owned(), header);
    }
}
