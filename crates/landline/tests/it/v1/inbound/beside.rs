//! What stands beside the content: the advertisement that a customer came from (`webhooks.md` 2.12), the group.

use serde_json::{Value, json};

use super::{assert_told, id_of};
use crate::support::{Dev, Files, Guest, Sink, hex, picture, sha256};
use crate::v1::plain;

fn from_an_ad(referral: &Value) -> Value {
    json!({"type": "text", "text": {"body": "Is it still free?"}, "referral": referral})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advertisement_is_told_with_what_it_shows() {
    let (guest, files) = (Guest::arrive().await, Files::start().await);
    let customer = guest.customer().await;
    let file = picture("the van");
    let url = files.put("/van.png", "text/plain", file.clone());
    let mut referral = json!({
        "source_url": "https://ad.example/71", "source_type": "ad", "source_id": "71", "headline": "Vans", "body": "Rent one",
        "media_type": "image", "image_url": url, "thumbnail_url": "https://ad.example/t.jpg",
    });
    let mut written = referral.clone();
    written["ctwa_clid"] = "of the Cloud API only".into();
    written["welcome_message"] = json!({"text": "Hello"});

    let told = guest.told(&customer, from_an_ad(&written)).await;

    let media = told["messages"][0]["referral"]["image"]["id"]
        .as_str()
        .unwrap();
    referral["image"] = json!({"id": media});
    assert_told(&told, &customer, &from_an_ad(&referral));
    let stored = guest.api.get(&format!("/v1/media/{media}")).await;
    // What the bytes are, not what a stranger's server calls them.
    assert_eq!(
        (stored.status, stored.header("content-type")),
        (200, "image/png")
    );
    assert_eq!(hex(&sha256(&stored.bytes)), hex(&sha256(&file)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_fetched_of_an_advertisement_is_left_out() {
    let (guest, files) = (Guest::arrive().await, Files::start().await);
    let customer = guest.customer().await;
    let page = files.put("/page", "image/png", "<html>no picture</html>");
    let huge = files.put(
        "/huge.png",
        "image/png",
        [picture("x").to_vec(), vec![0; 6 << 20]].concat(),
    );

    for url in [
        page,
        huge,
        files.url("/nothing"),
        "http://169.254.169.254/latest".to_owned(),
        "ftp://ad.example/x".to_owned(),
        "no URL".to_owned(),
    ] {
        let referral = json!({"source_id": "71", "source_type": "post", "media_type": "image", "image_url": url});
        let told = guest.told(&customer, from_an_ad(&referral)).await;
        assert_told(&told, &customer, &from_an_ad(&referral));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn videos_are_fetched_too_unless_the_settings_say_otherwise() {
    let (sink, files) = (Sink::start().await, Files::start().await);
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    // The beginning of any MP4 file.
    let url = files.put(
        "/van.mp4",
        "video/mp4",
        &b"\0\0\0\x18ftypisom\0\0\0\0isommp42"[..],
    );
    let referral = json!({"source_id": "71", "media_type": "video", "video_url": url});

    phones.send(&customer, from_an_ad(&referral)).await;
    let told = sink
        .message("the first", |message| message["referral"].is_object())
        .await;
    let media = told["messages"][0]["referral"]["video"]["id"]
        .as_str()
        .unwrap();
    assert_eq!(
        api.get(&format!("/v1/media/{media}"))
            .await
            .header("content-type"),
        "video/mp4"
    );

    let settings = json!({"skip_referral_media_download": true});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    sink.forget();
    phones.send(&customer, from_an_ad(&referral)).await;
    let told = sink
        .message("the second", |message| message["referral"].is_object())
        .await;
    assert_eq!(
        plain(&told["messages"][0], &[(id_of(&told), "[id]")]),
        json!({
            "from": customer, "id": "[id]", "timestamp": "[time]", "type": "text",
            "text": {"body": "Is it still free?"}, "referral": referral,
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_group_names_it() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let written = json!({"type": "text", "text": {"body": "hello all"}, "group_id": "120363041"});

    let told = guest.told(&customer, written.clone()).await;

    assert_told(&told, &customer, &written);
}
