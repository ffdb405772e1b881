//! Every call that the guide does not have, group by group: what needs values of its own has a story of its own, anything
//! else is made with the document's examples and answered with one of the document's statuses.

mod account;
mod backup;
mod certificates;
mod contacts;
mod profile;
mod services;
mod settings;
mod stickers;
mod users;

use serde_json::Value;

use super::step::{Auth, Document, Folder, Step};

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
        "Users" => users::steps(),
        "Account" => account::steps(),
        "Settings" => settings::steps(),
        "Contacts" => contacts::steps(),
        "Profile" => profile::steps(),
        "Certificates" => certificates::steps(),
        "Backup" => backup::steps(),
        "Services" => services::steps(),
        "Stickers" => stickers::steps(),
        _ => Vec::new(),
    }
}
