//! The profile's photo (the reference's section 8.2).

use std::time::Duration;

use aide::OperationInput;
use aide::axum::routing::{ApiMethodRouter, get_with};
use aide::generate::GenContext;
use aide::openapi::{
    MediaType, Operation, Parameter, ParameterData, ParameterSchemaOrContent, QueryStyle,
    ReferenceOr, Response as Documented, SchemaObject,
};
use aide::operation::OperationOutput;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use indexmap::IndexMap;
use landline_core::call::photo::Photo;
use onprem::profile::{PHOTO_LIMIT, PHOTO_TYPES, check_photo_type};
use onprem::{Code, Refusal};
use schemars::{JsonSchema, json_schema};
use serde::Serialize;

use super::profile::Settings;
use super::to_the_end;
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::{RawBody, read_within};
use crate::describe::raw_body;
use crate::lines::Here;

/// How long a photo may take to arrive.
const ARRIVAL: Duration = Duration::from_mins(2);
/// The query parameter that asks for the link.
const FORMAT: &str = "format";
/// Its only value.
const LINK: &str = "link";

/// Where these calls are.
pub(super) fn route() -> (&'static str, ApiMethodRouter) {
    let methods = get_with(show, |operation| {
        operation.summary("Show the photo, or with format=link where it is")
    })
    .post_with(set, |mut operation| {
        raw_body(operation.inner_mut(), &PHOTO_TYPES);
        operation.summary("Set the photo").description(
            "A JPEG or PNG picture of at most 5 MB. Its middle becomes a square of at most 640 pixels a side.",
        )
    })
    .delete_with(delete, |operation| {
        operation.summary("Remove the photo").description(
            "The network has no call for that: a blank grey picture takes its place, and counts as none here.",
        )
    });
    ("/v1/settings/profile/photo", methods)
}

/// What of the photo is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Bytes,
    Link,
}

impl Form {
    fn of(query: Option<&str>) -> Result<Self, Refusal> {
        let format = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == FORMAT)
            .map(|(_, value)| value.into_owned());
        match format.as_deref() {
            None | Some("") => Ok(Self::Bytes),
            Some(LINK) => Ok(Self::Link),
            Some(other) => {
                let shown: String = other.chars().take(64).collect();
                let why = format_args!("is {shown:?}, must be {LINK}, or absent for the bytes");
                Err(Refusal::invalid(FORMAT, why))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Ok(Self::of(parts.uri.query())?)
    }
}

impl OperationInput for Form {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let schema = json_schema!({"type": "string", "enum": [LINK]});
        let parameter = Parameter::Query {
            parameter_data: ParameterData {
                name: FORMAT.to_owned(),
                description: Some("`link` for the link instead of the bytes.".to_owned()),
                required: false,
                deprecated: None,
                format: ParameterSchemaOrContent::Schema(SchemaObject {
                    json_schema: schema,
                    external_docs: None,
                    example: None,
                }),
                example: None,
                examples: IndexMap::default(),
                explode: None,
                extensions: IndexMap::default(),
            },
            allow_reserved: false,
            style: QueryStyle::Form,
            allow_empty_value: None,
        };
        operation.parameters.push(ReferenceOr::Item(parameter));
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Linked {
    photo: Link,
}

#[derive(Serialize, JsonSchema)]
struct Link {
    link: String,
}

/// The photo on its way out.
pub(crate) enum Shown {
    Bytes(Photo),
    Link(String),
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        match self {
            Self::Link(link) => Settings::of(Linked {
                photo: Link { link },
            })
            .into_response(),
            Self::Bytes(photo) => {
                let content_type = HeaderValue::from_str(&photo.content_type)
                    .unwrap_or(HeaderValue::from_static("application/octet-stream"));
                ([(CONTENT_TYPE, content_type)], photo.bytes).into_response()
            }
        }
    }
}

impl OperationOutput for Shown {
    type Inner = Self;

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Documented)> {
        let mut responses = Answer::<200, Settings<Linked>>::inferred_responses(context, operation);
        for (_, response) in &mut responses {
            "The photo, or the link.".clone_into(&mut response.description);
            for content_type in PHOTO_TYPES {
                response
                    .content
                    .insert(content_type.to_owned(), MediaType::default());
            }
        }
        responses
    }
}

/// `GET /v1/settings/profile/photo`.
pub(crate) async fn show(Here(web): Here, _: Admin, form: Form) -> Result<Shown, Refused> {
    // To the end, as a photo that had to be fetched is kept.
    let shown = to_the_end(async move {
        match form {
            Form::Bytes => web.line.photo().await.map(Shown::Bytes),
            Form::Link => web.line.photo_link().await.map(Shown::Link),
        }
    });
    Ok(shown.await?)
}

/// `POST /v1/settings/profile/photo`.
pub(crate) async fn set(
    Here(web): Here,
    _: Admin,
    RawBody(request): RawBody,
) -> Result<Done, Refused> {
    check_photo_type(content_type(request.headers()).as_deref())?;
    let bytes = read_within(request, PHOTO_LIMIT, ARRIVAL, too_large).await?;
    if bytes.is_empty() {
        return Err(
            Refusal::new(Code::MISSING, "the body is empty: send the picture's bytes").into(),
        );
    }
    to_the_end(async move { web.line.set_photo(bytes).await }).await?;
    Ok(Done::done())
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// 413 / 1009: uploads have their own code.
fn too_large() -> Refused {
    Refusal::invalid(
        "the body",
        format_args!("is over {PHOTO_LIMIT} bytes, the greatest photo"),
    )
    .with_status(413)
    .into()
}

/// `DELETE /v1/settings/profile/photo`.
pub(crate) async fn delete(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_photo().await }).await?;
    Ok(Done::done())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    #[rstest]
    #[case(None, Ok(Form::Bytes))]
    #[case(Some("x=y"), Ok(Form::Bytes))]
    #[case(Some("format="), Ok(Form::Bytes))]
    #[case(Some("format=link"), Ok(Form::Link))]
    #[case(Some("a=b&format=%6cink"), Ok(Form::Link))]
    #[case(
        Some("format=json"),
        Err("format: is \"json\", must be link, or absent for the bytes")
    )]
    fn the_format_is_read(#[case] query: Option<&str>, #[case] expected: Result<Form, &str>) {
        let found = Form::of(query);

        assert_eq!(
            found.as_ref().map_err(|refusal| refusal.details.as_str()),
            expected.as_ref().map_err(|details| *details)
        );
        if let Err(refusal) = found {
            assert_eq!((refusal.status, refusal.code), (400, Code::INVALID));
        }
    }

    #[tokio::test]
    async fn bytes_go_out_as_they_are() {
        let photo = Photo {
            content_type: "image/jpeg".to_owned(),
            bytes: "JPEG!".into(),
        };

        let response = Shown::Bytes(photo).into_response();

        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "image/jpeg");
        let body = axum::body::to_bytes(response.into_body(), 100).await;
        assert_eq!(body.unwrap(), "JPEG!");
    }

    #[tokio::test]
    async fn too_large_is_413_with_1009() {
        let (status, _, body) = opened(too_large().into_response()).await;

        assert_eq!((status, &body["errors"][0]["code"]), (413, &1009.into()));
    }
}
