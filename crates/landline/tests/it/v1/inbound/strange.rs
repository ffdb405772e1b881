//! What has no form of its own here (`webhooks.md` 2.18), and what is taken back or changed (2.14).

use serde_json::{Value, json};

use super::assert_told;
use crate::support::Guest;
use crate::v1::plain;

fn unsupported(details: &str) -> Value {
    json!([{"code": 501, "title": "Message type is not currently supported", "details": details}])
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_customer_sends_the_business_learns_of_it() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let not_supported = "Message type is currently not supported.";
    let first = guest.phones.write(&customer, "two mugs", 1).await;
    guest
        .sink
        .message("the first", |message| message["text"]["body"] == "two mugs")
        .await;

    for (written, kind, details) in [
        (
            json!({"type": "unsupported", "unsupported": {"type": "poll_creation"}}),
            "unknown",
            format!("{not_supported} (poll_creation)"),
        ),
        (
            json!({"type": "unsupported"}),
            "unknown",
            not_supported.to_owned(),
        ),
        (
            json!({"type": "unknown"}),
            "unknown",
            not_supported.to_owned(),
        ),
        (
            json!({"type": "unknown", "errors": [{"code": 130_501, "title": "Message type is not currently supported"}]}),
            "unknown",
            "Message type is not currently supported".to_owned(),
        ),
        (
            json!({"type": "ephemeral"}),
            "ephemeral",
            not_supported.to_owned(),
        ),
        (
            json!({"type": "request_welcome"}),
            "unknown",
            "the customer opened the chat (request_welcome)".to_owned(),
        ),
        (
            json!({"type": "edit", "edit": {
                "original_message_id": first[0], "message": {"type": "text", "text": {"body": "three mugs"}},
            }}),
            "unknown",
            "the customer changed an earlier message; it reads now: three mugs".to_owned(),
        ),
    ] {
        let told = guest.told(&customer, written).await;
        assert_told(
            &told,
            &customer,
            &json!({"type": kind, "errors": unsupported(&details)}),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_taken_back_is_told_as_a_status_and_may_be_marked_as_read() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;
    let written = guest.phones.write(&customer, "regretted", 1).await;
    let said = guest
        .sink
        .message("what was said", |message| message["from"] == customer)
        .await;
    let id = said["messages"][0]["id"].as_str().unwrap();

    let revoke = json!({"type": "revoke", "revoke": {"original_message_id": written[0]}});
    guest.phones.send(&customer, revoke).await;

    let deleted = guest.sink.status(id, "deleted").await;
    assert_eq!(
        plain(&deleted, &[(id, "[id]")]),
        json!({"statuses": [{
            "id": "[id]", "message": {"recipient_id": customer}, "recipient_id": customer, "status": "deleted",
            "timestamp": "[time]", "type": "message",
        }]})
    );
    let read = guest
        .api
        .put(&format!("/v1/messages/{id}"), &json!({"status": "read"}))
        .await;
    assert_eq!(read.status, 200, "{read:?}");
}
