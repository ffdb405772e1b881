//! `/v1/account/deregister`.

use serde_json::{Value, json};

use super::account::{fresh, registration};
use super::assert_refused;
use crate::support::{Dev, Sink, text};

const PATH: &str = "/v1/account/deregister";

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_let_go_and_everything_else_stays() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let customer = phones.customer().await;
    let settings = async || api.get("/v1/settings/application").await.body["settings"].clone();
    let before = settings().await;

    let done = api.call("POST", PATH, None).await;

    insta::assert_json_snapshot!(done.whole(), @r#"
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
    assert_eq!(api.gateway_status().await, "unregistered");
    let refused = api.post("/v1/messages", &text(&customer, "too late")).await;
    assert_refused(&refused, (503, 1011), &[]);
    let graph = dev.graph();
    let number = graph.phone_number_id.clone();
    let shown = graph
        .get(&format!("{number}?fields=status,platform_type"))
        .await;
    assert_eq!(
        (&shown["status"], &shown["platform_type"]),
        (&json!("DISCONNECTED"), &json!("NOT_APPLICABLE"))
    );
    let mut after = settings().await;
    after["application"]["wa_id"] = before["application"]["wa_id"].clone();
    assert_eq!(after, before);
    assert_refused(
        &api.post(PATH, &json!({})).await,
        (503, 1011),
        &["registered"],
    );

    // The number was verified, so it needs no code.
    let again = api
        .post("/v1/account", &registration(&dev, &json!({})))
        .await;
    insta::assert_json_snapshot!(again.whole(), @r#"
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
    api.text(&customer, "back again").await;
    let inbox = phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["text"]["body"], "back again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_goes_out_after_the_next_registration() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let customer = phones.customer().await;
    phones.change(&customer, json!({"online": false})).await;
    phones.link(false).await;
    api.text(&customer, "accepted before").await;
    let cut = api.post(PATH, &json!({})).await;
    assert_refused(&cut, (503, 1011), &["network"]);
    assert_ne!(api.gateway_status().await, "unregistered");
    phones.link(true).await;

    assert_eq!(api.post(PATH, &json!({})).await.status, 200);
    let again = registration(&dev, &json!({}));
    assert_eq!(api.post("/v1/account", &again).await.status, 201);
    api.connected().await;

    phones.change(&customer, json!({"online": true})).await;
    let inbox = phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["text"]["body"], "accepted before");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lasts_and_only_the_administrator_may() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    let user = json!({"username": "ops.reader", "password": Dev::PASSWORD});
    assert_eq!(api.post("/v1/users", &user).await.status, 201);
    let user = api.login("ops.reader", Dev::PASSWORD).await;
    assert_refused(
        &user.post(PATH, &json!({})).await,
        (403, 1005),
        &["administrator"],
    );
    assert_ne!(api.gateway_status().await, "unregistered");

    assert_eq!(api.post(PATH, &json!({})).await.status, 200);
    dev.terminate().await;
    let dev = Dev::builder().raw().folder(&dev.folder).start().await;

    let api = dev.api().await;
    assert_eq!(api.gateway_status().await, "unregistered");
    let settings = api.get("/v1/settings/application").await;
    assert_eq!(
        settings.body["settings"]["application"]["wa_id"],
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn before_registration_there_is_nothing_to_let_go() {
    let (_dev, api) = fresh().await;

    let early = api.post(PATH, &json!({})).await;

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
}
