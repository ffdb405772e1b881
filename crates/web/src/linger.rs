//! A request's body that nobody wanted is still read for a while.
//!
//! An answer often goes out before the body has come: no credentials, wrong path, too large. Were the connection closed
//! then, the bytes under way would reset it, and the caller would see a broken connection instead of the answer.

use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header::EXPECT;

use crate::progress::Progress;

/// How long an unwanted body is read at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// The request with a body that lingers, and that tells its progress when it was read. One that waits for `100 Continue`
/// has not begun: it is left as it is.
pub(crate) fn around(request: Request, progress: Weak<Progress>) -> Request {
    if request.body().is_end_stream() || request.headers().contains_key(EXPECT) {
        return request;
    }
    request.map(|body| {
        Body::from_stream(Lingering {
            rest: Some(body.into_data_stream()),
            progress,
        })
    })
}

/// A body; what is left of it when it is dropped is read and thrown away.
struct Lingering {
    /// `None` when it was read to its end.
    rest: Option<BodyDataStream>,
    /// It ends when the request was answered, which this may outlive.
    progress: Weak<Progress>,
}

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        let polled = rest.poll_next_unpin(cx);
        let is_over = matches!(polled, Poll::Ready(None | Some(Err(_)))) || rest.is_end_stream();
        if is_over {
            self.rest = None;
            if let Some(progress) = self.progress.upgrade() {
                progress.was_read();
            }
        }
        polled
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take().filter(|rest| !rest.is_end_stream()) else {
            return;
        };
        // Ends by itself; one per connection at most, since the next request waits for it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(PATIENCE, discard(rest)));
        }
    }
}

async fn discard(mut rest: BodyDataStream) {
    while let Some(Ok(_)) = rest.next().await {}
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use futures_util::stream;
    use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc;
    use tokio::task::JoinSet;

    use super::*;
    use crate::answer::Done;

    /// A body of pieces, and a channel that closes when the body is gone.
    fn watched(pieces: usize) -> (Request, mpsc::Receiver<usize>) {
        let (told, seen) = mpsc::channel(16);
        let body = stream::iter(0..pieces).then(move |piece| {
            let told = told.clone();
            async move {
                told.send(piece).await.unwrap();
                Ok::<_, std::io::Error>(Bytes::from_static(b"piece"))
            }
        });
        (Request::new(Body::from_stream(body)), seen)
    }

    #[tokio::test]
    async fn an_unwanted_body_is_read_to_its_end() {
        let (request, mut seen) = watched(5);

        drop(around(request, Weak::new()));

        let mut read = 0;
        while seen.recv().await.is_some() {
            read += 1;
        }
        assert_eq!(read, 5);
    }

    #[tokio::test]
    async fn a_body_that_waits_for_continue_is_not_read() {
        let (mut request, mut seen) = watched(5);
        let value = http::HeaderValue::from_static("100-continue");
        request.headers_mut().insert(EXPECT, value);

        drop(around(request, Weak::new()));

        assert_eq!(seen.recv().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unwanted_body_that_never_ends_is_given_up() {
        let (told, mut seen) = mpsc::channel::<()>(1);
        let endless = stream::unfold(told, |told| async move {
            told.closed().await;
            Some((Ok::<_, std::io::Error>(Bytes::new()), told))
        });
        let begun = tokio::time::Instant::now();

        drop(around(
            Request::new(Body::from_stream(endless)),
            Weak::new(),
        ));

        assert_eq!(seen.recv().await, None);
        assert_eq!(begun.elapsed(), PATIENCE);
    }

    #[tokio::test]
    async fn a_wanted_body_comes_as_it_is() {
        let (request, _seen) = watched(3);

        let body = axum::body::to_bytes(around(request, Weak::new()).into_body(), 1000).await;

        assert_eq!(body.unwrap(), "piecepiecepiece");
    }

    /// A server that reads no body, and a connection to it.
    async fn connected() -> (TcpStream, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/v1/x", get(async || Done::done()));
        let app = crate::frame::around(app, &std::sync::Arc::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        (TcpStream::connect(address).await.unwrap(), tasks)
    }

    /// The status lines of so many answers.
    async fn statuses(stream: &mut (impl AsyncRead + Unpin), count: usize) -> Vec<String> {
        let mut lines = BufReader::new(stream).lines();
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(at) = line.find("HTTP/1.1 ") {
                found.push(line.get(at + 9..at + 12).unwrap().to_owned());
            }
            if found.len() == count {
                break;
            }
        }
        found
    }

    #[tokio::test]
    async fn a_refused_caller_may_send_all_of_a_large_body_and_go_on() {
        let (stream, _server) = connected().await;
        let (mut read, mut write) = stream.into_split();
        let sent = async move {
            let length = 20 << 20;
            let head =
                format!("POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
            write.write_all(head.as_bytes()).await.unwrap();
            write.write_all(&vec![b' '; length]).await.unwrap();
            let head = "GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n";
            write.write_all(head.as_bytes()).await.unwrap();
            write
        };

        let (_write, answered) = tokio::join!(sent, statuses(&mut read, 2));

        assert_eq!(answered, ["405", "200"]);
    }

    #[tokio::test]
    async fn a_caller_that_waits_for_continue_is_answered_at_once() {
        let (mut stream, _server) = connected().await;
        let head =
            "POST /v1/x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();

        let answered = statuses(&mut stream, 2).await;

        // One answer, then the end of the connection; never a `100` after it.
        assert_eq!(answered, ["405"]);
    }
}
