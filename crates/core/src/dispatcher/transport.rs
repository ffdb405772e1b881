//! What came of a post, as `callback_requests` tells it (`rest-api.md` 14.3): `success`, an HTTP status, or the number of a
//! transport error.
//!
//! The original's numbers are not documented. These are the ones that curl made known: `operations.md` 7.6 shows that its
//! tools spoke of them.

use std::error::Error;
use std::io;

use crate::link::{causes, is_refused};
use crate::stats::SUCCESS;

/// None of the others.
const OTHER: u16 = 1;
/// The URL, or the address that its host has, is not allowed.
pub(super) const NOT_ALLOWED: u16 = 3;
/// The host's name does not resolve.
const NO_SUCH_HOST: u16 = 6;
/// No connection.
const NO_CONNECTION: u16 = 7;
/// No answer in time.
const TOO_SLOW: u16 = 28;
/// TLS could not be agreed on.
const TLS: u16 = 35;
/// The connection broke.
const BROKEN: u16 = 56;
/// The certificate is not trusted.
const CERTIFICATE: u16 = 60;

/// The label value of an outcome.
pub(super) fn result(answer: &Result<reqwest::Response, reqwest::Error>) -> String {
    match answer {
        Ok(response) if response.status() == http::StatusCode::OK => SUCCESS.to_owned(),
        Ok(response) => response.status().as_u16().to_string(),
        Err(error) => number(error).to_string(),
    }
}

fn number(error: &reqwest::Error) -> u16 {
    if error.is_timeout() {
        return TOO_SLOW;
    }
    if is_refused(error) {
        return NOT_ALLOWED;
    }
    match tls(error) {
        Some(rustls::Error::InvalidCertificate(_)) => CERTIFICATE,
        Some(_) => TLS,
        None if error.is_connect() && says_dns(error) => NO_SUCH_HOST,
        None if error.is_connect() => NO_CONNECTION,
        None if error.is_request() || error.is_body() => BROKEN,
        None => OTHER,
    }
}

/// An error of TLS, which comes wrapped in errors of the socket.
fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| unwrapped(cause).downcast_ref())
}

/// What an error of a socket was made from: its `source` would leave that out.
fn unwrapped<'a>(mut error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    while let Some(inner) = error.downcast_ref().and_then(io::Error::get_ref) {
        error = inner;
    }
    error
}

/// The connector marks an error of the resolver by its words only.
fn says_dns(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string().contains("dns error"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use onprem::settings::UrlPolicy;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::link::guarded_client;

    /// A listener that answers its one connection with these bytes; its address.
    async fn answering(bytes: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let read = stream.read(&mut [0; 1024]).await;
            assert!(read.is_ok(), "whatever is asked");
            stream.write_all(bytes).await.ok();
        });
        address
    }

    async fn post(url: &str, policy: UrlPolicy, limit: Duration) -> String {
        let client = guarded_client(policy, Vec::new(), limit, limit).unwrap();
        result(&client.post(url).body("{}").send().await)
    }

    async fn posted(url: &str) -> String {
        post(url, UrlPolicy::PlainLoopback, Duration::from_secs(20)).await
    }

    #[tokio::test]
    async fn only_200_is_success() {
        let ok = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let made = answering(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await;
        let moved = answering(b"HTTP/1.1 301 X\r\nlocation: /\r\ncontent-length: 0\r\n\r\n").await;

        assert_eq!(posted(&format!("http://{ok}")).await, "success");
        assert_eq!(posted(&format!("http://{made}")).await, "201");
        assert_eq!(posted(&format!("http://{moved}")).await, "301");
    }

    #[tokio::test]
    async fn transport_errors_have_the_numbers_that_curl_gave_them() {
        let closing = answering(b"").await;
        let no_tls = answering(b"HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n").await;
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = nobody.local_addr().unwrap();
        drop(nobody);
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = (silent.local_addr().unwrap(), silent);

        assert_eq!(posted(&format!("http://{closing}")).await, "56");
        assert_eq!(posted(&format!("https://{no_tls}")).await, "35");
        assert_eq!(posted(&format!("http://{gone}")).await, "7");
        let url = format!("http://{}", silent.0);
        let limit = Duration::from_millis(50);
        assert_eq!(post(&url, UrlPolicy::PlainLoopback, limit).await, "28");
        let limit = Duration::from_secs(5);
        let inside = post("http://localhost:9/", UrlPolicy::HttpsOnly, limit).await;
        assert_eq!(inside, "3");
    }
}
