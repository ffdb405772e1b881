//! What the table of templates says: languages, states, and what each template needs, in the documented order.

use serde_json::{Value, json};

use super::super::accepted;
use super::{body, template};
use crate::support::{Files, Guest, picture};

fn in_language(name: &str, language: &str) -> Value {
    let mut message = template("12025550143", name, &json!([]));
    message["template"]["language"]["code"] = language.into();
    message
}

/// The body of the reference, but for the account's namespace, a language that it has, and a link to a file that is there.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_the_reference_is_sent() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let link = Files::start()
        .await
        .put("/van.png", "image/png", picture("van"));
    let namespace = guest.dev().graph().namespace().await;

    let sample = json!({"to": customer, "type": "template", "template": {
    "namespace": namespace, "name": "delivery_slot",
    "language": {"policy": "deterministic", "code": "en_US"},
    "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": link}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Noor"},
            {"type": "currency", "currency": {"fallback_value": "42,50 €", "code": "EUR", "amount_1000": 42500}},
            {"type": "date_time", "date_time": {"fallback_value": "3 mars 2027", "year": 2027, "month": 3,
                "day_of_month": 3, "hour": 9, "minute": 15}}]},
        {"type": "button", "sub_type": "quick_reply", "index": 0,
         "parameters": [{"type": "payload", "payload": "slot:keep"}]},
    ]}});
    let answer = guest.api.post("/v1/messages", &sample).await;

    accepted(&answer, &customer, &customer);
    let shown = guest.phones.received(&customer, 1).await.remove(0);
    assert_eq!(
        shown["text"]["body"],
        "Hello Noor, your parcel worth 42,50 € arrives on 3 mars 2027. Does that suit you?"
    );
    assert_eq!(
        shown["buttons"],
        json!([
            {"type": "quick_reply", "text": "Confirm", "payload": "slot:keep"},
            {"type": "quick_reply", "text": "Choose another day"},
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_missing_for_one_template_or_for_all() {
    let guest = Guest::arrive().await;
    let answer = async |name: &str, language: &str| {
        let message = in_language(name, language);
        let answer = guest.api.post("/v1/messages", &message).await;
        answer.whole()
    };

    insta::assert_json_snapshot!(answer("hello_world", "de").await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2001,
            "details": "template \"hello_world\" does not exist in \"de\", only in en_US or zh_CN",
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
    insta::assert_json_snapshot!(answer("hello_world", "ja").await, @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2003,
            "details": "no template exists in \"ja\"; template \"hello_world\" does in en_US or zh_CN",
            "title": "Template Pack Missing"
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
    let nowhere = answer("no_such_template", "ja").await;
    assert_eq!(nowhere["body"]["errors"][0]["code"], 2001);
    let mut german = in_language("market_day", "de");
    german["template"]["components"] = json!([body(&["Samstag"])]);
    let customer = guest.stranger().await;
    german["to"] = customer.into();
    assert_eq!(
        guest.deliver(&german).await["text"]["body"],
        "Am Samstag sind wir auf dem Markt."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_has_its_code() {
    let guest = Guest::arrive().await;
    let text = |text: &str| json!({"type": "text", "text": text});
    let coupon = |code: &str| {
        json!([
            {"type": "header", "parameters": [text("20 %")]},
            body(&["Sunday", "€5"]),
            {"type": "button", "sub_type": "copy_code", "index": 0,
             "parameters": [{"type": "coupon_code", "coupon_code": code}]},
        ])
    };
    let press = |sub_type: &str, parameters: Value| json!([body(&["A"]), {"type": "button", "sub_type": sub_type, "index": 0, "parameters": parameters}]);

    for (name, components, refusal, details) in [
        (
            "loyalty_card",
            json!([body(&["7"])]),
            (400, 2062),
            "its status is DISABLED",
        ),
        (
            "summer_menu",
            json!([]),
            (404, 2001),
            "its status is PENDING",
        ),
        (
            "spring_coupon",
            json!([body(&["A", "B"])]),
            (400, 2009),
            "a header component with one parameter is required",
        ),
        (
            "spring_coupon",
            json!([{"type": "header", "parameters": [text("x")]}, body(&["A", "B"])]),
            (400, 2009),
            "sub_type copy_code with index 0 and one coupon_code parameter is required",
        ),
        (
            "one_time_code",
            json!([body(&["A"])]),
            (400, 2009),
            "sub_type url with index 0 and the password",
        ),
        (
            "back_in_stock",
            json!([]),
            (400, 2009),
            "sub_type mpm with index 0 and one action parameter",
        ),
        (
            "one_time_code",
            press(
                "copy_code",
                json!([{"type": "coupon_code", "coupon_code": "x"}]),
            ),
            (400, 2013),
            "one-time password",
        ),
        (
            "support_callback",
            press("url", json!([text("x")])),
            (400, 2013),
            "a call button, which takes no component",
        ),
        (
            "book_table",
            press("quick_reply", json!([{"type": "payload", "payload": "x"}])),
            (400, 2013),
            "a flow button",
        ),
        (
            "see_catalog",
            press("flow", json!([])),
            (400, 2013),
            "a catalog button",
        ),
        (
            "track_parcel",
            press("url", json!([])),
            (400, 2000),
            "number of parameters given: 0, expected: 1",
        ),
        (
            "book_table",
            press("flow", json!([text("x")])),
            (400, 2012),
            "is text, must be action",
        ),
        (
            "refund_issued",
            json!([{"type": "header", "parameters": [{"type": "date_time", "date_time": {"fallback_value": "x"}}]}, body(&["A", "B"])]),
            (400, 2012),
            "is date_time, must be text or currency",
        ),
        (
            "spring_coupon",
            coupon(&"S".repeat(21)),
            (400, 2004),
            "has 21 characters, must have at most 20",
        ),
        (
            "order_update",
            json!([body(&["A", "one\u{0}two"])]),
            (400, 2007),
            "has the control character U+0000",
        ),
        (
            "track_parcel",
            press("url", json!([text("a b")])),
            (400, 2010),
            "the button's URL \"https://shop.example/parcels/a b\"",
        ),
        (
            "back_in_stock",
            press("mpm", json!([{"type": "action", "action": {}}])),
            (400, 1008),
            "action.sections is required",
        ),
        (
            "back_in_stock",
            press(
                "mpm",
                json!([{"type": "action", "action": {"sections": []}}]),
            ),
            (400, 2015),
            "action.sections: has 0 elements",
        ),
        (
            "back_in_stock",
            press(
                "mpm",
                json!([{"type": "action", "action": {"sections": [{"product_items": []}]}}]),
            ),
            (400, 2023),
            "product_items: has 0 elements",
        ),
    ] {
        guest
            .refused(
                &template("12025550143", name, &components),
                refusal,
                &[details],
            )
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_check_wins() {
    let guest = Guest::arrive().await;
    // Another account's, paused, and one parameter too many.
    let mut message = template("12025550143", "weekend_offer", &json!([body(&["A", "B"])]));
    message["template"]["namespace"] = json!("another_account");

    guest
        .refused(&message, (400, 2061), &["weekend_offer"])
        .await;
    message["template"]["name"] = json!("order_update");
    message["template"]["components"] = json!([body(&["A"])]);
    guest.refused(&message, (400, 1009), &["namespace"]).await;
    message["template"]["namespace"] = json!("");
    guest.refused(&message, (400, 2000), &["expected: 2"]).await;
}
