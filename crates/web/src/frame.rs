//! What every answer has in common, whatever a handler did: headers, a request id, an envelope even after a panic.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use onprem::{Code, Refusal};
use store::LineName;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::Web;
use crate::answer::{Cause, Done, Refused};
use crate::lines::AtWork;
use crate::linger;
use crate::progress::Progress;
use crate::request::RequestId;
use crate::traffic::Traffic;

/// The reference's operations 6.2.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    ),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Failures are logged at most once in this time, milliseconds; the next line says how many were left out.
const LOG_EVERY_MS: i64 = 1000;

/// The routes with what surrounds them: envelopes for unknown paths and methods, and the frame. Call it last.
pub(crate) fn around<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    traffic: &Arc<Traffic>,
) -> Router<S> {
    routes
        .fallback(unknown_path)
        .method_not_allowed_fallback(other_method)
        .layer(Frame {
            failures: Arc::default(),
            traffic: Arc::clone(traffic),
        })
}

async fn unknown_path(method: Method, uri: Uri) -> Refused {
    let path: String = uri.path().chars().take(200).collect();
    Refusal::new(Code::INTERNAL, format!("no such path: {method} {path}"))
        .with_status(404)
        .into()
}

/// `OPTIONS` is answered, any other method refused; the router adds `Allow` to both.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return Done::done().into_response();
    }
    let details = format!("{method} is not offered here; the Allow header names what is");
    Refused::bad_request(405, details).into_response()
}

/// The layer around every route.
#[derive(Clone)]
struct Frame {
    failures: Arc<Failures>,
    traffic: Arc<Traffic>,
}

impl<S> Layer<S> for Frame {
    type Service = Framed<S>;

    fn layer(&self, inner: S) -> Framed<S> {
        Framed {
            inner,
            frame: self.clone(),
        }
    }
}

#[derive(Clone)]
struct Framed<S> {
    inner: S,
    frame: Frame,
}

type Answered = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for Framed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answered;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Answered {
        let (began, id) = (Instant::now(), RequestId::new());
        let at_work = request.extensions_mut().remove::<AtWork>();
        let header = id.header();
        let call = Call::of(&request);
        let frame = self.frame.clone();
        let progress = Progress::begin(&frame.traffic, &request);
        // A handler that panicked leaves nothing behind that another request uses: what is shared belongs to the
        // line, which guards itself.
        let request = linger::around(request, Arc::downgrade(&progress));
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        let framed = async move {
            let mut response = match answer.await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(panic) => panicked(&*panic),
            };
            frame.note(&call, &response, began.elapsed());
            dress(response.headers_mut(), header);
            Ok(response.map(|body| progress.write(body)))
        };
        // Whatever is logged on the way names the request.
        Box::pin(id.around(at_work, framed))
    }
}

/// What a request asked for.
struct Call {
    /// The line, if there is one; its part of the path is gone.
    line: Option<LineName>,
    method: Method,
    uri: Uri,
    /// The route's path, if there is one.
    route: Option<MatchedPath>,
}

impl Call {
    fn of(request: &Request) -> Self {
        let line = request.extensions().get::<Web>();
        Self {
            line: line.map(|web| web.line.config.name.clone()),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get().cloned(),
        }
    }

    /// The path without what is variable in it, which may be a customer's number.
    fn template(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    /// For the log.
    fn line(&self) -> Option<tracing::field::DisplayValue<&LineName>> {
        self.line.as_ref().map(tracing::field::display)
    }
}

impl Frame {
    /// A request was answered: counted, logged if our fault, and in the access log.
    fn note(&self, call: &Call, response: &Response, took: Duration) {
        let (method, status) = (&call.method, response.status());
        let traffic = &self.traffic;
        traffic.note_answer(method, call.template(), status, took);
        self.failures.note(call, response);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (path, status) = (call.uri.path(), status.as_u16());
        tracing::debug!(line = call.line(), %method, path, status, duration_ms, "answered");
    }
}

/// 500 / 1014. What the panic said is for the log only.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Response {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let refusal =
        Refusal::new(Code::INTERNAL, "an unexpected failure; the log has more").with_status(500);
    let mut response = Refused::from(refusal).into_response();
    response
        .extensions_mut()
        .insert(Cause(format!("panic: {said}")));
    response
}

fn dress(headers: &mut HeaderMap, id: HeaderValue) {
    headers.reserve(HEADERS.len() + 1);
    for (name, value) in HEADERS {
        // What a handler says of its own answer (the page's policy, a cache's) stands.
        headers.entry(name).or_insert(value);
    }
    headers.insert(REQUEST_ID, id);
}

/// Failures of ours, logged sparingly: a full disk must not fill the log as well.
#[derive(Default)]
struct Failures {
    logged_ms: AtomicI64,
    left_out: AtomicU64,
}

