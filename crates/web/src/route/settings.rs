//! Application settings (the reference's section 6).

use aide::axum::routing::get_with;
use onprem::settings::ApplicationSettings;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Routes, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/settings/application",
        get_with(show, |operation| {
            operation
                .summary("Show the application settings")
                .description("All of them, also those that were never changed. `wa_id` is there once a number is registered.")
                .shows(200, json!({"settings": {"application": ApplicationSettings::default().to_json(Some("12025550111"))}}))
        })
        .patch_with(change, |operation| {
            operation
                .summary("Change application settings")
                .description("Only what is named changes, in force at once. Objects are merged member by member, `null` leaves a value alone.")
                .shows(200, json!({}))
        })
        .delete_with(reset, |operation| {
            operation
                .summary("Reset all application settings")
                .description("Also the webhook's URL; what waits to be delivered is kept. Media providers stay.")
                .shows(200, json!({}))
        }),
    )]
}

/// `settings` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Settings {
    settings: Application,
}

#[derive(Serialize, JsonSchema)]
struct Application {
    application: Value,
}

/// `GET /v1/settings/application`.
pub(crate) async fn show(Here(web): Here, _: Admin) -> Answer<200, Settings> {
    Answer(Settings {
        settings: Application {
            application: web.line.settings_json(),
        },
    })
}

/// `PATCH /v1/settings/application`.
pub(crate) async fn change(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<ApplicationSettings>,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.patch_settings(&body).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/settings/application`.
pub(crate) async fn reset(Here(web): Here, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.reset_settings().await }).await?;
    Ok(Done::done())
}
