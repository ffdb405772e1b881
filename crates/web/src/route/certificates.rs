//! Certificates (the reference's section 5).

use aide::axum::routing::{get_with, post_with};
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use store::LineName;

use super::{Routes, to_the_end};
use crate::Web;
use crate::answer::{Done, Refused};
use crate::auth::Admin;
use crate::body::PemBody;
use crate::describe::raw_response;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/certificates/external",
            post_with(install, |operation| {
                operation.summary("Serve the API with a certificate of your own").description(
                    "The private key, the certificate and at least one intermediate, in this order, as one PEM text. \
                     In use for new connections at once; one that cannot be used is refused and changes nothing.",
                )
            })
            .delete_with(reset, |operation| {
                operation.summary("Go back to Landline's own certificate")
            }),
        ),
        (
            "/v1/certificates/external/ca",
            get_with(show_ca, |operation| {
                operation.summary("The CA of the API's certificate").description(
                    "Landline's own CA, or the last certificate of the chain that was uploaded.",
                )
            }),
        ),
        (
            "/v1/certificates/webhooks/ca",
            get_with(show_authorities, |operation| {
                operation.summary("The private authorities of the webhook's host")
            })
            .post_with(set_authorities, |operation| {
                operation.summary("Trust private authorities of the webhook's host").description(
                    "One or more certificates as one PEM text, beside those that the system trusts; they replace \
                     earlier ones. In use for the next notification.",
                )
            })
            .delete_with(delete_authorities, |operation| {
                operation.summary("Trust the system's authorities only")
            }),
        ),
    ]
}

/// Certificates as text.
pub(crate) struct Pem(String);

impl IntoResponse for Pem {
    fn into_response(self) -> Response {
        const TEXT: HeaderValue = HeaderValue::from_static("text/plain");
        ([(CONTENT_TYPE, TEXT)], self.0).into_response()
    }
}

impl OperationOutput for Pem {
    type Inner = Self;

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        vec![(
            Some(200),
            raw_response("Certificates as PEM.", &["text/plain"]),
        )]
    }
}

/// All lines share the listener, and so its certificate.
fn only_main(web: &Web) -> Result<(), Refused> {
    if web.line.config.name == LineName::main() {
        return Ok(());
    }
    Err(Refused::role(
        "the listener's certificate is changed at /v1, by the administrator of the line main",
    ))
}

/// `POST /v1/certificates/external`.
async fn install(Here(web): Here, _: Admin, PemBody(pem): PemBody) -> Result<Done, Refused> {
    only_main(&web)?;
    to_the_end(async move { web.tls.install(&pem).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/certificates/external`.
async fn reset(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    only_main(&web)?;
    to_the_end(async move { web.tls.reset().await }).await?;
    Ok(Done::done())
}

/// `GET /v1/certificates/external/ca`.
async fn show_ca(Here(web): Here, _: Admin) -> Pem {
    Pem(web.tls.ca_pem())
}

/// `POST /v1/certificates/webhooks/ca`.
async fn set_authorities(
    Here(web): Here,
    _: Admin,
    PemBody(pem): PemBody,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.set_webhook_authorities(&pem).await }).await?;
    Ok(Done::done())
}

/// `GET /v1/certificates/webhooks/ca`.
async fn show_authorities(Here(web): Here, _: Admin) -> Result<Pem, Refused> {
    Ok(Pem(web.line.webhook_authorities().await?))
}

/// `DELETE /v1/certificates/webhooks/ca`.
async fn delete_authorities(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_webhook_authorities().await }).await?;
    Ok(Done::done())
}
