//! Neighbours for tests: a small HTTP server, and a line whose network it can be.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::line::{FirstLogin, Line, LineConfig, OnUnknown};

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `GET`, …
    pub(crate) method: String,
    /// With its query.
    pub(crate) target: String,
    /// The request line and the headers, names in lower case.
    pub(crate) head: String,
    /// Lossy text.
    pub(crate) body: String,
}

/// The raw bytes of an answer: status line, headers, body.
pub(crate) type Answer = Vec<u8>;

/// An answer with a body and its length.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A server on loopback that answers with a function and remembers what it was asked. It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start(
        answers: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let memory = asked.clone();
        let answers = Arc::new(answers);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream, answers.clone(), memory.clone()));
            }
        });
        Self {
            address,
            asked,
            _tasks: tasks,
        }
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    answers: Arc<impl Fn(&Request) -> Answer>,
    memory: Arc<Mutex<Vec<Request>>>,
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let answer = answers(&request);
    memory.lock().unwrap().push(request);
    // A client that has gone meanwhile is what some tests want.
    drop(stream.write_all(&answer).await);
    drop(stream.shutdown().await);
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length: usize = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        if body.len() >= length {
            let mut words = head.split(' ');
            let lines = head.lines().map(|line| match line.split_once(':') {
                Some((name, value)) => format!("{}:{value}\n", name.to_lowercase()),
                None => format!("{line}\n"),
            });
            return Some(Request {
                method: words.next()?.to_owned(),
                target: words.next()?.to_owned(),
                head: lines.collect(),
                body: body.to_owned(),
            });
        }
    }
}

/// A line over an empty store, whose network cannot be reached.
pub(crate) async fn line() -> (Arc<Line>, tempfile::TempDir) {
    // Port 9 on loopback, which nothing listens on.
    line_at("http://127.0.0.1:9", store::memory::open()).await
}

/// A line over a store, with a network.
pub(crate) async fn line_at(
    network: &str,
    store: store::SharedStore,
) -> (Arc<Line>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let config = LineConfig {
        name: store::LineName::main(),
        upstream: graph::ClientConfig {
            base_url: network.to_owned(),
            version: "v24.0".to_owned(),
            access_token: "token".to_owned(),
            key_header: None,
            app_secret: None,
            account_id: "100200300".to_owned(),
            phone_number_id: "400500600".to_owned(),
            timeout: std::time::Duration::from_secs(5),
        },
        app_id: "700800900".to_owned(),
        verify_token: "verify".to_owned(),
        relay_url: None,
        take_over: false,
        rules: onprem::message::Rules::TOLERANT,
        blank_number: false,
        url_policy: onprem::settings::UrlPolicy::PlainLoopback,
        link_policy: onprem::settings::UrlPolicy::PlainLoopback,
        first_login_from: FirstLogin::Loopback,
        throughput: None,
        reconcile_wait: std::time::Duration::from_secs(5),
        on_unknown: OnUnknown::Resend,
        quiet_time: std::time::Duration::from_millis(300),
        startup_limit: std::time::Duration::from_mins(6),
        data_dir: dir.path().to_owned(),
        media_dir: dir.path().join("media"),
        outbox_limit: 1000,
        callbacks_limit: 1000,
        reading: None,
    };
    let records = store::record::Records::new(store, Arc::new(store::seal::Seal::new([7; 32])));
    let line = Line::open(config, records, [7; 32]).await.unwrap();
    (line, dir)
}

/// An answer whose length is not announced.
pub(crate) fn chunked(chunks: &[Bytes]) -> Answer {
    let mut answer =
        b"HTTP/1.1 200 X\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in chunks {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}
