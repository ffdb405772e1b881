//! `ttl`, and how long a message waits (`messages.md` section 10).

use rstest::rstest;
use serde_json::{Value, json};

use super::super::plain;
use crate::support::{Dev, Guest, Sink, text};

#[rstest]
#[case(json!(1))]
#[case(json!("2592000"))]
#[case(json!("P30D"))]
#[case(json!("PT1H30M"))]
#[case(json!("P1W"))]
#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_may_be_written_in_many_ways(#[case] ttl: Value) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    let shown = guest
        .deliver(&json!({"to": customer, "ttl": ttl, "text": {"body": "x"}}))
        .await;

    assert_eq!(shown["text"]["body"], "x");
}

#[rstest]
#[case(json!(0), "ttl: is 0")]
#[case(json!(-1), "ttl: is -1")]
#[case(json!(2_592_001), "ttl: is 2592001")]
#[case(json!("P31D"), "ttl: is \"P31D\"")]
#[case(json!("P1M"), "ttl: is \"P1M\"")]
#[case(json!("a week"), "ttl: is \"a week\"")]
#[case(json!([60]), "ttl: is an array")]
#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_has_limits(#[case] ttl: Value, #[case] details: &str) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &json!({"to": "12025550143", "ttl": ttl, "text": {"body": "x"}}),
            (400, 1009),
            &[details, "must be 1 second to 30 days"],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_time_is_over_fails() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    phones.link(false).await;

    let answer = api
        .post(
            "/v1/messages",
            &json!({"to": customer, "ttl": 1, "text": {"body": "now or never"}}),
        )
        .await;

    let id = answer.message_id();
    let failed = sink.status(&id, "failed").await;
    assert_eq!(
        failed["statuses"][0]["errors"],
        json!([{"code": 410, "title": "Message expired", "details": "its ttl passed before it could be sent"}])
    );
    phones.link(true).await;
    api.connected().await;
    let next = api.text(&customer, "whenever").await;
    sink.status(&next, "delivered").await;
    assert_eq!(phones.inbox(&customer).await.len(), 1);
    assert_eq!(sink.statuses(&id), ["failed"]);
}

/// A day passes between two runs of the program.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_waited_for_a_day_fails() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    phones.link(false).await;
    let message = text(&customer, "too late");
    let plainly = api.post("/v1/messages", &message).await.message_id();
    let mut message = message;
    message["ttl"] = "P2D".into();
    let for_two_days = api.post("/v1/messages", &message).await.message_id();
    let (status, _) = dev.terminate().await;
    assert!(status.success(), "{status}");
    let store = rusqlite::Connection::open(dev.folder.path().join("landline.db")).unwrap();
    let aged = store.execute("UPDATE outbox SET expires_ms = expires_ms - 86400000", ());
    assert_eq!(aged.unwrap(), 2);
    drop(store);

    let dev = Dev::builder()
        .webhook(&sink)
        .folder(&dev.folder)
        .start()
        .await;

    for (id, code, title, details) in [
        (
            &plainly,
            408,
            "Message is not valid",
            "it waited for more than a day",
        ),
        (
            &for_two_days,
            410,
            "Message expired",
            "it waited for a day, the longest that any ttl allows here",
        ),
    ] {
        let failed = sink.status(id, "failed").await;
        assert_eq!(
            plain(&failed, &[(id, "[id]")]),
            json!({"statuses": [{
                "errors": [{"code": code, "title": title, "details": details}],
                "id": "[id]", "message": {"recipient_id": customer}, "recipient_id": customer, "status": "failed",
                "timestamp": "[time]", "type": "message",
            }]})
        );
    }
    let api = dev.api().await;
    api.connected().await;
    let next = api.text(&customer, "in time").await;
    sink.status(&next, "delivered").await;
    assert_eq!(dev.phones().inbox(&customer).await.len(), 1);
}
