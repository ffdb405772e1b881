//! `/v1/settings/backup` and `/v1/settings/restore`.

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Answer, Api, Dev, Guest, Network, SOON, Sink, until};

const BACKUP: &str = "/v1/settings/backup";
const RESTORE: &str = "/v1/settings/restore";
const APPLICATION: &str = "/v1/settings/application";
const PROVIDERS: &str = "/v1/settings/application/media/providers";
const PASSWORD: &str = "seven quiet harbours";

/// A new machine's admin, after the first login.
async fn first_login(dev: &Dev) -> Api {
    let api = dev.anonymous();
    let request = api
        .request("POST", "/v1/users/login")
        .basic_auth("admin", Some("secret"))
        .json(&json!({"new_password": Dev::PASSWORD}));
    api.logged_in(&Api::finish(request).await)
}

async fn restore(api: &Api, password: &str, data: &str) -> Answer {
    api.post(RESTORE, &json!({"password": password, "data": data}))
        .await
}

async fn settings(api: &Api) -> Value {
    api.get(APPLICATION).await.body["settings"]["application"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_machine_goes_on_where_this_one_stopped() {
    let (network, sink) = (Network::start("eager").await, Sink::start().await);
    let phones = network.phones();
    let customer = phones.customer().await;
    let mut old = Dev::builder()
        .webhook(&sink)
        .network(&network)
        .start()
        .await;
    let api = old.api().await;
    api.connected().await;
    let change = json!({"heartbeat_interval": 7, "media": {"auto_download": ["voice"]}});
    assert_eq!(api.patch(APPLICATION, &change).await.status, 200);
    let provider =
        json!([{"name": "shop", "type": "www", "config": {"bearer": "a-bearer-of-the-shop"}}]);
    assert_eq!(api.post(PROVIDERS, &provider).await.status, 200);
    let before = (settings(&api).await, api.get(PROVIDERS).await.body);

    let made = api.post(BACKUP, &json!({"password": PASSWORD})).await;
    let data = made.body["settings"]["data"].as_str().unwrap().to_owned();
    let shown = made.whole().to_string().replace(&data, "DATA");
    assert_eq!(
        shown,
        r#"{"body":{"meta":{"api_status":"stable","version":"v2.53.1"},"settings":{"data":"DATA"}},"status":200}"#
    );
    let (status, _) = old.terminate().await;
    assert!(status.success(), "{status}");
    // What a customer writes meanwhile is for the new one.
    phones.write(&customer, "Anybody there?", 1).await;

    let new = Dev::builder().raw().network(&network).start().await;
    let api = first_login(&new).await;
    assert_eq!(api.gateway_status().await, "unregistered");
    let restored = restore(&api, PASSWORD, &data).await;
    insta::assert_json_snapshot!(restored.whole(), @r#"
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

    api.connected().await;
    assert_eq!(
        (settings(&api).await, api.get(PROVIDERS).await.body),
        before
    );
    sink.message("what was written meanwhile", |message| {
        message["text"]["body"] == "Anybody there?"
    })
    .await;
    let id = api.text(&customer, "Here we are.").await;
    sink.status(&id, "delivered").await;
    // The new machine's own admin, with its own password.
    new.anonymous().login("admin", Dev::PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_in_place_goes_back_and_connects_anew() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let before = settings(&api).await;
    let made = api.post(BACKUP, &json!({"password": PASSWORD})).await;
    let data = made.body["settings"]["data"].as_str().unwrap().to_owned();

    let reset = api.delete(APPLICATION).await;
    assert_eq!(reset.status, 200);
    assert_ne!(settings(&api).await, before);

    // A wrong password, one other character, and what was never a backup: nothing changes.
    let present = settings(&api).await;
    let other = if data.ends_with("A=") { "B=" } else { "A=" };
    let mut flipped = data.clone();
    flipped.replace_range(data.len() - 2.., other);
    for (password, data, word) in [
        ("seven quiet harbors", &*data, "password"),
        (PASSWORD, &*flipped, "password"),
        (
            PASSWORD,
            "YmFja3VwIG9mIHNvbWVib2R5IGVsc2U=",
            "original client",
        ),
    ] {
        let refused = restore(&api, password, data).await;
        assert_refused(&refused, (400, 1009), &["data", word]);
        assert!(!refused.details().contains("harbo"), "{refused:?}");
        assert_eq!(settings(&api).await, present);
        assert_eq!(api.gateway_status().await, "connected");
    }

    let restored = restore(&api, PASSWORD, &data).await;
    assert_eq!(restored.status, 200, "{restored:?}");
    assert_eq!(settings(&api).await, before);
    until("a new connection", SOON, || async {
        (dev.log().matches("startup_ms").count() >= 2).then_some(())
    })
    .await;
    api.connected().await;
    let customer = phones.customer().await;
    let id = api.text(&customer, "Here we are again.").await;
    sink.status(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_line_that_is_ready_is_backed_up() {
    let dev = Dev::builder().raw().start().await;
    let api = first_login(&dev).await;

    let refused = api.post(BACKUP, &json!({"password": PASSWORD})).await;

    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1011,
            "details": "the core application is not ready: no number is registered: call /v1/account first",
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
    assert_eq!(refused.header("retry-after"), "30");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_checked_and_only_admins_may() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;

    for path in [BACKUP, RESTORE] {
        let body = json!({"password": PASSWORD, "data": "x"});
        assert_refused(&user.post(path, &body).await, (403, 1005), &[]);
        let anonymous = guest.dev().anonymous().post(path, &body).await;
        assert_refused(&anonymous, (401, 1005), &[]);
        let get = guest.api.get(path).await;
        assert_refused(&get, (405, 1025), &[]);
        assert_eq!(get.header("allow"), "POST");
    }
    for (path, body, code, word) in [
        (BACKUP, json!({}), 1008, "password"),
        (BACKUP, json!({"password": "1234567"}), 1009, "8 or more"),
        (BACKUP, json!({"password": ["x"]}), 1009, "password"),
        (RESTORE, json!({"password": PASSWORD}), 1008, "data"),
        (RESTORE, json!({"data": "x"}), 1008, "password"),
        (
            RESTORE,
            json!({"password": PASSWORD, "data": 1}),
            1009,
            "data",
        ),
        (
            RESTORE,
            json!({"password": PASSWORD, "data": ""}),
            1009,
            "data",
        ),
    ] {
        assert_refused(&guest.api.post(path, &body).await, (400, code), &[word]);
    }
    let broken = guest
        .api
        .request("POST", RESTORE)
        .header("content-type", "application/json")
        .body("{");
    assert_refused(&Api::finish(broken).await, (400, 1025), &[]);
}