impl Failures {
    fn note(&self, call: &Call, response: &Response) {
        if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
            return;
        }
        let Some(left_out) = self.turn(store::clock::now_ms()) else {
            return;
        };
        let cause = response.extensions().get::<Cause>();
        let cause = cause.map_or("not known", |cause| cause.0.as_str());
        let (method, path) = (&call.method, call.template().unwrap_or_default());
        // 500 / 1014 is also documented for a picture that is none, and for a name that is taken: no errors of ours.
        tracing::warn!(line = call.line(), %method, path, left_out, "request failed: {cause}");
    }

    /// Whether a line may be written now, and how many were left out before it.
    fn turn(&self, now_ms: i64) -> Option<u64> {
        let last = self.logged_ms.load(Ordering::Relaxed);
        let due = now_ms.abs_diff(last) >= LOG_EVERY_MS.unsigned_abs();
        let ours = due
            && self
                .logged_ms
                .compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if ours {
            return Some(self.left_out.swap(0, Ordering::Relaxed));
        }
        self.left_out.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::{get, post};
    use http::header::ALLOW;
    use rstest::rstest;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;
    use crate::answer::tests::opened;
    use crate::route::both;
    use aide::axum::ApiRouter;

    async fn panics() -> Done {
        panic!("a bug of ours")
    }

    fn app() -> Router {
        let routes = ApiRouter::new().route("/", get(async || Done::done()));
        let routes = [
            ("/v1/x", get(async || Done::done())),
            ("/v1/x", post(async || Done::done())),
            ("/v1/panic", get(panics)),
        ]
        .into_iter()
        .fold(routes, |routes, (path, methods)| {
            both(routes, path, methods.into(), |item| item)
        });
        let routes = Router::from(routes);
        around(routes, &Arc::default())
    }

    async fn ask(method: &str, path: &str) -> (u16, HeaderMap, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        opened(app().oneshot(request).await.unwrap()).await
    }

    #[tokio::test]
    async fn an_unknown_path_is_404_in_an_envelope() {
        let (status, _, body) = ask("GET", "/v1/nothing?a=b").await;

        assert_eq!(status, 404);
        assert_eq!(body["errors"][0]["code"], 1014);
        assert_eq!(
            body["errors"][0]["details"],
            "no such path: GET /v1/nothing"
        );
        assert_eq!(body["meta"]["version"], "v2.53.1");
    }

    #[rstest]
    #[case("DELETE", "/v1/x", "GET,HEAD,POST")]
    #[case("PATCH", "/v1/x/", "GET,HEAD,POST")]
    #[case("BREW", "/v1/panic", "GET,HEAD")]
    #[case("POST", "/", "GET,HEAD")]
    #[tokio::test]
    async fn another_method_is_405_with_allow(
        #[case] method: &str,
        #[case] path: &str,
        #[case] allow: &str,
    ) {
        let (status, headers, body) = ask(method, path).await;

        assert_eq!(status, 405);
        assert_eq!(headers[ALLOW], allow);
        assert_eq!(body["errors"][0]["code"], 1025);
        assert!(body["errors"][0]["details"].is_string());
    }

    #[tokio::test]
    async fn options_are_told() {
        let (status, headers, body) = ask("OPTIONS", "/v1/x").await;

        assert_eq!(status, 200);
        assert_eq!(headers[ALLOW], "GET,HEAD,POST");
        assert_eq!(body["meta"]["api_status"], "stable");
    }

    #[tokio::test]
    async fn a_trailing_slash_makes_no_difference() {
        assert_eq!(ask("GET", "/v1/x").await.0, 200);
        assert_eq!(ask("POST", "/v1/x/").await.0, 200);
    }

    #[tokio::test]
    async fn head_is_get_without_a_body() {
        let request = Request::head("/v1/x").body(Body::empty()).unwrap();

        let response = app().oneshot(request).await.unwrap();

        assert_eq!(response.status(), 200);
        assert!(response.headers().contains_key("content-length"));
        let body = axum::body::to_bytes(response.into_body(), 1000).await;
        assert!(body.unwrap().is_empty());
    }

    #[tokio::test]
    async fn odd_header_names_and_a_body_on_get_do_no_harm() {
        let request = Request::get("/v1/x")
            .header("CONTENT_TYPE", "application/json")
            .header("x.y", "z")
            .header("Content-Type", "nonsense")
            .body(Body::from("not json"))
            .unwrap();

        let response = app().oneshot(request).await.unwrap();

        assert_eq!(response.status(), 200);
    }

    #[tokio::test]
    async fn a_panic_is_500_in_an_envelope() {
        let (status, headers, body) = ask("GET", "/v1/panic").await;

        assert_eq!(status, 500);
        assert_eq!(body["errors"][0]["code"], 1014);
        assert_eq!(
            body["errors"][0]["details"],
            "an unexpected failure; the log has more"
        );
        assert!(headers.contains_key(REQUEST_ID));
    }

    #[rstest]
    #[case("/v1/x")]
    #[case("/v1/nothing")]
    #[case("/v1/panic")]
    #[tokio::test]
    async fn every_answer_wears_the_headers(#[case] path: &str) {
        let (_, mut headers, _) = ask("GET", path).await;
        headers.remove(REQUEST_ID).unwrap();
        headers.remove("content-length").unwrap();

        let mut worn: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        worn.sort();
        insta::allow_duplicates! {
            insta::assert_snapshot!(worn.join("\n"), @r"
            cache-control: no-store
            content-security-policy: default-src 'none'; frame-ancestors 'none'
            content-type: application/json
            referrer-policy: no-referrer
            strict-transport-security: max-age=31536000
            x-content-type-options: nosniff
            x-frame-options: DENY
            ");
        }
    }

    #[tokio::test]
    async fn request_ids_differ() {
        let (_, first, _) = ask("GET", "/").await;
        let (_, second, _) = ask("GET", "/").await;

        assert_ne!(first[REQUEST_ID], second[REQUEST_ID]);
    }

    #[test]
    fn failures_are_logged_once_a_second() {
        let failures = Failures::default();

        let turns = [10_000, 10_001, 10_999, 11_000, 11_001].map(|now| failures.turn(now));

        assert_eq!(turns, [Some(0), None, None, Some(2), None]);
    }
}
