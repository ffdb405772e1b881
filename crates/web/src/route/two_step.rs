//! Two-step verification (the reference's section 4).

use aide::axum::routing::post_with;
use onprem::account::TwoStep;

use super::{Routes, to_the_end};
use crate::answer::{Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/settings/account/two-step",
        post_with(switch_on, |operation| {
            operation.summary("Switch two-step verification on, or change its PIN")
        })
        .delete_with(switch_off, |operation| {
            operation
                .summary("Switch two-step verification off")
                .description(
                    "No call asks for the PIN any more. The network has no call that switches it off: there the PIN \
                     stays in force, and it is kept for the next registration.",
                )
        }),
    )]
}

/// `POST /v1/settings/account/two-step`.
pub(crate) async fn switch_on(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<TwoStep>,
) -> Result<Done, Refused> {
    let two_step = TwoStep::parse(&body)?;
    to_the_end(async move { web.line.set_two_step(two_step).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/settings/account/two-step`.
pub(crate) async fn switch_off(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.clear_two_step().await }).await?;
    Ok(Done::done())
}
