//! `/v1/media`, and what of it can be sent.

mod kinds;
mod links;
mod pictures;

use bytes::Bytes;
use futures_util::stream;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::{assert_refused, plain};
use crate::support::{Answer, Api, Guest, picture, raw};

async fn upload(api: &Api, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    Api::finish(
        api.request("POST", "/v1/media")
            .header("content-type", content_type)
            .body(body),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_went_in() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;
    let file = picture("comes back");

    let uploaded = upload(&user, "image/png", file.clone()).await;
    let id = uploaded.body["media"][0]["id"].as_str().unwrap().to_owned();
    insta::assert_json_snapshot!(plain(&uploaded.whole(), &[(&id, "[id]")]), @r#"
    {
      "body": {
        "media": [
          {
            "id": "[id]"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    assert_eq!(id.parse::<Uuid>().unwrap().hyphenated().to_string(), id);

    let path = format!("/v1/media/{id}");
    let downloaded = user.get(&path).await;
    assert_eq!((downloaded.status, &downloaded.bytes), (200, &file));
    assert_eq!(downloaded.header("content-type"), "image/png");
    assert_eq!(downloaded.header("content-length"), file.len().to_string());
    let head = user.call("HEAD", &path, None).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), file.len().to_string());

    let deleted = user.delete(&path).await;
    insta::assert_json_snapshot!(deleted.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let gone = user.get(&path).await;
    insta::assert_json_snapshot!(plain(&gone.whole(), &[(&id, "[id]")]), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "there is no media with the id [id]",
            "title": "Resource not found"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 404
    }
    "#);
    assert_refused(&user.delete(&path).await, (404, 1006), &[&id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_without_a_length_is_taken_piece_by_piece() {
    let guest = Guest::arrive().await;
    let piece = |n: u8| Bytes::from(vec![n; 1_000_000]);
    let whole: Vec<u8> = (0..20).flat_map(piece).collect();
    let pieces = stream::iter((0..20).map(move |n| Ok::<_, std::io::Error>(piece(n))));

    let uploaded = upload(
        &guest.api,
        "application/pdf",
        reqwest::Body::wrap_stream(pieces),
    )
    .await;

    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    let id = uploaded.body["media"][0]["id"].as_str().unwrap();
    let downloaded = guest.api.get(&format!("/v1/media/{id}")).await;
    assert_eq!(downloaded.header("content-length"), "20000000");
    assert!(downloaded.bytes == whole, "every byte, in order");
}

#[rstest]
#[case("text/plain; charset=utf-8", "text/plain")]
#[case("Application/PDF", "application/pdf")]
#[case("audio/ogg; codecs=opus", "audio/ogg; codecs=opus")]
#[case("audio/ogg ;rate=16000; CODECS = \"opus\"", "audio/ogg; codecs=opus")]
#[tokio::test(flavor = "multi_thread")]
async fn a_type_is_kept_without_its_parameters_but_codecs(#[case] sent: &str, #[case] kept: &str) {
    let guest = Guest::arrive().await;

    let id = guest.api.upload(sent, "some bytes").await;

    let downloaded = guest.api.get(&format!("/v1/media/{id}")).await;
    assert_eq!(downloaded.header("content-type"), kept);
    assert_eq!(downloaded.bytes, "some bytes");
}

#[rstest]
#[case("00000000-0000-4000-8000-000000000000")]
#[case("1")]
#[case("..%2f..%2fendpoints.json")]
#[case("%2e%2e%2fca.pem")]
#[case("%00")]
#[case("%ff")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found(#[case] id: &str) {
    let guest = Guest::arrive().await;

    for method in ["GET", "DELETE"] {
        let answer = guest
            .api
            .call(method, &format!("/v1/media/{id}"), None)
            .await;
        assert_eq!(answer.refusal(), (404, 1006), "{method} {id}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_refused() {
    let guest = Guest::arrive().await;
    let api = &guest.api;

    let empty = upload(api, "image/png", "").await;
    insta::assert_json_snapshot!(empty.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1008,
            "details": "the body is empty: send the file's bytes",
            "title": "Required parameter is missing"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    let untyped = Api::finish(api.request("POST", "/v1/media").body("some bytes")).await;
    insta::assert_json_snapshot!(untyped.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1008,
            "details": "Content-Type is required",
            "title": "Required parameter is missing"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    let no_type = upload(api, "nonsense", "some bytes").await;
    assert_refused(&no_type, (400, 1009), &["Content-Type"]);
    let no_picture = upload(api, "image/png", "<html>").await;
    insta::assert_json_snapshot!(no_picture.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1014,
            "details": "the picture cannot be read: its bytes are text/html, not image/png",
            "title": "Internal error"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 500
    }
    "#);
    let form = upload(api, "multipart/form-data; boundary=x", "--x--").await;
    assert_refused(&form, (415, 1025), &["multipart/form-data"]);
    let anonymous = upload(&guest.dev().anonymous(), "image/png", picture("anonymous")).await;
    assert_refused(&anonymous, (401, 1005), &[]);
    let put = api.put("/v1/media", &json!({})).await;
    assert_refused(&put, (405, 1025), &[]);
    assert_eq!(put.header("allow"), "POST");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_long_a_file_is_refused_before_it_is_sent() {
    let guest = Guest::arrive().await;
    let base = guest.api.url("");

    let request = format!(
        "POST /v1/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: video/mp4\r\nContent-Length: {}\r\n\r\n",
        guest.api.token(),
        100 * 1024 * 1024 + 1
    );
    let answer = raw(&base, request.as_bytes()).await;

    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "the body: 104857601 bytes are over the limit of 104857600",
            "title": "Parameter value is not valid"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 413
    }
    "#);
}
