//! Registration (the reference's section 3).

use aide::axum::routing::post_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::response::{IntoResponse, Response};
use landline_core::call::account::Registered;
use onprem::account::{Registration, Verification};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Routes, to_the_end};
use crate::answer::{Answer, Done, Nothing, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/account",
            post_with(register, |operation| {
                operation
                    .summary("Register the number")
                    .description("202: a code was sent, and has to be verified. 201: it is registered already, nothing is left to do.")
                    .shows(201, json!({}))
                    .shows(202, json!({"account": [{"vname": "Hummingbird Coffee"}]}))
            }),
        ),
        (
            "/v1/account/verify",
            post_with(verify, |operation| {
                operation
                    .summary("Verify the number with the code received")
                    .description("Hyphens and spaces in the code do not matter. The line connects at once: health says when it is ready.")
                    .shows(201, json!({}))
            }),
        ),
        (
            "/v1/account/deregister",
            post_with(deregister, |operation| {
                operation.summary("Deregister the number").description(
                    "An extension. The network lets the number go; settings, users and queues stay, and registering \
                     again goes on with them.",
                )
            }),
        ),
    ]
}

/// `account` of an answer.
#[derive(Serialize, JsonSchema)]
struct Account {
    account: [Name; 1],
}

#[derive(Serialize, JsonSchema)]
struct Name {
    /// The approved name, as the certificate has it.
    vname: String,
}

/// 201 when the number is registered already, 202 when a code was sent.
pub(crate) struct Outcome(Registered);

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self.0 {
            Registered::Already => Answer::<201, _>(Nothing {}).into_response(),
            Registered::CodeSent { vname } => Answer::<202, _>(Account {
                account: [Name { vname }],
            })
            .into_response(),
        }
    }
}

impl OperationOutput for Outcome {
    type Inner = Self;

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Documented)> {
        let mut responses = Answer::<201, Nothing>::inferred_responses(context, operation);
        responses.extend(Answer::<202, Account>::inferred_responses(
            context, operation,
        ));
        responses
    }
}

/// `POST /v1/account`.
pub(crate) async fn register(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<Registration>,
) -> Result<Outcome, Refused> {
    let registration = Registration::parse(&body)?;
    let registered = to_the_end(async move { web.line.register(registration).await }).await?;
    Ok(Outcome(registered))
}

/// `POST /v1/account/verify`.
pub(crate) async fn verify(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<Verification>,
) -> Result<Answer<201, Nothing>, Refused> {
    let Verification { code } = Verification::parse(&body)?;
    to_the_end(async move { web.line.verify(&code).await }).await?;
    Ok(Answer(Nothing {}))
}

/// `POST /v1/account/deregister`: a body is ignored.
pub(crate) async fn deregister(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.deregister().await }).await?;
    Ok(Done::done())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::opened;

    #[tokio::test]
    async fn a_sent_code_is_202_with_the_name() {
        let outcome = Outcome(Registered::CodeSent {
            vname: "Harbour Books".to_owned(),
        });

        let (status, _, body) = opened(outcome.into_response()).await;

        assert_eq!(status, 202);
        assert_eq!(body["account"], json!([{"vname": "Harbour Books"}]));
    }

    #[tokio::test]
    async fn a_registered_number_is_201_without_payload() {
        let (status, _, body) = opened(Outcome(Registered::Already).into_response()).await;

        assert_eq!(status, 201);
        assert_eq!(
            body,
            json!({"meta": {"api_status": "stable", "version": "v2.53.1"}})
        );
    }
}
