use image::{ImageEncoder, Luma, Rgba, RgbaImage};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const RED: Rgb<u8> = Rgb([200, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 200]);

/// The left half is red, the right one blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn read(jpeg: &[u8]) -> RgbImage {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// Whether two colours are the same but for what JPEG does to them.
fn is_like(found: Rgb<u8>, wanted: Rgb<u8>) -> bool {
    found
        .0
        .iter()
        .zip(wanted.0)
        .all(|(found, wanted)| found.abs_diff(wanted) < 24)
}

#[rstest]
#[case::larger(1200, 900, 640)]
#[case::upright(700, 1900, 640)]
#[case::exact(640, 640, 640)]
#[case::smaller(300, 200, 200)]
#[case::tiny(1, 1, 1)]
fn a_picture_becomes_a_square(
    #[case] width: u32,
    #[case] height: u32,
    #[case] side: u32,
    #[values(ImageFormat::Jpeg, ImageFormat::Png)] format: ImageFormat,
) {
    let bytes = encoded(&halves(width, height).into(), format);

    let picture = read(&square(&bytes).unwrap());

    assert_eq!(picture.dimensions(), (side, side));
}

#[test]
fn the_middle_is_what_is_left() {
    let bytes = encoded(&halves(2000, 500).into(), ImageFormat::Png);

    let picture = read(&square(&bytes).unwrap());

    assert_eq!(picture.dimensions(), (500, 500));
    assert!(is_like(*picture.get_pixel(100, 250), RED));
    assert!(is_like(*picture.get_pixel(400, 250), BLUE));
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear = RgbaImage::from_pixel(700, 700, Rgba([200, 20, 20, 0]));
    let half = RgbaImage::from_pixel(700, 700, Rgba([0, 0, 0, 128]));
    let grey =
        DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(700, 700, Luma([0x8080_u16])));

    for (picture, wanted) in [
        (clear.into(), Rgb([255, 255, 255])),
        (half.into(), Rgb([127, 127, 127])),
        (grey, Rgb([128, 128, 128])),
    ] {
        let made = read(&square(&encoded(&picture, ImageFormat::Png)).unwrap());
        assert!(is_like(*made.get_pixel(320, 320), wanted));
    }
}

#[test]
fn a_picture_is_turned_upright() {
    // Turned by a quarter, as telephones note it: big-endian TIFF, one entry, orientation 6.
    let exif = [
        &b"MM\0*\0\0\0\x08\0\x01"[..],
        &[0x01, 0x12, 0x00, 0x03, 0, 0, 0, 1, 0x00, 0x06, 0, 0],
        &[0; 4],
    ]
    .concat();
    let picture = halves(400, 300);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_exif_metadata(exif).unwrap();
    encoder
        .write_image(picture.as_raw(), 400, 300, ExtendedColorType::Rgb8)
        .unwrap();

    let made = read(&square(&bytes).unwrap());

    assert!(is_like(*made.get_pixel(150, 50), RED));
    assert!(is_like(*made.get_pixel(150, 250), BLUE));
}

#[rstest]
#[case::nothing(b"")]
#[case::text(b"<svg xmlns='http://www.w3.org/2000/svg'/>")]
#[case::gif(b"GIF89a\x01\0\x01\0\0\0\0;")]
#[case::webp(b"RIFF\x1a\0\0\0WEBPVP8L")]
fn what_is_neither_jpeg_nor_png_is_told(#[case] bytes: &[u8]) {
    assert_eq!(square(bytes), Err(PictureError::Unknown));
}

#[test]
fn a_picture_that_breaks_off_is_told() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let whole = encoded(&halves(300, 300).into(), format);
        let (head, _) = whole.split_at(40);
        assert!(
            matches!(square(head), Err(PictureError::Damaged(_))),
            "{format:?}"
        );
    }
}

#[test]
fn a_picture_that_needs_too_much_memory_is_not_unpacked() {
    let mut bytes = encoded(&halves(16, 16).into(), ImageFormat::Png);
    // Width and height stand at a fixed place of the first chunk; its checksum follows.
    bytes[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());

    let (width, height) = (100_000, 100_000);
    assert_eq!(
        square(&bytes),
        Err(PictureError::TooLarge { width, height })
    );
}

/// The checksum of PNG, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(sum & 1))
        })
    })
}

#[test]
fn the_blank_picture_is_a_small_square() {
    let blank = blank().unwrap();

    assert!(blank.len() < 20_000);
    assert_eq!(read(&blank).dimensions(), (640, 640));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_picture_is_survived(
        format in prop::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png]),
        place in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut bytes = encoded(&halves(64, 48).into(), format);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(made) = square(&bytes) {
            prop_assert!(read(&made).width() <= PHOTO_SIDE);
        }
    }
}
