//! What each kind of message may carry: `messages.md` 2.3. All bytes are made here.

use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::assert_refused;
use crate::support::{Guest, base64, hex, sample, sha256};

const KB: usize = 1024;
const MB: usize = 1024 * KB;

/// A first page of Ogg whose one packet begins like this.
fn ogg(packet: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0\x02".to_vec();
    page.resize(27, 0);
    page.push(1);
    page.extend(packet);
    page
}

fn opus() -> Vec<u8> {
    ogg(b"OpusHead\x01\x01\x38\x01\x80\xBB\0\0\0\0\0")
}

fn png() -> Vec<u8> {
    sample::png(png::ColorType::Rgba, png::BitDepth::Eight, 40, 30)
}

/// The same, as long as asked for: readers stop where the file says that it ends.
fn long(mut begin: Vec<u8>, length: usize) -> Bytes {
    begin.resize(length, 0);
    begin.into()
}

fn message(to: &str, kind: &str, media: &Value) -> Value {
    json!({"to": to, "type": kind, kind: media})
}

#[rstest]
#[case::aac("audio", "audio/aac", b"\xFF\xF1\x50\x80".to_vec(), 16 * MB)]
#[case::mp4_audio("audio", "audio/mp4", b"\0\0\0\x1CftypM4A ".to_vec(), 16 * MB)]
#[case::amr("audio", "audio/amr", b"#!AMR\n\x3C".to_vec(), 16 * MB)]
#[case::mp3("audio", "audio/mpeg", b"\xFF\xFB\x90\0".to_vec(), 16 * MB)]
#[case::opus("audio", "audio/ogg; codecs=opus", opus(), 16 * MB)]
#[case::jpeg("image", "image/jpeg", sample::jpeg(3, 8, 640, 480), 5 * MB)]
#[case::png("image", "image/png", png(), 5 * MB)]
#[case::webp("sticker", "image/webp", sample::webp(512, 512), 100 * KB)]
#[case::mp4("video", "video/mp4", b"\0\0\0\x18ftypisom".to_vec(), 16 * MB)]
#[case::phone_video("video", "video/3gpp", b"\0\0\0\x18ftyp3gp5".to_vec(), 16 * MB)]
#[case::pdf("document", "application/pdf", b"%PDF-1.7\n".to_vec(), 100 * MB)]
#[case::any_type("document", "text/csv", b"a;b\n".to_vec(), 2 * MB)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_at_its_limit_arrives_byte_for_byte(
    #[case] kind: &str,
    #[case] content_type: &str,
    #[case] begin: Vec<u8>,
    #[case] limit: usize,
) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let file = long(begin, limit);

    let id = guest.api.upload(content_type, file.clone()).await;
    let sent = message(&customer, kind, &json!({"id": id}));
    guest.api.post("/v1/messages", &sent).await.message_id();

    let inbox = guest.phones.received(&customer, 1).await;
    let arrived = &inbox[0][kind];
    let essence = content_type.split(';').next().unwrap();
    assert_eq!(arrived["mime_type"], essence);
    assert_eq!(arrived["sha256"], base64(&sha256(&file)));
    let upstream = arrived["id"].as_str().unwrap();
    let on_the_phone = guest.dev().graph().file(upstream).await;
    assert_eq!(hex(&sha256(&on_the_phone)), hex(&sha256(&file)));
}

#[rstest]
#[case::audio("audio", "audio/aac", b"\xFF\xF1\x50\x80".to_vec(), 16 * MB)]
#[case::image("image", "image/png", png(), 5 * MB)]
#[case::sticker("sticker", "image/webp", sample::webp(512, 512), 100 * KB)]
#[case::video("video", "video/mp4", b"\0\0\0\x18ftypisom".to_vec(), 16 * MB)]
#[tokio::test(flavor = "multi_thread")]
async fn one_byte_more_is_too_much_when_it_is_sent(
    #[case] kind: &str,
    #[case] content_type: &str,
    #[case] begin: Vec<u8>,
    #[case] limit: usize,
) {
    let guest = Guest::arrive().await;

    let id = guest.api.upload(content_type, long(begin, limit + 1)).await;
    let refused = guest
        .api
        .post(
            "/v1/messages",
            &message("12025550143", kind, &json!({"id": id})),
        )
        .await;

    assert_refused(
        &refused,
        (400, 1009),
        &[kind, &(limit + 1).to_string(), &limit.to_string()],
    );
}

#[rstest]
#[case::no_codec(
    "audio",
    "audio/ogg",
    opus(),
    "audio: is \"audio/ogg\", must be audio/aac, audio/mp4, audio/amr, audio/mpeg or audio/ogg; codecs=opus"
)]
#[case::another_codec(
    "audio",
    "audio/ogg; codecs=opus",
    ogg(b"\x01vorbis\0\0\0\0\x01"),
    "audio: is called \"audio/ogg; codecs=opus\", its bytes are \"audio/ogg\": they must be the same"
)]
#[case::another_container(
    "audio",
    "audio/aac",
    b"\0\0\0\x1CftypM4A \0\0\0\0".to_vec(),
    "audio: is called \"audio/aac\", its bytes are \"audio/mp4\": they must be the same"
)]
#[case::quicktime(
    "video",
    "video/mp4",
    b"\0\0\0\x14ftypqt  \0\0\0\0".to_vec(),
    "video: is called \"video/mp4\", its bytes are \"video/quicktime\": they must be the same"
)]
#[case::a_page(
    "video",
    "video/mp4",
    b"<!DOCTYPE html><html>".to_vec(),
    "video: is called \"video/mp4\", its bytes are \"text/html\": they must be the same"
)]
#[case::another_kind(
    "video",
    "audio/mpeg",
    b"\xFF\xFB\x90\0".to_vec(),
    "video: is \"audio/mpeg\", must be video/mp4 or video/3gpp"
)]
#[case::a_moving_sticker(
    "sticker",
    "image/webp",
    sample::moving_webp(512, 512),
    "sticker: is animated, must be static"
)]
#[case::a_small_sticker(
    "sticker",
    "image/webp",
    sample::webp(511, 512),
    "sticker: has 511 × 512 pixels, must have exactly 512 × 512"
)]
#[case::no_sticker(
    "sticker",
    "image/png",
    png(),
    "sticker: is \"image/png\", must be image/webp"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_when_it_is_sent(
    #[case] kind: &str,
    #[case] content_type: &str,
    #[case] bytes: Vec<u8>,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;

    let id = guest.api.upload(content_type, bytes.clone()).await;
    let refused = guest
        .api
        .post(
            "/v1/messages",
            &message("12025550143", kind, &json!({"id": id})),
        )
        .await;

    assert_eq!(refused.refusal(), (400, 1009), "{refused:?}");
    assert_eq!(refused.details(), details);

    // As a document the same file may go.
    let customer = guest.customer().await;
    let sent = message(
        &customer,
        "document",
        &json!({"id": guest.api.upload("application/pdf", bytes).await}),
    );
    guest.api.post("/v1/messages", &sent).await.message_id();
    guest.phones.received(&customer, 1).await;
}
