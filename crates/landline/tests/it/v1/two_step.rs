//! `/v1/settings/account/two-step`.

use serde_json::json;

use super::account::{fresh, registration};
use super::assert_refused;
use crate::support::Dev;

const PATH: &str = "/v1/settings/account/two-step";

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_is_asked_for_while_it_is_on() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let shards = |pin: &str| {
        let mut body = registration(&dev, &json!({"shards": 2, "pin": pin}));
        body.as_object_mut().unwrap().remove("method");
        body
    };

    let on = api.post(PATH, &json!({"pin": "493817"})).await;
    insta::assert_json_snapshot!(on.whole(), @r#"
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
    // The network has it too.
    let graph = dev.graph();
    let number = graph.phone_number_id.clone();
    let shown = graph.get(&format!("{number}?fields=is_pin_enabled")).await;
    assert_eq!(shown["is_pin_enabled"], true);

    let missing = api.post("/v1/account/shards", &shards("")).await;
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
    let wrong = api.post("/v1/account/shards", &shards("111111")).await;
    insta::assert_json_snapshot!(wrong.whole(), @r#"
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
    assert_eq!(
        api.post("/v1/account/shards", &shards("493817"))
            .await
            .status,
        201
    );

    // Another PIN takes its place, a forgotten one is no longer of use.
    assert_eq!(
        api.post(PATH, &json!({"pin": "77-03-19"})).await.status,
        200
    );
    assert_refused(
        &api.post("/v1/account/shards", &shards("493817")).await,
        (403, 1005),
        &["PIN"],
    );
    assert_eq!(
        api.post("/v1/account/shards", &shards("770319"))
            .await
            .status,
        201
    );
    assert!(!dev.log().contains("770319"), "a PIN is a secret");

    let off = api.delete(PATH).await;
    insta::assert_json_snapshot!(off.whole(), @r#"
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
    assert_eq!(
        api.post("/v1/account/shards", &shards("")).await.status,
        201
    );
    assert_eq!(api.delete(PATH).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_asks_for_it_and_a_restart_forgets_nothing() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    assert_eq!(api.post(PATH, &json!({"pin": "493817"})).await.status, 200);
    assert_eq!(
        api.post("/v1/account/deregister", &json!({})).await.status,
        200
    );
    dev.terminate().await;
    let dev = Dev::builder().raw().folder(&dev.folder).start().await;
    let api = dev.api().await;

    let missing = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;
    assert_refused(&missing, (403, 1005), &["PIN", "required"]);
    let wrong = api
        .post(
            "/v1/account",
            &registration(&dev, &json!({"pin": "111111"})),
        )
        .await;
    assert_refused(&wrong, (403, 1005), &["PIN"]);
    assert_eq!(api.gateway_status().await, "unregistered");

    let right = api
        .post(
            "/v1/account",
            &registration(&dev, &json!({"pin": "493817"})),
        )
        .await;
    assert_eq!(right.status, 201, "{right:?}");
    api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_it_is_off_a_registration_needs_no_pin_although_the_network_has_one() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    assert_eq!(api.post(PATH, &json!({"pin": "493817"})).await.status, 200);
    assert_eq!(api.delete(PATH).await.status, 200);
    assert_eq!(
        api.post("/v1/account/deregister", &json!({})).await.status,
        200
    );

    let again = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;

    assert_eq!(again.status, 201, "{again:?}");
    api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_number_or_a_network_nothing_changes() {
    let (_dev, api) = fresh().await;
    let early = api.post(PATH, &json!({"pin": "493817"})).await;
    insta::assert_json_snapshot!(early.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1011,
            "details": "no number is registered: register it first with POST /v1/account",
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
    assert_refused(&api.delete(PATH).await, (503, 1011), &["registered"]);

    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    for (body, code) in [
        (json!({}), 1008),
        (json!({"pin": "12345"}), 1009),
        (json!({"pin": 493_817}), 1009),
    ] {
        assert_refused(&api.post(PATH, &body).await, (400, code), &["pin"]);
    }
    dev.phones().link(false).await;
    let cut = api.post(PATH, &json!({"pin": "493817"})).await;
    assert_refused(&cut, (503, 1011), &["network"]);
    assert!(!cut.header("retry-after").is_empty());
    dev.phones().link(true).await;

    // It is still off: nobody asks for it.
    let mut shards = registration(&dev, &json!({"shards": 2}));
    shards.as_object_mut().unwrap().remove("method");
    assert_eq!(api.post("/v1/account/shards", &shards).await.status, 201);
}
