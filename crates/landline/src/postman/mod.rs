//! A Postman collection (v2.1), made from the OpenAPI document: first the getting-started guide, in its order, then every
//! call that the guide does not have. It passes from top to bottom against `landline dev`, also twice on the same data.

mod item;
mod rest;
mod script;
mod step;
mod story;

use serde_json::{Value, json};

use step::Document;

/// The schema that names the format.
const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

const ABOUT: &str = "\
The WhatsApp Business On-Premises API, as Landline speaks it. Import the environment too, start `landline dev`, and run \
the collection from top to bottom: a number is registered, messages go to virtual customers and come back, and every \
other call is made once. It may be run again on the same data.

`base_url` is the API without TLS; with TLS it is https://127.0.0.1:9090, and Postman has to trust `ca.pem` of the data \
directory. `password` is the admin's from the first login on; with `landline dev --ready` it stands in the banner.

What ends something for longer than the run (deregistration) is skipped unless the variable `everything` is `yes`.";

/// The collection.
pub(crate) fn collection() -> Value {
    let document = Document::new(web::openapi::document());
    let mut folders = story::folders();
    let told = folders.iter().flat_map(|folder| folder.steps.iter());
    let told: Vec<(&str, &str)> = told.filter_map(step::Step::operation).collect();
    folders.extend(rest::folders(&document, &told));
    let items: Vec<Value> = folders
        .iter()
        .map(|folder| {
            let steps: Vec<Value> = folder
                .steps
                .iter()
                .map(|step| item::item(&document, step))
                .collect();
            json!({"name": folder.name, "description": folder.about, "item": steps})
        })
        .collect();
    json!({
        "info": {
            "_postman_id": "7f2a4a8e-6b1d-4c55-9d0f-3e6c1a52b0d4",
            "name": "Landline: WhatsApp Business On-Premises API",
            "description": ABOUT,
            "schema": SCHEMA,
        },
        "auth": item::bearer("{{token}}"),
        "event": [script::event("test", &script::common())],
        "item": items,
        "variable": [],
    })
}

/// Where `landline dev` is, and what the run needs to know before it begins.
pub(crate) fn environment() -> Value {
    let value = |key: &str, value: &str| json!({"key": key, "value": value, "type": "default", "enabled": true});
    let secret = |key: &str, value: &str| json!({"key": key, "value": value, "type": "secret", "enabled": true});
    json!({
        "id": "0b7f0c36-9a55-4b5b-8f2e-2d1c64f0a9e7",
        "name": "landline dev",
        "values": [
            value("base_url", "http://127.0.0.1:9091"),
            value("sim_url", "http://127.0.0.1:9080"),
            value("username", onprem::user::ADMIN),
            secret("first_password", onprem::user::FIRST_PASSWORD),
            secret("password", "Harbour-2026"),
            value("everything", "no"),
        ],
        "_postman_variable_scope": "environment",
    })
}

#[cfg(test)]
mod tests;
