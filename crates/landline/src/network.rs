//! The simulated network: one that runs in this process, or one that runs elsewhere.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use sim::{Retry, SimConfig, Simulator, World};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::exit::{Stop, causes};
use crate::listen::{Serving, Socket};
use crate::terminal::{Terminal, printable};

const PHONE: Style = AnsiColor::Magenta.on_default();

/// How long a network that runs elsewhere is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// A simulator that this process runs.
pub(crate) struct OwnNetwork {
    serving: Serving,
    running: JoinHandle<()>,
    shutdown: CancellationToken,
    world: World,
    url: Url,
}

impl OwnNetwork {
    /// Opens the network in `dir` and serves it. Each message to or from a virtual phone is a line on the terminal.
    pub(crate) async fn start(
        socket: Socket,
        dir: &Path,
        retry: Retry,
        terminal: Terminal,
    ) -> Result<Self, Stop> {
        let failed = |why: String| Stop::failed("the simulated network cannot be started", why);
        let url = format!("http://{}", socket.reachable());
        let config = SimConfig {
            dir: dir.to_owned(),
            retry,
            public_url: url.clone(),
            on_message: Box::new(move |line| {
                terminal.say(&format!("{PHONE}phone{PHONE:#}  {}", printable(&line)));
            }),
        };
        let simulator = tokio::task::spawn_blocking(|| Simulator::open(config))
            .await
            .map_err(|error| failed(causes(&error)))?
            .map_err(|error| failed(causes(&error)))?;
        let world = simulator.world();
        let url = Url::parse(&url).map_err(|error| failed(causes(&error)))?;
        let serving = Serving::plain(socket, simulator.service());
        let shutdown = CancellationToken::new();
        let running = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { simulator.run(shutdown).await }
        });
        Ok(Self {
            serving,
            running,
            shutdown,
            world,
            url,
        })
    }

    /// What a gateway has to know.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Where it serves.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Ends: no more requests, then what is set up is written.
    pub(crate) async fn stop(self, limit: Duration) {
        self.serving.stop(limit).await;
        self.shutdown.cancel();
        if let Err(error) = self.running.await {
            tracing::warn!(%error, "the simulated network ended badly");
        }
    }
}

/// The virtual phones' side of a network, over HTTP, wherever it runs.
#[derive(Debug, Clone)]
pub(crate) struct Phones {
    url: Url,
    http: Client,
}

/// `GET /sim/codes/{number}`.
#[derive(Deserialize)]
struct CodeAnswer {
    code: String,
}

/// What went wrong with a call to `/sim`.
#[derive(Debug)]
enum CallError {
    /// No answer, or not the one that was expected.
    Http(reqwest::Error),
    /// An answer that says no.
    Refused { status: StatusCode, body: String },
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => f.write_str(&causes(error)),
            Self::Refused { status, body } => write!(f, "it answers {status} {body}"),
        }
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl CallError {
    /// Whether the network may only not be up yet.
    fn passes(&self) -> bool {
        match self {
            Self::Http(error) => !error.is_decode(),
            Self::Refused { status, .. } => status.is_server_error(),
        }
    }
}

