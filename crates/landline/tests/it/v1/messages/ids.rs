//! Message ids with and without the customer's number in them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::{Api, Dev, Network, Phones, Sink};

/// What stands before the nine opaque bytes.
fn head(id: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(id).unwrap();
    let opaque = bytes.len() - 9;
    bytes[..opaque].to_vec()
}

/// A customer writes; the id in the notification.
async fn heard(phones: &Phones, sink: &Sink, customer: &str, body: &str) -> String {
    phones.write(customer, body, 1).await;
    let came = sink
        .message(body, |message| message["text"]["body"] == body)
        .await;
    came["messages"][0]["id"].as_str().unwrap().to_owned()
}

/// Everything that an id is good for: it is marked as read, quoted, reacted to.
async fn is_good_for_all(api: &Api, phones: &Phones, customer: &str, id: &str) {
    let read = api
        .put(&format!("/v1/messages/{id}"), &json!({"status": "read"}))
        .await;
    assert_eq!(read.status, 200, "{read:?}");
    let before = phones.inbox(customer).await.len();
    let quote = json!({"to": customer, "text": {"body": "quoting"}, "context": {"message_id": id}});
    api.post("/v1/messages", &quote).await.message_id();
    let reaction =
        json!({"to": customer, "type": "reaction", "reaction": {"message_id": id, "emoji": "👍"}});
    api.post("/v1/messages", &reaction).await.message_id();

    let inbox = phones.received(customer, before + 2).await;
    let target = inbox[before + 1]["reaction"]["message_id"]
        .as_str()
        .unwrap();
    assert_eq!(inbox[before]["context"]["id"], target);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_may_leave_the_number_out_and_both_kinds_work_after_a_switch() {
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    let phones = network.phones();
    let mut dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .start()
        .await;
    let folder = dev.folder.clone();
    let again = |opaque: &str| {
        Dev::builder()
            .network(&network)
            .webhook(&sink)
            .folder(&folder)
            .env("LANDLINE_OPAQUE_IDS", opaque)
    };
    let api = dev.api().await;
    let customer = phones.customer().await;
    api.connected().await;
    let full_in = heard(&phones, &sink, &customer, "with the number").await;
    phones.change(&customer, json!({"online": false})).await;
    let full_out = api.text(&customer, "on its way").await;
    sink.status(&full_out, "sent").await;
    assert_eq!(head(&full_out)[..3], [0x80, 0x11, 0x86]);
    assert_eq!(head(&full_in)[..3], [0x00, 0x11, 0x86]);

    dev.terminate().await;
    let mut dev = again("1").start().await;
    let api = dev.api().await;
    api.connected().await;
    let blank_in = heard(&phones, &sink, &customer, "without the number").await;
    let blank_out = api.text(&customer, "blank").await;
    sink.status(&blank_out, "sent").await;
    assert_eq!(head(&blank_out), [0x80, 0x11, 0x00, 0x02, 0x09]);
    assert_eq!(head(&blank_in), [0x00, 0x11, 0x00, 0x02, 0x09]);
    // What is told of a message names it as it was named at first.
    phones.change(&customer, json!({"online": true})).await;
    sink.status(&full_out, "delivered").await;
    for id in [&full_in, &blank_in] {
        is_good_for_all(&api, &phones, &customer, id).await;
    }

    // And back: again, what was given stays what it is.
    dev.terminate().await;
    let dev = again("").start().await;
    let api = dev.api().await;
    api.connected().await;
    let full_again = heard(&phones, &sink, &customer, "with the number again").await;
    assert_eq!(head(&full_again)[..3], [0x00, 0x11, 0x86]);
    for id in [&full_in, &blank_in, &full_again] {
        is_good_for_all(&api, &phones, &customer, id).await;
    }
    phones.read(&customer).await;
    for id in [&full_out, &blank_out] {
        sink.status(id, "read").await;
        assert_eq!(sink.statuses(id), ["sent", "delivered", "read"]);
    }
}
