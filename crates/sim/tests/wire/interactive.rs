//! Interactive messages, products, flows, and templates with every kind of button.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::Sim;

const ADA: &str = "12025550143";

fn message(kind: &str, object: &Value) -> Value {
    let mut message =
        json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": kind});
    message[kind] = object.clone();
    message
}

fn products(ids: &[&str]) -> Value {
    let items: Vec<Value> = ids
        .iter()
        .map(|id| json!({"product_retailer_id": id}))
        .collect();
    message(
        "interactive",
        &json!({
            "type": "product_list", "header": {"type": "text", "text": "For you"}, "body": {"text": "See"},
            "action": {"catalog_id": "613000142001", "sections": [{"title": "All", "product_items": items}]},
        }),
    )
}

async fn inbox(sim: &Sim) -> Value {
    let path = format!("customers/{ADA}/inbox");
    sim.sim(Method::GET, &path, None).await.ok(200)
}

#[tokio::test]
async fn an_interactive_message_is_on_the_phone_as_it_was_sent() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    sim.write(ADA, "hi", 1).await;
    let object = json!({
        "type": "list", "header": {"type": "text", "text": "Our week"}, "body": {"text": "When?"},
        "footer": {"text": "We wait 15 minutes"},
        "action": {"button": "Choose", "sections": [{"rows": [{"id": "9", "title": "9 o'clock"}]}]},
    });

    sim.send(message("interactive", &object)).await.ok(200);

    assert_eq!(inbox(&sim).await[0]["interactive"], object);
    let lines = sim.lines.lock().unwrap().clone();
    assert!(
        lines
            .iter()
            .any(|line| line == "→ Ada Quist (+12025550143)  interactive  When?"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn products_that_cannot_be_bought_are_warned_of() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;

    sim.send(products(&["mug-blue", "mug-red"])).await.ok(200);

    let events = sink.events(4).await;
    insta::assert_json_snapshot!(events[2], {".id" => "[id]", ".timestamp" => "[time]", ".recipient_user_id" => "[user]"}, @r#"
    {
      "errors": [
        {
          "code": 131009,
          "error_data": {
            "details": "Missing products: mug-red in catalog 613000142001"
          },
          "href": "https://graph.example/docs/error-codes",
          "message": "Parameter value is not valid",
          "title": "Parameter value is not valid"
        }
      ],
      "id": "[id]",
      "recipient_id": "12025550143",
      "recipient_user_id": "[user]",
      "status": "warning",
      "timestamp": "[time]"
    }
    "#);
    let stages: Vec<&str> = events
        .iter()
        .filter_map(|event| event["status"].as_str())
        .collect();
    assert_eq!(stages, ["sent", "warning", "delivered"]);
}

#[tokio::test]
async fn products_that_nobody_can_buy_are_refused() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;

    let refused = sim.send(products(&["tea", "mug-red"])).await.ok(400);

    insta::assert_json_snapshot!(refused, {".error.fbtrace_id" => "[trace]"}, @r#"
    {
      "error": {
        "code": 131009,
        "error_data": {
          "details": "No products found: tea, mug-red in catalog 613000142001",
          "messaging_product": "whatsapp"
        },
        "fbtrace_id": "[trace]",
        "message": "(#131009) Parameter value is not valid",
        "type": "OAuthException"
      }
    }
    "#);
    assert_eq!(inbox(&sim).await, json!([]));
}

#[tokio::test]
async fn a_form_of_another_country_cannot_be_shown() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    let form = json!({"type": "address_message", "body": {"text": "Where?"},
        "action": {"name": "address_message", "parameters": {"country": "IN"}}});

    sim.send(message("interactive", &form)).await.ok(200);

    let events = sink.events(2).await;
    assert_eq!(events[1]["status"], "failed");
    assert_eq!(events[1]["errors"][0]["code"], 131_026);
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn button(sub_type: &str, index: usize, parameter: &Value) -> Value {
    json!({"type": "button", "sub_type": sub_type, "index": index.to_string(), "parameters": [parameter]})
}

fn coupon() -> Value {
    json!([
        {"type": "header", "parameters": [text("20 %")]},
        {"type": "body", "parameters": [text("Sunday"), text("€5")]},
        button("copy_code", 0, &json!({"type": "coupon_code", "coupon_code": "SPRING20"})),
        button("quick_reply", 3, &json!({"type": "payload", "payload": "no:spring"})),
    ])
}

fn template(name: &str, components: &Value) -> Value {
    let object = json!({"name": name, "language": {"code": "en_US"}, "components": components});
    message("template", &object)
}

#[tokio::test]
async fn a_template_is_on_the_phone_with_its_buttons() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    let named = [text("Ada")];
    let mpm = json!({"type": "action", "action": {"thumbnail_product_retailer_id": "mug-blue", "sections": [
        {"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue"}]}]}});

    for (name, components) in [
        ("spring_coupon", coupon()),
        (
            "one_time_code",
            json!([{"type": "body", "parameters": [text("804113")]}, button("url", 0, &text("804113"))]),
        ),
        (
            "book_table",
            json!([{"type": "body", "parameters": named},
                button("flow", 0, &json!({"type": "action", "action": {"flow_token": "t-1"}}))]),
        ),
        (
            "see_catalog",
            json!([{"type": "body", "parameters": named}]),
        ),
        ("back_in_stock", json!([button("mpm", 0, &mpm)])),
        (
            "track_parcel",
            json!([{"type": "body", "parameters": named}, button("url", 0, &text("LX-204"))]),
        ),
        (
            "support_callback",
            json!([{"type": "body", "parameters": [text("7")]}]),
        ),
    ] {
        sim.send(template(name, &components)).await.ok(200);
    }

    let inbox = inbox(&sim).await;
    let shown: Vec<Value> = inbox
        .as_array()
        .unwrap()
        .iter()
        .map(|message| json!({"text": message["text"]["body"], "buttons": message["buttons"]}))
        .collect();
    insta::assert_json_snapshot!(shown, @r#"
    [
      {
        "buttons": [
          {
            "code": "SPRING20",
            "text": "Copy code",
            "type": "copy_code"
          },
          {
            "text": "Shop",
            "type": "url",
            "url": "https://shop.example/spring"
          },
          {
            "phone_number": "+12025550111",
            "text": "Call us",
            "type": "phone_number"
          },
          {
            "payload": "no:spring",
            "text": "No, thanks",
            "type": "quick_reply"
          }
        ],
        "text": "20 % for you\nUse it until Sunday and save €5.\nAnswer STOP to get no more of these"
      },
      {
        "buttons": [
          {
            "code": "804113",
            "text": "Copy code",
            "type": "otp"
          }
        ],
        "text": "804113 is your verification code.\nIt expires in 5 minutes"
      },
      {
        "buttons": [
          {
            "flow_id": "720000511001",
            "text": "Book",
            "type": "flow"
          }
        ],
        "text": "Would you like your usual table, Ada?"
      },
      {
        "buttons": [
          {
            "text": "View catalog",
            "type": "catalog"
          }
        ],
        "text": "All we have, Ada."
      },
      {
        "buttons": [
          {
            "text": "View items",
            "type": "mpm"
          }
        ],
        "text": "Back in stock\nThese are here again."
      },
      {
        "buttons": [
          {
            "text": "Track",
            "type": "url",
            "url": "https://shop.example/parcels/LX-204"
          }
        ],
        "text": "Your parcel Ada is on its way."
      },
      {
        "buttons": [
          {
            "phone_number": "+12025550111",
            "text": "Call us",
            "type": "phone_number"
          }
        ],
        "text": "We could not reach you about ticket 7. Please call us back."
      }
    ]
    "#);
}

