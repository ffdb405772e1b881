//! What they sent: JSON bodies, read whole, up to a limit.

use std::marker::PhantomData;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use crate::answer::Refused;

/// Greatest JSON body, bytes.
const LIMIT: usize = 1 << 20;
/// How long a JSON body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A body that is JSON, or says nothing about itself. Not parsed here, `B` says what it should be: the empty one is for
/// the parser to refuse.
pub(crate) struct JsonBody<B>(pub(crate) Bytes, pub(crate) PhantomData<fn() -> B>);

impl<S: Send + Sync, B> FromRequest<S> for JsonBody<B> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        expect_json(request.headers())?;
        let body = read(request).await?;
        Ok(Self(body, PhantomData))
    }
}

/// A body of any content type, or none (login). `B` says what it should be.
pub(crate) struct AnyBody<B>(pub(crate) Bytes, pub(crate) PhantomData<fn() -> B>);

impl<S: Send + Sync, B> FromRequest<S> for AnyBody<B> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let body = read(request).await?;
        Ok(Self(body, PhantomData))
    }
}

/// A text of any content type: certificates.
pub(crate) struct PemBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for PemBody {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        read(request).await.map(Self)
    }
}

/// A body of bytes, not read yet, with the headers that came with it.
pub(crate) struct RawBody(pub(crate) Request);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        Ok(Self(request))
    }
}

/// The body's length in bytes, if it was announced.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// 415 / 1025 for a content type that is not JSON; none at all counts as JSON.
pub(crate) fn expect_json(headers: &HeaderMap) -> Result<(), Refused> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    if is_json(value.as_bytes()) {
        return Ok(());
    }
    let named: String = String::from_utf8_lossy(value.as_bytes())
        .chars()
        .take(100)
        .collect();
    Err(Refused::bad_request(
        415,
        format!("Content-Type: {named}; this call reads application/json"),
    ))
}

/// `application/json`, `text/json`, `application/*+json`, in any case and with any parameters; or nothing.
fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence
        .unwrap_or_default()
        .trim_ascii()
        .to_ascii_lowercase();
    matches!(&*essence, b"" | b"application/json" | b"text/json")
        || (essence.starts_with(b"application/") && essence.ends_with(b"+json"))
}

/// A JSON body, or a form that stands for one.
pub(crate) async fn read(request: Request) -> Result<Bytes, Refused> {
    read_within(request, LIMIT, ARRIVAL, too_large).await
}

/// A whole body of at most so many bytes, which has to arrive within a time.
pub(crate) async fn read_within(
    request: Request,
    limit: usize,
    arrival: Duration,
    too_large: fn() -> Refused,
) -> Result<Bytes, Refused> {
    let announced = announced_length(request.headers());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
    {
        return Err(too_large());
    }
    let gathered = gather(request.into_body().into_data_stream(), limit, too_large);
    tokio::time::timeout(arrival, gathered)
        .await
        .unwrap_or_else(|_| {
            let seconds = arrival.as_secs();
            let details = format!("the body did not arrive within {seconds} seconds");
            Err(Refused::bad_request(400, details))
        })
}

/// The whole body. One that came in one piece, as nearly all do, is not copied.
async fn gather(
    mut body: BodyDataStream,
    limit: usize,
    too_large: fn() -> Refused,
) -> Result<Bytes, Refused> {
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece
            .map_err(|error| Refused::bad_request(400, format!("the body broke off: {error}")))?;
        if whole.len() + pieces.len() + piece.len() > limit {
            return Err(too_large());
        }
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.extend_from_slice(&piece);
        }
    }
    Ok(if pieces.is_empty() {
        whole
    } else {
        pieces.freeze()
    })
}

