//! `/v1/support`.

use serde_json::{Value, json};

use super::metrics::KEY;
use super::{assert_refused, plain};
use crate::support::{Api, Dev, Guest, Sink};

/// The answer with what differs from run to run and from machine to machine redacted, once its form was checked.
fn shown(answer: &crate::support::Answer, dev: &Dev) -> Value {
    let mut whole = answer.whole();
    let support = &mut whole["body"]["support"];
    let redact = |value: &mut Value, form: fn(&Value) -> bool, name: &str| {
        assert!(form(value), "{name}: {value}");
        *value = format!("[{name}]").into();
    };
    let is_time = |value: &Value| {
        let form = value.as_str().unwrap_or_default().chars();
        let form: String = form
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        form == "0000-00-00T00:00:00Z"
    };
    redact(&mut support["device_iso8601"], is_time, "time");
    redact(
        &mut support["e2e"]["identity_timestamp"],
        |value| value.as_i64() > Some(1_700_000_000),
        "seconds",
    );
    for volume in ["data", "logs", "media_incoming", "media_outgoing"] {
        let name = format!("free_space_{volume}");
        redact(
            &mut support[name.as_str()],
            |value| value.as_u64() > Some(0),
            "bytes",
        );
    }
    redact(
        &mut support["db_info"][0],
        |value| {
            value
                .as_str()
                .is_some_and(|text| text.starts_with("SQLITE 3."))
        },
        "version",
    );
    for name in ["os_name", "os_version"] {
        redact(
            &mut support[name],
            |value| value.as_str().is_some_and(|text| !text.is_empty()),
            name,
        );
    }
    for (_, version) in support["schema"].as_object_mut().unwrap() {
        redact(version, |value| value.as_u64() >= Some(1), "schema");
    }
    let own = &mut support["landline"];
    redact(
        &mut own["node"],
        |value| value.as_str().is_some_and(|text| !text.is_empty()),
        "node",
    );
    assert_eq!(own["pid"], dev.endpoints["pid"]);
    redact(&mut own["pid"], Value::is_u64, "pid");
    redact(&mut own["uptime_seconds"], Value::is_u64, "seconds");
    redact(
        &mut own["network"]["answered_seconds_ago"],
        Value::is_u64,
        "seconds",
    );
    redact(&mut own["connection"]["since"], is_time, "time");
    redact(
        &mut own["connection"]["startup_ms"],
        |value| value.as_u64() > Some(0),
        "ms",
    );
    redact(
        &mut own["templates"],
        |value| value.as_u64() > Some(0),
        "templates",
    );
    let graph = |name: &str| dev.endpoints["graph"][name].as_str().unwrap();
    let registration_id = &mut whole["body"]["support"]["e2e"]["registration_id"];
    assert!(registration_id.is_u64());
    *registration_id = registration_id.to_string().into();
    let names = [
        (graph("base_url"), "[network]"),
        (graph("phone_number_id"), "[phone_number_id]"),
        (graph("waba_id"), "[account_id]"),
    ];
    plain(&whole, &names)
}

