//! Support information (`rest-api.md` 14.6).

use aide::axum::routing::get_with;
use onprem::support::Support;
use schemars::JsonSchema;
use serde::Serialize;

use super::Routes;
use crate::answer::{Answer, Refused};
use crate::auth::User;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/support",
        get_with(show, |operation| {
            operation
                .summary("Support information")
                .description("What somebody who helps asks for first. Nothing of it is a secret; `landline` is ours.")
        }),
    )]
}

/// `support` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Shown {
    support: Support,
}

/// `GET /v1/support`.
pub(crate) async fn show(Here(web): Here, _: User) -> Result<Answer<200, Shown>, Refused> {
    let support = web.line.support().await?;
    Ok(Answer(Shown { support }))
}
