//! Sticker packs (the reference's section 15).

use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, Parameter, ParameterData, ParameterSchemaOrContent};
use aide::openapi::{QueryStyle, ReferenceOr, SchemaObject};
use aide::operation::OperationInput;
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use landline_core::call::sticker::Namespace;
use onprem::Refusal;
use onprem::sticker::{Pack, PackChange, Sticker, StickerChange};
use schemars::{JsonSchema, json_schema};
use serde::Serialize;

use super::{Routes, Segment, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::User;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/stickerpacks",
            get_with(list, |operation| operation.summary("List the sticker packs"))
                .post_with(create, |operation| operation.summary("Create a sticker pack")),
        ),
        (
            "/v1/stickerpacks/{id}",
            get_with(show, |operation| operation.summary("Show a sticker pack"))
                .patch_with(change, |operation| {
                    operation.summary("Change a sticker pack")
                })
                .delete_with(delete, |operation| {
                    operation
                        .summary("Delete a sticker pack")
                        .description("Its stickers go with it; their media stay.")
                }),
        ),
        (
            "/v1/stickerpacks/{id}/stickers",
            get_with(list_stickers, |operation| {
                operation.summary("List the stickers of a pack")
            })
            .post_with(add_sticker, |operation| {
                operation.summary("Add a sticker to a pack").description(
                    "An index is never given twice: when a sticker is deleted, the others keep theirs.",
                )
            }),
        ),
        (
            "/v1/stickerpacks/{id}/stickers/{index}",
            get_with(show_sticker, |operation| {
                operation.summary("Show a sticker").description(
                    "`id` can be sent in a message of type `sticker`; it is the media id that the sticker was made with.",
                )
            })
            .patch_with(change_sticker, |operation| {
                operation.summary("Change a sticker")
            })
            .delete_with(delete_sticker, |operation| {
                operation.summary("Delete a sticker")
            }),
        ),
    ]
}

/// `stickerpacks` of an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StickerPacks_{P}")]
pub(crate) struct Packs<P> {
    stickerpacks: Vec<P>,
}

/// A pack by its id.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StickerPackId")]
pub(crate) struct PackId {
    id: String,
}

/// `stickers` of an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Stickers_{S}")]
pub(crate) struct Stickers<S> {
    stickers: Vec<S>,
}

/// A sticker by its index.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StickerIndex")]
pub(crate) struct Index {
    index: String,
}

/// A sticker.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShownSticker")]
pub(crate) struct ShownSticker {
    id: String,
    emojis: Vec<String>,
    image_data_id: String,
}

/// `namespace` of the query: `whatsapp`, or nothing.
pub(crate) struct InNamespace(Namespace);

const NAMESPACE: &str = "namespace";
const WHATSAPP: &str = "whatsapp";

impl<S: Send + Sync> FromRequestParts<S> for InNamespace {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let invalid = |why: &dyn std::fmt::Display| Refusal::invalid(NAMESPACE, why);
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|rejection| invalid(&rejection.body_text()))?;
        let named = query.iter().find(|(name, _)| name == NAMESPACE);
        match named.map(|(_, value)| value.as_str()) {
            None | Some("") => Ok(Self(Namespace::Own)),
            Some(WHATSAPP) => Ok(Self(Namespace::FirstParty)),
            Some(_) => Err(invalid(&"must be whatsapp, or left out").into()),
        }
    }
}

impl OperationInput for InNamespace {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let schema = SchemaObject {
            json_schema: json_schema!({"type": "string", "enum": [WHATSAPP]}),
            external_docs: None,
            example: None,
        };
        operation
            .parameters
            .push(ReferenceOr::Item(Parameter::Query {
                parameter_data: ParameterData {
                    name: NAMESPACE.to_owned(),
                    description: Some(
                        "The packs of WhatsApp, of which there are none; without it the business's own."
                            .to_owned(),
                    ),
                    required: false,
                    deprecated: None,
                    format: ParameterSchemaOrContent::Schema(schema),
                    example: None,
                    examples: indexmap::IndexMap::new(),
                    explode: None,
                    extensions: indexmap::IndexMap::new(),
                },
                allow_reserved: false,
                style: QueryStyle::Form,
                allow_empty_value: None,
            }));
    }
}

