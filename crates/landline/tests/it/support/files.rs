//! Files: a web server for media links, and what tests send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Response, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// What stands at a path.
#[derive(Clone)]
enum At {
    File(String, Bytes),
    Redirect(String),
}

type Paths = Arc<Mutex<HashMap<String, At>>>;

/// A web server that has the files it was given, and 404 for the rest.
pub(crate) struct Files {
    base: String,
    paths: Paths,
}

impl Files {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let paths = Paths::default();
        let shared = paths.clone();
        let router = Router::new().fallback(move |uri: Uri| {
            let found = shared.lock().unwrap().get(uri.path()).cloned();
            async move { answer(found) }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, paths }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Puts a file at a path; its URL.
    pub(crate) fn put(&self, path: &str, content_type: &str, bytes: impl Into<Bytes>) -> String {
        let file = At::File(content_type.to_owned(), bytes.into());
        self.paths.lock().unwrap().insert(path.to_owned(), file);
        self.url(path)
    }

    /// Makes a path lead to another URL; its own.
    pub(crate) fn redirect(&self, path: &str, to: &str) -> String {
        self.paths
            .lock()
            .unwrap()
            .insert(path.to_owned(), At::Redirect(to.to_owned()));
        self.url(path)
    }
}

fn answer(found: Option<At>) -> Response<Body> {
    let response = match found {
        Some(At::File(content_type, bytes)) => Response::builder()
            .header("content-type", content_type)
            .body(Body::from(bytes)),
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
