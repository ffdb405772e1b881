//! Which line a request is for: `/v1/…` is `main`'s, `/lines/{name}/v1/…` any other's.
//!
//! The routes are built once, whatever the number of lines: what tells them apart travels with the request.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::Uri;
use http::request::Parts;
use http::uri::PathAndQuery;
use onprem::{Code, Refusal};
use store::LineName;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::Service;

use crate::answer::Refused;
use crate::{Api, Web};

/// Before the name of a line in a path.
const LINES: &str = "/lines/";
/// What a line answers at under its own path.
const OWN: &str = "/v1";
/// `Retry-After` of a line that is closed, seconds.
const OPENS_WITHIN_S: u32 = 1;

/// The lines of a deployment. Cheap to clone; a line comes and goes while the web runs.
#[derive(Clone, Default)]
pub struct Lines {
    places: Arc<RwLock<BTreeMap<LineName, Place>>>,
}

/// Where a line's calls go.
enum Place {
    /// To the line, and what counts those in work.
    Open(Web, TaskTracker),
    /// Nowhere at this moment: the line is being opened, or cannot be.
    Closed,
}

/// A request for a line that is closed at this moment carries its name.
#[derive(Clone)]
struct Closed(LineName);

/// As long as it is there, the request's work on its line is not done.
#[derive(Clone)]
pub(crate) struct AtWork {
    _counted: TaskTrackerToken,
}

impl Lines {
    /// The lines that there are, whether they are served at this moment or not: what is asked of a closed one may be asked
    /// again soon, and any other is not found.
    pub fn expect(&self, names: impl IntoIterator<Item = LineName>) {
        let mut places = self.write();
        places.retain(|_, place| matches!(place, Place::Open(..)));
        for name in names {
            places.entry(name).or_insert(Place::Closed);
        }
    }

    /// Serves a line from now on.
    pub fn serve(&self, api: Api) {
        let name = api.line.config.name.clone();
        let place = Place::Open(Arc::new(api), TaskTracker::new());
        self.write().insert(name, place);
    }

    /// Serves a line no longer: it is closed. Waits for the requests in work, at most `patience`; whether all were done.
    pub async fn withdraw(&self, name: &LineName, patience: Duration) -> bool {
        let place = self.write().insert(name.clone(), Place::Closed);
        let Some(Place::Open(_, in_work)) = place else {
            return true;
        };
        in_work.close();
        tokio::time::timeout(patience, in_work.wait()).await.is_ok()
    }

    /// Marks a request with its line. One for a line's own path goes on without that part of it; a line that there is not
    /// has no paths: one for it stays whole, and is not found.
    fn assign(&self, request: &mut Request) {
        let (name, uri) = match own_path(request.uri()) {
            Some((name, uri)) => (name, Some(uri)),
            None => (LineName::main(), None),
        };
        // Under the lock: whoever closes the line waits for what was let in before.
        let places = self.read();
        match places.get(&name) {
            Some(Place::Open(web, in_work)) => {
                let extensions = request.extensions_mut();
                extensions.insert(web.clone());
                extensions.insert(AtWork {
                    _counted: in_work.token(),
                });
            }
            Some(Place::Closed) => drop(request.extensions_mut().insert(Closed(name))),
            None => return,
        }
        if let Some(uri) = uri {
            *request.uri_mut() = uri;
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<LineName, Place>> {
        self.places.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<LineName, Place>> {
        self.places.write().unwrap_or_else(PoisonError::into_inner)
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
    /// What the front has marked the request with; 503 / 1011 while the line is closed.
    pub(crate) fn of(parts: &Parts) -> Result<&Web, Refused> {
        parts.extensions.get().ok_or_else(|| {
            match parts.extensions.get() {
                Some(Closed(name)) => {
                    let details = format!("the line {name} is being opened: try again");
                    Refusal::new(Code::NOT_READY, details)
                        .with_status(503)
                        .retry_after(OPENS_WITHIN_S)
                }
                None => Refusal::not_found("there is no line here").with_status(404),
            }
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
