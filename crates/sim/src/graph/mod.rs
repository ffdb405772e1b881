//! The Graph API on the network: routes, credentials, answers.

mod business;
mod callback;
mod list;
mod media;
mod node;
mod request;
mod upload;

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::answer;
use crate::graph::request::{Head, Upload};
use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::media::{hex, hmac};
use crate::network::params::Params;
use crate::shared::{Closed, Shared};

/// Why a call has no result.
pub(crate) enum Refusal {
    /// The link is down.
    Closed,
    /// An error body.
    Graph(GraphError),
}

impl From<GraphError> for Refusal {
    fn from(error: GraphError) -> Self {
        Self::Graph(error)
    }
}

impl From<Closed> for Refusal {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

/// A result.
pub(crate) enum Outcome {
    Json(Value),
    /// A file with its MIME type.
    File(String, bytes::Bytes),
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// A call whose credentials are right.
pub(crate) struct Call {
    pub(crate) head: Head,
    pub(crate) params: Params,
    pub(crate) upload: Option<Upload>,
}

impl Call {
    pub(crate) fn is_get(&self) -> bool {
        self.head.method == Method::GET
    }

    /// The `fields` parameter.
    pub(crate) fn fields(&self) -> Option<&str> {
        self.params.value("fields").and_then(Value::as_str)
    }

    /// The refusal of a call that the object does not know.
    pub(crate) fn unsupported(&self, id: &str) -> GraphError {
        GraphError::unknown_object(self.head.method.as_str(), id)
    }
}

/// `{"success": true}`
pub(crate) fn success() -> Outcome {
    Outcome::Json(json!({"success": true}))
}

/// Answers a Graph call; an error closes the connection.
pub(crate) async fn answer(shared: &Shared, request: Request<Body>) -> Result<Response, Closed> {
    match handle(shared, request).await {
        Ok(Outcome::Json(value)) => Ok(answer::json(200, &value)),
        Ok(Outcome::File(mime_type, bytes)) => Ok(answer::with(200, &mime_type, bytes)),
        Err(Refusal::Closed) => Err(Closed),
        Err(Refusal::Graph(error)) => {
            let trace = shared.over_link(|network, _| network.trace())?;
            Ok(answer::json(error.status, &error.body(&trace)))
        }
    }
}

async fn handle(shared: &Shared, request: Request<Body>) -> Result<Outcome, Refusal> {
    let (parts, body) = request.into_parts();
    let head = Head::read(&parts)?;
    if let [first, id] = head.path.as_slice()
        && first == "pps"
    {
        return upload::photo(shared, id);
    }
    shared.over_link(|network, _| {
        network.admit(&head)?;
        network.heard();
        Ok::<_, GraphError>(())
    })??;
    if let [first, id] = head.path.as_slice()
        && first == "lookaside"
    {
        return media::download(shared, id, &head.query);
    }
    if upload::is_session(&head.path) {
        return upload::session(shared, &head, Request::from_parts(parts, body)).await;
    }
    let (params, upload) = request::parameters(&head, Request::from_parts(parts, body)).await?;
    let call = Call {
        head,
        params,
        upload,
    };
    node::dispatch(shared, call).await
}

impl Network {
    /// Checks the credentials of a call: the system user's token, or the app's own.
    fn admit(&self, head: &Head) -> Result<(), GraphError> {
        let Some(token) = &head.token else {
            return Err(GraphError::plain(
                401,
                104,
                "An access token is required to request this resource.",
            ));
        };
        if self.faults.token_invalid {
            return Err(GraphError::plain(
                401,
                190,
                "Error validating access token: The session has been invalidated.",
            ));
        }
        let app = &self.lasting.app;
        let app_token = format!("{}|{}", app.id, app.secret);
        let known = [&app.access_token, &app_token]
            .iter()
            .any(|good| bool::from(good.as_bytes().ct_eq(token.as_bytes())));
        if !known {
            return Err(GraphError::plain(
                401,
                190,
                "Invalid OAuth access token - Cannot parse access token",
            ));
        }
        if let Some(proof) = crate::form::value(&head.query, "appsecret_proof") {
            let good = hex(&hmac(app.secret.as_bytes(), token.as_bytes()));
            if !bool::from(good.as_bytes().ct_eq(proof.as_bytes())) {
                return Err(GraphError::plain(
                    400,
                    100,
                    "Invalid appsecret_proof provided in the API argument",
                ));
            }
        }
        Ok(())
    }
}
