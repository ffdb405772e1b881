//! Files that cannot be had, and stickers that tell of their pack (`webhooks.md` 2.3, 2.4).

use serde_json::{Value, json};

use super::assert_told;
use crate::support::{Guest, base64, hex, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_had_is_told_with_the_reason() {
    let guest = Guest::arrive().await;
    let bytes = b"%PDF-1.4 the lease";

    for (unavailable, code, title, details) in [
        ("gone", 400, "Media download error", "does not exist"),
        (
            "broken",
            400,
            "Media download error",
            "media URL has expired",
        ),
        (
            "throttled",
            429,
            "Rate limit hit",
            "the file was asked for too often",
        ),
    ] {
        let customer = guest.customer().await;
        let document = json!({
            "data": base64(bytes), "mime_type": "application/pdf", "filename": "lease.pdf", "caption": "signed",
            "unavailable": unavailable,
        });
        let told = guest
            .told(&customer, json!({"type": "document", "document": document}))
            .await;

        let error = told["messages"][0]["errors"][0].clone();
        let said = error["details"].as_str().unwrap();
        assert!(said.contains(details), "{unavailable}: {said}");
        assert_told(
            &told,
            &customer,
            &json!({
                "type": "document",
                "document": {
                    "filename": "lease.pdf", "caption": "signed", "mime_type": "application/pdf",
                    "sha256": hex(&sha256(bytes)), "status": "undownloaded",
                },
                "errors": [{"code": code, "title": title, "details": said}],
            }),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_network_would_not_take_is_told_without_anything_of_it() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    let told = guest
        .told(
            &customer,
            json!({"type": "video", "video": {"unavailable": "too_large"}}),
        )
        .await;

    assert_told(
        &told,
        &customer,
        &json!({
            "type": "video", "video": {"status": "undownloaded"},
            "errors": [{"code": 400, "title": "Media download error", "details": "the file is larger than 100 MB"}],
        }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_tells_what_its_file_says_of_its_pack() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let pack = json!({
        "sticker-pack-id": "demo-pack", "sticker-pack-name": "Demo", "sticker-pack-publisher": "Acme", "emojis": ["☕", "👩‍🚀"],
        "is-first-party-sticker": 0, "android-app-store-link": "https://apps.example/a", "ios-app-store-link": "",
    });
    let mut in_file = pack.clone();
    in_file["is-ai-sticker"] = json!(1);

    let told = guest
        .told(
            &customer,
            json!({"type": "sticker", "sticker": {"metadata": in_file, "animated": true}}),
        )
        .await;

    let sticker = &told["messages"][0]["sticker"];
    let media = sticker["id"].as_str().unwrap();
    let stored = guest.api.get(&format!("/v1/media/{media}")).await;
    assert_told(
        &told,
        &customer,
        &json!({"type": "sticker", "sticker": {
            "id": media, "mime_type": "image/webp", "sha256": hex(&sha256(&stored.bytes)), "metadata": pack,
        }}),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_note_is_voice_and_keeps_its_bytes() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let bytes = b"OggS a word or two";
    let note = |members: Value| {
        let mut audio = json!({"mime_type": "audio/ogg; codecs=opus"});
        audio
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        audio
    };

    for (flag, kind) in [(json!({"voice": true}), "voice"), (json!({}), "audio")] {
        let mut audio = note(flag);
        audio["data"] = base64(bytes).into();
        let told = guest
            .told(&customer, json!({"type": "audio", "audio": audio}))
            .await;

        let media = told["messages"][0][kind]["id"].clone();
        let mut expected = note(json!({"id": media, "sha256": hex(&sha256(bytes))}));
        expected["mime_type"] = "audio/ogg; codecs=opus".into();
        assert_told(&told, &customer, &json!({"type": kind, kind: expected}));
    }
}
