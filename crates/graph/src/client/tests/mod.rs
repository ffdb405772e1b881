//! The client against a listener that answers canned HTTP.

mod account;
mod business;
mod call;
mod config;
mod exchanges;
mod failure;
mod media;
mod profile;
mod resumable;

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;
use crate::message::{Context, Send};
use crate::signature;

const TOKEN: &str = "token-of-the-test";
const SECRET: &str = "secret-of-the-test";

/// What the network does with a connection's request.
enum Reply {
    /// These bytes, then the end.
    Raw(String),
    /// The connection is closed unanswered.
    Close,
    /// Nothing at all.
    Silence,
}

fn http(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Raw(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ))
}

fn ok(body: &Value) -> Reply {
    http(
        "200 OK",
        "content-type: application/json\r\n",
        &body.to_string(),
    )
}

/// A listener that answers its connections in turn, and what it was asked: whole requests as text.
struct Network {
    base_url: String,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Network {
    async fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Some(reply) = replies.pop_front() {
                let (mut stream, _) = listener.accept().await.unwrap();
                sender.send(request(&mut stream).await).unwrap();
                match reply {
                    Reply::Raw(bytes) => {
                        stream.write_all(bytes.as_bytes()).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    Reply::Close => drop(stream),
                    Reply::Silence => silent.push(stream),
                }
            }
            // Held open until the test ends.
            std::future::pending::<()>().await;
            drop(silent);
        });
        Self { base_url, requests }
    }

    fn client(&self) -> Client {
        client_of(&self.base_url)
    }

    async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// First line and body of the next request.
    async fn asked(&mut self) -> (String, Value) {
        let request = self.request().await;
        let line = request.lines().next().unwrap().to_owned();
        let body = request.split_once("\r\n\r\n").unwrap().1;
        (line, serde_json::from_str(body).unwrap_or_default())
    }
}

/// Reads one request: head, and as many bytes as it says.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "half a request"
        );
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.parse().unwrap());
        if body.len() >= length {
            return text.into_owned();
        }
    }
}

fn config(base_url: &str) -> ClientConfig {
    ClientConfig {
        base_url: base_url.into(),
        version: "v24.0".into(),
        access_token: TOKEN.into(),
        key_header: None,
        app_secret: Some(SECRET.into()),
        account_id: "9901".into(),
        phone_number_id: "2201".into(),
        timeout: Duration::from_secs(30),
    }
}

fn client_of(base_url: &str) -> Client {
    Client::new(config(base_url)).unwrap()
}

fn text_message() -> Send {
    let mut content = serde_json::Map::new();
    content.insert("text".into(), json!({"body": "hello"}));
    Send {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to: Some("+12025550143".into()),
        recipient: None,
        kind: "text",
        context: Some(Context {
            message_id: "wamid.Q".into(),
        }),
        biz_opaque_callback_data: Some("ll1.d.1".into()),
        recipient_identity_key_hash: None,
        content,
    }
}

fn refusal(result: Result<impl fmt::Debug, Failure>) -> crate::ApiError {
    match result {
        Err(Failure::Refused(error)) => *error,
        other => panic!("not refused: {other:?}"),
    }
}
