//! A webhook receiver whose answers can be changed.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// A received POST.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What was answered.
    pub(crate) status: u16,
}

/// How POSTs are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Status(u16),
    /// Not before the mood changes.
    Hang,
}

struct Inner {
    posts: Mutex<Vec<Received>>,
    mood: watch::Sender<Mood>,
    news: Notify,
    busy: Mutex<(usize, usize)>,
}

/// A webhook receiver.
pub(crate) struct Sink {
    pub(crate) url: String,
    inner: Arc<Inner>,
    _server: JoinSet<()>,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/graph/1", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            posts: Mutex::default(),
            mood: watch::Sender::new(Mood::Status(200)),
            news: Notify::new(),
            busy: Mutex::default(),
        });
        let app = Router::new()
            .route("/graph/1", get(verify).post(take))
            .route("/wrong", get(|| async { "something else" }))
            .with_state(Arc::clone(&inner));
        let mut server = JoinSet::new();
        let serving = axum_server::from_tcp(listener)
            .unwrap()
            .serve(app.into_make_service());
        server.spawn(async move { serving.await.unwrap() });
        Self {
            url,
            inner,
            _server: server,
        }
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.inner.mood.send_replace(mood);
    }

    pub(crate) fn posts(&self) -> Vec<Received> {
        lock(&self.inner.posts).clone()
    }

    /// The most POSTs that were open at one time.
    pub(crate) fn most_at_once(&self) -> usize {
        lock(&self.inner.busy).1
    }

    /// Messages and statuses of all POSTs that were answered with 200, in order.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.posts()
            .iter()
            .filter(|post| post.status == 200)
            .flat_map(|post| objects(&post.body))
            .collect()
    }

    /// Waits until the fact holds, and fails after 20 seconds.
    pub(crate) async fn until<T>(&self, what: &str, fact: impl Fn(&Self) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let news = self.inner.news.notified();
                tokio::pin!(news);
                news.as_mut().enable();
                if let Some(found) = fact(self) {
                    return found;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap_or_else(|_| panic!("{what}: {:?}", self.taken()))
    }

    /// Waits for as many events as that.
    pub(crate) async fn events(&self, count: usize) -> Vec<Value> {
        self.until(&format!("{count} events"), |sink| {
            let taken = sink.taken();
            (taken.len() >= count).then_some(taken)
        })
        .await
    }

    /// Waits for as many POSTs as that, whatever was answered.
    pub(crate) async fn tries(&self, count: usize) {
        self.until(&format!("{count} tries"), |sink| {
            (sink.posts().len() >= count).then_some(())
        })
        .await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The messages and statuses of a body, in order.
pub(crate) fn objects(body: &[u8]) -> Vec<Value> {
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["object"], "whatsapp_business_account");
    let mut objects = Vec::new();
    for entry in body["entry"].as_array().unwrap() {
        for change in entry["changes"].as_array().unwrap() {
            assert_eq!(change["field"], "messages");
            for name in ["messages", "statuses"] {
                let found = change["value"][name].as_array();
                objects.extend(found.into_iter().flatten().cloned());
            }
        }
    }
    objects
}

async fn verify(Query(query): Query<HashMap<String, String>>) -> (StatusCode, String) {
    match (query.get("hub.mode"), query.get("hub.challenge")) {
        (Some(mode), Some(challenge))
            if mode == "subscribe" && query["hub.verify_token"] != "no" =>
        {
            (StatusCode::OK, challenge.clone())
        }
        _ => (StatusCode::FORBIDDEN, String::new()),
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    {
        let mut busy = lock(&inner.busy);
        busy.0 += 1;
        busy.1 = busy.1.max(busy.0);
    }
    // one that hangs counts as refused, and stays open until the mood changes
    let mut mood = inner.mood.subscribe();
    let status = match *mood.borrow_and_update() {
        Mood::Status(status) => status,
        Mood::Hang => 503,
    };
    lock(&inner.posts).push(Received {
        headers,
        body,
        status,
    });
    inner.news.notify_waiters();
    if mood.wait_for(|mood| *mood != Mood::Hang).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    lock(&inner.busy).0 -= 1;
    StatusCode::from_u16(status).unwrap()
}
