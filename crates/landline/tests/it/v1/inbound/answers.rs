//! Answers, forwards and questions about products (`webhooks.md` 2.9, 2.10, 2.13, 2.16).

use serde_json::{Value, json};

use super::assert_told;
use crate::support::Guest;

/// The business's number.
const BUSINESS: &str = "12025550111";

#[tokio::test(flavor = "multi_thread")]
async fn presses_and_choices_answer_the_message_that_offered_them() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let ours = guest.api.text(&customer, "Red or blue?").await;
    let theirs = guest.phones.received(&customer, 1).await[0]["id"].clone();

    for content in [
        json!({"type": "button", "button": {"text": "Keep it", "payload": "slot:keep"}}),
        json!({"type": "interactive", "interactive": {
            "type": "button_reply", "button_reply": {"id": "red", "title": "Red"},
        }}),
        json!({"type": "interactive", "interactive": {
            "type": "list_reply", "list_reply": {"id": "row-2", "title": "Blue", "description": "as the sea"},
        }}),
        json!({"type": "interactive", "interactive": {
            "type": "list_reply", "list_reply": {"id": "row-3", "title": "Green"},
        }}),
        json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {
            "name": "flow", "body": "Sent", "response_json": "{\"flow_token\":\"t\",\"size\":4}",
        }}}),
        // Of a kind that nobody knows yet.
        json!({"type": "interactive", "interactive": {"type": "wave_reply", "wave_reply": {"hand": 2}}}),
        json!({"type": "text", "text": {"body": "Neither"}}),
    ] {
        let mut written = content.clone();
        written["context"] = json!({"id": theirs});
        let told = guest.told(&customer, written).await;

        let mut expected = content;
        expected["context"] = json!({"from": BUSINESS, "id": ours});
        assert_told(&told, &customer, &expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_can_answer_itself() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let first = guest.phones.write(&customer, "one", 1).await;
    let told_first = guest
        .sink
        .message("the first", |message| {
            message["from"] == customer && message["text"]["body"] == "one"
        })
        .await;

    let written = json!({"type": "text", "text": {"body": "two"}, "context": {"id": first[0]}});
    let told = guest.told(&customer, written).await;

    let id = &told_first["messages"][0]["id"];
    assert_told(
        &told,
        &customer,
        &json!({"type": "text", "text": {"body": "two"}, "context": {"from": customer, "id": id}}),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forwards_and_questions_about_products_are_told() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let ours = guest.api.text(&customer, "Have a look").await;
    let theirs = guest.phones.received(&customer, 1).await[0]["id"].clone();
    let product = json!({"catalog_id": "7012", "product_retailer_id": "mug-4"});
    let with =
        |context: &Value| json!({"type": "text", "text": {"body": "hm"}, "context": context});

    for (written, told) in [
        (json!({"forwarded": true}), json!({"forwarded": true})),
        (
            json!({"frequently_forwarded": true}),
            json!({"forwarded": true, "frequently_forwarded": true}),
        ),
        (
            json!({"referred_product": product}),
            json!({"referred_product": product}),
        ),
        (
            json!({"id": theirs, "referred_product": product}),
            json!({"id": ours, "from": BUSINESS, "referred_product": product}),
        ),
        (
            json!({"mentions": ["12025550144"], "group_id": "120363"}),
            json!({"mentions": ["12025550144"], "group_id": "120363"}),
        ),
    ] {
        let notification = guest.told(&customer, with(&written)).await;
        assert_told(&notification, &customer, &with(&told));
    }
    // What claims nothing is not there at all.
    let nothing = guest
        .told(&customer, with(&json!({"forwarded": false})))
        .await;
    assert_told(
        &nothing,
        &customer,
        &json!({"type": "text", "text": {"body": "hm"}}),
    );
}
