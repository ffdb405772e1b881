//! `type: audio`, `video`, `sticker`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{accepted, message, seen};
use crate::support::{Files, Guest, base64, sha256};

/// The beginning of a sound with a tag.
const SOUND: &[u8] = b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00";
/// The beginning of a video.
const VIDEO: &[u8] = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom";
/// 512 × 512 pixels of one colour (WebP, lossless).
const STICKER: &[u8] =
    b"RIFF\x14\x00\x00\x00WEBPVP8L\x08\x00\x00\x00\x2f\xff\xc1\x7f\x00\x88\x88\x08";

#[rstest]
#[case("audio", "audio/mpeg", SOUND, json!({}))]
#[case("video", "video/mp4", VIDEO, json!({"caption": "Watch *this* 🎬"}))]
#[case("video", "video/mp4", VIDEO, json!({"caption": ""}))]
#[case("sticker", "image/webp", STICKER, json!({}))]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives(
    #[case] kind: &str,
    #[case] content_type: &str,
    #[case] file: &'static [u8],
    #[case] beside: Value,
) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let files = Files::start().await;
    let with = |name: &str, source: String| {
        let mut object = beside.clone();
        object[name] = source.into();
        message(&customer, kind, &object)
    };

    let by_id = with("id", guest.api.upload(content_type, file).await);
    let answer = guest.api.post("/v1/messages", &by_id).await;
    let id = accepted(&answer, &customer, &customer);
    guest
        .send(&with("link", files.put("/file", content_type, file)))
        .await;

    let inbox = guest.phones.received(&customer, 2).await;
    for shown in &inbox {
        let upstream = shown[kind]["id"].as_str().unwrap();
        let mut object =
            json!({"id": upstream, "mime_type": content_type, "sha256": base64(&sha256(file))});
        if let Some(caption) = beside["caption"]
            .as_str()
            .filter(|caption| !caption.is_empty())
        {
            object["caption"] = caption.into();
        }
        let mut expected = json!({"type": kind});
        expected[kind] = object;
        assert_eq!(seen(shown), expected);
        assert_eq!(guest.dev().graph().file(upstream).await, file);
    }
    guest.sink.status(&id, "delivered").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[rstest]
#[case(
    "audio",
    "image/png",
    "audio: is \"image/png\", must be audio/aac, audio/mp4, audio/amr, audio/mpeg or audio/ogg; codecs=opus"
)]
#[case("audio", "audio/ogg", "audio: is \"audio/ogg\"")]
#[case(
    "video",
    "audio/mpeg",
    "video: is \"audio/mpeg\", must be video/mp4 or video/3gpp"
)]
#[case(
    "sticker",
    "video/mp4",
    "sticker: is \"video/mp4\", must be image/webp"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_type_is_refused(
    #[case] kind: &str,
    #[case] content_type: &str,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;
    let file = if content_type == "image/png" {
        crate::support::picture("no sound").to_vec()
    } else {
        vec![0; 64]
    };
    let media = guest.api.upload(content_type, file).await;

    guest
        .refused(
            &message("12025550143", kind, &json!({"id": media})),
            (400, 1009),
            &[details],
        )
        .await;
}

#[rstest]
#[case("audio", json!(null), 400, 1008, "audio is required")]
#[case("audio", json!({}), 400, 1008, "audio.id or audio.link is required")]
#[case("video", json!({"id": "x", "link": "https://shop.example/"}), 400, 1009, "video: has both id and link")]
#[case("sticker", json!({"link": "sticker.webp"}), 400, 1009, "sticker.link")]
#[case("video", json!({"id": "x", "caption": "x".repeat(1025)}), 400, 1009, "video.caption: has 1025 characters")]
#[case("audio", json!({"id": "x", "caption": "x"}), 400, 1010, "audio.caption")]
#[case("audio", json!({"id": "x", "filename": "x"}), 400, 1010, "audio.filename")]
#[case("video", json!({"id": "x", "filename": "x"}), 400, 1010, "video.filename")]
#[case("sticker", json!({"id": "x", "caption": "x"}), 400, 1010, "sticker.caption")]
#[case("sticker", json!({"id": "x", "filename": "x"}), 400, 1010, "sticker.filename")]
#[case("audio", json!({"link": "https://shop.example/", "provider": []}), 400, 1009, "audio.provider: is an array")]
#[case("video", json!({"id": "00000000-0000-4000-8000-000000000000"}), 404, 1006, "video.id")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(
    #[case] kind: &str,
    #[case] object: Value,
    #[case] status: u16,
    #[case] code: u64,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &message("12025550143", kind, &object),
            (status, code),
            &[details],
        )
        .await;
}
