//! The scripts that Postman runs.

use serde_json::{Value, json};

use super::step::{Document, Step, Target, text};

/// A script that runs at this moment: `test` or `prerequest`.
pub(super) fn event(moment: &str, lines: &[String]) -> Value {
    json!({"listen": moment, "script": {"type": "text/javascript", "exec": lines}})
}

/// What holds for every answer of the API.
pub(super) fn common() -> Vec<String> {
    [
        "const type = pm.response.headers.get(\"Content-Type\") || \"\";",
        "if (pm.request.url.toString().startsWith(pm.environment.get(\"base_url\") + \"/v1\") && type.startsWith(\"application/json\") && !pm.request.url.toString().endsWith(\".json\")) {",
        "  pm.test(\"in the envelope\", () => pm.expect(pm.response.json().meta.api_status).to.equal(\"stable\"));",
        "  pm.test(\"named\", () => pm.expect(pm.response.headers.get(\"X-Request-Id\")).to.be.a(\"string\"));",
        "}",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The tests of one request.
pub(super) fn tests(document: &Document, step: &Step) -> Vec<String> {
    let operation = step
        .operation()
        .and_then(|(method, path)| document.operation(method, path));
    let mut statuses = step.statuses.clone();
    if let (true, Some(operation)) = (statuses.is_empty(), operation) {
        statuses = documented(operation);
    }
    let listed: Vec<String> = statuses.iter().map(u16::to_string).collect();
    let mut lines = vec![format!(
        "pm.test(\"answers {}\", () => pm.expect(pm.response.code).to.be.oneOf([{}]));",
        listed.join(" or "),
        listed.join(", ")
    )];
    if step.target == Target::Api {
        lines.extend(
            operation
                .into_iter()
                .flat_map(|operation| members(document, operation, &statuses)),
        );
    }
    if step.tests.iter().any(|line| line.contains("body")) {
        lines.push("const body = pm.response.json();".to_owned());
    }
    lines.extend(step.tests.iter().cloned());
    lines
}

fn documented(operation: &Value) -> Vec<u16> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let statuses = responses.into_iter().flatten();
    statuses
        .filter_map(|(status, _)| status.parse().ok())
        .filter(|status| *status < 500)
        .collect()
}

/// What a success has to have.
fn members(document: &Document, operation: &Value, statuses: &[u16]) -> Vec<String> {
    let successes = statuses.iter().filter(|status| **status < 300);
    successes
        .filter_map(|status| {
            let response = operation.get("responses")?.get(status.to_string())?;
            let schema = document
                .resolved(response)
                .pointer("/content/application~1json/schema/required")?
                .as_array()?;
            let names: Vec<&str> = schema
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "meta")
                .collect();
            if names.is_empty() {
                return None;
            }
            Some(format!(
                "if (pm.response.code === {status}) pm.test(\"has {}\", () => pm.expect(pm.response.json()).to.include.all.keys({names:?}));",
                names.join(" and ")
            ))
        })
        .collect()
}

/// The sentence that stands with a request.
pub(super) fn about(operation: Option<&Value>) -> String {
    operation.map_or_else(String::new, |operation| {
        text(operation, "description").to_owned()
    })
}
