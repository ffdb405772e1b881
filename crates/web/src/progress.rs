//! Where a request is: its body is read, it is worked on, its answer is written.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};
use meter::Inside;

use crate::traffic::{Stage, Traffic};

/// One request in work.
pub(crate) struct Progress {
    traffic: Arc<Traffic>,
    /// What counts it; replaced when it moves on.
    place: Mutex<(Stage, Inside)>,
}

impl Progress {
    /// A request begins; its body tells when it was read.
    pub(crate) fn begin(traffic: &Arc<Traffic>, request: Request) -> (Arc<Self>, Request) {
        let is_read = request.body().is_end_stream();
        let stage = if is_read { Stage::Handle } else { Stage::Read };
        let progress = Arc::new(Self {
            traffic: Arc::clone(traffic),
            place: Mutex::new((stage, traffic.enter(stage))),
        });
        if is_read {
            return (progress, request);
        }
        let watch = Arc::downgrade(&progress);
        let request = request.map(|body| Body::new(Incoming { body, watch }));
        (progress, request)
    }

    /// The answer is there: the request is in work until its body was written.
    pub(crate) fn write(self: Arc<Self>, body: Body) -> Body {
        self.enter(Stage::Write);
        Body::new(Outgoing {
            body,
            _progress: self,
        })
    }

    /// The body was read to its end, unless the answer goes out already.
    fn was_read(&self) {
        if self.stage() == Stage::Read {
            self.enter(Stage::Handle);
        }
    }

    fn stage(&self) -> Stage {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn enter(&self, stage: Stage) {
        let place = (stage, self.traffic.enter(stage));
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

/// A request's body. It may outlive its request: what nobody wanted is still read for a while.
struct Incoming {
    body: Body,
    watch: Weak<Progress>,
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let is_over = matches!(polled, Poll::Ready(None)) || self.body.is_end_stream();
        if is_over && let Some(progress) = self.watch.upgrade() {
            progress.was_read();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body.
struct Outgoing {
    body: Body,
    _progress: Arc<Progress>,
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use meter::{Page, Scope};

    use super::*;

    /// Requests by state: read, handled, written.
    fn seen(traffic: &Traffic) -> [u64; 3] {
        let mut page = Page::of(&[Scope::Web]);
        traffic.add_to(&mut page);
        let json = serde_json::to_value(&page).unwrap();
        let data = json["web_requests"]["data"].as_array().unwrap();
        ["read", "handle-request", "write"].map(|state| {
            let sample = data
                .iter()
                .find(|sample| sample["labels"]["state"] == state);
            sample.unwrap()["value"].as_u64().unwrap()
        })
    }

    async fn read(body: Body) -> Bytes {
        axum::body::to_bytes(body, 1000).await.unwrap()
    }

    #[tokio::test]
    async fn a_request_is_read_then_handled_then_written_then_gone() {
        let traffic = Arc::new(Traffic::default());
        let pieces = ["a", "b"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        let request = Request::new(Body::from_stream(stream::iter(pieces)));

        let (progress, request) = Progress::begin(&traffic, request);
        assert_eq!(seen(&traffic), [1, 0, 0]);
        assert_eq!(read(request.into_body()).await, "ab");
        assert_eq!(seen(&traffic), [0, 1, 0]);
        let body = progress.write(Body::from("answer"));
        assert_eq!(seen(&traffic), [0, 0, 1]);
        assert_eq!(body.size_hint().exact(), Some(6));
        assert_eq!(read(body).await, "answer");
        assert_eq!(seen(&traffic), [0, 0, 0]);
    }

    #[tokio::test]
    async fn a_body_that_is_read_after_its_answer_holds_nothing_up() {
        let traffic = Arc::new(Traffic::default());
        let request = Request::new(Body::from("unwanted"));
        let (progress, request) = Progress::begin(&traffic, request);

        let body = progress.write(Body::empty());
        assert_eq!(seen(&traffic), [0, 0, 1]);
        drop(body);

        assert_eq!(seen(&traffic), [0, 0, 0]);
        assert_eq!(read(request.into_body()).await, "unwanted");
        assert_eq!(seen(&traffic), [0, 0, 0]);
    }

    #[tokio::test]
    async fn a_request_without_a_body_is_handled_at_once() {
        let traffic = Arc::new(Traffic::default());

        let (progress, _) = Progress::begin(&traffic, Request::new(Body::empty()));
        assert_eq!(seen(&traffic), [0, 1, 0]);
        drop(progress);

        assert_eq!(seen(&traffic), [0, 0, 0]);
    }
}
