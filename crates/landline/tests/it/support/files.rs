//! Files: a web server for media links, and what tests send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest as _, Sha256};

/// What stands at a path.
#[derive(Clone)]
enum At {
    File(String, Bytes),
    /// A file whose length is not announced.
    Pieces(String, Vec<Bytes>),
    Redirect(String),
    Status(u16),
}

type Paths = Arc<Mutex<HashMap<String, At>>>;
/// Requests as they came: path and headers.
type Asked = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A web server that has the files it was given, and 404 for the rest.
pub(crate) struct Files {
    base: String,
    paths: Paths,
    asked: Asked,
}

impl Files {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let paths = Paths::default();
        let asked = Asked::default();
        let (shared, noted) = (paths.clone(), asked.clone());
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
            let path = uri.path().to_owned();
            let found = shared.lock().unwrap().get(&path).cloned();
            noted.lock().unwrap().push((path, headers));
            async move { answer(found) }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, paths, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Puts a file at a path; its URL.
    pub(crate) fn put(&self, path: &str, content_type: &str, bytes: impl Into<Bytes>) -> String {
        self.set(path, At::File(content_type.to_owned(), bytes.into()))
    }

    /// Puts a file at a path that comes in pieces, without its length; its URL.
    pub(crate) fn put_in_pieces(
        &self,
        path: &str,
        content_type: &str,
        pieces: Vec<Bytes>,
    ) -> String {
        self.set(path, At::Pieces(content_type.to_owned(), pieces))
    }

    /// Makes a path answer with a status and nothing else; its URL.
    pub(crate) fn fail(&self, path: &str, status: u16) -> String {
        self.set(path, At::Status(status))
    }

    fn set(&self, path: &str, at: At) -> String {
        self.paths.lock().unwrap().insert(path.to_owned(), at);
        self.url(path)
    }

    /// The headers of the requests for a path, in order.
    pub(crate) fn asked(&self, path: &str) -> Vec<HeaderMap> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|(asked, _)| asked == path)
            .map(|(_, headers)| headers.clone())
            .collect()
    }

    /// Makes a path lead to another URL; its own.
    pub(crate) fn redirect(&self, path: &str, to: &str) -> String {
        self.set(path, At::Redirect(to.to_owned()))
    }
}

fn answer(found: Option<At>) -> Response<Body> {
    let response = match found {
        Some(At::File(content_type, bytes)) => Response::builder()
            .header("content-type", content_type)
            .body(Body::from(bytes)),
        Some(At::Pieces(content_type, pieces)) => Response::builder()
            .header("content-type", content_type)
            .body(Body::from_stream(stream::iter(
                pieces.into_iter().map(Ok::<_, std::io::Error>),
            ))),
        Some(At::Status(status)) => Response::builder().status(status).body(Body::empty()),
        Some(At::Redirect(to)) => Response::builder()
            .status(302)
            .header("location", to)
            .body(Body::empty()),
        None => Response::builder()
            .status(404)
            .body(Body::from("no such file")),
    };
    response.unwrap()
}

/// A PNG of one pixel; `name` makes it another file than the next.
pub(crate) fn picture(name: &str) -> Bytes {
    const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let mut bytes = STANDARD.decode(PIXEL).unwrap();
    bytes.extend_from_slice(name.as_bytes());
    bytes.into()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
