//! Contact checks (the reference's section 11).

use aide::axum::routing::post_with;
use onprem::contact::{CheckedContact, ContactCheck};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::Routes;
use crate::answer::{Answer, Refused};
use crate::auth::User;
use crate::body::JsonBody;
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/contacts",
        post_with(check, |operation| {
            operation
                .summary("Check contacts")
                .description("Every input with a digit is valid, as in v2.43 and later; nothing is asked of the network.")
                .shows(200, json!({"contacts": [
                    {"input": "+1 202-555-0143", "status": "valid", "wa_id": "12025550143"},
                    {"input": "nobody", "status": "invalid"},
                ]}))
        }),
    )]
}

/// `contacts` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Contacts {
    contacts: Vec<CheckedContact>,
}

/// `POST /v1/contacts`.
pub(crate) async fn check(
    Here(web): Here,
    _: User,
    JsonBody(body, _): JsonBody<ContactCheck>,
) -> Result<Answer<200, Contacts>, Refused> {
    let check = ContactCheck::parse(&body)?;
    let contacts = web.line.check_contacts(&check);
    Ok(Answer(Contacts { contacts }))
}
