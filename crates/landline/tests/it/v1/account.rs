//! `/v1/account`, `/v1/account/verify`.

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Api, Dev, Sink};

/// A fresh `dev` and its admin, who has changed the password.
pub(super) async fn fresh() -> (Dev, Api) {
    let dev = Dev::builder().raw().start().await;
    let api = dev.anonymous();
    let body = json!({"new_password": Dev::PASSWORD});
    let request = api
        .request("POST", "/v1/users/login")
        .basic_auth("admin", Some("secret"))
        .json(&body);
    let api = api.logged_in(&Api::finish(request).await);
    (dev, api)
}

/// The body that registers the number of this `dev`, with some members changed.
pub(super) fn registration(dev: &Dev, change: &Value) -> Value {
    let number = &dev.endpoints["number"];
    let mut body = json!({
        "cc": number["cc"], "phone_number": number["phone_number"], "method": "sms", "cert": number["cert"],
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn code(dev: &Dev) -> String {
    dev.phones()
        .registration_code(dev.endpoints["number"]["wa_id"].as_str().unwrap())
        .await
}

/// Another code than this one.
fn other_than(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_registered_with_the_code_that_it_gets() {
    let (dev, api) = fresh().await;
    assert_eq!(api.gateway_status().await, "unregistered");
    let early = api
        .post("/v1/account/verify", &json!({"code": "123456"}))
        .await;
    assert_refused(&early, (400, 1025), &["registration"]);

    let asked = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;
    insta::assert_json_snapshot!(asked.whole(), @r#"
    {
      "body": {
        "account": [
          {
            "vname": "Hummingbird Coffee"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 202
    }
    "#);
    let first = code(&dev).await;
    let wrong = api
        .post("/v1/account/verify", &json!({"code": other_than(&first)}))
        .await;
    insta::assert_json_snapshot!(wrong.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "The code is wrong.",
            "title": "Parameter value is not valid"
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
    assert_eq!(api.gateway_status().await, "unregistered");

    // A repeated call sends another code, and the first one is no good any more.
    let again = api
        .post(
            "/v1/account",
            &registration(&dev, &json!({"method": "voice"})),
        )
        .await;
    assert_eq!(again.whole(), asked.whole());
    let second = code(&dev).await;
    if first != second {
        assert_refused(
            &api.post("/v1/account/verify", &json!({"code": first}))
                .await,
            (400, 1009),
            &[],
        );
    }
    let (head, tail) = second.split_at(3);
    let verified = api
        .post(
            "/v1/account/verify",
            &json!({"code": format!("{head}-{tail}")}),
        )
        .await;
    insta::assert_json_snapshot!(verified.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 201
    }
    "#);

    api.connected().await;
    let settings = api.get("/v1/settings/application").await;
    assert_eq!(
        settings.body["settings"]["application"]["wa_id"],
        dev.endpoints["number"]["wa_id"]
    );
    let done = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;
    insta::assert_json_snapshot!(done.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 201
    }
    "#);
    assert_refused(
        &api.post("/v1/account/verify", &json!({"code": second}))
            .await,
        (400, 1025),
        &[],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_numbers_webhooks_stay_where_they_are() {
    let (dev, api) = fresh().await;
    let graph = dev.graph();
    let look = async |number: &str| {
        graph
            .get(&format!("{number}?fields=webhook_configuration"))
            .await["webhook_configuration"]
            .clone()
    };
    let second = graph.second_number().await;
    let before = look(&second).await;
    assert!(
        before.to_string().contains("https://second.example/hook"),
        "{before}"
    );

    assert_eq!(
        api.post("/v1/account", &registration(&dev, &json!({})))
            .await
            .status,
        202
    );
    assert_eq!(
        api.post("/v1/account/verify", &json!({"code": code(&dev).await}))
            .await
            .status,
        201
    );
    api.connected().await;

    assert_eq!(look(&second).await, before);
    let own = look(&graph.phone_number_id).await;
    assert_eq!(own["phone_number"], dev.endpoints["relay"], "{own}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_has_to_be_the_numbers_own() {
    let (dev, api) = fresh().await;
    let graph = dev.graph();
    let second = graph.second_number().await;
    let others = graph.get(&format!("{second}?fields=certificate")).await["certificate"].clone();
    assert!(others.is_string());

    let mismatch = api
        .post("/v1/account", &registration(&dev, &json!({"cert": others})))
        .await;
    insta::assert_json_snapshot!(mismatch.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "VName certificate error: the certificate's number is not the network's",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 403
    }
    "#);
    for cert in ["no certificate!", "AAAA"] {
        let answer = api
            .post("/v1/account", &registration(&dev, &json!({"cert": cert})))
            .await;
        assert_refused(&answer, (403, 1005), &["VName certificate error"]);
    }
    let none = api
        .post("/v1/account", &registration(&dev, &json!({"cert": ""})))
        .await;
    assert_refused(&none, (400, 1008), &["cert"]);

    let (status, _) = dev
        .phones()
        .call("GET", "/sim/codes/12025550111", None)
        .await;
    assert_eq!(status, 404, "no code was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_wrong_is_named() {
    let (dev, api) = fresh().await;

    for (change, code, word) in [
        (json!({"cc": null}), 1008, "cc"),
        (json!({"phone_number": null}), 1008, "phone_number"),
        (json!({"method": null}), 1008, "method"),
        (json!({"cc": "+1"}), 1009, "cc"),
        (json!({"cc": 1}), 1009, "cc"),
        (json!({"phone_number": "(202) 555"}), 1009, "phone_number"),
        (json!({"method": "letter"}), 1009, "method"),
        (json!({"pin": "12345"}), 1009, "pin"),
        (json!({"pin": 123_456}), 1009, "pin"),
    ] {
        let answer = api.post("/v1/account", &registration(&dev, &change)).await;
        assert_refused(&answer, (400, code), &[word]);
    }
    assert_refused(
        &api.call("POST", "/v1/account", None).await,
        (400, 1008),
        &[],
    );
    assert_refused(
        &api.post("/v1/account/verify", &json!({})).await,
        (400, 1008),
        &["code"],
    );
    assert_refused(
        &api.post("/v1/account/verify", &json!({"code": "12345x"}))
            .await,
        (400, 1009),
        &["code"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_step_verification_needs_its_pin() {
    let (dev, api) = fresh().await;
    let graph = dev.graph();
    graph
        .post(&graph.phone_number_id, &json!({"pin": "424242"}))
        .await;
    let missing = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;
    insta::assert_json_snapshot!(missing.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "pin: two-step verification is on, its PIN is required",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 403
    }
    "#);
    let wrong = registration(&dev, &json!({"pin": "111111"}));
    assert_eq!(api.post("/v1/account", &wrong).await.status, 202);

    let refused = api
        .post("/v1/account/verify", &json!({"code": code(&dev).await}))
        .await;
    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "pin: two-step verification is on, and this is not its PIN",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 403
    }
    "#);
    assert_eq!(api.gateway_status().await, "unregistered");

    // The number is verified already, so no other code is needed.
    let registered = api
        .post(
            "/v1/account",
            &registration(&dev, &json!({"pin": "424242"})),
        )
        .await;
    assert_eq!(registered.status, 201, "{registered:?}");
    api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_is_wrong_again_and_again_is_not_looked_at() {
    let (dev, api) = fresh().await;
    let graph = dev.graph();
    graph
        .post(&graph.phone_number_id, &json!({"pin": "424242"}))
        .await;
    let wrong = registration(&dev, &json!({"pin": "111111"}));
    assert_eq!(api.post("/v1/account", &wrong).await.status, 202);
    let verify = json!({"code": code(&dev).await});
    assert_refused(
        &api.post("/v1/account/verify", &verify).await,
        (403, 1005),
        &["PIN"],
    );
    for _ in 0..4 {
        assert_refused(
            &api.post("/v1/account", &wrong).await,
            (403, 1005),
            &["PIN"],
        );
    }

    let guessed = api.post("/v1/account", &wrong).await;
    insta::assert_json_snapshot!(guessed.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1015,
            "details": "the PIN was wrong too often: wait an hour, then try the right one",
            "title": "Too many requests"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 429
    }
    "#);
    assert!(!guessed.header("retry-after").is_empty());

    // The network's clock: an hour later the right one is taken.
    dev.phones().advance(3600).await;
    let right = registration(&dev, &json!({"pin": "424242"}));
    assert_eq!(api.post("/v1/account", &right).await.status, 201);
    api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_in_force_once_its_certificate_was_brought() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;
    let number = dev.endpoints["number"]["wa_id"].as_str().unwrap();
    let path = format!("/sim/numbers/{number}");
    let name = json!({"verified_name": "Hummingbird Roasters"});
    let (_, renamed) = dev.phones().call("PATCH", &path, Some(name)).await;
    let with_cert = |cert: &Value| registration(&dev, &json!({"cert": cert}));

    // The old one is still good, and changes nothing.
    let old = registration(&dev, &json!({}));
    assert_eq!(api.post("/v1/account", &old).await.status, 201);
    let (_, shown) = dev.phones().call("GET", &path, None).await;
    assert_eq!(shown["verified_name"], "Hummingbird Coffee");

    let done = api.post("/v1/account", &with_cert(&renamed["cert"])).await;
    insta::assert_json_snapshot!(done.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 201
    }
    "#);

    let (_, shown) = dev.phones().call("GET", &path, None).await;
    assert_eq!(shown["verified_name"], "Hummingbird Roasters");
    assert_eq!(shown["new_name"], Value::Null);
    assert_refused(
        &api.post("/v1/account", &old).await,
        (403, 1005),
        &["VName certificate error", "name"],
    );
    api.connected().await;
}
