//! Which line a request is for: `/v1/…` is `main`'s, `/lines/{name}/v1/…` any other's.
//!
//! The routes are built once, whatever the number of lines: what tells them apart travels with the request.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::Uri;
use http::request::Parts;
use http::uri::PathAndQuery;
use onprem::Refusal;
use store::LineName;
use tower::Service;

use crate::answer::Refused;
use crate::{Api, Web};

/// Before the name of a line in a path.
const LINES: &str = "/lines/";
/// What a line answers at under its own path.
const OWN: &str = "/v1";

/// The lines that are served. Cheap to clone; a line comes and goes while the web runs.
#[derive(Clone, Default)]
pub struct Lines {
    served: Arc<RwLock<BTreeMap<LineName, Web>>>,
}

impl Lines {
    /// Serves a line from now on, in place of an earlier one of that name.
    pub fn serve(&self, api: Api) {
        let name = api.line.config.name.clone();
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        served.insert(name, Arc::new(api));
    }

    /// Serves a line no longer. Requests in work are answered.
    pub fn withdraw(&self, name: &LineName) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        served.remove(name);
    }

    fn get(&self, name: &LineName) -> Option<Web> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.get(name).cloned()
    }

    /// Marks a request with its line. One for a line's own path goes on without that part of it.
    fn assign(&self, request: &mut Request) {
        if let Some((name, uri)) = own_path(request.uri()) {
            // A line that is not served has no paths: this one stays whole, and is not found.
            if let Some(web) = self.get(&name) {
                *request.uri_mut() = uri;
                request.extensions_mut().insert(web);
            }
        } else if let Some(web) = self.get(&LineName::main()) {
            request.extensions_mut().insert(web);
        }
    }
}

/// The line that a path names, and what is left of it.
fn own_path(uri: &Uri) -> Option<(LineName, Uri)> {
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(LINES)?;
    let (name, _) = rest.split_once('/')?;
    let inner = rest.strip_prefix(name)?;
    let after = inner.strip_prefix(OWN)?;
    if !(after.is_empty() || after.starts_with(['/', '?'])) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(inner).ok()?);
    Some((LineName::new(name)?, Uri::from_parts(parts).ok()?))
}

/// The line of a request, and what the web has for it.
pub(crate) struct Here(pub(crate) Web);

impl Here {
    /// What the front has marked the request with.
    pub(crate) fn of(parts: &Parts) -> Result<&Web, Refused> {
        parts.extensions.get().ok_or_else(|| {
            Refusal::not_found("there is no line here")
                .with_status(404)
                .into()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Here {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Self::of(parts).cloned().map(Self)
    }
}

/// The web as a service: every request with its line.
#[derive(Clone)]
pub struct Front {
    pub(crate) lines: Lines,
    pub(crate) routes: Router,
}

impl Service<Request> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.routes, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        self.lines.assign(&mut request);
        self.routes.call(request)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/lines/sales/v1/health", "sales", "/v1/health")]
    #[case("/lines/sales/v1/users/login/?a=b", "sales", "/v1/users/login/?a=b")]
    #[case("/lines/a-1_b/v1", "a-1_b", "/v1")]
    #[case("/lines/main/v1?x", "main", "/v1?x")]
    #[case(
        "https://host.example/lines/sales/v1/media",
        "sales",
        "https://host.example/v1/media"
    )]
    fn a_path_of_a_line_is_taken_apart(#[case] path: &str, #[case] name: &str, #[case] rest: &str) {
        let uri: Uri = path.parse().expect("a URI");

        let (line, inner) = own_path(&uri).expect("a line's path");

        assert_eq!((line.as_str(), inner.to_string().as_str()), (name, rest));
    }

    #[rstest]
    #[case("/v1/health")]
    #[case("/lines/sales/livez")]
    #[case("/lines/sales/v12/health")]
    #[case("/lines/Sales/v1/health")]
    #[case("/lines//v1/health")]
    #[case("/lines/sales")]
    #[case("/lines/sales/lines/main/v1/health")]
    #[case("/lines/%2e%2e/v1/health")]
    #[case("*")]
    fn other_paths_stay_whole(#[case] path: &str) {
        let uri: Uri = path.parse().expect("a URI");

        assert!(own_path(&uri).is_none());
    }
}
