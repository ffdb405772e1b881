//! `type: reaction`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{accepted, message, seen};
use crate::support::Guest;

fn reaction(to: &str, message_id: &str, emoji: &str) -> Value {
    message(
        to,
        "reaction",
        &json!({"message_id": message_id, "emoji": emoji}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_is_seen_changed_and_taken_back() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let theirs = guest
        .phones
        .write(&customer, "Do you like it?", 1)
        .await
        .remove(0);
    let question = guest.sink.message("the question", |message| {
        message["from"] == customer && message["text"]["body"] == "Do you like it?"
    });
    let question = question.await["messages"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = guest.api.text(&customer, "Yes").await;

    let first = guest
        .api
        .post("/v1/messages", &reaction(&customer, &question, "👍"))
        .await;
    let first = accepted(&first, &customer, &customer);
    let own = guest.send(&reaction(&customer, &answer, "👩🏽‍🚀")).await;
    let gone = guest.send(&reaction(&customer, &question, "")).await;

    let inbox = guest.phones.received(&customer, 4).await;
    let ours = inbox[0]["id"].as_str().unwrap();
    for (shown, (target, emoji)) in
        inbox[1..]
            .iter()
            .zip([(&*theirs, "👍"), (ours, "👩🏽‍🚀"), (&*theirs, "")])
    {
        assert_eq!(
            seen(shown),
            json!({"type": "reaction", "reaction": {"message_id": target, "emoji": emoji}})
        );
    }
    // Nothing is told of a reaction that has left.
    guest.phones.read(&customer).await;
    guest.sink.status(&answer, "read").await;
    for id in [first, own, gone] {
        guest.sink.status(&id, "sent").await;
        assert_eq!(guest.sink.statuses(&id), ["sent"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_to_nothing_fails() {
    let guest = Guest::arrive().await;
    let (customer, other) = (guest.customer().await, guest.customer().await);
    let elsewhere = guest.api.text(&other, "not here").await;
    guest.sink.status(&elsewhere, "sent").await;

    let unknown = guest
        .failure(&reaction(&customer, "gBGGnobody", "👍"))
        .await;
    insta::assert_json_snapshot!(unknown, @r#"
    {
      "statuses": [
        {
          "errors": [
            {
              "code": 1006,
              "details": "reaction.message_id: no such message, or one that never reached the network",
              "title": "Resource not found"
            }
          ],
          "id": "[id]",
          "message": {
            "recipient_id": "[customer]"
          },
          "recipient_id": "[customer]",
          "status": "failed",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
    // The network's own word: the message is of another chat.
    let of_another = guest.failure(&reaction(&customer, &elsewhere, "👍")).await;
    assert_eq!(
        of_another["statuses"][0]["errors"][0]["code"], 1009,
        "{of_another}"
    );
    assert!(guest.phones.inbox(&customer).await.is_empty());
}

#[rstest]
#[case(json!({"emoji": "👍"}), 1008, "reaction.message_id is required")]
#[case(json!({"message_id": "gBGH"}), 1008, "reaction.emoji is required")]
#[case(json!({"message_id": "", "emoji": "👍"}), 1009, "reaction.message_id: is empty")]
#[case(json!({"message_id": "gBGH", "emoji": ["👍"]}), 1009, "reaction.emoji: is an array, must be a string")]
#[case(json!("👍"), 1009, "reaction: is a string, must be an object")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(#[case] object: Value, #[case] code: u64, #[case] details: &str) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &message("12025550143", "reaction", &object),
            (400, code),
            &[details],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_quotes_nothing() {
    let guest = Guest::arrive().await;
    let mut body = reaction("12025550143", "gBGH", "👍");
    body["context"] = json!({"message_id": "gBGI"});

    guest
        .refused(&body, (400, 1010), &["context", "reaction.message_id"])
        .await;
}
