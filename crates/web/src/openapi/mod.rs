//! The OpenAPI 3.1 document, made from the routes: every handler's signature describes itself (`describe`), and what
//! follows from that is added to the whole in one pass (`finish`).
//!
//! Nothing of it is made before somebody asks for it.

mod call;
mod finish;
mod head;
mod id;
mod link;
pub(crate) mod page;
mod parameter;
mod refusal;
mod share;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::LazyLock;

use aide::generate::{in_context, reset_context};
use aide::openapi::OpenApi;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::route;

/// The document as it is served and printed.
#[derive(Debug)]
pub(crate) struct Text {
    /// Indented JSON with a line break at its end.
    pub(crate) json: String,
    /// Names this version of it: an `ETag`.
    pub(crate) tag: String,
}

static TEXT: LazyLock<Text> = LazyLock::new(|| {
    let json = format!("{:#}\n", document());
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&json)));
    Text { json, tag }
});

/// The document, as text; made at the first call, which takes some milliseconds.
pub(crate) fn served() -> &'static Text {
    &TEXT
}

/// The document, as indented JSON.
pub fn text() -> &'static str {
    &served().json
}

/// The document.
pub fn document() -> Value {
    let mut document = head::head();
    merge(&mut document, described());
    let (name, notification) = webhook::schema();
    document["components"]["schemas"][name] = notification;
    document["webhooks"] = webhook::webhooks();
    finish::finish(&mut document);
    share::share(&mut document);
    document
}

/// Paths and schemas, as the routes tell them.
fn described() -> Value {
    reset_context();
    in_context(|context| {
        let settings = SchemaSettings::draft2020_12()
            .for_serialize()
            .with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            });
        context.schema = SchemaGenerator::new(settings);
    });
    let mut described = OpenApi::default();
    // Schemas go into the document, and the thread's context is empty again.
    let _routes = route::all(true).finish_api(&mut described);
    serde_json::to_value(described).unwrap_or_default()
}

/// Puts `paths` and `components.schemas` into the head.
fn merge(document: &mut Value, mut described: Value) {
    document["paths"] = described["paths"].take();
    let schemas = described["components"]["schemas"].take();
    if let (Value::Object(all), Value::Object(schemas)) =
        (&mut document["components"]["schemas"], schemas)
    {
        all.extend(schemas);
    }
}