fn too_large() -> Refused {
    Refused::bad_request(413, format!("the body is over {LIMIT} bytes"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::response::IntoResponse;
    use futures_util::stream;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    fn chunked(pieces: Vec<Result<Bytes, std::io::Error>>) -> Request {
        Request::new(Body::from_stream(stream::iter(pieces)))
    }

    async fn refused(request: Request) -> (u16, u64, String) {
        let refused = JsonBody::<()>::from_request(request, &())
            .await
            .err()
            .unwrap();
        let (status, _, body) = opened(refused.into_response()).await;
        let error = &body["errors"][0];
        (
            status,
            error["code"].as_u64().unwrap(),
            error["details"].as_str().unwrap().to_owned(),
        )
    }

    #[rstest]
    #[case("application/json")]
    #[case("application/json; charset=utf-8")]
    #[case("Application/JSON;CHARSET=\"UTF-8\"; x=y")]
    #[case(" text/json ")]
    #[case("application/vnd.api+json")]
    #[case("application/problem+JSON; a=b")]
    #[case("")]
    fn json_comes_under_many_names(#[case] content_type: &str) {
        assert!(is_json(content_type.as_bytes()));
    }

    #[rstest]
    #[case("text/plain")]
    #[case("application/x-www-form-urlencoded")]
    #[case("multipart/form-data; boundary=json")]
    #[case("application/jsonp")]
    #[case("image/svg+json")]
    #[tokio::test]
    async fn other_content_types_are_415(#[case] content_type: &str) {
        let request = Request::builder()
            .header(CONTENT_TYPE, content_type)
            .body(Body::from("{}"))
            .unwrap();

        let (status, code, details) = refused(request).await;

        assert_eq!((status, code), (415, 1025));
        assert!(details.contains("application/json"), "{details}");
    }

    #[tokio::test]
    async fn login_reads_any_content_type() {
        let request = Request::builder()
            .header(CONTENT_TYPE, "text/plain")
            .body(Body::from("{}"))
            .unwrap();

        let AnyBody(body, _) = AnyBody::<()>::from_request(request, &()).await.unwrap();

        assert_eq!(body, "{}");
    }

    #[tokio::test]
    async fn no_body_is_an_empty_body() {
        let request = Request::new(Body::empty());

        let JsonBody(body, _) = JsonBody::<()>::from_request(request, &()).await.unwrap();

        assert!(body.is_empty());
    }

    #[tokio::test]
    async fn an_announced_length_over_the_limit_is_refused_unread() {
        let request = Request::builder()
            .header(CONTENT_LENGTH, LIMIT + 1)
            .body(Body::from_stream(stream::pending::<
                Result<Bytes, std::io::Error>,
            >()))
            .unwrap();

        let (status, code, _) = refused(request).await;

        assert_eq!((status, code), (413, 1025));
    }

    #[tokio::test]
    async fn a_chunked_body_may_be_exactly_as_long_as_the_limit() {
        let half = Bytes::from(vec![b' '; LIMIT / 2]);
        let request = chunked(vec![Ok(half.clone()), Ok(half)]);

        let JsonBody(body, _) = JsonBody::<()>::from_request(request, &()).await.unwrap();

        assert_eq!(body.len(), LIMIT);
    }

    #[tokio::test]
    async fn a_chunked_body_over_the_limit_is_413() {
        let half = Bytes::from(vec![b' '; LIMIT / 2]);
        let request = chunked(vec![
            Ok(half.clone()),
            Ok(half),
            Ok(Bytes::from_static(b"x")),
        ]);

        let (status, code, details) = refused(request).await;

        assert_eq!((status, code), (413, 1025));
        assert_eq!(details, "the body is over 1048576 bytes");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_400() {
        let error = std::io::Error::other("connection reset");
        let request = chunked(vec![Ok(Bytes::from_static(b"{\"to\":")), Err(error)]);

        let (status, code, details) = refused(request).await;

        assert_eq!((status, code), (400, 1025));
        assert!(details.starts_with("the body broke off"), "{details}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_400() {
        let request = Request::new(Body::from_stream(stream::pending::<
            Result<Bytes, std::io::Error>,
        >()));

        let (status, code, details) = refused(request).await;

        assert_eq!((status, code), (400, 1025));
        assert_eq!(details, "the body did not arrive within 30 seconds");
    }

    proptest! {
        #[test]
        fn pieces_come_together(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..8)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let whole = pieces.concat();
            let request = chunked(pieces.into_iter().map(|piece| Ok(piece.into())).collect());

            let JsonBody(body, _) = runtime.block_on(JsonBody::<()>::from_request(request, &())).ok().unwrap();

            prop_assert_eq!(body, whole);
        }
    }
}
