//! What customers write, at the webhook.

mod answers;
mod beside;
mod content;
mod files;
mod generated;
mod strange;
mod system;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::{Value, json};

use super::plain;
use crate::support::{Dev, Guest, SOON, Sink, base64, hex, picture, sha256};

impl Guest {
    /// The customer writes something; what the webhook is told of it.
    async fn told(&self, customer: &str, message: Value) -> Value {
        let kind = message["type"].as_str().unwrap().to_owned();
        let marks = self.sink.accepted().len();
        self.phones.send(customer, message).await;
        let fits = |body: &&Value| {
            body["messages"][0]["from"] == customer
                && body["messages"][0]["text"]["body"] != "Hello"
        };
        self.sink
            .until(&format!("{kind} from {customer}"), SOON, |bodies| {
                bodies
                    .get(marks..)
                    .unwrap_or_default()
                    .iter()
                    .find(fits)
                    .cloned()
            })
            .await
    }
}

/// Compares a notification of one message whole: its sender's card, and the message with these members beside its id, its
/// sender and its time.
fn assert_told(told: &Value, customer: &str, members: &Value) {
    let mut message = json!({"from": customer, "id": "[id]", "timestamp": "[time]"});
    for (name, value) in members.as_object().unwrap() {
        message[name] = value.clone();
    }
    let expected = json!({
        "contacts": [{"profile": {"name": "Ada Quist"}, "wa_id": customer}],
        "messages": [message],
    });
    assert_eq!(plain(told, &[(id_of(told), "[id]")]), expected);
}

fn id_of(told: &Value) -> &str {
    told["messages"][0]["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_comes_with_its_sender() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    let told = guest
        .told(
            &customer,
            json!({"type": "text", "text": {"body": "is my parcel here? 📦"}}),
        )
        .await;

    let bytes = URL_SAFE_NO_PAD.decode(id_of(&told)).unwrap();
    let number = format!("{customer}F");
    assert_eq!(
        hex(&bytes[..11]),
        format!("001186{number}0209").to_lowercase(),
        "the layout of the original"
    );
    assert_eq!(bytes.len(), 20);
    let names = [(id_of(&told), "[id]"), (customer.as_str(), "[customer]")];
    insta::assert_json_snapshot!(plain(&told, &names), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "[customer]"
        }
      ],
      "messages": [
        {
          "from": "[customer]",
          "id": "[id]",
          "text": {
            "body": "is my parcel here? 📦"
          },
          "timestamp": "[time]",
          "type": "text"
        }
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_names_what_it_answers() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let ours = guest.api.text(&customer, "Red or blue?").await;
    let inbox = guest.phones.received(&customer, 1).await;

    let answer =
        json!({"type": "text", "text": {"body": "Red"}, "context": {"id": inbox[0]["id"]}});
    let told = guest.told(&customer, answer).await;
    let names = [
        (id_of(&told), "[id]"),
        (customer.as_str(), "[customer]"),
        (ours.as_str(), "[ours]"),
    ];
    insta::assert_json_snapshot!(plain(&told, &names), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "[customer]"
        }
      ],
      "messages": [
        {
          "context": {
            "from": "12025550111",
            "id": "[ours]"
          },
          "from": "[customer]",
          "id": "[id]",
          "text": {
            "body": "Red"
          },
          "timestamp": "[time]",
          "type": "text"
        }
      ]
    }
    "#);

    let reaction =
        json!({"type": "reaction", "reaction": {"message_id": inbox[0]["id"], "emoji": "👍"}});
    let told = guest.told(&customer, reaction).await;
    assert_told(
        &told,
        &customer,
        &json!({"type": "reaction", "reaction": {"message_id": ours, "emoji": "👍"}}),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_downloaded_before_it_is_told() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let file = picture("from the customer");

    let image = json!({"data": base64(&file), "mime_type": "image/png", "caption": "Broken!"});
    let told = guest
        .told(&customer, json!({"type": "image", "image": image}))
        .await;

    let (media, sum) = (
        told["messages"][0]["image"]["id"].as_str().unwrap(),
        hex(&sha256(&file)),
    );
    let names = [
        (id_of(&told), "[id]"),
        (customer.as_str(), "[customer]"),
        (media, "[media]"),
        (sum.as_str(), "[sha256]"),
    ];
    insta::assert_json_snapshot!(plain(&told, &names), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "[customer]"
        }
      ],
      "messages": [
        {
          "from": "[customer]",
          "id": "[id]",
          "image": {
            "caption": "Broken!",
            "id": "[media]",
            "mime_type": "image/png",
            "sha256": "[sha256]"
          },
          "timestamp": "[time]",
          "type": "image"
        }
      ]
    }
    "#);
    let downloaded = guest.api.get(&format!("/v1/media/{media}")).await;
    assert_eq!((downloaded.status, &downloaded.bytes), (200, &file));
    assert_eq!(downloaded.header("content-type"), "image/png");

    // The phone's own picture.
    let told = guest.told(&customer, json!({"type": "image"})).await;
    let image = &told["messages"][0]["image"];
    let downloaded = guest
        .api
        .get(&format!("/v1/media/{}", image["id"].as_str().unwrap()))
        .await;
    assert_eq!(image["sha256"], hex(&sha256(&downloaded.bytes)));
    assert!(downloaded.bytes.starts_with(b"\x89PNG"));
}

