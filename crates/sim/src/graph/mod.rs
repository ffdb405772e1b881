//! The Graph API on the network: routes, credentials, answers.

mod account;
mod app;
mod business;
mod callback;
mod desk;
mod flow;
mod headers;
mod list;
mod media;
mod node;
mod number;
mod request;
mod upload;

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::answer;
use crate::graph::headers::Stamp;
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

    /// The `fields` parameter, as text or as a list.
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
    let (parts, body) = request.into_parts();
    let head = Head::read(&parts);
    let stamp = shared.over_link(|network, now| network.stamp(head.as_ref().ok(), now))?;
    let outcome = match head {
        Ok(_) if stamp.is_over => {
            let words = "the app has used up its calls for this account within the hour";
            Err(GraphError::new(80_007, words).into())
        }
        Ok(head) => handle(shared, head, Request::from_parts(parts, body)).await,
        Err(error) => Err(error.into()),
    };
    let (mut response, error) = match outcome {
        Ok(Outcome::Json(value)) => (answer::json(200, &value), None),
        Ok(Outcome::File(mime_type, bytes)) => (answer::with(200, &mime_type, bytes), None),
        Err(Refusal::Closed) => return Err(Closed),
        Err(Refusal::Graph(error)) => {
            let body = error.body(&stamp.trace);
            (answer::json(error.status, &body), Some(error))
        }
    };
    stamp.mark(&mut response, error.as_ref());
    Ok(response)
}

async fn handle(shared: &Shared, head: Head, request: Request<Body>) -> Result<Outcome, Refusal> {
    if let [first, id] = head.path.as_slice()
        && first == "pps"
    {
        return upload::photo(shared, id);
    }
    if let [first, name] = head.path.as_slice()
        && matches!(first.as_str(), "qr" | "flow")
    {
        return upload::made(shared, first, name);
    }
    if let [first, second] = head.path.as_slice()
        && (first.as_str(), second.as_str()) == ("oauth", "access_token")
    {
        return app::access_token(shared, &head.query);
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
        return upload::session(shared, &head, request).await;
    }
    let (params, upload) = request::parameters(&head, request).await?;
    let call = Call {
        head,
        params,
        upload,
    };
    node::dispatch(shared, call).await
}

impl Network {
    /// What the answer to a call carries in its headers. Management calls count.
    fn stamp(&mut self, head: Option<&Head>, now: i64) -> Stamp {
        let edge = head.and_then(|head| head.path.get(1).map(String::as_str));
        let is_management = head.is_some_and(|head| {
            let id = head.path.first().map_or("", String::as_str);
            let is_file = matches!(id, "pps" | "lookaside" | "qr");
            !is_file && !matches!(edge, Some("messages" | "media" | "marketing_messages"))
        });
        let usage = is_management.then(|| self.count_call(now));
        Stamp {
            is_over: usage
                .as_ref()
                .is_some_and(|usage| self.is_over_calls(usage)),
            version: head.and_then(|head| head.version),
            trace: self.trace(),
            request: self.trace(),
            usage,
        }
    }

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
