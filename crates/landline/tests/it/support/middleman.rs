//! Somebody between the program and its network, who passes on what is asked, and what is answered, or does not.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Network;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    /// It is passed on, and so is the answer.
    Pass,
    /// It is answered with this, and never passed on.
    Answer(u16, Value),
    /// It is passed on; the answer never comes, and the connection stays.
    Hold,
    /// It is passed on; instead of the answer the connection ends.
    Lose,
    /// It is passed on; the connection ends in the middle of the answer.
    Half,
    /// It is passed on; something else than the answer comes back.
    Garble,
    /// The connection ends; it is never passed on.
    Cut,
    /// Nothing happens any more; it is never passed on.
    Silence,
}

impl Deed {
    /// A refusal of the network's.
    pub(crate) fn refuse(status: u16, code: i64) -> Self {
        let error = json!({"message": format!("(#{code}) refused"), "type": "OAuthException", "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": "on the way"}, "fbtrace_id": "Aq7"});
        Self::Answer(status, json!({"error": error}))
    }

    fn is_passed_on(&self) -> bool {
        !matches!(self, Self::Answer(..) | Self::Cut | Self::Silence)
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With its query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    bytes: Bytes,
}

impl Asked {
    /// Its body as JSON; null when it is none.
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The recipient's digits, when it sends a message.
    pub(crate) fn sends_to(&self) -> Option<String> {
        let path = self.target.split('?').next().unwrap();
        if self.method != "POST" || !path.ends_with("/messages") || path.starts_with("/sim/") {
            return None;
        }
        let to = self.body()["to"].as_str()?.to_owned();
        Some(to.trim_start_matches('+').to_owned())
    }
}

type Plan = Box<dyn FnMut(&Asked) -> Deed + Send>;
/// Called when a request was passed on and answered, before anybody hears of the answer.
type Witness = Box<dyn Fn(&Asked, &Deed) + Send + Sync>;

struct Inner {
    network: String,
    http: reqwest::Client,
    plan: Mutex<Plan>,
    witness: Witness,
}

/// The middleman.
pub(crate) struct Middleman {
    url: String,
    inner: Arc<Inner>,
}

impl Middleman {
    /// One who passes everything on.
    pub(crate) async fn start(network: &Network) -> Self {
        Self::with_witness(network, |_, _| {}).await
    }

    /// The same; `witness` hears of every request that reached the network, when it has answered and nobody knows yet.
    pub(crate) async fn with_witness(
        network: &Network,
        witness: impl Fn(&Asked, &Deed) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            network: network.url().trim_end_matches('/').to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            plan: Mutex::new(Box::new(|_| Deed::Pass)),
            witness: Box::new(witness),
        });
        let shared = inner.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let inner = shared.clone();
                tokio::spawn(async move { inner.serve(stream).await });
            }
        });
        Self { url, inner }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// What becomes of each request from now on.
    pub(crate) fn plan(&self, plan: impl FnMut(&Asked) -> Deed + Send + 'static) {
        *self.inner.plan.lock().unwrap() = Box::new(plan);
    }
}

impl Inner {
    /// One request; a program that goes away meanwhile is what some tests want.
    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let asked = read(&mut stream).await?;
        let deed = (self.plan.lock().unwrap())(&asked);
        let answer = if deed.is_passed_on() {
            let answer = self.pass_on(&asked).await?;
            (self.witness)(&asked, &deed);
            answer
        } else {
            Vec::new()
        };
        let answer = match deed {
            Deed::Pass => answer,
            Deed::Answer(status, body) => raw(status, "application/json", body.to_string()),
            Deed::Half => answer[..answer.len() - 20].to_vec(),
            Deed::Garble => raw(200, "text/html", "<html>something else</html>"),
            Deed::Lose | Deed::Cut => return None,
            Deed::Hold | Deed::Silence => {
                // Until the other side goes.
                let mut rest = [0; 1];
                while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                return None;
            }
        };
        stream.write_all(&answer).await.ok()?;
        stream.shutdown().await.ok()
    }

    async fn pass_on(&self, asked: &Asked) -> Option<Vec<u8>> {
        let url = format!("{}{}", self.network, asked.target);
        let mut request = self
            .http
            .request(asked.method.parse().unwrap(), url)
            .body(asked.bytes.clone());
        for (name, value) in &asked.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let headers = ["content-type", "date", "retry-after"].map(|name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(format!("{name}: {value}\r\n"))
        });
        let headers: String = headers.into_iter().flatten().collect();
        let body = response.bytes().await.ok()?;
        Some(whole(status, &headers, &body))
    }
}

fn raw(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    whole(
        status,
        &format!("content-type: {content_type}\r\n"),
        body.as_ref(),
    )
}

fn whole(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Reads one request: its head, and as many bytes as it says.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = std::str::from_utf8(&bytes[..end]).unwrap().to_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let kept = |name: &str| !matches!(name, "host" | "content-length" | "connection");
    Some(Asked {
        method,
        target,
        headers: headers.into_iter().filter(|(name, _)| kept(name)).collect(),
        bytes: body.into(),
    })
}