#[rstest]
#[case::document("document", json!({"mime_type": "application/pdf", "filename": "lease.pdf", "caption": "signed"}), "document")]
#[case::voice("audio", json!({"mime_type": "audio/ogg; codecs=opus", "voice": true}), "voice")]
#[case::audio("audio", json!({"mime_type": "audio/mpeg"}), "audio")]
#[case::video("video", json!({"mime_type": "video/mp4", "caption": "look"}), "video")]
#[case::sticker("sticker", json!({"mime_type": "image/webp"}), "sticker")]
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_file_is_downloaded(
    #[case] sent: &str,
    #[case] content: Value,
    #[case] arrives: &str,
) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let bytes = format!("the bytes of a {arrives}");
    let mut object = content.clone();
    object["data"] = base64(bytes.as_bytes()).into();

    let told = guest
        .told(&customer, json!({"type": sent, sent: object}))
        .await;

    let media = told["messages"][0][arrives]["id"].as_str().unwrap();
    let mut expected = content;
    expected.as_object_mut().unwrap().remove("voice");
    expected["id"] = media.into();
    expected["sha256"] = hex(&sha256(bytes.as_bytes())).into();
    assert_told(
        &told,
        &customer,
        &json!({"type": arrives, arrives: expected}),
    );
    let downloaded = guest.api.get(&format!("/v1/media/{media}")).await;
    assert_eq!(
        (downloaded.status, downloaded.bytes.as_ref()),
        (200, bytes.as_bytes())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_to_be_downloaded_is_told_all_the_same() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    let settings = json!({"media": {"auto_download": ["document"]}});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    let file = picture("not downloaded");

    let image = json!({"data": base64(&file), "mime_type": "image/png", "caption": "Broken!"});
    phones
        .send(&customer, json!({"type": "image", "image": image}))
        .await;

    let told = sink
        .message("the picture", |message| message["type"] == "image")
        .await;
    let sum = hex(&sha256(&file));
    let names = [(id_of(&told), "[id]"), (sum.as_str(), "[sha256]")];
    insta::assert_json_snapshot!(plain(&told, &names), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "12025550143"
        }
      ],
      "messages": [
        {
          "from": "12025550143",
          "id": "[id]",
          "image": {
            "caption": "Broken!",
            "mime_type": "image/png",
            "sha256": "[sha256]",
            "status": "undownloaded"
          },
          "timestamp": "[time]",
          "type": "image"
        }
      ]
    }
    "#);
    // Switched on again, the next one is.
    let settings = json!({"media": {"auto_download": ["image"]}});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    sink.forget();
    phones.send(&customer, json!({"type": "image"})).await;
    let told = sink
        .message("the next picture", |message| message["type"] == "image")
        .await;
    assert!(told["messages"][0]["image"]["id"].is_string(), "{told}");
}
