//! What there is: the OpenAPI document for programs, a page of it for people. Without credentials.

use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, ReferenceOr, Response as Documented};
use aide::operation::OperationOutput;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use onprem::{Code, Refusal};

use super::Routes;
use crate::answer::Refused;
use crate::describe::raw_response;
use crate::openapi::{self, page};

/// Where the document is.
pub(super) const DOCUMENT: &str = "/v1/openapi.json";
/// Where the page is.
pub(super) const PAGE: &str = "/docs";

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            DOCUMENT,
            get_with(document, |operation| {
                operation
                    .summary("This document")
                    .description("OpenAPI 3.1, made from the program's own routes. `landline openapi` prints the same.")
            }),
        ),
        (
            PAGE,
            get_with(show_page, |operation| {
                operation
                    .summary("This document, as a page")
                    .description("Needs nothing from outside the program.")
            }),
        ),
    ]
}

/// May be kept, and has to be asked about again: the program may be another one next time.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// The document, or word that the caller has it.
pub(crate) enum Document {
    Whole,
    Known,
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let text = openapi::served();
        let tag = HeaderValue::from_str(&text.tag).unwrap_or(HeaderValue::from_static("\"\""));
        let headers = [(ETAG, tag), (CACHE_CONTROL, REVALIDATED)];
        match self {
            Self::Known => (StatusCode::NOT_MODIFIED, headers).into_response(),
            Self::Whole => (headers, [(CONTENT_TYPE, JSON)], text.json.as_str()).into_response(),
        }
    }
}

impl OperationOutput for Document {
    type Inner = Self;

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        let whole = raw_response("The document.", &["application/json"]);
        let known = raw_response("It is the one that `If-None-Match` names.", &[]);
        [(200, whole), (304, known)]
            .into_iter()
            .map(|(status, mut response)| {
                let tag = ReferenceOr::ref_("#/components/headers/ETag");
                response.headers.insert("ETag".to_owned(), tag);
                (Some(status), response)
            })
            .collect()
    }
}

/// `GET /v1/openapi.json`.
pub(crate) async fn document(headers: HeaderMap) -> Result<Document, Refused> {
    let text = made(openapi::served).await?;
    let is_known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == text.tag || tag == "*");
    Ok(if is_known {
        Document::Known
    } else {
        Document::Whole
    })
}

/// The page.
pub(crate) struct Page;

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
        let page = page::served();
        let policy = HeaderValue::from_str(&page.policy)
            .unwrap_or(HeaderValue::from_static("default-src 'none'"));
        let headers = [
            (CONTENT_TYPE, HTML),
            (CONTENT_SECURITY_POLICY, policy),
            (CACHE_CONTROL, REVALIDATED),
        ];
        (headers, page.html.as_str()).into_response()
    }
}

impl OperationOutput for Page {
    type Inner = Self;

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        vec![(Some(200), raw_response("The page.", &["text/html"]))]
    }
}

/// `GET /docs`.
pub(crate) async fn show_page() -> Page {
    Page
}

/// Something that takes a moment to make the first time.
async fn made<T: Send + 'static>(make: fn() -> T) -> Result<T, Refused> {
    tokio::task::spawn_blocking(make).await.map_err(|error| {
        let details = format!("the document could not be made: {error}");
        Refusal::new(Code::INTERNAL, details).into()
    })
}
