//! `type: hsm`: templates as they were before v2.39.

use rstest::rstest;
use serde_json::{Value, json};

use super::super::plain;
use super::{accepted, message};
use crate::support::Guest;

impl Guest {
    /// The namespace of the account's templates.
    async fn namespace(&self) -> String {
        let account = self.dev().endpoints["graph"]["waba_id"].as_str().unwrap();
        let path = format!("{account}?fields=message_template_namespace");
        let answer = self.dev().graph().get(&path).await;
        answer["message_template_namespace"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn hsm(&self, name: &str, params: Value) -> Value {
        json!({
            "namespace": self.namespace().await, "element_name": name,
            "language": {"policy": "deterministic", "code": "en_US"}, "localizable_params": params,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_template_shows_its_defaults() {
    let guest = Guest::arrive().await;
    let stranger = guest.stranger().await;
    let params = json!([
        {"default": "$18.20", "currency": {"currency_code": "USD", "amount_1000": 18200}},
        {"default": "due Friday 14:05", "date_time": {"component": {"day_of_week": 5, "hour": 14, "minute": 5}}},
    ]);
    let hsm = guest.hsm("order_update", params).await;

    let answer = guest
        .api
        .post("/v1/messages", &message(&stranger, "hsm", &hsm))
        .await;

    let id = accepted(&answer, &stranger, &stranger);
    let inbox = guest.phones.received(&stranger, 1).await;
    let shown = plain(&inbox[0], &[(inbox[0]["id"].as_str().unwrap(), "[id]")]);
    insta::assert_json_snapshot!(shown, @r#"
    {
      "id": "[id]",
      "status": "delivered",
      "template": {
        "components": [
          {
            "parameters": [
              {
                "currency": {
                  "amount_1000": 18200,
                  "code": "USD",
                  "fallback_value": "$18.20"
                },
                "type": "currency"
              },
              {
                "date_time": {
                  "fallback_value": "due Friday 14:05"
                },
                "type": "date_time"
              }
            ],
            "type": "body"
          }
        ],
        "language": {
          "code": "en_US"
        },
        "name": "order_update"
      },
      "text": {
        "body": "Your order $18.20 is due Friday 14:05."
      },
      "timestamp": "[time]",
      "type": "template"
    }
    "#);
    let sent = guest.sink.status(&id, "sent").await;
    insta::assert_json_snapshot!(plain(&sent, &[(&id, "[id]"), (&stranger, "[customer]")]), @r#"
    {
      "statuses": [
        {
          "id": "[id]",
          "message": {
            "recipient_id": "[customer]"
          },
          "pricing": {
            "billable": true,
            "category": "utility",
            "pricing_model": "PMP"
          },
          "recipient_id": "[customer]",
          "status": "sent",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
    guest.sink.status(&id, "delivered").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_may_be_moments_names_and_nothing() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let moment = json!([
        {"default": "Your order"}, {"default": "soon", "date_time": {"unix_epoch": {"timestamp": "1790000000"}}},
    ]);
    let named = json!([{"default": "Ada"}, {"default": "Monday", "date_time": {"component": {
        "day_of_week": "MONDAY", "calendar": "SOLAR_HIJRI", "year": 1405}}}]);

    for (n, (name, params, text)) in [
        ("order_update", moment, "Your order Your order is soon."),
        (
            "appointment_reminder",
            named,
            "Hello Ada, we look forward to seeing you on Monday.",
        ),
        ("hello_world", json!([]), "Welcome and congratulations!"),
    ]
    .into_iter()
    .enumerate()
    {
        let hsm = guest.hsm(name, params).await;
        guest.send(&message(&customer, "hsm", &hsm)).await;
        let inbox = guest.phones.received(&customer, n + 1).await;
        let shown = inbox[n]["text"]["body"].as_str().unwrap();
        assert!(shown.contains(text), "{shown}");
    }
}

#[rstest]
#[case("order_update", json!([{"default": "x"}]), 400, 2000, "hsm.localizable_params: number of parameters given: 1, expected: 2")]
#[case("order_update", json!([]), 400, 2000, "hsm.localizable_params: number of parameters given: 0, expected: 2")]
#[case("hello_world", json!([{"default": "x"}]), 400, 2000, "given: 1, expected: 0")]
#[case("no_such_template", json!([]), 404, 2001, "template \"no_such_template\" does not exist")]
#[case("order_update", json!([{"default": "x"}, {"default": "x".repeat(1025)}]), 400, 2004, "hsm.localizable_params[1]")]
#[case("order_update", json!([{"default": "x\ny"}, {"default": "x"}]), 400, 2006, "hsm.localizable_params[0]")]
#[case("delivery_slot", json!([{"default": "a"}, {"default": "b"}, {"default": "c"}]), 400, 2009, "hsm: a header component")]
#[case("lottery_win", json!([]), 400, 2060, "REJECTED")]
#[case("weekend_offer", json!([{"default": "x"}]), 400, 2061, "PAUSED")]
#[tokio::test(flavor = "multi_thread")]
async fn the_template_is_checked_at_once(
    #[case] name: &str,
    #[case] params: Value,
    #[case] status: u16,
    #[case] code: u64,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;
    let hsm = guest.hsm(name, params).await;

    guest
        .refused(
            &message("12025550143", "hsm", &hsm),
            (status, code),
            &[details],
        )
        .await;
}

#[rstest]
#[case("namespace", json!(null), 1008, "hsm.namespace is required")]
#[case("namespace", json!("another_account"), 1009, "hsm.namespace: is \"another_account\"")]
#[case("element_name", json!(null), 1008, "hsm.element_name is required")]
#[case("element_name", json!("Order Update"), 1009, "hsm.element_name: is \"Order Update\"")]
#[case("language", json!(null), 1008, "hsm.language is required")]
#[case("language", json!({"policy": "fallback", "code": "en"}), 1009, "hsm.language.policy: is \"fallback\"")]
#[case("localizable_params", json!(null), 1008, "hsm.localizable_params is required")]
#[case("localizable_params", json!([{"default": "x"}, {}]), 1008, "hsm.localizable_params[1].default is required")]
#[case(
    "localizable_params", json!([{"default": "x", "currency": {"code": "USD", "amount_1000": 1}}]), 1008,
    "hsm.localizable_params[0].currency.currency_code is required"
)]
#[case(
    "localizable_params", json!([{"default": "x", "date_time": {"component": {"month": 13}}}]), 1009,
    "hsm.localizable_params[0].date_time.component.month: is 13, must be a whole number from 1 to 12"
)]
#[case(
    "localizable_params",
    json!([{"default": "x", "date_time": {"component": {}, "unix_epoch": {"timestamp": 1}}}]), 1009,
    "hsm.localizable_params[0].date_time: has both component and unix_epoch"
)]
#[case(
    "localizable_params",
    json!([{"default": "x", "currency": {"currency_code": "USD", "amount_1000": 1},
            "date_time": {"unix_epoch": {"timestamp": 1}}}]), 1009,
    "hsm.localizable_params[0]: has both currency and date_time"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(
    #[case] member: &str,
    #[case] value: Value,
    #[case] code: u64,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;
    let mut hsm = guest
        .hsm("order_update", json!([{"default": "x"}, {"default": "y"}]))
        .await;
    hsm[member] = value;

    guest
        .refused(
            &message("12025550143", "hsm", &hsm),
            (400, code),
            &[details],
        )
        .await;
}
