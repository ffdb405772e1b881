//! `type: template`.

mod live;
mod part;
mod table;

use rstest::rstest;
use serde_json::{Value, json};

use super::super::plain;
use crate::support::{Files, Guest, picture};

fn template(to: &str, name: &str, components: &Value) -> Value {
    json!({"to": to, "type": "template", "template": {
        "name": name, "language": {"policy": "deterministic", "code": "en_US"}, "components": components,
    }})
}

fn body(texts: &[&str]) -> Value {
    let text = |text: &&str| json!({"type": "text", "text": text});
    json!({"type": "body", "parameters": texts.iter().map(text).collect::<Vec<_>>()})
}

/// All that `delivery_slot` takes, with this picture.
fn slot(image: &Value) -> Value {
    json!([
        {"type": "header", "parameters": [{"type": "image", "image": image}]},
        {"type": "body", "parameters": [
            {"type": "text", "text": "Noor"},
            {"type": "currency", "currency": {"fallback_value": "€42.50", "code": "EUR", "amount_1000": 42_500}},
            {"type": "date_time", "date_time": {
                "fallback_value": "3 March 2027", "year": 2027, "month": 3, "day_of_month": 3, "hour": 9, "minute": 15,
            }},
        ]},
        {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "slot:keep"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "slot:move"}]},
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_reaches_a_customer_who_has_never_written() {
    let guest = Guest::arrive().await;
    let stranger = guest.stranger().await;

    let answer = guest
        .api
        .post(
            "/v1/messages",
            &template(&stranger, "hello_world", &json!([])),
        )
        .await;
    let id = answer.message_id();
    let names = [(id.as_str(), "[id]"), (stranger.as_str(), "[customer]")];
    insta::assert_json_snapshot!(plain(&answer.whole(), &names), @r#"
    {
      "body": {
        "contacts": [
          {
            "input": "[customer]",
            "wa_id": "[customer]"
          }
        ],
        "messages": [
          {
            "id": "[id]"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 201
    }
    "#);

    let inbox = guest.phones.received(&stranger, 1).await;
    let text = inbox[0]["text"]["body"].as_str().unwrap();
    assert!(text.contains("Welcome and congratulations!"), "{text}");
    let sent = guest.sink.status(&id, "sent").await;
    insta::assert_json_snapshot!(plain(&sent, &names), @r#"
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
    let delivered = guest.sink.status(&id, "delivered").await;
    insta::assert_json_snapshot!(plain(&delivered, &names), @r#"
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
          "status": "delivered",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
    guest.phones.read(&stranger).await;
    guest.sink.status(&id, "read").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered", "read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_stand_in_their_places() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;

    let inbox = guest
        .deliver(&template(
            &customer,
            "order_update",
            &json!([body(&["A-17", "on its way"])]),
        ))
        .await;

    assert_eq!(inbox["text"]["body"], "Your order A-17 is on its way.");
    assert_eq!(inbox["template"]["name"], "order_update");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_may_be_written_in_several_ways() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let object = json!({"name": "order_update", "language": {"code": "zh_CN"}, "components": [body(&["A-17", "已发货"])]});

    for (n, template) in [
        object.clone(),
        // Some programs encode it twice.
        Value::String(object.to_string()),
        json!({"namespace": "", "name": "hello_world", "language": {"code": "zh_CN"}}),
        json!({"namespace": null, "name": "hello_world", "language": {"code": "zh_CN", "policy": null}, "components": null}),
        json!({"name": "track_parcel", "language": {"code": "zh_CN"}, "components": [
            {"type": "BODY", "parameters": [{"type": "TEXT", "text": "P 1"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "P1"}]},
        ]}),
    ]
    .iter()
    .enumerate()
    {
        guest.send(&json!({"to": customer, "type": "template", "template": template})).await;
        guest.phones.received(&customer, n + 1).await;
    }

    let inbox = guest.phones.inbox(&customer).await;
    assert_eq!(inbox[0]["text"]["body"], "您的订单 A-17 状态：已发货。");
    assert_eq!(inbox[1]["text"]["body"], inbox[0]["text"]["body"]);
    assert!(
        inbox[2]["text"]["body"].as_str().unwrap().contains("欢迎"),
        "{}",
        inbox[2]
    );
    assert!(
        inbox[4]["text"]["body"].as_str().unwrap().contains("P 1"),
        "{}",
        inbox[4]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_a_price_a_date_and_two_buttons() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let (files, file) = (Files::start().await, picture("van"));
    let link = files.put("/van.png", "image/png", file.clone());
    let media = guest.api.upload("image/png", file.clone()).await;

    let first = guest
        .send(&template(
            &customer,
            "delivery_slot",
            &slot(&json!({"id": media})),
        ))
        .await;
    let second = guest
        .send(&template(
            &customer,
            "delivery_slot",
            &slot(&json!({"link": link})),
        ))
        .await;

    let inbox = guest.phones.received(&customer, 2).await;
    for message in &inbox {
        let text = message["text"]["body"].as_str().unwrap();
        assert!(
            text.contains("Hello Noor, your parcel worth €42.50 arrives on 3 March 2027."),
            "{text}"
        );
        let image = &message["template"]["components"][0]["parameters"][0]["image"];
        assert_eq!(
            guest
                .dev()
                .graph()
                .file(image["id"].as_str().unwrap())
                .await,
            file
        );
    }

    // The customer presses a button of the first one.
    let press = json!({
        "type": "button", "button": {"text": "Confirm", "payload": "slot:keep"}, "context": {"id": inbox[0]["id"]},
    });
    guest.phones.send(&customer, press).await;
    let pressed = guest
        .sink
        .message("the press", |message| {
            message["from"] == customer && message["type"] == "button"
        })
        .await;
    let inbound = pressed["messages"][0]["id"].as_str().unwrap();
    let names = [
        (first.as_str(), "[first]"),
        (second.as_str(), "[second]"),
        (customer.as_str(), "[customer]"),
        (inbound, "[id]"),
    ];
    insta::assert_json_snapshot!(plain(&pressed, &names), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "[customer]"
        }
      ],
      "messages": [
        {
          "button": {
            "payload": "slot:keep",
            "text": "Confirm"
          },
          "context": {
            "from": "12025550111",
            "id": "[first]"
          },
          "from": "[customer]",
          "id": "[id]",
          "timestamp": "[time]",
          "type": "button"
        }
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_none_is_refused_or_fails() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let files = Files::start().await;
    let text = guest.api.upload("text/plain", "no picture").await;

    let unknown = slot(&json!({"id": "00000000-0000-4000-8000-000000000000"}));
    guest
        .refused(
            &template(&customer, "delivery_slot", &unknown),
            (404, 1006),
            &["image.id"],
        )
        .await;
    let wrong = slot(&json!({"id": text}));
    guest
        .refused(
            &template(&customer, "delivery_slot", &wrong),
            (400, 1009),
            &["image"],
        )
        .await;
    let missing = slot(&json!({"link": files.url("/nothing.png")}));
    let failure = guest
        .failure(&template(&customer, "delivery_slot", &missing))
        .await;
    assert_eq!(
        failure["statuses"][0]["errors"][0]["code"], 1014,
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_cannot_be_sent_is_refused() {
    let guest = Guest::arrive().await;
    let refused = async |name: &str, components: Value| {
        guest
            .api
            .post("/v1/messages", &template("12025550143", name, &components))
            .await
            .whole()
    };

    insta::assert_json_snapshot!(refused("no_such_template", json!([])).await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2001,
            "details": "template \"no_such_template\" does not exist",
            "title": "Template Missing"
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
    insta::assert_json_snapshot!(refused("weekend_offer", json!([body(&["20 %"])])).await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2061,
            "details": "template \"weekend_offer\" in \"en_US\" cannot be sent: its status is PAUSED",
            "title": "Template Paused"
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
    insta::assert_json_snapshot!(refused("lottery_win", json!([])).await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2060,
            "details": "template \"lottery_win\" in \"en_US\" cannot be sent: its status is REJECTED",
            "title": "Template Rejected"
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
    insta::assert_json_snapshot!(refused("order_update", json!([body(&["A-17"])])).await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2000,
            "details": "template.components[0]: number of parameters given: 1, expected: 2",
            "title": "Template Param Count Mismatch"
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
    let mut french = template("12025550143", "hello_world", &json!([]));
    french["template"]["language"]["code"] = "fr".into();
    guest
        .refused(&french, (404, 2003), &["hello_world", "fr"])
        .await;
}

#[rstest]
#[case("order_update", json!([]), 2009, "body")]
#[case("order_update", json!([body(&["A", "B", "C"])]), 2000, "3")]
#[case("hello_world", json!([body(&["A"])]), 2000, "1")]
#[case("order_update", json!([{"type": "body", "parameters": []}]), 2000, "0")]
#[case("delivery_slot", json!([body(&["A", "B", "C"])]), 2009, "header")]
#[case("track_parcel", json!([body(&["A"])]), 2009, "button")]
#[case(
    "track_parcel",
    json!([body(&["A"]), {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "x"}]}]),
    2013,
    "button"
)]
#[case(
    "order_update",
    json!([{"type": "body", "parameters": [{"type": "text", "text": "A"}, {"type": "payload", "payload": "x"}]}]),
    2012,
    "parameters[1]"
)]
#[case(
    "delivery_slot",
    json!([
        {"type": "header", "parameters": [{"type": "video", "video": {"link": "https://shop.example/van.mp4"}}]},
        body(&["A", "B", "C"]),
    ]),
    2008,
    "image"
)]
#[case("order_update", json!([body(&["A", &"x".repeat(1025)])]), 2004, "1024")]
#[case("order_update", json!([body(&["A", &"x".repeat(1010)])]), 2005, "1024")]
#[case("order_update", json!([body(&["A", "one\ntwo"])]), 2006, "line break")]
#[case("order_update", json!([body(&["A", "one\ttwo"])]), 2006, "tab")]
#[case("order_update", json!([body(&["A", "one     two"])]), 2006, "spaces")]
#[case("order_update", json!([body(&["A", ""])]), 1009, "parameters[1].text")]
#[case("order_update", json!([{"type": "body", "parameters": [{"type": "text"}, {"type": "text", "text": "B"}]}]), 1008, "text")]
#[case("order_update", json!([{"type": "footer", "parameters": []}]), 1009, "template.components[0].type")]
#[case("order_update", json!([{"type": "body", "parameters": [{"type": "emoji", "emoji": "x"}]}]), 1009, "type")]
#[case("order_update", json!([{"parameters": []}]), 1008, "template.components[0].type")]
#[case("order_update", json!({"type": "body"}), 1009, "template.components")]
#[case("track_parcel", json!([{"type": "button", "sub_type": "url", "index": 10, "parameters": []}]), 1009, "index")]
#[case("track_parcel", json!([{"type": "button", "sub_type": "url", "parameters": []}]), 1008, "index")]
#[case("track_parcel", json!([{"type": "button", "index": 0, "parameters": []}]), 1008, "sub_type")]
#[case("Order-Update", json!([]), 1009, "template.name")]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_named(
    #[case] name: &str,
    #[case] components: Value,
    #[case] code: u64,
    #[case] word: &str,
) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &template("12025550143", name, &components),
            (400, code),
            &[word],
        )
        .await;
}

#[rstest]
#[case(json!({"language": {"code": "en_US"}}), 1008, "template.name")]
#[case(json!({"name": "hello_world"}), 1008, "template.language")]
#[case(json!({"name": "hello_world", "language": {}}), 1008, "template.language.code")]
#[case(json!({"name": "hello_world", "language": "en_US"}), 1009, "template.language")]
#[case(json!({"name": "hello_world", "language": {"code": "en_US", "policy": "fallback"}}), 1009, "policy")]
#[case(json!({"name": "hello_world", "language": {"code": "en_US"}, "namespace": "another_account"}), 1009, "namespace")]
#[case(json!("{\"name\": \"hello"), 1009, "template")]
#[case(json!(["hello_world"]), 1009, "template")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(#[case] template: Value, #[case] code: u64, #[case] word: &str) {
    let guest = Guest::arrive().await;

    let message = json!({"to": "12025550143", "type": "template", "template": template});
    guest.refused(&message, (400, code), &[word]).await;
}
