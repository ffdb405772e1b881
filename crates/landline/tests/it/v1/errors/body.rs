//! What stands in a body: content types, JSON, depth, size.

use rstest::rstest;

use super::super::assert_refused;
use super::send;
use crate::support::{Api, Guest, raw, text};

#[tokio::test(flavor = "multi_thread")]
async fn json_may_come_under_many_names_and_other_things_may_not() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let body = text(&customer, "x").to_string();

    for content_type in [
        None,
        Some("application/json; charset=utf-8"),
        Some("Application/JSON"),
        Some("text/json"),
    ] {
        let answer = send(&guest.api, content_type, body.clone()).await;
        assert_eq!(answer.status, 201, "{content_type:?}: {answer:?}");
    }
    let plain_text = send(&guest.api, Some("text/plain"), body.clone()).await;
    insta::assert_json_snapshot!(plain_text.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1025,
            "details": "Content-Type: text/plain; this call reads application/json",
            "title": "Invalid Request"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 415
    }
    "#);
    for content_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    ] {
        let answer = send(&guest.api, Some(content_type), body.clone()).await;
        assert_refused(&answer, (415, 1025), &["application/json"]);
    }

    // Header names in odd spellings, a body and a type on a GET: all of it is ignored.
    let request = format!(
        "GET /v1/health HTTP/1.1\r\nhost: x\r\nCONTENT_TYPE: application/json\r\ncontent-type: nonsense\r\n\
         AUTHORIZATION: Bearer {}\r\ncontent-length: 8\r\n\r\nnot json",
        guest.api.token()
    );
    assert_eq!(
        raw(&guest.api.url(""), request.as_bytes()).await.status,
        200
    );
}

#[rstest]
#[case::truncated(br#"{"to": "12025550143", "text": {"bo"#)]
#[case::nothing_closed(br#"{"to": "12025550143""#)]
#[case::trailing_comma(br#"{"to": "12025550143",}"#)]
#[case::two_bodies(br#"{"to": "12025550143"} {}"#)]
#[case::single_quotes(b"{'to': '12025550143'}")]
#[case::no_utf8(b"{\"to\": \"12025550143\", \"text\": {\"body\": \"\xff\xfe\"}}")]
#[case::half_a_surrogate(br#"{"to": "12025550143", "text": {"body": "\ud83d"}}"#)]
#[case::control_character(b"{\"to\": \"12025550143\", \"text\": {\"body\": \"\x01\"}}")]
#[case::utf16(b"\xff\xfe{\0}\0")]
#[case::an_array(br#"[{"to": "12025550143"}]"#)]
#[case::a_string(br#""hello""#)]
#[case::a_number(b"42")]
#[case::nothing(b"null")]
#[case::no_number(br#"{"ttl": 1e999}"#)]
#[case::form(b"to=12025550143&text=hello")]
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_object_is_refused(#[case] body: &'static [u8]) {
    let guest = Guest::arrive().await;

    for (method, path) in [
        ("POST", "/v1/messages"),
        ("POST", "/v1/contacts"),
        ("POST", "/v1/users"),
        ("POST", "/v1/account"),
        ("PATCH", "/v1/settings/application"),
        ("PUT", "/v1/messages/x"),
        ("PUT", "/v1/users/admin"),
    ] {
        let answer = Api::finish(guest.api.request(method, path).body(body)).await;
        assert_eq!(answer.refusal(), (400, 1025), "{method} {path}: {answer:?}");
        assert!(!answer.details().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_parse_is_told_where() {
    let guest = Guest::arrive().await;

    let answer = send(&guest.api, None, "{\"to\": \"12025550143\",\n \"text\": }").await;

    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1025,
            "details": "the body is not valid JSON: expected value at line 2 column 10",
            "title": "Invalid Request"
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
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_and_size_have_limits() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [1000, 100_000] {
            let nested = format!("{{\"x\": {}0{}}}", open.repeat(depth), close.repeat(depth));
            assert_refused(
                &send(&guest.api, None, nested).await,
                (400, 1025),
                &["JSON"],
            );
        }
    }

    let mut largest = text(&customer, "x").to_string();
    largest.push_str(&" ".repeat((1 << 20) - largest.len()));
    assert_eq!(send(&guest.api, None, largest.clone()).await.status, 201);
    largest.push(' ');
    let too_large = send(&guest.api, None, largest.clone()).await;
    insta::assert_json_snapshot!(too_large.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1025,
            "details": "the body is over 1048576 bytes",
            "title": "Invalid Request"
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
    // The same without a length.
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(largest)]);
    let chunked = send(&guest.api, None, reqwest::Body::wrap_stream(pieces)).await;
    assert_eq!(chunked.whole(), too_large.whole());
    // And with a length that is never sent.
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 99999999999\r\n\r\n",
        guest.api.token()
    );
    assert_eq!(
        raw(&guest.api.url(""), request.as_bytes()).await.whole(),
        too_large.whole()
    );
}
