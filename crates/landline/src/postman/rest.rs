//! Every call that the guide does not have, group by group: what needs values of its own has a story of its own, anything
//! else is made with the document's examples and answered with one of the document's statuses.

use serde_json::{Value, json};

use super::step::{Auth, Document, Folder, Step, text};

/// Such calls, in folders named for their groups. `told` are those that were made already.
pub(super) fn folders(document: &Document, told: &[(&str, &str)]) -> Vec<Folder> {
    document
        .tags()
        .filter_map(|(tag, about)| {
            let mut steps = story(tag);
            let known: Vec<(String, String)> = steps
                .iter()
                .filter_map(Step::operation)
                .map(|(method, path)| (method.to_owned(), path.to_owned()))
                .collect();
            let others = document.operations().filter(|(method, path, operation)| {
                let is_told = told.contains(&(method, path))
                    || known.iter().any(|(m, p)| (m, p.as_str()) == (method, path));
                operation["tags"][0] == tag && !is_told
            });
            steps.extend(
                others.map(|(method, path, operation)| by_example(&method, path, operation)),
            );
            (!steps.is_empty()).then(|| Folder::new(tag, about, steps))
        })
        .collect()
}

/// A call with the first example of everything.
fn by_example(method: &str, path: &str, operation: &Value) -> Step {
    let step = Step::api(method, path);
    let step = if operation["x-role"] == "none" {
        step.with(Auth::None)
    } else {
        step
    };
    let content = operation.pointer("/requestBody/content");
    let json = content.and_then(|content| content.get("application/json"));
    match (json.and_then(example), content) {
        (Some(body), _) => step.json(body),
        (None, Some(_)) => step.text("text/plain", "nothing"),
        (None, None) => step,
    }
}

fn example(media: &Value) -> Option<Value> {
    let examples = media.get("examples")?.as_object()?;
    examples.values().next()?.get("value").cloned()
}

/// The calls of a group that need values of their own, or an order.
fn story(tag: &str) -> Vec<Step> {
    match tag {
        "Users" => users(),
        _ => Vec::new(),
    }
}

fn users() -> Vec<Step> {
    const NAME: &str = "postman.reader";
    vec![
        Step::api("POST", "/v1/users")
            .json(json!({"username": NAME, "password": "Quiet-Harbour-7"}))
            .is(&[201, 500])
            .then("// 500 with 1014 is how the original says that the name is taken: an earlier run did not come to its end.")
            .holds("the code is 1014 otherwise", "pm.response.code === 201 || body.errors[0].code === 1014"),
        Step::api("PUT", "/v1/users/{username}")
            .at("username", NAME)
            .json(json!({"password": "Quiet-Harbour-8"}))
            .is(&[200]),
        Step::api("GET", "/v1/users/{username}")
            .at("username", NAME)
            .is(&[200])
            .holds("an ordinary user", "body.users[0].ROLES === \"ROLE_USER\""),
        Step::api("POST", "/v1/users/login")
            .named("Log in as that user")
            .with(Auth::Basic(NAME, "Quiet-Harbour-8"))
            .is(&[200])
            .keeps("reader_token", "body.users[0].token"),
        Step::api("GET", "/v1/settings/application")
            .named("Make a call that is the administrator's")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[403])
            .holds("the code is 1005", "body.errors[0].code === 1005"),
        Step::api("POST", "/v1/users/logout")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Make a call with a token that was logged out")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[401]),
        Step::api("DELETE", "/v1/users/{username}")
            .at("username", NAME)
            .is(&[200]),
    ]
}
