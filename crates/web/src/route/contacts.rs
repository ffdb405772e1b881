//! Contact checks (the reference's section 11).

use axum::extract::State;
use onprem::contact::{CheckedContact, ContactCheck};
use serde::Serialize;

use crate::Web;
use crate::answer::{Answer, Refused};
use crate::auth::User;
use crate::body::JsonBody;

/// `contacts` of an answer.
#[derive(Serialize)]
pub(crate) struct Contacts {
    contacts: Vec<CheckedContact>,
}

/// `POST /v1/contacts`.
pub(crate) async fn check(
    State(web): State<Web>,
    _: User,
    JsonBody(body): JsonBody,
) -> Result<Answer<200, Contacts>, Refused> {
    let check = ContactCheck::parse(&body)?;
    let contacts = web.line.check_contacts(&check);
    Ok(Answer(Contacts { contacts }))
}
