//! Shards (the reference's sections 3.3 and 3.4).

use aide::axum::routing::get_with;
use onprem::account::ShardChange;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, to_the_end};
use crate::answer::{Answer, Nothing, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/account/shards",
        get_with(show, |operation| {
            operation.summary("Show the number of shards")
        })
        .post_with(change, |operation| {
            operation
                .summary("Set the number of shards")
                .description("Stored and shown; it moves nothing. 403 while the network is out of reach: try again.")
        }),
    )]
}

/// `account` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Account {
    account: Shards,
}

#[derive(Serialize, JsonSchema)]
struct Shards {
    shards: u8,
}

/// `GET /v1/account/shards`.
pub(crate) async fn show(Here(web): Here, _: Admin) -> Result<Answer<200, Account>, Refused> {
    let shards = web.line.shards().await?;
    Ok(Answer(Account {
        account: Shards { shards },
    }))
}

/// `POST /v1/account/shards`.
pub(crate) async fn change(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<ShardChange>,
) -> Result<Answer<201, Nothing>, Refused> {
    let change = ShardChange::parse(&body)?;
    to_the_end(async move { web.line.set_shards(change).await }).await?;
    Ok(Answer(Nothing {}))
}
