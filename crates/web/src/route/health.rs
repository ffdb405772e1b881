//! Health (the reference's section 14.1).

use axum::extract::State;
use serde::Serialize;

use crate::Web;
use crate::answer::Answer;
use crate::auth::UserOrKey;

/// `health` of an answer.
#[derive(Serialize)]
pub(crate) struct Health {
    health: Gateway,
}

#[derive(Serialize)]
struct Gateway {
    gateway_status: &'static str,
}

/// `GET /v1/health`: 200 whenever the web answers, whatever the line's state.
pub(crate) async fn show(State(web): State<Web>, _: UserOrKey) -> Answer<200, Health> {
    Answer(Health {
        health: Gateway {
            gateway_status: web.line.state().gateway_status().as_str(),
        },
    })
}
