//! A small sticker of our own, for customers who send one without bringing a file: a WebP file that names its pack.

use bytes::Bytes;

/// A picture of one transparent pixel, as WebP's lossless format writes it.
const PIXEL: [u8; 13] = [
    0x2F, 0, 0, 0, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xFE, 0x07,
];
/// What the extended header says: there is an EXIF chunk, and transparency.
const FLAGS: u8 = 0x18;
/// The beginning of a TIFF structure with one entry, `AW`, whose content follows at byte 22.
const TIFF: &[u8] = b"II*\0\x08\0\0\0\x01\0\x41\x57\x07\0";

/// A sticker whose file holds this JSON about its pack, as sticker makers write it.
pub(crate) fn sticker(metadata: &[u8]) -> Bytes {
    let mut exif = TIFF.to_vec();
    exif.extend(length(metadata));
    exif.extend(22_u32.to_le_bytes());
    exif.extend(metadata);

    let mut body = b"WEBP".to_vec();
    // width and height less one: three bytes each
    chunk(&mut body, *b"VP8X", &[FLAGS, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    chunk(&mut body, *b"VP8L", &PIXEL);
    chunk(&mut body, *b"EXIF", &exif);
    let mut file = Vec::new();
    chunk(&mut file, *b"RIFF", &body);
    file.into()
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    out.extend(name);
    out.extend(length(body));
    out.extend(body);
    // chunks begin at even places
    out.extend(std::iter::repeat_n(0, body.len() % 2));
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sticker_is_a_webp_file_with_its_pack_at_its_place() {
        let sticker = super::sticker(b"{}");

        assert!(sticker.starts_with(b"RIFF") && sticker.len().is_multiple_of(2));
        assert_eq!(&sticker[8..16], b"WEBPVP8X");
        assert_eq!(sticker[4], u8::try_from(sticker.len() - 8).unwrap());
        let exif = sticker.windows(4).position(|name| name == b"EXIF").unwrap() + 8;
        assert_eq!(&sticker[exif + 22..], b"{}");
    }
}
