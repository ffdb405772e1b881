//! The routes, one file per subject.

mod account;
mod backup;
mod business;
mod certificates;
mod contacts;
mod description;
mod dev;
mod groups;
mod health;
mod identity;
mod media;
mod messages;
mod metrics;
mod photo;
mod probe;
mod profile;
mod providers;
mod services;
mod settings;
mod shards;
mod stickerpacks;
mod support;
mod two_step;
mod users;

use std::future::Future;

use aide::axum::ApiRouter;
use aide::axum::routing::ApiMethodRouter;
use aide::transform::TransformPathItem;
use axum::extract::{FromRequestParts, Path};
use axum::routing::MethodRouter;
use http::request::Parts;
use onprem::{Code, Refusal};

use crate::answer::Refused;
use crate::request::RequestId;

/// Calls of one subject: paths, each with its methods.
pub(crate) type Routes = Vec<(&'static str, ApiMethodRouter)>;

/// Every call, under the name that the document groups them by; `/dev/core` only in `dev`.
fn subjects(dev: bool) -> Vec<(&'static str, Routes)> {
    let mut subjects = vec![
        ("Users", users::routes()),
        ("Account", account::routes()),
        ("Account", shards::routes()),
        ("Account", two_step::routes()),
        ("Certificates", certificates::routes()),
        ("Settings", settings::routes()),
        ("Settings", providers::routes()),
        ("Profile", profile::routes()),
        ("Profile", business::routes()),
        ("Backup", backup::routes()),
        ("Contacts", contacts::routes()),
        ("Contacts", identity::routes()),
        ("Media", media::routes()),
        ("Messages", messages::routes()),
        ("Services", services::routes()),
        ("Monitoring", health::routes()),
        ("Monitoring", metrics::routes()),
        ("Monitoring", support::routes()),
        ("Stickers", stickerpacks::routes()),
        ("Groups", groups::routes()),
        ("Description", description::routes()),
        ("Probes", probe::routes()),
    ];
    if dev {
        subjects.push(("Development", dev::routes()));
    }
    subjects
}

/// All routes, still without their frame.
pub(crate) fn all(dev: bool) -> ApiRouter {
    subjects(dev)
        .into_iter()
        .fold(ApiRouter::new(), |routes, (tag, calls)| {
            calls.into_iter().fold(routes, |routes, (path, methods)| {
                both(routes, path, methods, |item| item.tag(tag))
            })
        })
}

/// Every path.
#[cfg(test)]
pub(crate) fn paths() -> Vec<&'static str> {
    let subjects = subjects(true).into_iter();
    subjects
        .flat_map(|(_, calls)| calls)
        .map(|(path, _)| path)
        .collect()
}

/// A path, and the same with a trailing slash: clients use both.
pub(crate) fn both<S: Clone + Send + Sync + 'static>(
    routes: ApiRouter<S>,
    path: &str,
    methods: ApiMethodRouter<S>,
    describe: impl FnOnce(TransformPathItem<'_>) -> TransformPathItem<'_>,
) -> ApiRouter<S> {
    let routes = if path.ends_with('/') {
        routes
    } else {
        routes.route(&format!("{path}/"), MethodRouter::from(methods.clone()))
    };
    routes.api_route_with(path, methods, describe)
}

/// The one variable part of a path, decoded.
pub(crate) struct Segment(String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(segment)) => Ok(Self(segment)),
            // Percent signs that do not decode to UTF-8: nothing has such a name.
            Err(rejection) => Err(Refusal::not_found(rejection.body_text())
                .with_status(404)
                .into()),
        }
    }
}

/// Runs a call that changes something to its end, also when the caller hangs up meanwhile: what is written is then
/// also in force, and what follows it (a kept password) follows.
async fn to_the_end<T: Send + 'static>(
    call: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::spawn(RequestId::inherited(call)).await {
        Ok(answer) => answer,
        // A panic goes on here, to the frame.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(ended) => Err(Refusal::new(Code::NOT_READY, ended.to_string()).with_status(503)),
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::IntoResponse;
    use axum::routing::get;
    use tokio::sync::oneshot;
    use tower::ServiceExt;

    use super::*;
    use crate::answer::tests::opened;

    #[test]
    fn no_two_routes_collide() {
        // The router itself panics when they do.
        assert!(axum::Router::from(all(true)).has_routes());
    }

    async fn told(Segment(name): Segment) -> String {
        name
    }

    async fn ask(path: &str) -> axum::response::Response {
        let routes = both(ApiRouter::new(), "/v1/x/{name}", get(told).into(), |item| {
            item
        });
        let request = Request::get(path).body(Body::empty()).unwrap();
        axum::Router::from(routes).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_segment_is_decoded() {
        let response = ask("/v1/x/ops%40example%2Fa/").await;

        let body = axum::body::to_bytes(response.into_body(), 1000).await;
        assert_eq!(body.unwrap(), "ops@example/a");
    }

    #[tokio::test]
    async fn a_segment_that_does_not_decode_names_nothing() {
        let (status, _, body) = opened(ask("/v1/x/%ff").await.into_response()).await;

        assert_eq!(status, 404);
        assert_eq!(body["errors"][0]["code"], 1006);
    }

    #[tokio::test]
    async fn a_call_runs_to_its_end_without_its_caller() {
        let (start, started) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let mut call = Box::pin(to_the_end(async move {
            started.await.ok();
            end.send(()).ok();
            Ok(())
        }));
        assert!(futures_util::poll!(&mut call).is_pending());

        drop(call);
        start.send(()).unwrap();

        assert_eq!(ended.await, Ok(()));
    }
}
