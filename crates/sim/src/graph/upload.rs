//! Resumable uploads, and the photos that come of them.

use std::pin::pin;

use axum::body::Body;
use futures_util::StreamExt as _;
use http::Request;
use serde_json::json;

use crate::form;
use crate::graph::request::Head;
use crate::graph::{Call, Outcome, Refusal};
use crate::network::error::GraphError;
use crate::network::upload::PREFIX;
use crate::qr;
use crate::shared::Shared;

/// Whether a path is the id of an upload session.
pub(crate) fn is_session(path: &[String]) -> bool {
    matches!(path, [id] if id.starts_with(PREFIX))
}

/// `POST /{APP_ID}/uploads`.
pub(crate) fn open(shared: &Shared, call: &Call) -> Result<Outcome, Refusal> {
    let id = shared.over_link(|network, _| network.open_upload(&call.params))??;
    Ok(json!({ "id": id }).into())
}

/// `GET` and `POST /{upload id}`.
pub(crate) async fn session(
    shared: &Shared,
    head: &Head,
    request: Request<Body>,
) -> Result<Outcome, Refusal> {
    let id = head.path.first().cloned().unwrap_or_default();
    let signature = form::value(&head.query, "sig").unwrap_or_default();
    let (offset, length) = shared
        .over_link(|network, _| network.upload_offset(&id, &signature))?
        .ok_or_else(|| GraphError::unknown_object(head.method.as_str(), &id))?;
    match head.method.as_str() {
        "GET" => Ok(json!({"id": format!("{id}?sig={signature}"), "file_offset": offset}).into()),
        "POST" => {
            check_offset(&request, offset)?;
            fill(shared, &id, length - offset, request.into_body()).await
        }
        method => Err(GraphError::unknown_object(method, &id).into()),
    }
}

fn check_offset(request: &Request<Body>, offset: usize) -> Result<(), GraphError> {
    let given = request
        .headers()
        .get("file_offset")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok());
    if given == Some(offset) {
        Ok(())
    } else {
        Err(GraphError::parameter(format!(
            "The header file_offset must be {offset}, where this upload stands."
        )))
    }
}

/// What has arrived stays, also when the body breaks off.
async fn fill(shared: &Shared, id: &str, free: usize, body: Body) -> Result<Outcome, Refusal> {
    let mut body = pin!(body.into_data_stream());
    let mut arrived = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            GraphError::parameter(format!("The body cannot be read to its end: {error}"))
        })?;
        arrived += chunk.len();
        if arrived > free {
            return Err(GraphError::parameter("The body is longer than file_length.").into());
        }
        shared.over_link(|network, _| network.fill_upload(id, &chunk))?;
    }
    let handle = shared
        .over_link(|network, _| network.upload_handle(id))?
        .ok_or_else(|| GraphError::parameter("The file is not whole yet."))?;
    Ok(json!({ "h": handle }).into())
}

/// The bytes behind the URL of a photo.
pub(crate) fn photo(shared: &Shared, id: &str) -> Result<Outcome, Refusal> {
    let found = shared.over_link(|network, _| {
        network
            .photo(id)
            .map(|photo| Outcome::File(photo.mime_type.clone(), photo.bytes()))
    })?;
    found.ok_or_else(|| GraphError::plain(404, 100, "There is no such picture").into())
}

/// Pictures and files that the network makes itself: `/qr/{code}.svg`, `/flow/{id}.json`. They need no token.
pub(crate) fn made(shared: &Shared, kind: &str, name: &str) -> Result<Outcome, Refusal> {
    let found = shared.over_link(|network, _| {
        if kind == "qr" {
            let url = network.link_url(name.strip_suffix(".svg")?)?;
            return Some(Outcome::File(
                "image/svg+xml".to_owned(),
                qr::svg(&url)?.into(),
            ));
        }
        let json = network.flow_json(name.strip_suffix(".json")?)?;
        Some(Outcome::File("application/json".to_owned(), json.into()))
    })?;
    found.ok_or_else(|| GraphError::plain(404, 100, "There is no such file").into())
}
