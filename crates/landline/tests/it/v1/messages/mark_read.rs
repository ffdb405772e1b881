//! `PUT /v1/messages/{id}`.

use serde_json::{Value, json};

use super::super::assert_refused;
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn a_received_message_is_marked_as_read_as_often_as_somebody_likes() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;
    let customer = guest.customer().await;
    guest.phones.write(&customer, "Read me", 1).await;
    let came = guest.sink.message("the message", |message| {
        message["from"] == customer && message["text"]["body"] == "Read me"
    });
    let path = format!(
        "/v1/messages/{}",
        came.await["messages"][0]["id"].as_str().unwrap()
    );

    let first = user.put(&path, &json!({"status": "read"})).await;
    insta::assert_json_snapshot!(first.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    assert_eq!(
        user.put(&path, &json!({"status": "read"})).await.whole(),
        first.whole()
    );

    for (body, code) in [
        (json!({}), 1008),
        (json!({"status": null}), 1008),
        (json!({"status": "delivered"}), 1009),
        (json!({"status": true}), 1009),
    ] {
        assert_refused(&user.put(&path, &body).await, (400, code), &["status"]);
    }
    assert_refused(&user.call("PUT", &path, None).await, (400, 1008), &[]);
    let delete = user.delete(&path).await;
    assert_refused(&delete, (405, 1025), &[]);
    assert_eq!(delete.header("allow"), "PUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_received_messages_can_be_marked() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let ours = guest.api.text(&customer, "Not yours").await;
    let read: Value = json!({"status": "read"});

    assert_refused(
        &guest.api.put(&format!("/v1/messages/{ours}"), &read).await,
        (400, 1009),
        &["outgoing"],
    );
    for id in [
        "ABGGEgIlVQFDAgkAAAAAAAAAAAA",
        "wamid.HBgLMTIwMjU1NTAxNDM",
        "x",
        "%00",
        "a%2fb",
        &"x".repeat(2000),
    ] {
        let answer = guest.api.put(&format!("/v1/messages/{id}"), &read).await;
        assert_refused(&answer, (404, 1006), &[]);
    }
    // What is wrong with the body is said first.
    let answer = guest
        .api
        .put("/v1/messages/x", &json!({"status": "seen"}))
        .await;
    assert_refused(&answer, (400, 1009), &["status"]);
}
