//! `GET /graph/{app}`: the network checks that the address is ours (the reference's 2.1).

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::{Desk, refusal, unknown_app};

/// The query of a verification.
#[derive(Deserialize)]
pub(crate) struct Verification {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.challenge")]
    challenge: String,
    #[serde(rename = "hub.verify_token")]
    verify_token: String,
}

/// Echoes the challenge when the token is the app's.
pub(crate) async fn answer(
    State(desk): State<Arc<Desk>>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Verification>, QueryRejection>,
) -> Response {
    let Some(app) = path.ok().and_then(|Path(app_id)| desk.app(&app_id)) else {
        return unknown_app();
    };
    let asked = query
        .ok()
        .filter(|asked| asked.mode == "subscribe" && app.is_verified_by(&asked.verify_token));
    match asked {
        Some(Query(asked)) => {
            tracing::info!(app = app.app_id, "the webhook address was verified");
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                // The challenge is whatever the caller wrote: no browser may take it for a page.
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, asked.challenge).into_response()
        }
        None => refusal(StatusCode::FORBIDDEN, "not a verification with our token"),
    }
}
