//! What every refusal has in common, and what comes before any call: credentials, paths, methods, bodies.

mod body;

use rstest::rstest;
use serde_json::json;

use super::assert_refused;
use crate::support::{Answer, Api, Guest, text};

async fn send(api: &Api, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let request = api.request("POST", "/v1/messages").body(body);
    let request = match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    };
    Api::finish(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_token_is_refused() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();

    let answer = anonymous
        .post("/v1/messages", &text("12025550143", "x"))
        .await;

    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "Authorization: Bearer <token> is required; POST /v1/users/login gives one",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 401
    }
    "#);
    assert!(
        answer.header("www-authenticate").starts_with("Bearer"),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), "application/json");
    let unknown = anonymous.with_token("nobodys").get("/v1/users/admin").await;
    insta::assert_json_snapshot!(unknown.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "Invalid credentials",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 401
    }
    "#);
    // Credentials come first, whatever else is wrong.
    let broken = send(&anonymous, Some("text/plain"), "{").await;
    assert_refused(&broken, (401, 1005), &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_found() {
    let guest = Guest::arrive().await;

    let answer = guest.api.get("/v1/nothing?of=interest").await;
    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1014,
            "details": "no such path: GET /v1/nothing",
            "title": "Internal error"
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
    for path in [
        "/v2/messages",
        "/v1",
        "/v1/messages/a/b",
        "/v1/media/a/b",
        "/v1/Messages",
        "//v1/messages",
        "/v1/%ff",
        "/index.php",
    ] {
        assert_refused(&guest.api.get(path).await, (404, 1014), &[]);
    }
    assert_refused(
        &guest.dev().anonymous().get("/v1/nothing").await,
        (404, 1014),
        &[],
    );
}

#[rstest]
#[case("GET", "/v1/messages", "POST")]
#[case("DELETE", "/v1/messages/", "POST")]
#[case("POST", "/v1/messages/x", "PUT")]
#[case("GET", "/v1/users/login", "POST")]
#[case("POST", "/v1/users/admin", "GET,HEAD,PUT,DELETE")]
#[case("POST", "/v1/media/x", "GET,HEAD,DELETE")]
#[case("PUT", "/v1/contacts", "POST")]
#[case("DELETE", "/v1/account", "POST")]
#[case("POST", "/v1/health", "GET,HEAD")]
#[case("BREW", "/v1/health", "GET,HEAD")]
#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_not_offered(
    #[case] method: &str,
    #[case] path: &str,
    #[case] allow: &str,
) {
    let guest = Guest::arrive().await;

    let answer = guest.api.call(method, path, None).await;

    assert_refused(&answer, (405, 1025), &[method]);
    assert_eq!(answer.body["errors"][0]["title"], "Invalid Request");
    assert_eq!(answer.header("allow"), allow);
    let options = guest.dev().anonymous().call("OPTIONS", path, None).await;
    assert_eq!((options.status, options.header("allow")), (200, allow));
    assert_eq!(
        options.body,
        json!({"meta": {"api_status": "stable", "version": "v2.53.1"}})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_makes_no_difference() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    assert_eq!(guest.api.get("/v1/health/").await.status, 200);
    assert_eq!(guest.api.get("/v1/users/admin/").await.status, 200);
    assert_eq!(guest.api.get("/v1/settings/application/").await.status, 200);
    assert_eq!(
        guest
            .api
            .post("/v1/contacts/", &json!({"contacts": ["1"]}))
            .await
            .status,
        200
    );
    assert_eq!(
        guest
            .api
            .post("/v1/messages/", &text(&customer, "x"))
            .await
            .status,
        201
    );
    let head = guest.api.call("HEAD", "/v1/health", None).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert!(head.headers.contains_key("content-length"), "{head:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_a_name_and_is_kept_by_nobody() {
    let guest = Guest::arrive().await;

    let (one, other) = (
        guest.api.get("/v1/health").await,
        guest.api.get("/v1/nothing").await,
    );

    for answer in [&one, &other] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
    }
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
