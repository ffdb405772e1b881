//! Registration (the reference's section 3).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use landline_core::call::account::Registered;
use onprem::account::{Registration, parse_verify};
use serde::Serialize;

use super::to_the_end;
use crate::Web;
use crate::answer::{Answer, Nothing, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;

/// `account` of an answer.
#[derive(Serialize)]
struct Account {
    account: [Name; 1],
}

#[derive(Serialize)]
struct Name {
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

/// `POST /v1/account`.
pub(crate) async fn register(
    State(web): State<Web>,
    _: Admin,
    JsonBody(body): JsonBody,
) -> Result<Outcome, Refused> {
    let registration = Registration::parse(&body)?;
    let registered = to_the_end(async move { web.line.register(registration).await }).await?;
    Ok(Outcome(registered))
}

/// `POST /v1/account/verify`.
pub(crate) async fn verify(
    State(web): State<Web>,
    _: Admin,
    JsonBody(body): JsonBody,
) -> Result<Answer<201, Nothing>, Refused> {
    let code = parse_verify(&body)?;
    to_the_end(async move { web.line.verify(&code).await }).await?;
    Ok(Answer(Nothing {}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
