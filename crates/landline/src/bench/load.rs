//! The load: 64 connections that are kept open, each with one request at a time. Hand-made HTTP, so that the client
//! costs as little as possible on the machine that it shares with what it measures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Connections at once.
pub(super) const CONNECTIONS: usize = 64;

/// What is measured.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) path: &'static str,
    /// For the `Authorization` header.
    pub(super) token: String,
    accepted: Arc<AtomicU64>,
}

impl Target {
    pub(super) fn new(address: SocketAddr, path: &'static str, token: String) -> Self {
        Self {
            address,
            path,
            token,
            accepted: Arc::default(),
        }
    }

    /// Answers with 201 so far.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }
}

/// Accepted messages per second over a time.
pub(super) async fn run(target: &Target, time: Duration) -> anyhow::Result<f64> {
    let (began, before) = (Instant::now(), target.accepted());
    let end = began + time;
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        connections.spawn(connection(target.clone(), end));
    }
    while let Some(ended) = connections.join_next().await {
        ended??;
    }
    let accepted = u32::try_from(target.accepted() - before).unwrap_or(u32::MAX);
    Ok(f64::from(accepted) / began.elapsed().as_secs_f64())
}

async fn connection(target: Target, end: Instant) -> anyhow::Result<()> {
    let mut connection = Connection::open(target).await?;
    while Instant::now() < end {
        connection.send().await?;
    }
    Ok(())
}

/// A connection that is kept open.
pub(super) struct Connection {
    target: Target,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(target: Target) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            target,
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Sends a message, and waits until it is accepted.
    pub(super) async fn send(&mut self) -> anyhow::Result<()> {
        let request = request(&self.target);
        self.stream.write_all(&request).await?;
        answer(&mut self.stream, &mut self.buffer).await?;
        self.target.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A text of its own for each request.
fn request(target: &Target) -> Vec<u8> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let to = 12_025_550_100 + number % 100;
    let body = format!(
        r#"{{"to":"{to}","type":"text","recipient_type":"individual","text":{{"body":"Your parcel {number} left the depot and arrives tomorrow between nine and eleven."}}}}"#
    );
    format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        target.path,
        target.address,
        target.token,
        body.len()
    )
    .into_bytes()
}

/// Reads one answer to its end; anything but 201 ends the measurement.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed a connection");
        }
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text =
            String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
        if !text.starts_with("http/1.1 201") {
            bail!("the server answered {}", String::from_utf8_lossy(buffer));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length
            .context("an answer without a length")?
            .trim()
            .parse()?;
        if buffer.len() >= head + 4 + length {
            return Ok(());
        }
    }
}
