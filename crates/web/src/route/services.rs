//! Garbage collection (the reference's sections 13.3 and 13.4).

use aide::axum::routing::put_with;
use landline_core::collect::Subject;
use onprem::service::GcStatus;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, to_the_end};
use crate::Web;
use crate::answer::{Answer, Refused};
use crate::auth::User;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/services/message/gc",
            put_with(messages, |operation| {
                operation
                    .summary("Collect old messages")
                    .description("Starts at once and ends with a notification in which `services[0].message.gc` says how many messages were deleted: those to which nothing has happened for 30 days. What is queued, or not delivered to the webhook yet, stays.")
            }),
        ),
        (
            "/v1/services/media/gc",
            put_with(media, |operation| {
                operation
                    .summary("Collect unused media")
                    .description("Starts at once and ends with a notification in which `services[0].media.gc` says how many files were deleted: those that nobody has used for 30 days. What a queued message or a pending notification names stays.")
            }),
        ),
    ]
}

/// `services` of an answer; `S` names what is collected.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Services<S> {
    services: S,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct MessageCollection {
    message: Collection,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct MediaCollection {
    media: Collection,
}

#[derive(Serialize, JsonSchema)]
struct Collection {
    gc: Gc,
}

#[derive(Serialize, JsonSchema)]
struct Gc {
    status: GcStatus,
}

const PROCESSING: Collection = Collection {
    gc: Gc {
        status: GcStatus::Processing,
    },
};

/// `PUT /v1/services/message/gc`.
pub(crate) async fn messages(
    Here(web): Here,
    _: User,
) -> Result<Answer<200, Services<MessageCollection>>, Refused> {
    ask(web, Subject::Messages).await?;
    let message = PROCESSING;
    Ok(Answer(Services {
        services: MessageCollection { message },
    }))
}

/// `PUT /v1/services/media/gc`.
pub(crate) async fn media(
    Here(web): Here,
    _: User,
) -> Result<Answer<200, Services<MediaCollection>>, Refused> {
    ask(web, Subject::Media).await?;
    let media = PROCESSING;
    Ok(Answer(Services {
        services: MediaCollection { media },
    }))
}

async fn ask(web: Web, subject: Subject) -> Result<(), Refused> {
    to_the_end(async move { web.line.ask_for_collection(subject).await }).await?;
    Ok(())
}
