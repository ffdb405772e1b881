//! The whole main job: a text arrives on a virtual phone, its statuses and the customer's answer at the webhook.

use serde_json::json;

use crate::support::{Dev, Sink};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_arrives_and_is_delivered_read_and_answered() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;

    let answer = api
        .post(
            "/v1/messages",
            &json!({"to": format!("+{customer}"), "type": "text", "text": {"body": "Hello 你好"}}),
        )
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.body["messages"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        answer.body["contacts"],
        json!([{"input": format!("+{customer}"), "wa_id": customer}])
    );

    let inbox = phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["text"]["body"], "Hello 你好");
    sink.status(&id, "sent").await;
    let delivered = sink.status(&id, "delivered").await;
    assert_eq!(delivered["statuses"][0]["recipient_id"], customer);
    assert_eq!(
        delivered["statuses"][0]["message"]["recipient_id"],
        customer
    );
    assert_eq!(delivered["statuses"][0]["type"], "message");
    assert!(delivered["statuses"][0]["timestamp"].is_string());

    phones.read(&customer).await;
    sink.status(&id, "read").await;
    phones.write(&customer, "Thank you", 1).await;
    let notification = sink
        .message("the answer", |message| {
            message["text"]["body"] == "Thank you"
        })
        .await;
    let inbound = notification["messages"][0]["id"].as_str().unwrap();
    assert_eq!(notification["messages"][0]["from"], customer);
    assert_eq!(notification["contacts"][0]["wa_id"], customer);

    let read = api
        .call(
            "PUT",
            &format!("/v1/messages/{inbound}"),
            Some(&json!({"status": "read"})),
        )
        .await;
    assert_eq!(read.status, 200, "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_within_five_seconds_and_takes_its_endpoints_away() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    dev.api().await.connected().await;

    let (status, took) = dev.terminate().await;

    assert!(status.success(), "{status}");
    assert!(took.as_secs() < 5, "{took:?}");
    assert!(!dev.folder.path().join("endpoints.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_on_the_same_directory_ends_with_a_sentence() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;

    let mut second = Dev::builder().folder(&dev.folder).spawn();
    let status = second.child.wait().await.unwrap();

    assert!(!status.success());
    assert!(dev.log().contains("another"), "{}", dev.log());
    assert!(
        dev.folder.path().join("endpoints.json").exists(),
        "the first one's endpoints stay"
    );
}
