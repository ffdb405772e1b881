//! Backup and restore (the reference's section 10).

use aide::axum::routing::post_with;
use onprem::backup::{Backup, Restore};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/settings/backup",
            post_with(backup, |operation| {
                operation
                    .summary("Back up registration and settings")
                    .description("Registration, application settings, media providers and the webhook's authorities, encrypted under the password. Messages, media, users and tokens are not in it. Needs a registered line that is ready.")
            }),
        ),
        (
            "/v1/settings/restore",
            post_with(restore, |operation| {
                operation
                    .summary("Restore a backup")
                    .description("Replaces what the backup holds, all together or not at all; it is in force at once, and the line connects anew. Users and passwords stay as they are here.")
            }),
        ),
    ]
}

/// `settings` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BackedUp {
    settings: BackupData,
}

#[derive(Serialize, JsonSchema)]
struct BackupData {
    /// What a restore takes: opaque text.
    data: String,
}

/// `POST /v1/settings/backup`.
pub(crate) async fn backup(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<Backup>,
) -> Result<Answer<200, BackedUp>, Refused> {
    let backup = Backup::parse(&body)?;
    let data = to_the_end(async move { web.line.backup(backup).await }).await?;
    Ok(Answer(BackedUp {
        settings: BackupData { data },
    }))
}

/// `POST /v1/settings/restore`.
pub(crate) async fn restore(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<Restore>,
) -> Result<Done, Refused> {
    let restore = Restore::parse(&body)?;
    to_the_end(async move { web.line.restore(restore).await }).await?;
    Ok(Done::done())
}