#[tokio::test]
async fn what_a_button_lacks_is_told() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    let body = json!({"type": "body", "parameters": [text("804113")]});
    let mpm = |id: &str| {
        json!([button(
            "mpm",
            0,
            &json!({"type": "action", "action": {"sections": [
            {"product_items": [{"product_retailer_id": id}]}]}})
        )])
    };
    let mut codeless = coupon();
    codeless.as_array_mut().unwrap().remove(2);
    let mut long = coupon();
    long[2]["parameters"][0]["coupon_code"] = json!("S".repeat(21));

    for (name, components, code) in [
        ("spring_coupon", codeless, 131_008),
        ("spring_coupon", long, 131_009),
        ("one_time_code", json!([body]), 131_008),
        (
            "one_time_code",
            json!([body, button("copy_code", 0, &text("804113"))]),
            132_012,
        ),
        (
            "one_time_code",
            json!([body, button("url", 0, &text("1234567890123456"))]),
            131_009,
        ),
        ("survey_blocked", json!([]), 132_068),
        ("survey_throttled", json!([]), 132_069),
        ("back_in_stock", json!([]), 131_008),
        ("back_in_stock", mpm("tea"), 131_009),
        ("loyalty_card", json!([body]), 132_016),
        ("summer_menu", json!([]), 132_001),
        ("market_day", json!([body]), 132_001),
    ] {
        let reply = sim.send(template(name, &components)).await;
        assert_eq!(reply.code().1, code, "{name} {}", reply.body);
    }
    assert_eq!(inbox(&sim).await, json!([]));
}
