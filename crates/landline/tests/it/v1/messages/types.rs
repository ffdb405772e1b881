//! What all types have in common: which there are, and what has no place in which.

use rstest::rstest;
use serde_json::{Value, json};

use super::message;
use crate::support::Guest;

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
