//! Health (the reference's section 14.1).

use aide::axum::routing::get_with;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::Routes;
use crate::answer::Answer;
use crate::auth::UserOrKey;
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![(
        "/v1/health",
        get_with(show, |operation| {
            operation
                .summary("How the line is")
                .description("200 whenever the web answers, whatever the line's state. `connecting` lasts until templates are loaded and offline messages are processed: from `connected` on messages can be sent.")
                .shows(200, json!({"health": {"gateway_status": "connected"}}))
        }),
    )]
}

/// `health` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    health: Gateway,
}

#[derive(Serialize, JsonSchema)]
struct Gateway {
    /// `connected`, `connecting`, `disconnected` or `unregistered`.
    gateway_status: &'static str,
}

/// `GET /v1/health`: 200 whenever the web answers, whatever the line's state.
pub(crate) async fn show(Here(web): Here, _: UserOrKey) -> Answer<200, Health> {
    Answer(Health {
        health: Gateway {
            gateway_status: web.line.state().gateway_status().as_str(),
        },
    })
}
