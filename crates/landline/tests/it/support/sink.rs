//! A webhook whose answers can be changed while it runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::SOON;

type Answer = Box<dyn FnMut(&Value) -> u16 + Send>;

/// One notification that came.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) at: Instant,
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Value,
    pub(crate) headers: HeaderMap,
}

struct Inner {
    taken: Mutex<Vec<Taken>>,
    /// Bodies that were answered with 200.
    accepted: Mutex<Vec<Value>>,
    answer: Mutex<Answer>,
    came: Notify,
}

/// A webhook.
#[derive(Clone)]
pub(crate) struct Sink {
    inner: Arc<Inner>,
    url: String,
}

impl Sink {
    /// An answer that never comes.
    pub(crate) const NEVER: u16 = 0;

    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        let (inner, router) = Self::open();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, url }
    }

    /// One behind TLS, at `https://localhost`.
    pub(crate) fn start_tls(config: rustls::ServerConfig) -> Self {
        let (inner, router) = Self::open();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!(
            "https://localhost:{}/hook",
            listener.local_addr().unwrap().port()
        );
        let config = axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(config));
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        Self { inner, url }
    }

    fn open() -> (Arc<Inner>, Router) {
        let inner = Arc::new(Inner {
            taken: Mutex::default(),
            accepted: Mutex::default(),
            answer: Mutex::new(Box::new(|_| 200)),
            came: Notify::new(),
        });
        let shared = inner.clone();
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let inner = shared.clone();
            async move {
                let body: Value = serde_json::from_slice(&body).unwrap();
                let (at, target) = (Instant::now(), uri.to_string());
                let answer = (inner.answer.lock().unwrap())(&body);
                if answer == 200 {
                    inner.accepted.lock().unwrap().push(body.clone());
                }
                inner.taken.lock().unwrap().push(Taken {
                    at,
                    method,
                    target,
                    body,
                    headers,
                });
                inner.came.notify_waiters();
                if answer == Sink::NEVER {
                    std::future::pending::<()>().await;
                }
                StatusCode::from_u16(answer).unwrap()
            }
        };
        (inner, Router::new().fallback(answer))
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// How it answers from now on.
    pub(crate) fn answer(&self, answer: impl FnMut(&Value) -> u16 + Send + 'static) {
        *self.inner.answer.lock().unwrap() = Box::new(answer);
    }

    /// Everything that came.
    pub(crate) fn all(&self) -> Vec<Taken> {
        self.inner.taken.lock().unwrap().clone()
    }

    /// Everything that was answered with 200.
    pub(crate) fn accepted(&self) -> Vec<Value> {
        self.inner.accepted.lock().unwrap().clone()
    }

    pub(crate) fn forget(&self) {
        self.inner.taken.lock().unwrap().clear();
        self.inner.accepted.lock().unwrap().clear();
    }

    /// Waits until `fact` gives something from what was taken.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        mut fact: impl FnMut(&[Value]) -> Option<T>,
    ) -> T {
        let end = Instant::now() + limit;
        loop {
            let came = self.inner.came.notified();
            let found = fact(&self.inner.accepted.lock().unwrap());
            if let Some(found) = found {
                return found;
            }
            if tokio::time::timeout_at(end, came).await.is_err() {
                let accepted = self.accepted();
                let last = accepted.iter().rev().take(5).collect::<Vec<_>>();
                panic!(
                    "waited {limit:?} in vain: {what}; {} came, the last: {last:#?}",
                    accepted.len()
                );
            }
            // What comes in a burst is looked at together.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The status notification of a message.
    pub(crate) async fn status(&self, id: &str, status: &str) -> Value {
        self.until(&format!("status {status} of {id}"), SOON, |bodies| {
            bodies
                .iter()
                .find(|body| {
                    body["statuses"][0]["id"] == id && body["statuses"][0]["status"] == status
                })
                .cloned()
        })
        .await
    }

    /// The statuses of a message that were accepted so far, in order.
    pub(crate) fn statuses(&self, id: &str) -> Vec<String> {
        let of_it = |body: &Value| {
            (body["statuses"][0]["id"] == id).then(|| body["statuses"][0]["status"].clone())
        };
        self.accepted()
            .iter()
            .filter_map(of_it)
            .map(|status| status.as_str().unwrap().to_owned())
            .collect()
    }

    /// The first message notification for which `fact` holds.
    pub(crate) async fn message(&self, what: &str, fact: impl Fn(&Value) -> bool) -> Value {
        self.until(what, SOON, |bodies| {
            bodies
                .iter()
                .find(|body| fact(&body["messages"][0]))
                .cloned()
        })
        .await
    }
}
