//! `/v1/account/shards`.

use serde_json::{Value, json};

use super::account::{fresh, registration};
use super::assert_refused;
use crate::support::{Api, Dev};

const PATH: &str = "/v1/account/shards";

/// The body that sets the shards of this `dev`'s number, with some members changed.
fn change(dev: &Dev, shards: &Value, change: &Value) -> Value {
    let mut body = registration(dev, change);
    body.as_object_mut().unwrap().remove("method");
    body["shards"] = shards.clone();
    body
}

async fn shown(api: &Api) -> Value {
    api.get(PATH).await.body["account"]["shards"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_are_stored_shown_and_last() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    api.connected().await;
    assert_eq!(shown(&api).await, 1);

    let set = api.post(PATH, &change(&dev, &json!(4), &json!({}))).await;
    insta::assert_json_snapshot!(set.whole(), @r#"
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
    insta::assert_json_snapshot!(api.get(PATH).await.whole(), @r#"
    {
      "body": {
        "account": {
          "shards": 4
        },
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    for shards in [1, 2, 8, 16, 32] {
        let set = api
            .post(PATH, &change(&dev, &json!(shards), &json!({})))
            .await;
        assert_eq!((set.status, shown(&api).await), (201, json!(shards)));
    }
    assert_eq!(api.gateway_status().await, "connected", "nothing moves");

    dev.terminate().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    assert_eq!(shown(&dev.api().await).await, 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    api.connected().await;
    let graph = dev.graph();
    let second = graph.second_number().await;
    let others = graph.get(&format!("{second}?fields=certificate")).await["certificate"].clone();

    for (shards, members, refusal, word) in [
        (json!(null), json!({}), (400, 1008), "shards"),
        (json!(3), json!({}), (400, 1009), "shards: is 3"),
        (json!(64), json!({}), (400, 1009), "1, 2, 4, 8, 16 or 32"),
        (json!(0), json!({}), (400, 1009), "shards"),
        (json!(2.5), json!({}), (400, 1009), "shards"),
        (json!(2), json!({"cc": null}), (400, 1008), "cc"),
        (
            json!(2),
            json!({"phone_number": "2025550199"}),
            (400, 1009),
            "phone_number",
        ),
        (json!(2), json!({"pin": "12"}), (400, 1009), "pin"),
        (json!(2), json!({"cert": null}), (400, 1008), "cert"),
        (
            json!(2),
            json!({"cert": "AAAA"}),
            (403, 1005),
            "VName certificate error",
        ),
        (
            json!(2),
            json!({"cert": others}),
            (403, 1005),
            "VName certificate error",
        ),
    ] {
        let answer = api.post(PATH, &change(&dev, &shards, &members)).await;
        assert_refused(&answer, refusal, &[word]);
    }
    assert_eq!(shown(&api).await, 1);
    assert_eq!(api.gateway_status().await, "connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_out_of_reach_is_the_documented_403() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    dev.phones().link(false).await;

    let cut = api.post(PATH, &change(&dev, &json!(8), &json!({}))).await;

    assert_refused(&cut, (403, 1005), &["not changed", "network"]);
    assert_eq!(shown(&api).await, 1);
    dev.phones().link(true).await;
    let set = api.post(PATH, &change(&dev, &json!(8), &json!({}))).await;
    assert_eq!((set.status, shown(&api).await), (201, json!(8)));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_registration_there_are_none() {
    let (dev, api) = fresh().await;

    let early = api.post(PATH, &change(&dev, &json!(4), &json!({}))).await;

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
    assert_refused(&api.get(PATH).await, (503, 1011), &["registered"]);
    let user = json!({"username": "ops.reader", "password": Dev::PASSWORD});
    assert_eq!(api.post("/v1/users", &user).await.status, 201);
    let user = api.login("ops.reader", Dev::PASSWORD).await;
    assert_refused(&user.get(PATH).await, (403, 1005), &["administrator"]);
}
