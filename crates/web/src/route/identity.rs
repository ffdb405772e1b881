//! Identities of contacts (the reference's section 11.2).

use aide::axum::routing::get_with;
use onprem::identity::{Acknowledgement, ContactIdentity};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, Segment, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::User;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/contacts/{wa_id}/identity",
        get_with(show, |operation| {
            operation
                .summary("Show a contact's identity")
                .description("Known once the network has told it, which it does while show_security_notifications is on.")
        })
        .put_with(acknowledge, |operation| {
            operation
                .summary("Acknowledge a contact's new identity")
                .description(
                    "While show_security_notifications is on, sends to a contact whose identity has changed are refused \
                     with 1028 until the newest one is acknowledged.",
                )
        }),
    )]
}

/// `contacts` of an answer: an object here.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Contacts {
    contacts: ContactIdentity,
}

/// `GET /v1/contacts/{wa_id}/identity`.
pub(crate) async fn show(
    Here(web): Here,
    _: User,
    Segment(wa_id): Segment,
) -> Result<Answer<200, Contacts>, Refused> {
    let contacts = web.line.identity(&wa_id).await?;
    Ok(Answer(Contacts { contacts }))
}

/// `PUT /v1/contacts/{wa_id}/identity`.
pub(crate) async fn acknowledge(
    Here(web): Here,
    _: User,
    Segment(wa_id): Segment,
    JsonBody(body, _): JsonBody<Acknowledgement>,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.acknowledge(&wa_id, &body).await }).await?;
    Ok(Done::done())
}