/// The two variable parts of a sticker's path, decoded.
pub(crate) struct Place {
    pack: String,
    index: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::<(String, String)>::from_request_parts(parts, state).await {
            Ok(Path((pack, index))) => Ok(Self { pack, index }),
            Err(rejection) => Err(Refusal::not_found(rejection.body_text()).into()),
        }
    }
}

/// The path names its own parameters.
impl OperationInput for Place {}

/// `GET /v1/stickerpacks`.
pub(crate) async fn list(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
) -> Result<Answer<200, Packs<PackId>>, Refused> {
    let ids = web.line.sticker_packs(namespace).await?;
    let stickerpacks = ids.into_iter().map(|id| PackId { id }).collect();
    Ok(Answer(Packs { stickerpacks }))
}

/// `POST /v1/stickerpacks`.
pub(crate) async fn create(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    JsonBody(body, _): JsonBody<Pack>,
) -> Result<Answer<201, Packs<PackId>>, Refused> {
    let id =
        to_the_end(async move { web.line.create_sticker_pack(namespace, &body).await }).await?;
    Ok(Answer(Packs {
        stickerpacks: vec![PackId { id }],
    }))
}

/// `GET /v1/stickerpacks/{id}`.
pub(crate) async fn show(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Segment(id): Segment,
) -> Result<Answer<200, Packs<Pack>>, Refused> {
    let pack = web.line.sticker_pack(namespace, &id).await?;
    Ok(Answer(Packs {
        stickerpacks: vec![pack],
    }))
}

/// `PATCH /v1/stickerpacks/{id}`.
pub(crate) async fn change(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Segment(id): Segment,
    JsonBody(body, _): JsonBody<PackChange>,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.change_sticker_pack(namespace, &id, &body).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/stickerpacks/{id}`.
pub(crate) async fn delete(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Segment(id): Segment,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_sticker_pack(namespace, &id).await }).await?;
    Ok(Done::done())
}

/// `GET /v1/stickerpacks/{id}/stickers`.
pub(crate) async fn list_stickers(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Segment(id): Segment,
) -> Result<Answer<200, Stickers<Index>>, Refused> {
    let indices = web.line.stickers(namespace, &id).await?;
    let stickers = indices.into_iter().map(|index| Index { index }).collect();
    Ok(Answer(Stickers { stickers }))
}

/// `POST /v1/stickerpacks/{id}/stickers`.
pub(crate) async fn add_sticker(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Segment(id): Segment,
    JsonBody(body, _): JsonBody<Sticker>,
) -> Result<Answer<201, Stickers<Index>>, Refused> {
    let index =
        to_the_end(async move { web.line.add_sticker(namespace, &id, &body).await }).await?;
    Ok(Answer(Stickers {
        stickers: vec![Index { index }],
    }))
}

/// `GET /v1/stickerpacks/{id}/stickers/{index}`.
pub(crate) async fn show_sticker(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Place { pack, index }: Place,
) -> Result<Answer<200, Stickers<ShownSticker>>, Refused> {
    let Sticker {
        image_data_id,
        emojis,
    } = web.line.sticker(namespace, &pack, &index).await?;
    Ok(Answer(Stickers {
        stickers: vec![ShownSticker {
            id: image_data_id.clone(),
            emojis,
            image_data_id,
        }],
    }))
}

/// `PATCH /v1/stickerpacks/{id}/stickers/{index}`.
pub(crate) async fn change_sticker(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Place { pack, index }: Place,
    JsonBody(body, _): JsonBody<StickerChange>,
) -> Result<Done, Refused> {
    to_the_end(async move {
        web.line
            .change_sticker(namespace, &pack, &index, &body)
            .await
    })
    .await?;
    Ok(Done::done())
}

/// `DELETE /v1/stickerpacks/{id}/stickers/{index}`.
pub(crate) async fn delete_sticker(
    Here(web): Here,
    _: User,
    InNamespace(namespace): InNamespace,
    Place { pack, index }: Place,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_sticker(namespace, &pack, &index).await }).await?;
    Ok(Done::done())
}
