//! Application settings (the reference's section 6).

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use super::to_the_end;
use crate::Web;
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;

/// `settings` of an answer.
#[derive(Serialize)]
pub(crate) struct Settings {
    settings: Application,
}

#[derive(Serialize)]
struct Application {
    application: Value,
}

/// `GET /v1/settings/application`.
pub(crate) async fn show(State(web): State<Web>, _: Admin) -> Answer<200, Settings> {
    Answer(Settings {
        settings: Application {
            application: web.line.settings_json(),
        },
    })
}

/// `PATCH /v1/settings/application`.
pub(crate) async fn change(
    State(web): State<Web>,
    _: Admin,
    JsonBody(body): JsonBody,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.patch_settings(&body).await }).await?;
    Ok(Done::done())
}

/// `DELETE /v1/settings/application`.
pub(crate) async fn reset(State(web): State<Web>, _: Admin) -> Result<Done, Refused> {
    to_the_end(async move { web.line.reset_settings().await }).await?;
    Ok(Done::done())
}
