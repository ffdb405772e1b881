//! A customer's number changes (`webhooks.md` 2.15).

use serde_json::json;

use crate::support::{Api, Dev, Phones, Poster, Sink, new_customer};
use crate::v1::plain;

const SETTINGS: &str = "/v1/settings/application";

async fn write(phones: &Phones, sink: &Sink, customer: &str, body: &str) {
    phones.write(customer, body, 1).await;
    sink.message(body, |message| message["text"]["body"] == body)
        .await;
}

async fn identity_of(api: &Api, customer: &str) -> (u16, serde_json::Value) {
    let answer = api.get(&format!("/v1/contacts/{customer}/identity")).await;
    (answer.status, answer.body["contacts"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_changes_number_is_told_and_followed() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let (customer, new) = (phones.customer().await, new_customer());
    let settings = json!({"notify_user_change_number": true, "show_security_notifications": true});
    assert_eq!(api.patch(SETTINGS, &settings).await.status, 200);
    api.connected().await;
    phones.identity_told(&dev.graph()).await;
    write(&phones, &sink, &customer, "before").await;
    let known = identity_of(&api, &customer).await;
    assert_eq!(known.0, 200);

    phones.move_to(&customer, &new).await;

    let told = sink
        .message("the change", |message| message["type"] == "system")
        .await;
    let id = told["messages"][0]["id"].as_str().unwrap();
    let body = format!("Ada Quist changed from {customer} to {new}");
    assert_eq!(
        plain(&told, &[(id, "[id]")]),
        json!({"messages": [{
            "from": customer, "id": "[id]", "timestamp": "[time]", "type": "system",
            "system": {"body": body, "new_wa_id": new, "type": "user_changed_number"},
        }]})
    );
    // What was known of the customer is known of the new number, and nothing of the old one.
    assert_eq!(identity_of(&api, &new).await, known);
    assert_eq!(identity_of(&api, &customer).await.0, 404);
    let sent = api.text(&new, "still there?").await;
    sink.status(&sent, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_nothing_is_told_of_it() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let (customer, new) = (phones.customer().await, new_customer());
    api.connected().await;

    phones.move_to(&customer, &new).await;
    write(&phones, &sink, &new, "it is me").await;

    let is_system = |body: &serde_json::Value| body["messages"][0]["type"] == "system";
    assert!(!sink.accepted().iter().any(is_system));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_the_new_number_already_stays() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones, poster) = (dev.api().await, dev.phones(), Poster::new(&dev));
    let (old, new) = ("12025550143", "12025550144");
    let settings = json!({"notify_user_change_number": true, "show_security_notifications": true});
    assert_eq!(api.patch(SETTINGS, &settings).await.status, 200);
    api.connected().await;
    phones.identity_told(&dev.graph()).await;
    write(&phones, &sink, old, "the one").await;
    write(&phones, &sink, new, "the other").await;
    let known = identity_of(&api, new).await;

    let event = json!({
        "from": old, "id": "wamid.MOVED", "timestamp": "1790000000", "type": "system",
        "system": {"type": "user_changed_number", "wa_id": new, "body": "moved"},
    });
    for _ in 0..2 {
        poster.deliver(&poster.message(&event)).await;
    }

    sink.message("the change", |message| {
        message["system"]["new_wa_id"] == new
    })
    .await;
    assert_eq!(identity_of(&api, new).await, known);
    assert_eq!(identity_of(&api, old).await.0, 404);
}
