//! `/v1/settings/application`.

use serde_json::{Value, json};

use super::{assert_refused, empty_success};
use crate::support::{Api, Dev, SOON, Sink, until};

const PATH: &str = "/v1/settings/application";

async fn application(api: &Api) -> Value {
    api.get(PATH).await.body["settings"]["application"].clone()
}

async fn patched(api: &Api, change: Value) -> Value {
    let answer = api.patch(PATH, &change).await;
    assert_eq!(answer.status, 200, "{change} {answer:?}");
    application(api).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_everything_else_as_it_was() {
    let dev = Dev::builder().raw().start().await;
    let api = dev.anonymous();
    let request = api
        .request("POST", "/v1/users/login")
        .basic_auth("admin", Some("secret"));
    let request = request.json(&json!({"new_password": Dev::PASSWORD}));
    let api = api.logged_in(&Api::finish(request).await);

    let defaults = api.get(PATH).await;
    insta::assert_json_snapshot!(defaults.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "application": {
            "axolotl_context_striping_disabled": false,
            "callback_backoff_delay_ms": 3000,
            "callback_persist": true,
            "garbagecollector_enable": {
              "media": false,
              "messages": true
            },
            "heartbeat_interval": 5,
            "log_level": "info",
            "max_callback_backoff_delay_ms": 900000,
            "media": {
              "auto_download": [
                "image",
                "document",
                "audio",
                "voice",
                "video",
                "sticker"
              ]
            },
            "notify_user_change_number": false,
            "sent_status": false,
            "show_security_notifications": false,
            "skip_referral_media_download": false,
            "unhealthy_interval": 30,
            "verbose_logging": false,
            "webhooks": {
              "max_concurrent_requests": 6,
              "message": {
                "delivered": true,
                "read": true,
                "sent": false
              },
              "url": ""
            }
          }
        }
      },
      "status": 200
    }
    "#);

    let answer = api
        .patch(
            PATH,
            &json!({"webhooks": {"url": "https://crm.example/hook?a=b"}}),
        )
        .await;
    insta::assert_json_snapshot!(answer.whole(), @r#"
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
    let mut expected = defaults.body["settings"]["application"].clone();
    expected["webhooks"]["url"] = "https://crm.example/hook?a=b".into();
    assert_eq!(application(&api).await, expected);

    // Member by member, at every depth.
    expected["webhooks"]["max_concurrent_requests"] = 24.into();
    assert_eq!(
        patched(&api, json!({"webhooks": {"max_concurrent_requests": 24}})).await,
        expected
    );
    expected["webhooks"]["message"]["read"] = false.into();
    assert_eq!(
        patched(&api, json!({"webhooks": {"message": {"read": false}}})).await,
        expected
    );
    expected["garbagecollector_enable"]["media"] = true.into();
    assert_eq!(
        patched(&api, json!({"garbagecollector_enable": {"media": true}})).await,
        expected
    );
    // A list is replaced as a whole.
    expected["media"]["auto_download"] = json!(["voice", "image"]);
    assert_eq!(
        patched(
            &api,
            json!({"media": {"auto_download": ["voice", "image"]}})
        )
        .await,
        expected
    );
    expected["media"]["auto_download"] = json!([]);
    assert_eq!(
        patched(&api, json!({"media": {"auto_download": []}})).await,
        expected
    );
    // Numbers may be strings, and are numbers when they come back.
    expected["callback_backoff_delay_ms"] = 250.into();
    expected["max_callback_backoff_delay_ms"] = 1000.into();
    expected["heartbeat_interval"] = 7.into();
    let strings = json!({"callback_backoff_delay_ms": "250", "max_callback_backoff_delay_ms": "1000", "heartbeat_interval": "7"});
    assert_eq!(patched(&api, strings).await, expected);
    // Two names for one thing.
    expected["sent_status"] = true.into();
    expected["webhooks"]["message"]["sent"] = true.into();
    assert_eq!(patched(&api, json!({"sent_status": true})).await, expected);
    expected["sent_status"] = false.into();
    expected["webhooks"]["message"]["sent"] = false.into();
    let both = json!({"sent_status": true, "webhooks": {"message": {"sent": false}}});
    assert_eq!(patched(&api, both).await, expected, "the newer name wins");
    expected["garbagecollector_enable"]["messages"] = false.into();
    assert_eq!(
        patched(&api, json!({"db_garbagecollector_enable": false})).await,
        expected
    );
    // Stored and shown, whatever it is good for.
    expected["on_call_pager"] = "12025550143".into();
    expected["verbose_logging"] = true.into();
    expected["log_level"] = "debug".into();
    expected["show_security_notifications"] = true.into();
    expected["notify_user_change_number"] = true.into();
    let shown = json!({
        "on_call_pager": "12025550143", "verbose_logging": true, "log_level": "debug",
        "show_security_notifications": true, "notify_user_change_number": true,
        "pass_through": true, "tcp_listen_address": "of no meaning here",
    });
    assert_eq!(patched(&api, shown).await, expected);
    assert_eq!(
        patched(
            &api,
            json!({"webhooks": null, "log_level": null, "verbose_logging": null})
        )
        .await,
        expected
    );

    let reset = api.delete(PATH).await;
    insta::assert_json_snapshot!(reset.whole(), @r#"
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
    assert_eq!(api.get(PATH).await.whole(), defaults.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_changes_nothing() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;
    let before = application(&api).await;
    assert_eq!(
        before["webhooks"]["url"],
        sink.url(),
        "plain http to this machine, in dev"
    );

    for (change, word) in [
        (
            json!({"webhooks": {"url": "http://crm.example/hook"}}),
            "webhooks.url",
        ),
        (
            json!({"webhooks": {"url": "ftp://crm.example/hook"}}),
            "webhooks.url",
        ),
        (json!({"webhooks": {"url": "/hook"}}), "webhooks.url"),
        (json!({"webhooks": {"url": "https://"}}), "webhooks.url"),
        (
            json!({"webhooks": {"url": format!("https://crm.example/{}", "x".repeat(2048))}}),
            "webhooks.url",
        ),
        (json!({"webhooks": {"url": 1}}), "webhooks.url"),
        (
            json!({"webhooks": {"max_concurrent_requests": 7}}),
            "webhooks.max_concurrent_requests",
        ),
        (
            json!({"webhooks": {"max_concurrent_requests": "many"}}),
            "webhooks.max_concurrent_requests",
        ),
        (
            json!({"webhooks": {"message": {"sent": "yes"}}}),
            "webhooks.message.sent",
        ),
        (json!({"webhooks": {"message": true}}), "webhooks.message"),
        (json!({"webhooks": "https://crm.example/hook"}), "webhooks"),
        (
            json!({"media": {"auto_download": ["image", "gif"]}}),
            "media.auto_download[1]",
        ),
        (
            json!({"media": {"auto_download": "image"}}),
            "media.auto_download",
        ),
        (json!({"callback_persist": 1}), "callback_persist"),
        (
            json!({"callback_backoff_delay_ms": 0}),
            "callback_backoff_delay_ms",
        ),
        (
            json!({"callback_backoff_delay_ms": 3_600_001}),
            "callback_backoff_delay_ms",
        ),
        (
            json!({"callback_backoff_delay_ms": "3 s"}),
            "callback_backoff_delay_ms",
        ),
        (
            json!({"callback_backoff_delay_ms": 1.5}),
            "callback_backoff_delay_ms",
        ),
        (
            json!({"max_callback_backoff_delay_ms": 2999}),
            "max_callback_backoff_delay_ms",
        ),
        (json!({"heartbeat_interval": -1}), "heartbeat_interval"),
        (json!({"log_level": "loud"}), "log_level"),
        (
            json!({"heartbeat_interval": 6, "log_level": "loud"}),
            "log_level",
        ),
    ] {
        let answer = api.patch(PATH, &change).await;
        assert_refused(&answer, (400, 1009), &[word]);
        assert_eq!(application(&api).await, before, "{change}");
    }
    for body in [json!({}), json!({"color": "green"})] {
        assert_refused(&api.patch(PATH, &body).await, (400, 1008), &["setting"]);
    }
    assert_refused(&api.call("PATCH", PATH, None).await, (400, 1008), &[]);
    let post = api.post(PATH, &json!({})).await;
    assert_refused(&post, (405, 1025), &[]);
    assert_eq!(post.header("allow"), "GET,HEAD,PATCH,DELETE");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_is_obeyed_at_once_and_outlives_the_program() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;

    let switches =
        json!({"webhooks": {"message": {"sent": false, "delivered": false, "read": true}}});
    let before = patched(&api, switches).await;
    let id = api.text(&customer, "Is this seen?").await;
    phones.received(&customer, 1).await;
    phones.read(&customer).await;
    sink.status(&id, "read").await;
    assert_eq!(sink.statuses(&id), ["read"]);

    let (status, _) = dev.terminate().await;
    assert!(status.success(), "{status}");
    let dev = Dev::builder().raw().folder(&dev.folder).start().await;
    assert_eq!(application(&dev.api().await).await, before);
}

/// The reference's sample of section 6, and what its last versions show beside it.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_the_reference_is_shown() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let number = dev.endpoints["number"]["wa_id"].clone();
    let mut sample = json!({"settings":{"application":{"callback_backoff_delay_ms":3000,"callback_persist":true,
        "garbagecollector_enable":{"media":false,"messages":true},"heartbeat_interval":5,
        "max_callback_backoff_delay_ms":900_000,"media":{"auto_download":["image","voice"]},
        "notify_user_change_number":false,"show_security_notifications":false,"unhealthy_interval":30,
        "wa_id":"4930111222","webhooks":{"url":"https://crm.example/hook","max_concurrent_requests":12,
        "message":{"sent":true,"delivered":true,"read":true}},"verbose_logging":false,"log_level":"info"}},
        "meta":{"api_status":"stable","version":"v2.53.1"}});
    let set = sample["settings"]["application"].clone();
    assert_eq!(api.patch(PATH, &set).await.whole(), empty_success(200));

    let shown = api.get(PATH).await;

    let application = &mut sample["settings"]["application"];
    application["wa_id"] = number;
    application["sent_status"] = true.into();
    application["skip_referral_media_download"] = false.into();
    application["axolotl_context_striping_disabled"] = false.into();
    assert_eq!(shown.whole(), json!({"status": 200, "body": sample}));
}

/// `sent_status` and `webhooks.message.sent` are one switch, off by default (`webhooks.md` 5.6, point 4).
#[tokio::test(flavor = "multi_thread")]
async fn sent_is_told_once_one_of_its_two_switches_is_on() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    assert_eq!(api.delete(PATH).await.status, 200);

    for (change, told) in [
        (json!({"webhooks": {"url": sink.url()}}), &["delivered"][..]),
        (json!({"sent_status": true}), &["sent", "delivered"]),
        (json!({"sent_status": false}), &["delivered"]),
        (
            json!({"webhooks": {"message": {"sent": true}}}),
            &["sent", "delivered"],
        ),
    ] {
        patched(&api, change).await;
        let id = api.text(&customer, "Hello").await;
        sink.status(&id, "delivered").await;
        assert_eq!(sink.statuses(&id), told);
    }
}

/// Section 1.4 of `webhooks.md`, and where Landline differs from it on purpose: nothing is lost either way.
#[tokio::test(flavor = "multi_thread")]
async fn notifications_that_need_not_persist_do_all_the_same() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    let shown = patched(&api, json!({"callback_persist": false})).await;
    assert_eq!(shown["callback_persist"], false);
    sink.answer(|_| 503);
    phones.write(&customer, "hold on to this", 1).await;
    until("the message was refused", SOON, || async {
        let is_it = |body: &Value| body["messages"][0]["text"]["body"] == "hold on to this";
        sink.all()
            .iter()
            .any(|taken| is_it(&taken.body))
            .then_some(())
    })
    .await;

    dev.kill().await;
    sink.answer(|_| 200);
    let _dev = Dev::builder().raw().folder(&dev.folder).start().await;

    sink.message("the message", |message| {
        message["text"]["body"] == "hold on to this"
    })
    .await;
}
