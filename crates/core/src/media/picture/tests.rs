use std::io::Cursor;

use ::png::{BitDepth, ColorType};
use onprem::media::Colour;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn read_bytes(content_type: &str, bytes: &[u8]) -> Result<Option<Picture>, Unreadable> {
    read(content_type, Cursor::new(bytes))
}

fn shown(width: u32, height: u32, bits: u8, colour: Colour) -> Picture {
    Picture {
        width,
        height,
        bits,
        colour,
        is_animated: false,
    }
}

#[rstest]
#[case(ColorType::Rgb, BitDepth::Eight, shown(7, 5, 8, Colour::Rgb))]
#[case(ColorType::Rgba, BitDepth::Sixteen, shown(7, 5, 16, Colour::Rgba))]
#[case(ColorType::Grayscale, BitDepth::One, shown(7, 5, 1, Colour::Grey))]
#[case(
    ColorType::GrayscaleAlpha,
    BitDepth::Eight,
    shown(7, 5, 8, Colour::GreyAlpha)
)]
#[case(ColorType::Indexed, BitDepth::Eight, shown(7, 5, 8, Colour::Palette))]
fn a_png_says_what_it_is(
    #[case] colour: ColorType,
    #[case] depth: BitDepth,
    #[case] expected: Picture,
) {
    let bytes = sample::png(colour, depth, 7, 5);

    assert_eq!(read_bytes("image/png", &bytes), Ok(Some(expected)));
}

#[rstest]
#[case(1, 8, shown(640, 480, 8, Colour::Grey))]
#[case(3, 8, shown(640, 480, 8, Colour::Rgb))]
#[case(3, 12, shown(640, 480, 12, Colour::Rgb))]
#[case(4, 8, shown(640, 480, 8, Colour::Cmyk))]
fn a_jpeg_says_what_it_is(#[case] components: u8, #[case] bits: u8, #[case] expected: Picture) {
    let bytes = sample::jpeg(components, bits, 640, 480);

    assert_eq!(read_bytes("image/jpeg", &bytes), Ok(Some(expected)));
}

#[test]
fn a_webp_says_what_it_is() {
    let still = shown(512, 512, 8, Colour::Rgba);
    let moving = Picture {
        is_animated: true,
        ..still
    };

    assert_eq!(
        read_bytes("image/webp", &sample::webp(512, 512)),
        Ok(Some(still))
    );
    assert_eq!(
        read_bytes("image/webp", &sample::moving_webp(512, 512)),
        Ok(Some(moving))
    );
}

fn samples() -> [(&'static str, Vec<u8>); 4] {
    [
        (
            "image/png",
            sample::png(ColorType::Rgb, BitDepth::Eight, 40, 30),
        ),
        ("image/jpeg", sample::jpeg(3, 8, 640, 480)),
        ("image/webp", sample::webp(40, 30)),
        ("image/webp", sample::moving_webp(40, 30)),
    ]
}

#[test]
fn a_picture_that_is_cut_anywhere_is_not_whole() {
    for (content_type, whole) in samples() {
        assert!(read_bytes(content_type, &whole).is_ok());
        for length in 0..whole.len() {
            let cut = read_bytes(content_type, &whole[..length]);
            assert!(cut.is_err(), "{content_type} of {length} bytes: {cut:?}");
        }
    }
}

#[test]
fn what_follows_a_picture_does_not_matter() {
    for (content_type, whole) in samples() {
        let longer = [&whole[..], &[0xFF; 300]].concat();

        assert_eq!(
            read_bytes(content_type, &longer),
            read_bytes(content_type, &whole)
        );
    }
}

#[test]
fn a_flipped_bit_in_a_png_is_noticed() {
    let mut bytes = sample::png(ColorType::Rgb, BitDepth::Eight, 40, 30);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;

    let read = read_bytes("image/png", &bytes);

    assert!(matches!(read, Err(Unreadable::Damaged(_))), "{read:?}");
}

#[test]
fn a_picture_made_to_exhaust_its_reader_is_refused_by_its_header() {
    let too_many = |width, height| Err(Unreadable::TooManyPixels { width, height });
    let mut png = sample::png(ColorType::Rgb, BitDepth::Eight, 1, 1);
    // The width stands behind the signature and the chunk's header, the checksum behind the chunk.
    png[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    let mut hasher = Crc::default();
    hasher.take(&png[12..29]);
    png[29..33].copy_from_slice(&hasher.sum().to_be_bytes());
    let canvas = [&[0x10, 0, 0, 0][..], &[0xFE, 0x3F, 0, 0xFE, 0x3F, 0]].concat();
    let webp = sample::webp(1, 1);
    let webp = sample::container(&[(b"VP8X", &canvas), (b"VP8L", &webp[20..])]);

    assert_eq!(read_bytes("image/png", &png), too_many(16_384, 16_384));
    assert_eq!(
        read_bytes("image/jpeg", &sample::jpeg(3, 8, 65_535, 65_535)),
        too_many(65_535, 65_535)
    );
    assert_eq!(read_bytes("image/webp", &webp), too_many(16_383, 16_383));
}

#[test]
fn a_frame_that_is_larger_than_its_file_says_is_not_decoded() {
    // A key frame of 16,383 × 16,383 pixels behind a canvas of one.
    let frame = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0];
    let bytes = sample::container(&[(b"VP8X", &[0; 10]), (b"VP8 ", &frame)]);

    assert_eq!(
        read_bytes("image/webp", &bytes),
        Err(Unreadable::Damaged(
            "its frame has another size than it says".to_owned()
        ))
    );
}

/// CRC-32 as PNG has it.
struct Crc(u32);

impl Default for Crc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Crc {
    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u32::from(*byte);
            for _ in 0..8 {
                self.0 = (self.0 >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(self.0 & 1));
            }
        }
    }

    fn sum(self) -> u32 {
        !self.0
    }
}

#[test]
fn other_types_are_not_read() {
    assert_eq!(read_bytes("image/gif", b"GIF89a"), Ok(None));
    assert_eq!(read_bytes("text/plain", b"text"), Ok(None));
}

#[rstest]
#[case(b"\xFF\xD8\xFF\xD9", "there is no picture in it")]
#[case(b"\xFF\xD8\xFF\xE0\0\x01", "a segment has no length")]
#[case(
    b"\xFF\xD8\xFF\xC3",
    "it is compressed in a way that phones do not know"
)]
#[case(b"\xFF\xD8 \xFF\xD8", "another picture begins inside of it")]
#[case(b"GIF89a", "it does not begin as a JPEG")]
fn what_is_no_jpeg_says_why(#[case] bytes: &[u8], #[case] why: &str) {
    assert_eq!(
        read_bytes("image/jpeg", bytes),
        Err(Unreadable::Damaged(why.to_owned()))
    );
}

proptest! {
    /// Neither panics nor takes long (a test that does is ended by its runner).
    #[test]
    fn any_bytes_can_be_read(
        begin in prop::sample::select(vec![
            &b""[..], b"\xFF\xD8", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\x40\0\0\0WEBPVP8 ", b"RIFF\x40\0\0\0WEBPVP8L",
            b"RIFF\x40\0\0\0WEBPVP8X",
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [begin, &rest[..]].concat();
        for content_type in ["image/jpeg", "image/png", "image/webp"] {
            drop(read_bytes(content_type, &bytes));
        }
    }

    #[test]
    fn a_picture_with_other_bytes_in_it_can_be_read(
        sample in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (content_type, mut bytes) = samples()[sample].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        drop(read_bytes(content_type, &bytes));
    }
}