#[tokio::test(flavor = "multi_thread")]
async fn support_is_told_to_any_user() {
    let sink = Sink::start().await;
    let dev = Dev::builder()
        .env("LANDLINE_API_KEY", KEY)
        .env("LANG", "de_AT.UTF-8")
        .webhook(&sink)
        .start()
        .await;
    let api = dev.api().await;
    api.connected().await;
    let user = json!({"username": "helper.one", "password": Dev::PASSWORD});
    assert_eq!(api.post("/v1/users", &user).await.status, 201);
    let user = dev.anonymous().login("helper.one", Dev::PASSWORD).await;

    let answer = user.get("/v1/support").await;

    insta::assert_json_snapshot!(shown(&answer, &dev), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "support": {
          "context": "healthcheck",
          "db_engine": "SQLITE",
          "db_info": [
            "[version]"
          ],
          "debug_info": "12025550111",
          "description": "landline 0.1.0",
          "device_iso8601": "[time]",
          "e2e": {
            "identity_timestamp": "[seconds]",
            "registration_id": "[phone_number_id]"
          },
          "env": [
            "LANDLINE_API_KEY",
            "LANG",
            "NO_COLOR",
            "PATH"
          ],
          "expire_timestamp": "9999-12-31 23:59:59",
          "free_space_data": "[bytes]",
          "free_space_logs": "[bytes]",
          "free_space_media_incoming": "[bytes]",
          "free_space_media_outgoing": "[bytes]",
          "landline": {
            "connection": {
              "reason": null,
              "sessions": 1,
              "since": "[time]",
              "startup_ms": "[ms]",
              "startups_capped": 0,
              "state": "ready",
              "step": null
            },
            "line": "main",
            "network": {
              "account_id": "[account_id]",
              "answered_seconds_ago": "[seconds]",
              "base_url": "[network]",
              "phone_number_id": "[phone_number_id]",
              "version": "v24.0"
            },
            "node": "[node]",
            "pid": "[pid]",
            "queues": {
              "callbacks": {
                "oldest_seconds": 0,
                "rows": 0
              },
              "inbox": {
                "oldest_seconds": 0,
                "rows": 0
              },
              "outbox": {
                "oldest_seconds": 0,
                "rows": 0
              }
            },
            "strays": 0,
            "templates": "[templates]",
            "uptime_seconds": "[seconds]",
            "version": "0.1.0",
            "webhook": {
              "host": "127.0.0.1",
              "is_down": false,
              "set_aside": 0
            }
          },
          "lc": "de",
          "lg": "AT",
          "multi_connect": false,
          "os_name": "[os_name]",
          "os_version": "[os_version]",
          "schema": {
            "axolotl": "[schema]",
            "callback": "[schema]",
            "cluster": "[schema]",
            "config": "[schema]",
            "contact": "[schema]",
            "jobqueue": "[schema]",
            "message": "[schema]"
          },
          "socket_conn": "UP"
        }
      },
      "status": 200
    }
    "#);
    // Nothing of it is a secret.
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    let graph = &dev.endpoints["graph"];
    for secret in [
        KEY,
        Dev::PASSWORD,
        api.token(),
        graph["access_token"].as_str().unwrap(),
        graph["app_secret"].as_str().unwrap(),
        graph["verify_token"].as_str().unwrap(),
        &sink.url(),
        "/hook",
    ] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn support_follows_the_connection() {
    let dev = Dev::builder().raw().start().await;
    let anonymous = dev.anonymous();
    let request = anonymous
        .request("POST", "/v1/users/login")
        .basic_auth("admin", Some("secret"));
    let api = anonymous
        .logged_in(&Api::finish(request.json(&json!({"new_password": Dev::PASSWORD}))).await);
    let seen = async || {
        let support = api.get("/v1/support").await.body["support"].clone();
        let connection = support["landline"]["connection"].clone();
        (
            support["debug_info"].clone(),
            support["socket_conn"].clone(),
            connection["state"].clone(),
            connection["reason"].clone(),
        )
    };
    assert_eq!(
        seen().await,
        (
            "unregistered".into(),
            "DN".into(),
            "unregistered".into(),
            Value::Null
        )
    );

    let number = &dev.endpoints["number"];
    let wa_id = number["wa_id"].as_str().unwrap();
    let body = json!({"cc": number["cc"], "phone_number": number["phone_number"], "method": "sms", "cert": number["cert"]});
    assert_eq!(api.post("/v1/account", &body).await.status, 202);
    let code = dev.phones().registration_code(wa_id).await;
    let verify = api.post("/v1/account/verify", &json!({"code": code})).await;
    assert_eq!(verify.status, 201);
    api.connected().await;
    assert_eq!(
        seen().await,
        (wa_id.into(), "UP".into(), "ready".into(), Value::Null)
    );

    let stop = api.post("/dev/core", &json!({"running": false})).await;
    assert_eq!(stop.status, 200);
    assert_eq!(
        seen().await,
        (
            wa_id.into(),
            "DN".into(),
            "disconnected".into(),
            "the core is stopped".into()
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn support_needs_a_token() {
    let guest = Guest::arrive().await;

    let none = guest.dev().anonymous().get("/v1/support").await;

    assert_refused(&none, (401, 1005), &["Bearer"]);
    let posted = guest.api.post("/v1/support", &json!({})).await;
    assert_refused(&posted, (405, 1025), &["POST"]);
}
