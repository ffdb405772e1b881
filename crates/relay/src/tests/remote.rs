//! A relay with a host of its own, on a real socket, and a core that dials in.

use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::depot::{Depot, Standing};
use crate::host::Host;
use crate::pull::{Dial, Link, Puller};
use crate::seal::SecretKey;

pub(super) const TOKEN: &str = "token-of-the-test";
const PATIENCE: Duration = Duration::from_secs(30);

/// The relay, and what runs beside it; all of it ends with this.
pub(super) struct Remote {
    pub(super) depot: Arc<Depot>,
    pub(super) outside: Router,
    pub(super) address: String,
    pub(super) stop: CancellationToken,
    tasks: std::sync::Mutex<JoinSet<()>>,
    pub(super) dir: TempDir,
}

/// The core's key.
pub(super) fn key() -> Arc<SecretKey> {
    Arc::new(SecretKey::from_secret([7; 32]).unwrap())
}

/// A core that is to dial an address; its link is told.
pub(super) fn puller(address: &str, inbox: Inbox) -> (Puller, watch::Receiver<Link>) {
    let (told, link) = watch::channel(Link::Away { why: None });
    let puller = Puller {
        dial: Dial {
            address: address.parse().unwrap(),
            token: TOKEN.to_owned(),
            pins: Vec::new(),
        },
        key: key(),
        apps: apps(),
        lends_secrets: true,
        inbox,
        core: "a core".to_owned(),
        tell: Arc::new(move |link| {
            told.send_replace(link);
        }),
    };
    (puller, link)
}

/// Waits for a fact that is watched.
pub(super) async fn when<T: Clone>(
    mut watched: watch::Receiver<T>,
    fact: impl FnMut(&T) -> bool,
) -> T {
    let waited = tokio::time::timeout(PATIENCE, watched.wait_for(fact)).await;
    waited.expect("in time").expect("watched").clone()
}

pub(super) fn is_live(link: &Link) -> bool {
    matches!(link, Link::Live { .. })
}

impl Remote {
    pub(super) async fn start(max_bytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::open(dir, max_bytes, Vec::new()).await
    }

    pub(super) async fn open(dir: TempDir, max_bytes: u64, apps: Vec<App>) -> Self {
        let depot = Depot::open(&dir.path().join("mailbox.db"), max_bytes).unwrap();
        let stop = CancellationToken::new();
        let host = Host {
            depot: depot.clone(),
            key: key().public(),
            apps,
            token: TOKEN.to_owned(),
            rates: Rates {
                source: 0,
                whole: 0,
            },
            stop: stop.clone(),
        };
        let routers = host.open().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("ws://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, routers.whole).await.unwrap() });
        Self {
            depot,
            outside: routers.outside,
            address,
            stop,
            tasks: std::sync::Mutex::new(tasks),
            dir,
        }
    }

    /// Has a core dial in, and waits until it has everything.
    pub(super) async fn pull(&self, inbox: Inbox) -> watch::Receiver<Link> {
        let (puller, link) = puller(&self.address, inbox);
        let running = puller.run(self.stop.child_token());
        self.tasks.lock().unwrap().spawn(running);
        when(link.clone(), is_live).await;
        link
    }

    /// Ends everything but the directory.
    pub(super) async fn end(self) -> TempDir {
        self.stop.cancel();
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        tasks.shutdown().await;
        drop(self.outside);
        self.depot.close().await;
        self.dir
    }

    /// Waits until a core has everything, but for what it refused.
    pub(super) async fn is_empty(&self) -> Standing {
        when(self.depot.watch(), |standing| {
            standing.webhooks == standing.refused
        })
        .await
    }

    /// Posts a body that an app signed.
    pub(super) async fn deliver(&self, secret: &str, body: &str) -> StatusCode {
        let signature = graph::signature::sign(secret, body.as_bytes());
        self.post(&signature, body).await
    }

    pub(super) async fn post(&self, signature: &str, body: &str) -> StatusCode {
        let request = Request::post("/graph/71")
            .header("X-Hub-Signature-256", signature)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let answer = self.outside.clone().oneshot(request).await.unwrap();
        answer.status()
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path)
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Body::empty())
            .unwrap();
        let answer = self.outside.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// A webhook with one message of this id.
pub(super) fn with_id(id: &str) -> String {
    webhook(&[messages("2201", &json!({"messages": [text(id)]}))])
}
