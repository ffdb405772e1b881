//! Pictures are looked into when they are uploaded, and judged when they are sent.

use png::{BitDepth, ColorType};
use rstest::rstest;
use serde_json::{Value, json};

use super::upload;
use crate::support::{Answer, Guest, sample};

fn png() -> Vec<u8> {
    sample::png(ColorType::Rgb, BitDepth::Eight, 40, 30)
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 8);
    bytes
}

fn error(answer: &Answer) -> Value {
    json!({"status": answer.status, "errors": answer.body["errors"]})
}

#[rstest]
#[case::half_a_png("image/png", cut(png()), "it ends too early")]
#[case::half_a_jpeg("image/jpeg", cut(sample::jpeg(3, 8, 640, 480)), "it ends too early")]
#[case::half_a_webp("image/webp", cut(sample::webp(512, 512)), "it ends too early")]
#[case::a_png_called_jpeg("image/jpeg", png(), "its bytes are image/png, not image/jpeg")]
#[case::a_jpeg_called_png(
    "image/png",
    sample::jpeg(3, 8, 640, 480),
    "its bytes are image/jpeg, not image/png"
)]
#[case::no_picture("image/webp", b"no picture".to_vec(), "its bytes are not image/webp")]
#[case::a_bomb(
    "image/jpeg",
    sample::jpeg(3, 8, 65_535, 65_535),
    "it has 65535 × 65535 pixels, must have at most 200000000 in all"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_cannot_be_read_is_not_taken(
    #[case] content_type: &str,
    #[case] bytes: Vec<u8>,
    #[case] why: &str,
) {
    let guest = Guest::arrive().await;

    let refused = upload(&guest.api, content_type, bytes).await;

    let expected = json!({
        "status": 500,
        "errors": [{
            "code": 1014,
            "title": "Internal error",
            "details": format!("the picture cannot be read: {why}"),
        }],
    });
    assert_eq!(error(&refused), expected);
}

#[rstest]
#[case::deep(
    "image/png",
    sample::png(ColorType::Rgb, BitDepth::Sixteen, 4, 3),
    "image: has 16 bits for each sample, must have 8"
)]
#[case::grey(
    "image/png",
    sample::png(ColorType::Grayscale, BitDepth::Eight, 4, 3),
    "image: is greyscale, must be RGB, RGBA or palette"
)]
#[case::for_printing(
    "image/jpeg",
    sample::jpeg(4, 8, 640, 480),
    "image: is CMYK, must be RGB or greyscale"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_phones_do_not_show_is_no_image(
    #[case] content_type: &str,
    #[case] bytes: Vec<u8>,
    #[case] details: &str,
) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let id = guest.api.upload(content_type, bytes).await;

    let image = json!({"to": customer, "type": "image", "image": {"id": id}});
    let refused = guest.api.post("/v1/messages", &image).await;
    let document = json!({"to": customer, "type": "document", "document": {"id": id}});
    let accepted = guest.api.post("/v1/messages", &document).await;

    let expected = json!({
        "status": 400,
        "errors": [{"code": 1009, "title": "Parameter value is not valid", "details": details}],
    });
    assert_eq!(error(&refused), expected);
    assert_eq!(accepted.status, 201, "{accepted:?}");
}

#[rstest]
#[case::palette("image/png", sample::png(ColorType::Indexed, BitDepth::One, 4, 3))]
#[case::grey_jpeg("image/jpeg", sample::jpeg(1, 8, 640, 480))]
#[tokio::test(flavor = "multi_thread")]
async fn other_usual_pictures_are_images(#[case] content_type: &str, #[case] bytes: Vec<u8>) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    let id = guest.api.upload(content_type, bytes).await;
    let image = json!({"to": customer, "type": "image", "image": {"id": id}});
    guest.api.post("/v1/messages", &image).await.message_id();

    guest.phones.received(&customer, 1).await;
}
