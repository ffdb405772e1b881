//! A request in the collection's form.

use serde_json::{Map, Value, json};

use super::script;
use super::step::{Auth, Body, Document, Step, Target, text};

/// The credentials of a request that has a token.
pub(super) fn bearer(token: &str) -> Value {
    json!({"type": "bearer", "bearer": [{"key": "token", "value": token, "type": "string"}]})
}

/// A request with its scripts.
pub(super) fn item(document: &Document, step: &Step) -> Value {
    let operation = step
        .operation()
        .and_then(|(method, path)| document.operation(method, path));
    let name = match (step.name.as_str(), operation) {
        ("", Some(operation)) => text(operation, "summary"),
        ("", None) => step.path.as_str(),
        (name, _) => name,
    };
    let mut events = vec![script::event("test", &script::tests(document, step))];
    if !step.before.is_empty() {
        events.push(script::event("prerequest", &step.before));
    }
    json!({
        "name": name,
        "event": events,
        "request": request(step, &script::about(operation)),
        "response": [],
    })
}

fn request(step: &Step, about: &str) -> Value {
    let mut request = Map::new();
    request.insert("method".to_owned(), step.method.as_str().into());
    request.insert("description".to_owned(), about.into());
    request.insert("url".to_owned(), url(step));
    match &step.auth {
        Auth::Inherited => {}
        Auth::None => {
            request.insert("auth".to_owned(), json!({"type": "noauth"}));
        }
        Auth::Bearer(token) => {
            request.insert("auth".to_owned(), bearer(token));
        }
        Auth::Basic(username, password) => {
            let basic = json!({"type": "basic", "basic": [
                {"key": "username", "value": username, "type": "string"},
                {"key": "password", "value": password, "type": "string"},
            ]});
            request.insert("auth".to_owned(), basic);
        }
    }
    let (content_type, raw, language) = match &step.body {
        None => {
            request.insert("header".to_owned(), json!([]));
            return request.into();
        }
        Some(Body::Json(body)) => ("application/json", format!("{body:#}"), "json"),
        Some(Body::Text(content_type, body)) => (*content_type, body.clone(), "text"),
    };
    let header = json!([{"key": "Content-Type", "value": content_type}]);
    request.insert("header".to_owned(), header);
    let body = json!({"mode": "raw", "raw": raw, "options": {"raw": {"language": language}}});
    request.insert("body".to_owned(), body);
    request.into()
}

fn url(step: &Step) -> Value {
    let host = match step.target {
        Target::Api => "{{base_url}}",
        Target::Sim => "{{sim_url}}",
    };
    let (path, query) = step.path.split_once('?').unwrap_or((&step.path, ""));
    let segments: Vec<String> = path.split('/').skip(1).map(segment).collect();
    let path = segments.join("/");
    let mark = if query.is_empty() { "" } else { "?" };
    let mut url = json!({
        "raw": format!("{host}/{path}{mark}{query}"),
        "host": [host],
        "path": segments,
    });
    if let Value::Object(url) = &mut url {
        if !query.is_empty() {
            let pairs = query
                .split('&')
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            let pairs = pairs.map(|(key, value)| json!({"key": key, "value": value}));
            url.insert("query".to_owned(), pairs.collect());
        }
        if !step.variables.is_empty() {
            let variables = step
                .variables
                .iter()
                .map(|(key, value)| json!({"key": key, "value": value}));
            url.insert("variable".to_owned(), variables.collect());
        }
    }
    url
}

/// `:name` for `{name}`; Postman's own variables (`{{name}}`) stay.
fn segment(segment: &str) -> String {
    let name = segment
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|name| !name.starts_with('{'));
    name.map_or_else(|| segment.to_owned(), |name| format!(":{name}"))
}
