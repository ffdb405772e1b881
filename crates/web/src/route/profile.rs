//! The profile: about (the reference's section 8.1). The photo has a file of its own.

use aide::axum::routing::get_with;
use onprem::profile::About;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, photo, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    let about = get_with(show, |operation| operation.summary("Show the about text"))
        .patch_with(change, |operation| {
            operation.summary("Change the about text")
        });
    vec![("/v1/settings/profile/about", about), photo::route()]
}

/// `settings.profile` of an answer.
#[derive(Serialize, JsonSchema)]
pub(super) struct Settings<T> {
    settings: Profile<T>,
}

#[derive(Serialize, JsonSchema)]
struct Profile<T> {
    profile: T,
}

impl<T> Settings<T> {
    pub(super) fn of(profile: T) -> Answer<200, Self> {
        Answer(Self {
            settings: Profile { profile },
        })
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Shown {
    about: Text,
}

#[derive(Serialize, JsonSchema)]
struct Text {
    /// `""` when none is set.
    text: String,
}

/// `GET /v1/settings/profile/about`.
pub(crate) async fn show(
    Here(web): Here,
    _: Admin,
) -> Result<Answer<200, Settings<Shown>>, Refused> {
    let text = web.line.about().await?;
    Ok(Settings::of(Shown {
        about: Text { text },
    }))
}

/// `PATCH /v1/settings/profile/about`.
pub(crate) async fn change(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<About>,
) -> Result<Done, Refused> {
    let about = About::parse(&body)?;
    to_the_end(async move { web.line.change_about(about).await }).await?;
    Ok(Done::done())
}
