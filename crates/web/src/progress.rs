//! Where a request is: its body is read, it is worked on, its answer is written.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};
use meter::Inside;

use crate::traffic::{Stage, Traffic};

/// A body of so many bytes goes into the socket in one go.
const AT_ONCE: u64 = 16 * 1024;

/// One request in work.
pub(crate) struct Progress {
    traffic: Arc<Traffic>,
    /// What counts it; replaced when it moves on.
    place: Mutex<(Stage, Inside)>,
}

impl Progress {
    /// A request begins. Whoever reads its body says when [it was read](Self::was_read).
    pub(crate) fn begin(traffic: &Arc<Traffic>, request: &Request) -> Arc<Self> {
        let stage = if request.body().is_end_stream() {
            Stage::Handle
        } else {
            Stage::Read
        };
        Arc::new(Self {
            traffic: Arc::clone(traffic),
            place: Mutex::new((stage, traffic.enter(stage))),
        })
    }

    /// The answer is there: the request is in work until its body was written. One that is written at once is as good as
    /// done.
    pub(crate) fn write(self: Arc<Self>, body: Body) -> Body {
        if body
            .size_hint()
            .exact()
            .is_some_and(|bytes| bytes <= AT_ONCE)
        {
            return body;
        }
        self.enter(Stage::Write);
        Body::new(Outgoing {
            body,
            _progress: self,
        })
    }

    /// The body was read to its end, unless the answer goes out already.
    pub(crate) fn was_read(&self) {
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
    use crate::linger;

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
        axum::body::to_bytes(body, 1 << 20).await.unwrap()
    }

    /// A body that is not written at once.
    fn long() -> Body {
        Body::from(vec![b'x'; 100_000])
    }

    fn begun(traffic: &Arc<Traffic>, body: Body) -> (Arc<Progress>, Request) {
        let request = Request::new(body);
        let progress = Progress::begin(traffic, &request);
        let request = linger::around(request, Arc::downgrade(&progress));
        (progress, request)
    }

    #[tokio::test]
    async fn a_request_is_read_then_handled_then_written_then_gone() {
        let traffic = Arc::new(Traffic::default());
        let pieces = ["a", "b"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));

        let (progress, request) = begun(&traffic, Body::from_stream(stream::iter(pieces)));
        assert_eq!(seen(&traffic), [1, 0, 0]);
        assert_eq!(read(request.into_body()).await, "ab");
        assert_eq!(seen(&traffic), [0, 1, 0]);
        let body = progress.write(long());
        assert_eq!(seen(&traffic), [0, 0, 1]);
        assert_eq!(body.size_hint().exact(), Some(100_000));
        assert_eq!(read(body).await.len(), 100_000);
        assert_eq!(seen(&traffic), [0, 0, 0]);
    }

    #[tokio::test]
    async fn a_short_answer_is_as_good_as_written() {
        let traffic = Arc::new(Traffic::default());
        let (progress, _request) = begun(&traffic, Body::empty());
        assert_eq!(seen(&traffic), [0, 1, 0]);

        let body = progress.write(Body::from("answer"));

        assert_eq!(seen(&traffic), [0, 0, 0]);
        assert_eq!(read(body).await, "answer");
    }

    #[tokio::test]
    async fn a_body_that_is_read_after_its_answer_holds_nothing_up() {
        let traffic = Arc::new(Traffic::default());
        let (progress, request) = begun(&traffic, Body::from("unwanted"));

        let body = progress.write(long());
        assert_eq!(seen(&traffic), [0, 0, 1]);
        assert_eq!(read(request.into_body()).await, "unwanted");
        assert_eq!(seen(&traffic), [0, 0, 1]);
        drop(body);

        assert_eq!(seen(&traffic), [0, 0, 0]);
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_is_gone() {
        let traffic = Arc::new(Traffic::default());
        let (progress, request) = begun(&traffic, Body::from("half"));

        drop(progress);

        assert_eq!(seen(&traffic), [0, 0, 0]);
        drop(request);
    }
}
