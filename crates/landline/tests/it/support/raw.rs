//! Requests that no client library makes.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::Answer;

const PATIENCE: Duration = Duration::from_secs(20);

/// Writes bytes to a server at `http://…`, and reads one answer. The connection stays open while it is read, so a body
/// that was announced and never sent is not an end.
pub(crate) async fn raw(base: &str, request: &[u8]) -> Answer {
    let exchange = async {
        let address = base.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        read(&mut BufReader::new(stream)).await
    };
    tokio::time::timeout(PATIENCE, exchange)
        .await
        .expect("an answer")
}

async fn read(stream: &mut BufReader<TcpStream>) -> Answer {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let status = line
        .split(' ')
        .nth(1)
        .unwrap_or_else(|| panic!("a status line: {line:?}"))
        .parse()
        .unwrap();
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.to_str().unwrap().parse().unwrap());
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer {
        status,
        headers,
        body,
        bytes: bytes.into(),
    }
}