impl Phones {
    /// The phones of the network at `url`.
    pub(crate) fn new(url: &Url) -> Result<Self, Stop> {
        let mut builder = Client::builder()
            // A proxy for the world outside has no business between two programs here.
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5));
        if url.scheme() == "http" {
            // Without TLS the machine's certificates need not be read, nor be there.
            builder = builder.tls_certs_only([]);
        }
        let http = builder
            .build()
            .map_err(|error| Stop::failed("an HTTP client cannot be made", causes(&error)))?;
        Ok(Self {
            url: url.clone(),
            http,
        })
    }

    /// Where the network is, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// What a gateway has to know. A network that does not answer yet is waited for.
    pub(crate) async fn world(&self) -> Result<World, Stop> {
        let deadline = Instant::now() + PATIENCE;
        let mut waiting = false;
        loop {
            let error = match self.get::<World>("/sim/world").await {
                Ok(world) => return Ok(world),
                Err(error) => error,
            };
            if !error.passes() || Instant::now() + PAUSE > deadline {
                return Err(Stop::failed(
                    format!("there is no simulated network at {}", self.url()),
                    error,
                )
                .hint("start one with `landline sim`, or leave out --network to have one here"));
            }
            if !waiting {
                tracing::info!(url = self.url(), "waiting for the simulated network");
                waiting = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The last registration code that was sent to a number (digits).
    pub(crate) async fn code(&self, number: &str) -> Result<String, Stop> {
        self.get::<CodeAnswer>(&format!("/sim/codes/{number}"))
            .await
            .map(|answer| answer.code)
            .map_err(|error| {
                Stop::failed(
                    format!("no registration code for {number} can be had from the network"),
                    error,
                )
            })
    }

    /// A customer writes to the business, which opens the window.
    pub(crate) async fn write(&self, wa_id: &str, text: &str) -> Result<(), Stop> {
        let path = format!("/sim/customers/{wa_id}/messages");
        let body = json!({"type": "text", "text": {"body": text}});
        let request = self.http.post(self.at(&path)).json(&body);
        answer(request)
            .await
            .map(drop)
            .map_err(|error| Stop::failed(format!("the customer {wa_id} cannot write"), error))
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, CallError> {
        Ok(answer(self.http.get(self.at(path))).await?.json().await?)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<reqwest::Response, CallError> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.text().await.unwrap_or_default();
    let body = printable(&body).chars().take(200).collect();
    Err(CallError::Refused { status, body })
}

/// A world as it is reached by way of `network`: the Graph API's address keeps its path, but scheme, host and port are
/// those that the user gave, which lead there also from another container or through a proxy.
pub(crate) fn reached_by(mut world: World, network: &Url) -> World {
    if let Ok(told) = Url::parse(&world.graph.base_url) {
        let mut reached = network.clone();
        reached.set_path(told.path());
        reached
            .as_str()
            .trim_end_matches('/')
            .clone_into(&mut world.graph.base_url);
    }
    world
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::Path as UrlPath;
    use axum::routing::{get, post};
    use tokio::sync::mpsc;

    use super::*;
    use crate::endpoints::test_world;

    fn socket() -> Socket {
        Socket::bind("127.0.0.1:0".parse().expect("an address"), "--listen").expect("a free port")
    }

    fn phones(socket: &Socket) -> Phones {
        let url = Url::parse(&format!("http://{}", socket.address())).expect("a URL");
        Phones::new(&url).expect("a client")
    }

    #[tokio::test]
    async fn the_phones_are_asked_over_http() {
        let (written, mut writes) = mpsc::channel(1);
        let socket = socket();
        let phones = phones(&socket);
        let app = Router::new()
            .route("/sim/world", get(async || axum::Json(test_world())))
            .route("/sim/codes/{number}", get(async || r#"{"code":"123456"}"#))
            .route(
                "/sim/customers/{wa_id}/messages",
                post(
                    move |UrlPath(wa_id): UrlPath<String>, body: String| async move {
                        written.send((wa_id, body)).await.expect("awaited");
                        StatusCode::CREATED
                    },
                ),
            );
        let serving = Serving::plain(socket, app);

        assert_eq!(phones.world().await.expect("a world"), test_world());
        assert_eq!(phones.code("12025550143").await.expect("a code"), "123456");
        phones.write("12025550101", "Hello").await.expect("written");

        let expected = r#"{"text":{"body":"Hello"},"type":"text"}"#;
        let write = writes.recv().await.expect("arrived");
        assert_eq!(write, ("12025550101".to_owned(), expected.to_owned()));
        serving.stop(Duration::from_secs(1)).await;
    }

    #[tokio::test]
    async fn what_is_no_simulator_is_said_at_once() {
        let socket = socket();
        let phones = phones(&socket);
        let serving = Serving::plain(socket, Router::new());

        let stop = phones.world().await.expect_err("no simulator").to_string();

        assert!(stop.contains("there is no simulated network at"), "{stop}");
        assert!(stop.contains("404"), "{stop}");
        serving.stop(Duration::from_secs(1)).await;
    }

    #[test]
    fn a_world_is_reached_the_way_the_user_gave() {
        let mut world = test_world();
        world.graph.base_url = "http://127.0.0.1:9080/graph".to_owned();
        let network = Url::parse("http://sim.example:8080").expect("a URL");

        let reached = reached_by(world, &network);

        assert_eq!(reached.graph.base_url, "http://sim.example:8080/graph");
    }
}
