//! Media providers (the reference's section 7).

use aide::axum::routing::{delete_with, get_with};
use onprem::provider::{Providers, ShownProvider};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, Segment, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/settings/application/media/providers",
            get_with(list, |operation| {
                operation
                    .summary("List the media providers")
                    .description("Secrets are masked: the answer has the documented form, not the passwords and tokens.")
            })
            .post_with(store, |operation| {
                operation.summary("Store media providers").description(
                    "Named credentials for media links. The body is an array; a name that is known is overwritten. They \
                     outlive a reset of the application settings.",
                )
            }),
        ),
        (
            "/v1/settings/application/media/providers/{name}",
            delete_with(delete, |operation| {
                operation.summary("Delete a media provider")
            }),
        ),
    ]
}

/// `settings` of an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MediaProviderSettings")]
pub(crate) struct Settings {
    settings: Application,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MediaProviderApplication")]
struct Application {
    application: Media,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MediaProviderMedia")]
struct Media {
    media: List,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MediaProviderList")]
struct List {
    providers: Vec<ShownProvider>,
}

/// `GET /v1/settings/application/media/providers`.
pub(crate) async fn list(Here(web): Here, _: Admin) -> Result<Answer<200, Settings>, Refused> {
    let providers = web.line.show_providers().await?;
    let media = Media {
        media: List { providers },
    };
    Ok(Answer(Settings {
        settings: Application { application: media },
    }))
}

/// `POST /v1/settings/application/media/providers`.
pub(crate) async fn store(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<Providers>,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.store_providers(&body).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/settings/application/media/providers/{name}`.
pub(crate) async fn delete(
    Here(web): Here,
    _: Admin,
    Segment(name): Segment,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_provider(&name).await }).await?;
    Ok(Done::done())
}
