//! Media: uploads and downloads, streamed (the reference's section 12).

use aide::axum::routing::{get_with, post_with};
use std::time::Duration;

use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use landline_core::call::media::Download;
use onprem::media::{UPLOAD_LIMIT, parse_content_type};
use onprem::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::{Routes, Segment, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::User;
use crate::body::{RawBody, announced_length};
use crate::describe::{Show, raw_response};
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/media",
            post_with(upload, |operation| {
                operation.summary("Upload a file").description(
                    "The body is the file itself, of at most 100 MB, and `Content-Type` its type; of its parameters \
                     `codecs` is kept. A JPEG, PNG or WebP is read to its end. What a message of each type may be is \
                     checked when it is sent.",
                )
                .shows(200, json!({"media": [{"id": "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11"}]}))
            }),
        ),
        (
            "/v1/media/{id}",
            get_with(download, |operation| {
                operation.summary("Download a file").description(
                    "One that was uploaded, or that a customer sent. HEAD gives the headers alone.",
                )
            })
            .delete_with(delete, |operation| {
                operation.summary("Delete a file").shows(200, json!({}))
            }),
        ),
    ]
}

/// An upload in which nothing arrives for so long has broken off.
const SILENCE: Duration = Duration::from_secs(30);
/// Read from a file at once, bytes.
const PIECE: usize = 64 * 1024;

/// `media` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Media {
    media: [Id; 1],
}

#[derive(Serialize, JsonSchema)]
struct Id {
    id: String,
}

/// `POST /v1/media`.
pub(crate) async fn upload(
    Here(web): Here,
    _: User,
    RawBody(request): RawBody,
) -> Result<Answer<200, Media>, Refused> {
    within_limit(announced_length(request.headers()))?;
    let header = request.headers().get(CONTENT_TYPE);
    let header = header.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let content_type = parse_content_type(header.as_deref())?;
    let body = unless_silent(request.into_body().into_data_stream());
    let id = web.line.upload_media(content_type, body).await?;
    Ok(Answer(Media { media: [Id { id }] }))
}

/// 413 / 1009 before the first byte is read, when the length says it already.
fn within_limit(announced: Option<u64>) -> Result<(), Refused> {
    match announced {
        Some(bytes) if bytes > UPLOAD_LIMIT => {
            let details = format!("the body: {bytes} bytes are over the limit of {UPLOAD_LIMIT}");
            Err(Refusal::new(Code::INVALID, details).with_status(413).into())
        }
        _ => Ok(()),
    }
}

/// Why an upload broke off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Connection(axum::Error),
    #[error("nothing arrived for {} seconds", SILENCE.as_secs())]
    Silence,
}

/// The body, broken off when nothing arrives for too long.
fn unless_silent(body: BodyDataStream) -> impl Stream<Item = Result<Bytes, Broken>> + Send {
    stream::unfold(Some(body), async |body| {
        let mut body = body?;
        match tokio::time::timeout(SILENCE, body.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(body))),
            Ok(Some(Err(error))) => Some((Err(Broken::Connection(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(Broken::Silence), None)),
        }
    })
}

/// A file on its way out, with its type and length.
pub(crate) struct File(Download);

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let Download {
            content_type,
            bytes,
            file,
        } = self.0;
        let content_type = HeaderValue::from_str(&content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        let content = ReaderStream::with_capacity(file.take(bytes), PIECE);
        let headers = [
            (CONTENT_TYPE, content_type),
            (CONTENT_LENGTH, HeaderValue::from(bytes)),
        ];
        (headers, Body::from_stream(content)).into_response()
    }
}

impl OperationOutput for File {
    type Inner = Self;

    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        vec![(
            Some(200),
            raw_response("The file, with its own content type.", &["*/*"]),
        )]
    }
}

/// `GET /v1/media/{id}`.
pub(crate) async fn download(
    Here(web): Here,
    _: User,
    Segment(id): Segment,
) -> Result<File, Refused> {
    Ok(File(web.line.download_media(&id).await?))
}

/// `DELETE /v1/media/{id}`.
pub(crate) async fn delete(
    Here(web): Here,
    _: User,
    Segment(id): Segment,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.delete_media(&id).await }).await?;
    Ok(Done::done())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    #[tokio::test]
    async fn a_file_goes_out_with_type_and_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        tokio::fs::write(&path, vec![7; 200_000]).await.unwrap();
        let file = File(Download {
            content_type: "image/jpeg".to_owned(),
            bytes: 200_000,
            file: tokio::fs::File::open(&path).await.unwrap(),
        });

        let response = file.into_response();

        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "image/jpeg");
        assert_eq!(response.headers()[CONTENT_LENGTH], "200000");
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        assert_eq!(body.unwrap(), vec![7; 200_000]);
    }

    #[tokio::test]
    async fn a_type_that_is_no_header_is_bytes() {
        let file = File(Download {
            content_type: "image/jpeg\r\nx: y".to_owned(),
            bytes: 0,
            file: tokio::fs::File::from_std(tempfile::tempfile().unwrap()),
        });

        let response = file.into_response();

        assert_eq!(response.headers()[CONTENT_TYPE], "application/octet-stream");
    }

    #[rstest]
    #[case(None, true)]
    #[case(Some(UPLOAD_LIMIT), true)]
    #[case(Some(UPLOAD_LIMIT + 1), false)]
    #[tokio::test]
    async fn an_announced_length_over_the_limit_is_413(
        #[case] announced: Option<u64>,
        #[case] allowed: bool,
    ) {
        let answer = within_limit(announced);

        assert_eq!(answer.is_ok(), allowed);
        if let Err(refused) = answer {
            let (status, _, body) = opened(refused.into_response()).await;
            assert_eq!((status, &body["errors"][0]["code"]), (413, &1009.into()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_falls_silent_breaks_off() {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"a"))]);
        let body = Body::from_stream(first.chain(stream::pending()));

        let pieces: Vec<_> = unless_silent(body.into_data_stream()).collect().await;

        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[0].as_ref().unwrap(), "a");
        let error = pieces[1].as_ref().unwrap_err();
        assert_eq!(error.to_string(), "nothing arrived for 30 seconds");
    }
}
