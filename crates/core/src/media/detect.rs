//! What a file is, told from its bytes.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use onprem::media::Detected;
use tokio::task::spawn_blocking;

use super::picture::{self, Unreadable};

/// Read from a picture at once, bytes.
const PIECE: usize = 64 * 1024;
/// The tag that stands in front of an MP3, and sometimes of other audio.
const ID3: &[u8] = b"ID3";
/// Its header; the length of the rest stands in the last four bytes, seven bits each.
const ID3_HEADER: usize = 10;

/// What a file is, and whether a picture can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looked {
    /// What its bytes show.
    pub(crate) detected: Detected,
    /// Why a picture cannot be read, if it is one and cannot.
    pub(crate) unreadable: Option<Unreadable>,
}

/// The content type that a file's first bytes show.
fn content_type(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(ID3) {
        // Only what follows the tag tells MP3 from AAC; a long tag hides it.
        let tagged = behind_tag(head).and_then(infer::get);
        return Some(tagged.map_or("audio/mpeg", |found| found.mime_type()));
    }
    if let Some(brand) = brand(head) {
        return Some(match brand {
            [b'3', b'g', ..] => "video/3gpp",
            [b'M', b'4', b'A' | b'B' | b'P', _] => "audio/mp4",
            b"qt  " => "video/quicktime",
            _ => infer::get(head).map_or("video/mp4", |found| found.mime_type()),
        });
    }
    match infer::get(head)?.mime_type() {
        "audio/opus" => Some("audio/ogg; codecs=opus"),
        found => Some(found),
    }
}

/// The major brand of an ISO base media file.
fn brand(head: &[u8]) -> Option<&[u8; 4]> {
    let (begin, rest) = head.split_first_chunk::<8>()?;
    begin.ends_with(b"ftyp").then(|| rest.first_chunk())?
}

fn behind_tag(head: &[u8]) -> Option<&[u8]> {
    let [.., a, b, c, d] = *head.first_chunk::<ID3_HEADER>()?;
    let length = [a, b, c, d].iter().fold(0_usize, |length, byte| {
        length << 7 | usize::from(byte & 0x7F)
    });
    head.get(ID3_HEADER + length..)
}

/// Looks at a file: at its first bytes, and when `as_picture` at a picture to its end.
pub(super) async fn look(path: PathBuf, head: Bytes, as_picture: bool) -> io::Result<Looked> {
    match spawn_blocking(move || look_now(&path, &head, as_picture)).await {
        Ok(looked) => looked,
        // A reader that panics has met bytes that nothing else will make sense of either.
        Err(error) if error.is_panic() => Ok(Looked {
            detected: Detected::default(),
            unreadable: Some(Unreadable::Damaged("no reader knows its bytes".to_owned())),
        }),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn look_now(path: &Path, head: &[u8], as_picture: bool) -> io::Result<Looked> {
    let content_type = content_type(head);
    let picture = match content_type.filter(|_| as_picture) {
        Some(content_type) => {
            let file = BufReader::with_capacity(PIECE, File::open(path)?);
            picture::read(content_type, file)
        }
        None => Ok(None),
    };
    let (picture, unreadable) = match picture {
        Ok(picture) => (picture, None),
        Err(unreadable) => (None, Some(unreadable)),
    };
    let content_type = content_type.map(str::to_owned);
    Ok(Looked {
        detected: Detected {
            content_type,
            picture,
        },
        unreadable,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::mp3(b"ID3\x04\0\0\0\0\0\x02ab\xFF\xFB\x90\0", Some("audio/mpeg"))]
    #[case::mp3_with_a_long_tag(b"ID3\x04\0\0\0\0\x7F\x02ab", Some("audio/mpeg"))]
    #[case::aac_with_a_tag(b"ID3\x04\0\0\0\0\0\0\xFF\xF1\x50\x80", Some("audio/aac"))]
    #[case::aac(b"\xFF\xF1\x50\x80", Some("audio/aac"))]
    #[case::amr(b"#!AMR\n\x3C\x91\x17\x16\xBE\x66", Some("audio/amr"))]
    #[case::m4a(b"\0\0\0\x1CftypM4A \0\0\0\0", Some("audio/mp4"))]
    #[case::mp4(b"\0\0\0\x18ftypisom\0\0\0\0", Some("video/mp4"))]
    #[case::mp4_of_an_unknown_brand(b"\0\0\0\x18ftypabcd\0\0\0\0", Some("video/mp4"))]
    #[case::phone_video(b"\0\0\0\x18ftyp3gp5\0\0\0\0", Some("video/3gpp"))]
    #[case::quicktime(b"\0\0\0\x14ftypqt  \0\0\0\0", Some("video/quicktime"))]
    #[case::heic(b"\0\0\0\x14ftypheic\0\0\0\0mif1", Some("image/heif"))]
    #[case::opus(
        b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x01",
        Some("audio/ogg; codecs=opus")
    )]
    #[case::vorbis(
        b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1E\x01vorbis\0\0",
        Some("audio/ogg")
    )]
    #[case::jpeg(b"\xFF\xD8\xFF\xE0", Some("image/jpeg"))]
    #[case::pdf(b"%PDF-1.7\n", Some("application/pdf"))]
    #[case::plain_text(b"some bytes", None)]
    #[case::nothing(b"", None)]
    fn types_are_told_from_bytes(#[case] head: &[u8], #[case] found: Option<&str>) {
        assert_eq!(content_type(head), found);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_looked_at(
            begin in prop::sample::select(vec![&b""[..], b"ID3", b"\0\0\0\x14ftyp", b"OggS", b"RIFF\0\0\0\0WEBP", b"PK\x03\x04",
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]),
            rest in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            content_type(&[begin, &rest[..]].concat());
        }
    }
}
