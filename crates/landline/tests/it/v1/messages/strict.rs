//! The program with `--strict`: nothing but what the original had.

use serde_json::{Value, json};

use super::super::assert_refused;
use super::message;
use crate::support::{Dev, Sink};

#[tokio::test(flavor = "multi_thread")]
async fn extensions_and_unknown_fields_are_refused_and_the_rest_is_as_ever() {
    let sink = Sink::start().await;
    let dev = Dev::builder()
        .webhook(&sink)
        .env("LANDLINE_STRICT", "1")
        .start()
        .await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    let with = |more: Value| {
        let mut body = json!({"to": customer, "text": {"body": "x"}});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let hsm = json!({
        "namespace": "n", "element_name": "hello_world", "language": {"code": "en_US"}, "localizable_params": [],
    });

    for (body, code, details) in [
        (
            with(json!({"context": {"message_id": "gBGH"}})),
            1010,
            "context: is an extension",
        ),
        (
            with(json!({"biz_opaque_callback_data": "x"})),
            1010,
            "biz_opaque_callback_data: is an extension",
        ),
        (
            with(json!({"messaging_product": "whatsapp"})),
            1010,
            "messaging_product: is an extension",
        ),
        (
            with(json!({"text": {"body": "x", "preview_url": true}})),
            1010,
            "text.preview_url: is an extension",
        ),
        (
            with(json!({"colour": "red"})),
            1010,
            "has \"colour\", which strict mode does not know",
        ),
        (
            message(&customer, "image", &json!({"id": "x", "alt": "y"})),
            1010,
            "image: has \"alt\", which strict mode does not know, must have id, link, provider, caption or filename",
        ),
        (
            message(
                &customer,
                "reaction",
                &json!({"message_id": "gBGH", "emoji": "👍"}),
            ),
            501,
            "type: \"reaction\" is refused in strict mode",
        ),
        (
            message(&customer, "hsm", &hsm),
            501,
            "type: \"hsm\" is refused in strict mode",
        ),
        (
            with(json!({"colour": "red", "text": {}})),
            1008,
            "text.body is required",
        ),
    ] {
        assert_refused(
            &api.post("/v1/messages", &body).await,
            (400, code),
            &[details],
        );
    }

    let plain = with(json!({
        "recipient_type": "individual", "type": "text", "preview_url": false, "ttl": "P1D", "context": null,
    }));
    let id = api.post("/v1/messages", &plain).await.message_id();
    sink.status(&id, "delivered").await;
    // Only messages are read strictly.
    let read = api
        .put(
            "/v1/messages/x",
            &json!({"status": "read", "colour": "red"}),
        )
        .await;
    assert_eq!(read.refusal(), (404, 1006), "{read:?}");
}
