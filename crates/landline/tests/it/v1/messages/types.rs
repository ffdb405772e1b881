//! What all types have in common: which there are, and what has no place in which.

use rstest::rstest;
use serde_json::{Value, json};

use super::{accepted, message};
use crate::support::{Guest, picture};

#[rstest]
#[case("voice")]
#[case("button")]
#[case("order")]
#[case("system")]
#[case("ephemeral")]
#[case("unknown")]
#[case("contact")]
#[case("TEXT")]
#[tokio::test(flavor = "multi_thread")]
async fn what_only_customers_send_is_501(#[case] kind: &str) {
    let guest = Guest::arrive().await;

    let answer = guest
        .api
        .post(
            "/v1/messages",
            &message("12025550143", kind, &json!({"id": "x"})),
        )
        .await;

    assert_eq!(answer.refusal(), (400, 501), "{answer:?}");
    assert_eq!(
        answer.body["errors"][0]["title"],
        "Message type is not currently supported"
    );
    assert!(answer.details().starts_with(&format!(
        "type: \"{kind}\" is no type that can be sent, must be text, "
    )));
}

/// `messages.md` 1.3.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_may_quote_but_a_reaction() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let first = guest.api.text(&customer, "one").await;
    let quoted = guest.phones.received(&customer, 1).await[0]["id"].clone();
    let file = json!({"id": guest.api.upload("application/pdf", "%PDF-1.7\n%%EOF\n").await});
    let picture = json!({"id": guest.api.upload("image/png", picture("a quote")).await});
    let card = json!([{"name": {"formatted_name": "Ada Quist", "first_name": "Ada"}}]);
    let button = json!({"type": "reply", "reply": {"id": "yes", "title": "Yes"}});
    let language = json!({"code": "en_US"});

    let messages = [
        message(&customer, "text", &json!({"body": "two"})),
        message(&customer, "document", &file),
        message(&customer, "image", &picture),
        message(
            &customer,
            "location",
            &json!({"latitude": 1.5, "longitude": 2.5}),
        ),
        message(&customer, "contacts", &card),
        message(
            &customer,
            "interactive",
            &json!({
                "type": "button", "body": {"text": "All right?"}, "action": {"buttons": [button]},
            }),
        ),
        message(
            &customer,
            "template",
            &json!({"name": "hello_world", "language": language}),
        ),
    ];
    for (n, mut message) in messages.into_iter().enumerate() {
        message["context"] = json!({"message_id": first});
        let answer = guest.api.post("/v1/messages", &message).await;
        accepted(&answer, &customer, &customer);
        let shown = guest.phones.received(&customer, n + 2).await.remove(n + 1);
        assert_eq!(shown["context"], json!({"id": quoted}), "{shown}");
        assert_eq!(shown["type"], message["type"]);
    }
}

#[rstest]
#[case(json!({"image": {"id": "x"}}), "image: belongs to a message of type image, this one is of type text")]
#[case(json!({"template": "{}"}), "template: belongs to a message of type template, this one is of type text")]
#[case(json!({"contacts": [{}]}), "contacts: belongs to a message of type contacts, this one is of type text")]
#[case(json!({"status": "read"}), "status: belongs to PUT /v1/messages/{id}, not to a message that is sent")]
#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_call_or_type_is_1010(#[case] more: Value, #[case] details: &str) {
    let guest = Guest::arrive().await;
    let mut body = json!({"to": "12025550143", "text": {"body": "x"}});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }

    let answer = guest.api.post("/v1/messages", &body).await;

    assert_eq!((answer.refusal(), answer.details()), ((400, 1010), details));
    assert_eq!(
        answer.body["errors"][0]["title"],
        "Parameter is not required"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_is_no_harm() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let place = json!({"latitude": 1.5, "longitude": 2.5});

    let mut body = message(&customer, "location", &place);
    for (name, nothing) in [
        ("text", json!({})),
        ("contacts", json!([])),
        ("hsm", json!(null)),
        ("image", json!("")),
        ("preview_url", json!(true)),
        ("messaging_product", json!("whatsapp")),
        ("message_activity_sharing", json!(false)),
        ("colour", json!({"of": [1, 2]})),
    ] {
        body[name] = nothing;
    }

    assert_eq!(guest.deliver(&body).await["location"], place);
}
