//! The HTTP service: `/sim` for the virtual phones, everything else is the Graph API.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::response::Response;
use http::Request;

use crate::shared::Shared;
use crate::{answer, graph, phone};

/// The HTTP service of a simulator: `Error` closes the connection. It takes requests with any body, so that a server's
/// own can be handed to it as they are.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

impl Service {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl<B> tower::Service<Request<B>> for Service
where
    B: HttpBody<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let request = request.map(Body::new);
        Box::pin(async move {
            let path = request.uri().path();
            let is_sim = path == "/sim" || path.starts_with("/sim/");
            let mut response = if is_sim {
                phone::answer(&shared, request).await
            } else {
                tokio::select! {
                    biased;
                    () = shared.link_down() => None,
                    response = graph::answer(&shared, request) => response.ok(),
                }
                .ok_or_else(|| {
                    io::Error::new(io::ErrorKind::ConnectionAborted, "the link is down")
                })?
            };
            shared.save_urgent().await;
            answer::date(&mut response, shared.now_s());
            Ok(response)
        })
    }
}
