//! What an upload's bytes show: the real network looks into files, and refuses what is not what it is called.

/// How files begin: offset, bytes, type.
const BEGINNINGS: &[(usize, &[u8], &str)] = &[
    (0, b"\xFF\xD8\xFF", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xFF\xFB", "audio/mpeg"),
    (0, b"\xFF\xF1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x1A\x45\xDF\xA3", "video/webm"),
    (0, b"%PDF", "application/pdf"),
];

/// Types that share a container, of which the first stands for the others.
const CONTAINERS: &[&[&str]] = &[&["video/mp4", "video/3gpp", "audio/mp4"]];

/// The type that the bytes are, when they show one.
fn found(bytes: &[u8]) -> Option<&'static str> {
    BEGINNINGS
        .iter()
        .find(|(offset, begin, _)| {
            bytes
                .get(*offset..)
                .is_some_and(|rest| rest.starts_with(begin))
        })
        .map(|(_, _, found)| *found)
}

/// Why a picture, a sound or a video cannot be what it is called.
pub(super) fn contradiction(mime_type: &str, bytes: &[u8]) -> Option<String> {
    let found = found(bytes)?;
    let same = found == mime_type
        || CONTAINERS
            .iter()
            .any(|types| types.contains(&found) && types.contains(&mime_type));
    if !same {
        return Some(format!("it is of type {found}"));
    }
    match found {
        "image/png" => png_trouble(bytes),
        "audio/ogg" => ogg_trouble(bytes),
        _ => None,
    }
}

/// Pictures have 8 bits for each sample, and colours.
fn png_trouble(bytes: &[u8]) -> Option<String> {
    // Behind signature, chunk header, width and height: bits, and 2, 3 or 6 for RGB, palette or RGBA.
    let [bits, colour] = *bytes.get(24..)?.first_chunk()?;
    (bits > 8 || !matches!(colour, 2 | 3 | 6))
        .then(|| "PNG pictures must be RGB or RGBA with 8 bits per channel".to_owned())
}

/// Voice is Opus with one channel, which the first packet tells.
fn ogg_trouble(bytes: &[u8]) -> Option<String> {
    let packet = bytes.get(28..)?;
    if !packet.starts_with(b"OpusHead") {
        return Some("its codec is not opus".to_owned());
    }
    let channels = packet.get(9)?;
    (*channels != 1).then(|| format!("it has {channels} channels, it must be mono"))
}

/// Whether a WebP has an animation (a flag of its extended header).
pub(super) fn is_animated_webp(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(bits: u8, colour: u8) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".to_vec();
        bytes.extend([bits, colour]);
        bytes
    }

    fn ogg(packet: &[u8]) -> Vec<u8> {
        let mut bytes = b"OggS".to_vec();
        bytes.resize(28, 0);
        bytes.extend(packet);
        bytes
    }

    #[test]
    fn a_file_is_what_it_is_called() {
        assert_eq!(contradiction("image/png", &png(8, 6)), None);
        assert_eq!(contradiction("image/png", &png(8, 3)), None);
        assert_eq!(contradiction("audio/ogg", &ogg(b"OpusHead\x01\x01")), None);
        assert_eq!(contradiction("audio/mp4", b"\0\0\0\x18ftypisom"), None);
        assert_eq!(contradiction("video/mp4", b"some bytes"), None);
    }

    #[test]
    fn what_is_not_says_why() {
        for (mime_type, bytes, why) in [
            ("image/jpeg", png(8, 6), "it is of type image/png"),
            (
                "image/png",
                png(16, 2),
                "PNG pictures must be RGB or RGBA with 8 bits per channel",
            ),
            (
                "image/png",
                png(8, 0),
                "PNG pictures must be RGB or RGBA with 8 bits per channel",
            ),
            ("audio/ogg", ogg(b"\x01vorbis"), "its codec is not opus"),
            (
                "audio/ogg",
                ogg(b"OpusHead\x01\x02"),
                "it has 2 channels, it must be mono",
            ),
        ] {
            assert_eq!(contradiction(mime_type, &bytes).as_deref(), Some(why));
        }
    }

    #[test]
    fn a_flag_tells_an_animation() {
        let webp = |flags: u8| [b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0", &[flags][..]].concat();

        assert!(is_animated_webp(&webp(2)));
        assert!(!is_animated_webp(&webp(0x10)));
        assert!(!is_animated_webp(b"RIFF\0\0\0\0WEBPVP8L\x0A\0\0\0\x02"));
    }
}
