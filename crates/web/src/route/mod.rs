//! The routes, one file per subject.

mod account;
mod contacts;
mod dev;
mod health;
mod later;
mod media;
mod messages;
mod probe;
mod settings;
mod users;

use std::future::Future;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{MethodRouter, delete, get, post, put};
use http::request::Parts;
use onprem::{Code, Refusal};

use crate::Web;
use crate::answer::Refused;

/// All routes, still without their frame; `/dev/core` only in `dev`.
pub(crate) fn all(dev: bool) -> Router<Web> {
    let routes = Router::new().route("/", get(probe::root));
    let routes = [
        ("/livez", get(probe::live)),
        ("/readyz", get(probe::ready)),
        ("/v1/users", post(users::create)),
        ("/v1/users/login", post(users::login)),
        ("/v1/users/logout", post(users::logout)),
        (
            "/v1/users/{username}",
            get(users::show).put(users::change).delete(users::delete),
        ),
        ("/v1/account", post(account::register)),
        ("/v1/account/verify", post(account::verify)),
        (
            "/v1/settings/application",
            get(settings::show)
                .patch(settings::change)
                .delete(settings::reset),
        ),
        ("/v1/contacts", post(contacts::check)),
        ("/v1/media", post(media::upload)),
        (
            "/v1/media/{id}",
            get(media::download).merge(delete(media::delete)),
        ),
        ("/v1/messages", post(messages::send)),
        ("/v1/messages/{id}", put(messages::mark_read)),
        ("/v1/health", get(health::show)),
    ]
    .into_iter()
    .fold(routes, |routes, (path, methods)| {
        both(routes, path, methods)
    });
    let routes = later::ROWS.iter().fold(routes, |routes, row| {
        both(routes, row.path, row.method_router())
    });
    if dev {
        both(routes, "/dev/core", post(dev::core))
    } else {
        routes
    }
}

/// A route at its path and at the same with a trailing slash: clients use both.
pub(crate) fn both<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    path: &str,
    methods: MethodRouter<S>,
) -> Router<S> {
    routes
        .route(&format!("{path}/"), methods.clone())
        .route(path, methods)
}

/// The one variable part of a path, decoded.
struct Segment(String);

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
    match tokio::spawn(call).await {
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
    use tokio::sync::oneshot;
    use tower::ServiceExt;

    use super::*;
    use crate::answer::tests::opened;

    #[test]
    fn no_two_routes_collide() {
        // The router itself panics when they do.
        assert!(all(true).has_routes());
    }

    async fn told(Segment(name): Segment) -> String {
        name
    }

    async fn ask(path: &str) -> axum::response::Response {
        let routes: Router = both(Router::new(), "/v1/x/{name}", get(told));
        let request = Request::get(path).body(Body::empty()).unwrap();
        routes.oneshot(request).await.unwrap()
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
