use rstest::rstest;

use super::*;

fn picture(content_type: &str, picture: Picture) -> Detected {
    Detected {
        content_type: Some(content_type.to_owned()),
        picture: Some(picture),
    }
}

const PLAIN: Picture = Picture {
    width: 512,
    height: 512,
    bits: 8,
    colour: Colour::Rgb,
    is_animated: false,
};

#[rstest]
#[case(MediaKind::Audio, "audio/ogg; codecs=opus", true)]
#[case(MediaKind::Audio, "audio/ogg;codecs=\"opus\"", true)]
#[case(MediaKind::Audio, "audio/ogg", false)]
#[case(MediaKind::Audio, "audio/ogg; codecs=vorbis", false)]
#[case(MediaKind::Audio, "audio/aac", true)]
#[case(MediaKind::Image, "image/png", true)]
#[case(MediaKind::Image, "image/webp", false)]
#[case(MediaKind::Sticker, "image/webp", true)]
#[case(MediaKind::Video, "video/mp4; codecs=\"avc1\"", true)]
#[case(MediaKind::Document, "application/x-whatever", true)]
#[case(MediaKind::Document, "whatever", false)]
#[case(MediaKind::TemplateDocument, "application/pdf", true)]
#[case(MediaKind::TemplateDocument, "text/plain", false)]
fn each_kind_has_its_types(
    #[case] kind: MediaKind,
    #[case] content_type: &str,
    #[case] accepted: bool,
) {
    assert_eq!(kind.accepts(content_type), accepted);
}

#[rstest]
#[case(MediaKind::Audio, "audio/amr", 16 * MB)]
#[case(MediaKind::Document, "application/pdf", 100 * MB)]
#[case(MediaKind::Image, "image/jpeg", 5 * MB)]
#[case(MediaKind::Sticker, "image/webp", 100 * KB)]
#[case(MediaKind::Video, "video/3gpp", 16 * MB)]
fn each_kind_has_its_limit(
    #[case] kind: MediaKind,
    #[case] content_type: &str,
    #[case] limit: u64,
) {
    let nothing = Detected::default();

    assert_eq!(kind.check("media", content_type, limit, &nothing), Ok(()));
    let refusal = kind
        .check("media", content_type, limit + 1, &nothing)
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!(
            "1009 Parameter value is not valid: media: has {} bytes, must have at most {limit}",
            limit + 1
        )
    );
}

#[rstest]
#[case::another_type(
    MediaKind::Image,
    "image/gif",
    Detected::default(),
    "is \"image/gif\", must be image/jpeg or image/png"
)]
#[case::no_codec(
    MediaKind::Audio,
    "audio/ogg",
    Detected::default(),
    "is \"audio/ogg\", must be audio/aac, audio/mp4, audio/amr, audio/mpeg or audio/ogg; codecs=opus"
)]
#[case::other_bytes(
    MediaKind::Video,
    "video/mp4",
    Detected { content_type: Some("video/webm".to_owned()), picture: None },
    "is called \"video/mp4\", its bytes are \"video/webm\": they must be the same"
)]
#[case::moving(
    MediaKind::Sticker,
    "image/webp",
    picture("image/webp", Picture { is_animated: true, ..PLAIN }),
    "is animated, must be static"
)]
#[case::small(
    MediaKind::Sticker,
    "image/webp",
    picture("image/webp", Picture { height: 511, ..PLAIN }),
    "has 512 × 511 pixels, must have exactly 512 × 512"
)]
#[case::deep(
    MediaKind::Image,
    "image/png",
    picture("image/png", Picture { bits: 16, ..PLAIN }),
    "has 16 bits for each sample, must have 8"
)]
#[case::grey(
    MediaKind::Image,
    "image/png",
    picture("image/png", Picture { colour: Colour::Grey, ..PLAIN }),
    "is greyscale, must be RGB, RGBA or palette"
)]
#[case::inks(
    MediaKind::Image,
    "image/jpeg",
    picture("image/jpeg", Picture { colour: Colour::Cmyk, ..PLAIN }),
    "is CMYK, must be RGB or greyscale"
)]
fn a_refusal_says_what_it_is_and_what_is_allowed(
    #[case] kind: MediaKind,
    #[case] content_type: &str,
    #[case] detected: Detected,
    #[case] why: &str,
) {
    let refusal = kind
        .check("here", content_type, 1, &detected)
        .unwrap_err()
        .to_string();

    assert_eq!(
        refusal,
        format!("1009 Parameter value is not valid: here: {why}")
    );
}

#[rstest]
#[case::rgba("image/png", Picture { colour: Colour::Rgba, ..PLAIN })]
#[case::palette("image/png", Picture { colour: Colour::Palette, bits: 4, ..PLAIN })]
#[case::grey_jpeg("image/jpeg", Picture { colour: Colour::Grey, ..PLAIN })]
#[case::of_any_size("image/jpeg", Picture { width: 1, height: 9000, ..PLAIN })]
fn ordinary_pictures_pass(#[case] content_type: &str, #[case] shown: Picture) {
    let detected = picture(content_type, shown);

    assert_eq!(
        MediaKind::Image.check("image", content_type, 1, &detected),
        Ok(())
    );
}

#[test]
fn a_document_may_be_anything() {
    let detected = picture("image/png", Picture { bits: 16, ..PLAIN });

    assert_eq!(
        MediaKind::Document.check("document", "application/pdf", 1, &detected),
        Ok(())
    );
}

#[test]
fn what_was_stored_before_bytes_were_looked_at_is_judged_by_its_name() {
    assert_eq!(
        MediaKind::Sticker.check("sticker", "image/webp", 1, &Detected::default()),
        Ok(())
    );
}
