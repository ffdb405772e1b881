//! `/v1/health`, and what load balancers ask.

use serde_json::json;

use super::{assert_refused, plain};
use crate::support::{Api, Dev, Guest, SOON, Sink, text, until};

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_registration_and_the_core() {
    let sink = Sink::start().await;
    let dev = Dev::builder().raw().webhook(&sink).start().await;
    let anonymous = dev.anonymous();
    let request = anonymous
        .request("POST", "/v1/users/login")
        .basic_auth("admin", Some("secret"));
    let api = anonymous
        .logged_in(&Api::finish(request.json(&json!({"new_password": Dev::PASSWORD}))).await);

    let unregistered = api.get("/v1/health").await;
    insta::assert_json_snapshot!(unregistered.whole(), @r#"
    {
      "body": {
        "health": {
          "gateway_status": "unregistered"
        },
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let refused = api
        .post("/v1/messages", &text("12025550143", "too early"))
        .await;
    assert_refused(&refused, (503, 1011), &["not ready", "/v1/account"]);
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    // What is wrong with a message is said before that.
    let wrong = api
        .post("/v1/messages", &json!({"to": "12025550143", "text": {}}))
        .await;
    assert_refused(&wrong, (400, 1008), &["text.body"]);

    let number = &dev.endpoints["number"];
    let body = json!({"cc": number["cc"], "phone_number": number["phone_number"], "method": "sms", "cert": number["cert"]});
    assert_eq!(api.post("/v1/account", &body).await.status, 202);
    let code = dev
        .phones()
        .registration_code(number["wa_id"].as_str().unwrap())
        .await;
    assert_eq!(
        api.post("/v1/account/verify", &json!({"code": code}))
            .await
            .status,
        201
    );
    api.connected().await;

    let stopped = api.post("/dev/core", &json!({"running": false})).await;
    insta::assert_json_snapshot!(stopped.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "running": false
      },
      "status": 200
    }
    "#);
    assert_eq!(api.gateway_status().await, "disconnected");
    let refused = api
        .post("/v1/messages", &text("12025550143", "stopped"))
        .await;
    let seconds = refused.header("retry-after").to_owned();
    assert!(
        seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0),
        "{refused:?}"
    );
    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1011,
            "details": "the core application is not ready: disconnected: the core is stopped",
            "title": "Service not ready"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 503
    }
    "#);
    // Wrong values come before that, what needs the store after it.
    let wrong = json!({"to": "12025550143", "type": "image", "image": {}});
    assert_refused(
        &api.post("/v1/messages", &wrong).await,
        (400, 1008),
        &["image.id"],
    );
    let unknown = json!({"to": "12025550143", "type": "image", "image": {"id": "nonsense"}});
    assert_refused(
        &api.post("/v1/messages", &unknown).await,
        (503, 1011),
        &["not ready"],
    );
    // The API has its own life.
    assert_eq!(api.get("/v1/settings/application").await.status, 200);
    assert_eq!(anonymous.get("/readyz").await.status, 200);

    assert_eq!(
        api.post("/dev/core", &json!({"running": true}))
            .await
            .status,
        200
    );
    let seen = until("a state after the start", SOON, || async {
        let status = api.gateway_status().await;
        (status != "disconnected").then_some(status)
    })
    .await;
    assert!(seen == "connecting" || seen == "connected", "{seen}");
    api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_a_token_and_has_no_key_here() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;
    let anonymous = guest.dev().anonymous();
    let with = async |authorization: &str| {
        Api::finish(
            anonymous
                .request("GET", "/v1/health")
                .header("authorization", authorization),
        )
        .await
    };

    let healthy = user.get("/v1/health").await;
    insta::assert_json_snapshot!(healthy.whole(), @r#"
    {
      "body": {
        "health": {
          "gateway_status": "connected"
        },
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let none = anonymous.get("/v1/health").await;
    insta::assert_json_snapshot!(none.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "Authorization: Bearer <token> or Apikey <key> is required",
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
    let challenge = none.header("www-authenticate");
    assert!(
        challenge.contains("Bearer") && challenge.contains("Apikey"),
        "{challenge}"
    );
    let token = user.token();
    assert_eq!(
        with(&format!("bearer {token}")).await.status,
        200,
        "in any case"
    );
    assert_eq!(with(&format!("BEARER  {token}")).await.status, 200);
    for wrong in [
        "Apikey ",
        "Apikey 0123456789abcdef",
        "Bearer ",
        "Bearer nobodys",
        "Basic YWRtaW46c2VjcmV0",
        token,
    ] {
        let answer = with(wrong).await;
        assert_eq!(answer.refusal(), (401, 1005), "{wrong}: {answer:?}");
    }
    let key = Api::finish(
        anonymous
            .request("GET", "/v1/users/admin")
            .header("authorization", "Apikey 0123456789abcdef"),
    );
    assert_refused(&key.await, (401, 1005), &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_learns_that_it_lives() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();

    let root = anonymous.get("/").await;
    assert_eq!(root.body["landline"]["docs"], "/docs");
    assert_eq!(root.body["landline"]["openapi"], "/v1/openapi.json");
    for path in ["/livez", "/readyz", "/livez/", "/readyz/"] {
        let answer = anonymous.get(path).await;
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(plain(&answer.whole(), &[]), @r#"
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
        }
        assert_eq!(anonymous.call("HEAD", path, None).await.status, 200);
    }
    assert_eq!(anonymous.call("HEAD", "/", None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_api_speaks_tls() {
    let guest = Guest::arrive().await;
    let endpoints = &guest.dev().endpoints;
    let ca = std::fs::read(endpoints["ca_cert"].as_str().unwrap()).unwrap();
    let ca = reqwest::Certificate::from_pem(&ca).unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([ca])
        .build()
        .unwrap();
    let by_address = endpoints["api"].as_str().unwrap();

    for base in [by_address, &by_address.replace("127.0.0.1", "localhost")] {
        assert!(base.starts_with("https://"), "{base}");
        let request = http
            .get(format!("{base}/v1/health"))
            .bearer_auth(guest.api.token());
        let answer = Api::finish(request).await;
        assert_eq!(
            answer.body["health"]["gateway_status"], "connected",
            "{answer:?}"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000"
        );
    }
}
