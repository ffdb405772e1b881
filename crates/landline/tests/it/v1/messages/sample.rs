//! The sample bodies of the reference's sections 1, 2 and 5, sent as they stand there.

use serde_json::{Value, json};

use super::super::plain;
use super::{accepted, message, seen};
use crate::support::Guest;

impl Guest {
    /// The customer of a sample, who has written.
    async fn of_sample(&self, wa_id: &str) {
        self.phones.add(wa_id, "A sample's customer").await;
        self.phones.write(wa_id, "Hello", 1).await;
    }

    /// Sends a sample; what the phone shows of it.
    async fn sample(&self, message: &Value) -> Value {
        let to = message["to"].as_str().unwrap();
        self.of_sample(to).await;
        let answer = self.api.post("/v1/messages", message).await;
        accepted(&answer, to, to);
        seen(&self.phones.received(to, 1).await[0])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minimal_example() {
    let guest = Guest::arrive().await;

    let shown = guest
        .sample(&json!({
            "recipient_type": "individual", "to": "5491155550137", "type": "text", "preview_url": true,
            "text": {"body": "Your parcel LX-204 left the depot: https://track.example/LX-204"},
        }))
        .await;

    assert_eq!(
        shown,
        json!({"type": "text", "text": {
            "body": "Your parcel LX-204 left the depot: https://track.example/LX-204", "preview_url": true,
        }})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card() {
    let guest = Guest::arrive().await;
    let cards = json!([{
        "name": {"formatted_name": "Ada Quist", "first_name": "Ada"},
        "phones": [{"phone": "+49 155 5001 0033", "type": "WORK", "wa_id": "4915550010033"}],
        "org": {"company": "Quist Tools"},
    }]);

    let shown = guest
        .sample(&message("4915550010022", "contacts", &cards))
        .await;

    assert_eq!(shown, json!({"type": "contacts", "contacts": cards}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_and_a_reaction() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let first = guest.api.text(&customer, "one").await;

    for body in [
        json!({"to": customer, "text": {"body": "two"}, "context": {"message_id": first}}),
        json!({"to": customer, "type": "reaction", "reaction": {"message_id": first, "emoji": "👍"}}),
    ] {
        guest.send(&body).await;
    }

    let inbox = guest.phones.received(&customer, 3).await;
    let target = &inbox[0]["id"];
    assert_eq!(
        seen(&inbox[1]),
        json!({"type": "text", "text": {"body": "two", "preview_url": false}, "context": {"id": target}})
    );
    assert_eq!(
        seen(&inbox[2]),
        json!({"type": "reaction", "reaction": {"message_id": target, "emoji": "👍"}})
    );
}

/// The sample's account and template are not ours: as it stands it is refused, in the order of the checks. With a template
/// that there is it is `hsm::a_legacy_template_shows_its_defaults`.
#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_template() {
    let guest = Guest::arrive().await;

    let answer = guest
        .api
        .post(
            "/v1/messages",
            &json!({"to": "12065550188", "type": "hsm", "ttl": "P2D", "hsm": {
                "namespace": "b7e1_example_ns", "element_name": "card_charge",
                "language": {"policy": "deterministic", "code": "en_US"},
                "localizable_params": [
                    {"default": "$18.20", "currency": {"currency_code": "USD", "amount_1000": 18200}},
                    {"default": "Friday 14:05", "date_time": {
                        "component": {"day_of_week": 5, "hour": 14, "minute": 5}}},
                ],
            }}),
        )
        .await;

    insta::assert_json_snapshot!(plain(&answer.whole(), &[]), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2001,
            "details": "template \"card_charge\" does not exist",
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
}

/// 7.1: `to` comes back to the letter, beside what it stands for.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer() {
    let guest = Guest::arrive().await;
    guest.of_sample("4915550010044").await;

    let answer = guest
        .api
        .post(
            "/v1/messages",
            &json!({"to": "+49 155 500 100 44", "text": {"body": "Hello"}}),
        )
        .await;

    assert_eq!(answer.status, 201);
    accepted(&answer, "+49 155 500 100 44", "4915550010044");
}
