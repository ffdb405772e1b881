//! Broken rules, and strict mode.

use serde_json::{Value, json};

use super::{every_type, interactive};
use crate::support::{Dev, Guest, Sink, new_customer};

/// A broken rule: the type, the place, what stands there instead, code and details.
fn broken() -> Vec<(&'static str, &'static str, Value, u64, &'static str)> {
    let text = |length: usize| json!("x".repeat(length));
    let row = |n: usize| json!({"id": n.to_string(), "title": "x"});
    let item = || json!({"product_retailer_id": "mug-blue"});
    let button =
        |n: usize| json!({"type": "reply", "reply": {"id": n.to_string(), "title": n.to_string()}});
    vec![
        (
            "button",
            "/type",
            json!("menu"),
            1009,
            "interactive.type: is \"menu\", must be button, list",
        ),
        (
            "button",
            "/body",
            json!(null),
            1008,
            "interactive.body is required",
        ),
        (
            "button",
            "/header/text",
            text(61),
            1009,
            "interactive.header.text: has 61 characters, must have at most 60",
        ),
        (
            "button",
            "/body/text",
            text(1025),
            1009,
            "interactive.body.text: has 1025 characters, must have at most 1024",
        ),
        (
            "button",
            "/footer/text",
            text(61),
            1009,
            "interactive.footer.text: has 61 characters, must have at most 60",
        ),
        (
            "button",
            "/action/buttons",
            (0..4).map(button).collect(),
            1009,
            "interactive.action.buttons: has 4 elements",
        ),
        (
            "button",
            "/action/buttons/1/reply/id",
            text(257),
            1009,
            "reply.id: has 257 characters, must have at most 256",
        ),
        (
            "button",
            "/action/buttons/1/reply/title",
            text(21),
            1009,
            "reply.title: has 21 characters, must have at most 20",
        ),
        (
            "button",
            "/action/buttons/1/reply/title",
            json!("_No_"),
            2017,
            "buttons[1].reply.title: has formatting",
        ),
        (
            "button",
            "/action/buttons/1/reply/id",
            json!("a "),
            2017,
            "begins or ends with white space",
        ),
        (
            "list",
            "/header",
            json!({"type": "image", "image": {"id": "x"}}),
            2036,
            "interactive.header: is of type \"image\"",
        ),
        (
            "list",
            "/action/sections",
            json!([]),
            2015,
            "interactive.action.sections: has 0 elements, must have 1 to 10",
        ),
        (
            "list",
            "/action/sections",
            json!(vec![json!({"title": "x", "rows": [row(1)]}); 11]),
            2015,
            "has 11 elements",
        ),
        (
            "list",
            "/action/sections/0/rows",
            json!([]),
            2016,
            "sections[0].rows: has 0 elements, must have at least 1",
        ),
        (
            "list",
            "/action/sections/0/rows",
            (20..30).map(row).collect(),
            2016,
            "have 11 rows in all, must have at most 10",
        ),
        (
            "list",
            "/action/sections/1/title",
            json!(null),
            1008,
            "interactive.action.sections[1].title is required",
        ),
        (
            "list",
            "/action/sections/1/rows/0/description",
            text(73),
            1009,
            "description: has 73 characters",
        ),
        (
            "product",
            "/header",
            json!({"type": "text", "text": "x"}),
            2036,
            "a message of type product has none",
        ),
        (
            "product_list",
            "/header",
            json!(null),
            1008,
            "interactive.header is required",
        ),
        (
            "product_list",
            "/action/sections/0/product_items",
            json!(vec![item(); 31]),
            2023,
            "have 31 product_items in all",
        ),
        (
            "product_list",
            "/action/sections/0/product_items",
            json!([]),
            2023,
            "has 0 elements, must have at least 1",
        ),
        (
            "catalog_message",
            "/action/name",
            json!("x"),
            1009,
            "interactive.action.name: is \"x\", must be catalog_message",
        ),
        (
            "flow",
            "/action/parameters/flow_message_version",
            json!("4"),
            1009,
            "is \"4\", must be 3",
        ),
        (
            "flow",
            "/action/parameters/flow_cta",
            json!("Go 🚀"),
            2017,
            "flow_cta: has an emoji",
        ),
        (
            "flow",
            "/action/parameters/flow_action_payload",
            json!(null),
            1008,
            "flow_action_payload is required",
        ),
        (
            "location_request_message",
            "/footer",
            json!({"text": "x"}),
            1010,
            "interactive.footer: a message of type",
        ),
        (
            "order_details",
            "/action/parameters/total_amount/value",
            json!(1),
            1009,
            "is 1, subtotal + tax + shipping - discount is 48900",
        ),
        (
            "order_details",
            "/action/parameters/payment_type",
            json!(null),
            1008,
            "payment_type or interactive",
        ),
        (
            "order_status",
            "/action/parameters/order/status",
            json!("captured"),
            1009,
            "status: is \"captured\", must be pending",
        ),
        (
            "cta_url",
            "/action/parameters/url",
            json!("shop.example"),
            1009,
            "url: is not an absolute URL",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let guest = Guest::arrive().await;

    for (kind, place, value, code, details) in broken() {
        let mut object = every_type()
            .into_iter()
            .find(|object| object["type"] == kind)
            .unwrap();
        let (parent, name) = place.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[name] = value;

        guest
            .refused(
                &interactive("12025550143", &object),
                (400, code),
                &[details],
            )
            .await;
    }
    let missing = json!({"to": "12025550143", "type": "interactive"});
    guest
        .refused(&missing, (400, 1008), &["interactive is required"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_mode_has_only_what_the_original_had() {
    let sink = Sink::start().await;
    let dev = Dev::builder()
        .webhook(&sink)
        .env("LANDLINE_STRICT", "1")
        .start()
        .await;
    let api = dev.api().await;
    api.connected().await;
    let phones = dev.phones();
    let customer = new_customer();
    phones.add(&customer, "Ada Quist").await;
    phones.write(&customer, "Hello", 1).await;

    let mut taken = 0;
    for object in every_type() {
        let answer = api
            .post("/v1/messages", &interactive(&customer, &object))
            .await;
        if object["type"] == "cta_url" {
            insta::assert_json_snapshot!(answer.whole(), @r#"
            {
              "body": {
                "errors": [
                  {
                    "code": 501,
                    "details": "interactive.type: \"cta_url\" is an extension, which strict mode refuses",
                    "title": "Message type is not currently supported"
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
        } else {
            answer.message_id();
            taken += 1;
        }
    }
    phones.received(&customer, taken).await;

    let mut strange = every_type()[0].clone();
    strange["action"]["colour"] = json!("red");
    let answer = api
        .post("/v1/messages", &interactive(&customer, &strange))
        .await;
    assert_eq!(answer.refusal(), (400, 1010), "{answer:?}");
    assert_eq!(
        answer.details(),
        "interactive.action: has \"colour\", which strict mode does not know, must have buttons"
    );

    // The namespace may be left out, but not be empty.
    let template = |namespace: Value| {
        json!({"to": customer, "type": "template", "template": {
            "namespace": namespace, "name": "hello_world", "language": {"code": "en_US"}}})
    };
    let answer = api.post("/v1/messages", &template(json!(""))).await;
    assert_eq!(answer.refusal(), (400, 2014), "{answer:?}");
    api.post("/v1/messages", &template(Value::Null))
        .await
        .message_id();
}
