//! `/`, `/livez`, `/readyz`: for load balancers and orchestrators, without credentials.

use std::time::Duration;

use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT, VARY};
use http::{HeaderMap, HeaderValue};
use landline_core::record::Deployment;
use onprem::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use store::record::Record;
use store::{LineName, SharedStore};

use super::{Routes, description};
use crate::answer::{Answer, Done, Refused};
use crate::describe::{Show, raw_response};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/",
            get_with(root, |operation| {
                operation
                    .summary("Whether the web is here")
                    .description(
                        "Tells programs where the description is, and sends browsers there.",
                    )
                    .shows(200, json!({"landline": Landline::HERE}))
            }),
        ),
        (
            "/livez",
            get_with(live, |operation| {
                operation
                    .summary("Whether the process answers")
                    .shows(200, json!({}))
            }),
        ),
        (
            "/readyz",
            get_with(ready, |operation| {
                operation
                    .summary("Whether the store answers")
                    .description(
                        "The line's state does not matter: without a network settings, users and health are still served.",
                    )
                    .shows(200, json!({}))
            }),
        ),
    ]
}

/// How long the store may take to answer a read.
const STORE_ANSWERS: Duration = Duration::from_secs(2);

/// `landline` of an answer: this program, not the API that it speaks.
#[derive(Serialize, JsonSchema)]
struct Root {
    landline: Landline,
}

#[derive(Serialize, JsonSchema)]
struct Landline {
    /// The version of the program.
    version: &'static str,
    /// The description, for people.
    docs: &'static str,
    /// The description, for programs.
    openapi: &'static str,
}

impl Landline {
    const HERE: Self = Self {
        version: env!("CARGO_PKG_VERSION"),
        docs: description::PAGE,
        openapi: description::DOCUMENT,
    };
}

/// Where the description is; a browser is sent there.
pub(crate) struct Way {
    is_browser: bool,
}

impl IntoResponse for Way {
    fn into_response(self) -> Response {
        const BY_ACCEPT: [(http::HeaderName, HeaderValue); 1] =
            [(VARY, HeaderValue::from_static("accept"))];
        if self.is_browser {
            return (BY_ACCEPT, Redirect::to(description::PAGE)).into_response();
        }
        let root = Root {
            landline: Landline::HERE,
        };
        (BY_ACCEPT, Answer::<200, _>(root)).into_response()
    }
}

impl OperationOutput for Way {
    type Inner = Self;

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Documented)> {
        let mut responses = Answer::<200, Root>::inferred_responses(context, operation);
        responses.push((
            Some(303),
            raw_response("To the page, for whoever takes HTML.", &[]),
        ));
        responses
    }
}

/// `GET /`: the web is here.
pub(crate) async fn root(headers: HeaderMap) -> Way {
    let is_browser = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("text/html"));
    Way { is_browser }
}

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> Done {
    Done::done()
}

/// `GET /readyz`: the store answers a read. The line's state does not matter: a web without a network still serves
/// settings, users and health; and a deployment whose lines are all being opened is still one that works.
pub(crate) async fn ready(Extension(store): Extension<SharedStore>) -> Result<Done, Refused> {
    let line = LineName::main();
    let read = store.record(&line, Deployment::KIND, Deployment::KIND);
    let trouble = match tokio::time::timeout(STORE_ANSWERS, read).await {
        Ok(Ok(_)) => return Ok(Done::done()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer within two seconds".to_owned(),
    };
    let details = format!("the store cannot be read: {trouble}");
    Err(Refusal::new(Code::NOT_READY, details)
        .with_status(503)
        .into())
}
