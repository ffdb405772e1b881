//! A simulator on a free port, and calls to it.

use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sim::{Retry, SimConfig, Simulator, World};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::sink::Sink;

/// A served simulator; it ends when it is dropped.
pub(crate) struct Sim {
    pub(crate) simulator: Simulator,
    pub(crate) world: World,
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
    shutdown: CancellationToken,
    runner: tokio::task::JoinHandle<()>,
    _server: JoinSet<()>,
    _dir: Option<TempDir>,
}

impl Sim {
    /// A new network in a folder of its own.
    pub(crate) fn start(retry: Retry) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        Self::launch(&path, retry, Some(dir))
    }

    /// The network of a folder.
    pub(crate) fn open(dir: &Path, retry: Retry) -> Self {
        Self::launch(dir, retry, None)
    }

    fn launch(dir: &Path, retry: Retry, kept: Option<TempDir>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        let simulator = Simulator::open(SimConfig {
            dir: dir.to_owned(),
            retry,
            public_url: base.clone(),
            on_message: Box::new(move |line| {
                seen.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }),
        })
        .unwrap();
        let make = axum::ServiceExt::<http::Request<Body>>::into_make_service(simulator.service());
        let mut server = JoinSet::new();
        let serving = axum_server::from_tcp(listener).unwrap().serve(make);
        server.spawn(async move { serving.await.unwrap() });
        let shutdown = CancellationToken::new();
        let (running, ended) = (simulator.clone(), shutdown.clone());
        let runner = tokio::spawn(async move { running.run(ended).await });
        Self {
            world: simulator.world(),
            simulator,
            base,
            client: reqwest::Client::new(),
            lines,
            shutdown,
            runner,
            _server: server,
            _dir: kept,
        }
    }

    /// A network whose first number is registered, with the sink as its callback.
    pub(crate) async fn ready(retry: Retry, sink: &Sink) -> Self {
        let sim = Self::start(retry);
        sim.register().await;
        sim.subscribe().await;
        sim.point_to(&sink.url).await;
        sim
    }

    /// Ends it as a clean shutdown does.
    pub(crate) async fn stop(mut self) {
        self.shutdown.cancel();
        (&mut self.runner).await.unwrap();
    }

    pub(crate) async fn register(&self) {
        let id = &self.world.graph.phone_number_id;
        self.post(
            &format!("{id}/request_code"),
            json!({"code_method": "SMS", "language": "en"}),
        )
        .await
        .success();
        let digits = &self.world.number.wa_id;
        let code = self
            .sim(Method::GET, &format!("codes/{digits}"), None)
            .await;
        self.post(
            &format!("{id}/verify_code"),
            json!({"code": code.ok(200)["code"]}),
        )
        .await
        .success();
        self.post(
            &format!("{id}/register"),
            json!({"messaging_product": "whatsapp", "pin": "493817"}),
        )
        .await
        .success();
    }

    pub(crate) async fn subscribe(&self) {
        let path = format!("{}/subscribed_apps", self.world.graph.waba_id);
        self.post(&path, json!({})).await.success();
    }

    /// Sets the first number's callback.
    pub(crate) async fn point_to(&self, url: &str) {
        let body = json!({"webhook_configuration":
            {"override_callback_uri": url, "verify_token": self.world.graph.verify_token}});
        self.post(&self.world.graph.phone_number_id, body)
            .await
            .success();
    }

    /// A Graph call of the given version and path.
    pub(crate) fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}/v24.0/{path}", self.base))
            .bearer_auth(&self.world.graph.access_token)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.call(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.call(Method::POST, path).json(&body)).await
    }

    /// Sends from the first number.
    pub(crate) async fn send(&self, body: Value) -> Reply {
        let path = format!("{}/messages", self.world.graph.phone_number_id);
        self.post(&path, body).await
    }

    /// A call to `/sim`.
    pub(crate) async fn sim(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self
            .client
            .request(method, format!("{}/sim/{path}", self.base));
        Reply::of(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// The customer writes `count` texts.
    pub(crate) async fn write(&self, wa_id: &str, body: &str, count: usize) -> Vec<String> {
        let reply = self
            .sim(
                Method::POST,
                &format!("customers/{wa_id}/messages?count={count}"),
                Some(json!({"type": "text", "text": {"body": body}})),
            )
            .await;
        serde_json::from_value(reply.ok(201)["ids"].clone()).unwrap()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.json().await.unwrap(),
        }
    }

    /// The body of an answer that must have this status.
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    pub(crate) fn success(self) {
        assert_eq!(self.ok(200)["success"], true);
    }

    /// Status and code of an error.
    pub(crate) fn code(&self) -> (u16, i64) {
        (
            self.status.as_u16(),
            self.body["error"]["code"].as_i64().unwrap_or_default(),
        )
    }
}

/// A text for a number.
pub(crate) fn text(to: &str, body: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": format!("+{to}"), "type": "text", "text": {"body": body}})
}
