//! How a handler's signature becomes its part of the OpenAPI document: who may call it, what it reads, what it answers.
//!
//! What follows from that by itself (parameters of the path, refusals, the envelope of refusals) is added to the whole
//! document afterwards, not here.

mod show;

use std::borrow::Cow;
use std::marker::PhantomData;

use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, ReferenceOr, RequestBody, Response, SchemaObject};
use aide::operation::{OperationInput, OperationOutput};
use indexmap::IndexMap;
use onprem::schema::Described;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::answer::{Answer, Refused};
use crate::auth::{Admin, Basic, Peer, User, UserOrKey};
use crate::body::{AnyBody, JsonBody, PemBody, RawBody};
use crate::form::{FORM, JsonOrForm};
use crate::lines::Here;
use crate::route::Segment;

use show::JSON;
pub(crate) use show::Show;

/// The extension of an operation that says which role may call it: `admin`, `user` or `none`.
pub(crate) const ROLE: &str = "x-role";

/// The names of the security schemes.
pub(crate) const BEARER: &str = "bearer";
pub(crate) const API_KEY: &str = "apikey";
pub(crate) const BASIC: &str = "basic";

/// Any of these schemes opens the call, to this role.
fn opens(operation: &mut Operation, schemes: &[&str], role: &str) {
    operation.security = schemes
        .iter()
        .map(|scheme| IndexMap::from([((*scheme).to_owned(), Vec::new())]))
        .collect();
    operation.extensions.insert(ROLE.to_owned(), role.into());
}

impl OperationInput for Admin {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        opens(operation, &[BEARER], "admin");
    }
}

impl OperationInput for User {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        opens(operation, &[BEARER], "user");
    }
}

impl OperationInput for UserOrKey {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        opens(operation, &[BEARER, API_KEY], "user");
    }
}

impl OperationInput for Basic {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        opens(operation, &[BASIC], "none");
    }
}

impl OperationInput for Peer {}

impl OperationInput for Here {}

/// The path names its own parameters.
impl OperationInput for Segment {}

impl<B: Described> OperationInput for JsonBody<B> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        describe_body::<B>(context, operation, true, &[JSON]);
    }
}

impl<B: Described> OperationInput for AnyBody<B> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        describe_body::<B>(context, operation, false, &[JSON]);
    }
}

impl<B: Described> OperationInput for JsonOrForm<B> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        describe_body::<B>(context, operation, true, &[JSON, FORM]);
    }
}

/// Of any content type; a route that takes only some says so with [`raw_body`].
impl OperationInput for RawBody {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        raw_body(operation, &["*/*"]);
    }
}

impl OperationInput for PemBody {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        raw_body(operation, &["text/plain"]);
    }
}

fn describe_body<B: Described>(
    context: &mut GenContext,
    operation: &mut Operation,
    required: bool,
    content_types: &[&str],
) {
    let mut media = MediaType {
        schema: Some(SchemaObject {
            json_schema: context.schema.subschema_for::<Sent<B>>(),
            external_docs: None,
            example: None,
        }),
        ..MediaType::default()
    };
    for (name, example) in B::examples() {
        media.examples.insert(
            name.to_owned(),
            ReferenceOr::Item(aide::openapi::Example {
                value: Some(example),
                ..Default::default()
            }),
        );
    }
    operation.request_body = Some(ReferenceOr::Item(RequestBody {
        content: content_types
            .iter()
            .map(|content_type| ((*content_type).to_owned(), media.clone()))
            .collect(),
        required,
        ..RequestBody::default()
    }));
}

/// A body that callers send, for the generator of schemas.
struct Sent<B>(PhantomData<B>);

impl<B: Described> JsonSchema for Sent<B> {
    fn schema_name() -> Cow<'static, str> {
        B::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(B::schema()).unwrap_or_default()
    }
}

/// Which API answers.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Meta {
    /// Always `stable`.
    api_status: String,
    /// The version of the API that is spoken, such as `v2.53.1`.
    version: String,
}

impl<const STATUS: u16, P: JsonSchema> OperationOutput for Answer<STATUS, P> {
    type Inner = P;

    fn operation_response(context: &mut GenContext, _: &mut Operation) -> Option<Response> {
        let enveloped = enveloped::<P>(&mut context.schema);
        Some(json_response("Done.", enveloped))
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Response)> {
        Self::operation_response(context, operation)
            .map(|response| (Some(STATUS), response))
            .into_iter()
            .collect()
    }
}

/// The payload's own members beside `meta`, as one object; a payload that is no plain object is combined with it.
fn enveloped<P: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    let meta = schemas.subschema_for::<Meta>();
    let mut payload = P::json_schema(schemas);
    let Some(object) = payload
        .as_object_mut()
        .filter(|object| object.get("type") == Some(&"object".into()))
    else {
        return json_schema!({
            "allOf": [payload, {"type": "object", "properties": {"meta": meta}, "required": ["meta"]}],
        });
    };
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        properties.insert("meta".to_owned(), meta.to_value());
    }
    let required = object.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.push("meta".into());
    }
    // The answer is described where it stands; the type's own sentence is about code.
    object.remove("description");
    payload
}

/// Refusals are the same everywhere: they are added to the whole document.
impl OperationOutput for Refused {
    type Inner = Self;
}

/// A JSON answer.
pub(crate) fn json_response(description: &str, schema: Schema) -> Response {
    let media = MediaType {
        schema: Some(SchemaObject {
            json_schema: schema,
            external_docs: None,
            example: None,
        }),
        ..MediaType::default()
    };
    Response {
        description: description.to_owned(),
        content: IndexMap::from([(JSON.to_owned(), media)]),
        ..Response::default()
    }
}

/// An answer of another content type: bytes, or text.
pub(crate) fn raw_response(description: &str, content_types: &[&str]) -> Response {
    Response {
        description: description.to_owned(),
        content: content_types
            .iter()
            .map(|content_type| ((*content_type).to_owned(), MediaType::default()))
            .collect(),
        ..Response::default()
    }
}

/// A body of raw bytes.
pub(crate) fn raw_body(operation: &mut Operation, content_types: &[&str]) {
    operation.request_body = Some(ReferenceOr::Item(RequestBody {
        content: content_types
            .iter()
            .map(|content_type| {
                let binary =
                    Schema::try_from(Value::from_iter([("type", "string"), ("format", "binary")]));
                let media = MediaType {
                    schema: binary.ok().map(|json_schema| SchemaObject {
                        json_schema,
                        external_docs: None,
                        example: None,
                    }),
                    ..MediaType::default()
                };
                ((*content_type).to_owned(), media)
            })
            .collect(),
        required: true,
        ..RequestBody::default()
    }));
}
