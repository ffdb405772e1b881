//! What a sticker's file says of the pack that it is from: JSON in the EXIF chunk of the WebP file (`webhooks.md` 2.4).
//!
//! The file is a customer's: nothing in it is believed, and whatever is wrong with it means that it says nothing.

use serde_json::Value;
use tokio::io::AsyncReadExt;

use crate::media::MediaFolder;

/// Larger files are no stickers, bytes.
const LARGEST: u64 = 1024 * 1024;
/// The EXIF tag that sticker makers put the JSON under: `AW`, least significant byte first.
const TAG: u16 = 0x5741;

/// What a stored sticker says of its pack.
pub(super) async fn metadata(folder: &MediaFolder, id: &str) -> Option<Value> {
    let file = folder.read(id).await.ok()?;
    if file.metadata().await.ok()?.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).await.ok()?;
    in_webp(&bytes)
}

fn in_webp(file: &[u8]) -> Option<Value> {
    let exif = exif(file)?;
    // Some makers write a header that does not fit its content: then the JSON is looked for.
    tagged(exif).and_then(json).or_else(|| {
        json(
            exif.iter()
                .position(|byte| *byte == b'{')
                .and_then(|at| exif.get(at..))?,
        )
    })
}

/// The content of the first EXIF chunk. Lengths that go past the end of the file end there.
fn exif(file: &[u8]) -> Option<&[u8]> {
    let body = file.strip_prefix(b"RIFF")?.get(4..)?;
    let mut rest = body.strip_prefix(b"WEBP")?;
    loop {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (content, after) = after.split_at(length.min(after.len()));
        if name == b"EXIF" {
            return Some(content.strip_prefix(b"Exif\0\0").unwrap_or(content));
        }
        // Chunks begin at even places.
        rest = after.get(length % 2..)?;
    }
}

/// The bytes under our tag in the first directory of a TIFF structure.
fn tagged(tiff: &[u8]) -> Option<&[u8]> {
    let order = Order::of(tiff)?;
    let directory = tiff.get(order.u32(tiff, 4)?..)?;
    let count = usize::from(order.u16(directory, 0)?);
    let entry = (0..count)
        .map_while(|at| directory.get(2 + 12 * at..)?.first_chunk::<12>())
        .find(|entry| order.u16(*entry, 0) == Some(TAG))?;
    let (length, offset) = (order.u32(entry, 4)?, order.u32(entry, 8)?);
    let content = tiff.get(offset..)?;
    Some(content.get(..length).unwrap_or(content))
}

/// In which order the bytes of numbers stand.
#[derive(Clone, Copy)]
enum Order {
    LeastFirst,
    MostFirst,
}

impl Order {
    fn of(tiff: &[u8]) -> Option<Self> {
        match tiff.first_chunk::<4>()? {
            b"II*\0" => Some(Self::LeastFirst),
            b"MM\0*" => Some(Self::MostFirst),
            _ => None,
        }
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::LeastFirst => u16::from_le_bytes(bytes),
            Self::MostFirst => u16::from_be_bytes(bytes),
        })
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<usize> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        usize::try_from(match self {
            Self::LeastFirst => u32::from_le_bytes(bytes),
            Self::MostFirst => u32::from_be_bytes(bytes),
        })
        .ok()
    }
}

/// The JSON object that some bytes begin with.
fn json(bytes: &[u8]) -> Option<Value> {
    let first = serde_json::Deserializer::from_slice(bytes)
        .into_iter()
        .next()?;
    first.ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        let mut chunk = name.to_vec();
        chunk.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        chunk.extend(content);
        chunk.extend(vec![0; content.len() % 2]);
        chunk
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = [b"WEBP".to_vec(), chunks.concat()].concat();
        chunk(*b"RIFF", &body)
    }

    /// As sticker makers write it: one entry, its content right behind the directory.
    fn least_first(json: &[u8]) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0\x41\x57\x07\0".to_vec();
        tiff.extend(u32::try_from(json.len()).unwrap().to_le_bytes());
        tiff.extend([0x16, 0, 0, 0]);
        tiff.extend(json);
        tiff
    }

    /// The other order, with another entry before ours.
    fn most_first(json: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
        tiff.extend(*b"\x01\x12\0\x03\0\0\0\x01\0\x01\0\0");
        tiff.extend(*b"\x57\x41\0\x07");
        tiff.extend(u32::try_from(json.len()).unwrap().to_be_bytes());
        tiff.extend([0, 0, 0, 38]);
        tiff.extend([0; 4]);
        tiff.extend(json);
        tiff
    }

    const JSON: &[u8] = br#"{"sticker-pack-id":"demo","emojis":["\u2615"]}"#;

    fn pack() -> Value {
        serde_json::from_slice(JSON).unwrap()
    }

    #[test]
    fn the_pack_is_read_whatever_the_order_of_the_bytes() {
        let picture = chunk(*b"VP8X", &[0; 9]);
        for tiff in [
            least_first(JSON),
            most_first(JSON),
            [b"Exif\0\0".to_vec(), least_first(JSON)].concat(),
        ] {
            let file = webp(&[picture.clone(), chunk(*b"EXIF", &tiff)]);
            assert_eq!(in_webp(&file), Some(pack()));
        }
    }

    #[test]
    fn a_header_that_does_not_fit_is_passed_over() {
        let mut wrong_offset = least_first(JSON);
        wrong_offset[18] = 200;
        let mut wrong_length = least_first(JSON);
        wrong_length[14] = 5;
        let padded = [least_first(JSON), vec![0; 40]].concat();
        for tiff in [wrong_offset, wrong_length, padded, JSON.to_vec()] {
            assert_eq!(in_webp(&webp(&[chunk(*b"EXIF", &tiff)])), Some(pack()));
        }
    }

    #[test]
    fn a_file_without_a_pack_says_nothing() {
        for file in [
            Vec::new(),
            b"RIFF".to_vec(),
            b"RIFF\0\0\0\0WEBPVP8 ".to_vec(),
            webp(&[chunk(*b"VP8 ", &[1; 30])]),
            webp(&[chunk(*b"EXIF", b"no JSON {")]),
            webp(&[chunk(*b"EXIF", &least_first(b"[1]"))]),
            [b"\x89PNG".to_vec(), JSON.to_vec()].concat(),
        ] {
            assert_eq!(in_webp(&file), None, "{file:?}");
        }
    }

    #[tokio::test]
    async fn only_what_can_be_a_sticker_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = MediaFolder::open(dir.path().to_owned()).unwrap();
        let sticker = webp(&[chunk(*b"EXIF", &least_first(JSON))]);
        let huge = [sticker.clone(), vec![0; usize::try_from(LARGEST).unwrap()]].concat();
        let id = |n: u128| uuid::Uuid::from_u128(n).hyphenated().to_string();
        for (n, file) in [(1, sticker), (2, huge)] {
            std::fs::write(dir.path().join(id(n)), file).unwrap();
        }

        assert_eq!(metadata(&folder, &id(1)).await, Some(pack()));
        assert_eq!(metadata(&folder, &id(2)).await, None);
        assert_eq!(metadata(&folder, &id(3)).await, None);
    }

    proptest! {
        #[test]
        fn no_file_can_do_harm(file: Vec<u8>, exif: Vec<u8>) {
            in_webp(&file);
            in_webp(&webp(&[chunk(*b"EXIF", &exif)]));
            in_webp(&[b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xff".to_vec(), exif].concat());
        }

        #[test]
        fn damage_does_no_harm(
            place in 0_usize..90,
            byte: u8,
            cut in 0_usize..110,
        ) {
            let mut file = webp(&[chunk(*b"VP8X", &[0; 9]), chunk(*b"EXIF", &least_first(JSON))]);
            if let Some(spoiled) = file.get_mut(place) {
                *spoiled = byte;
            }
            in_webp(&file);
            file.truncate(cut);
            in_webp(&file);
        }

        #[test]
        fn every_pack_is_read(name in "\\PC{0,20}", first: bool, before in prop::collection::vec(any::<u8>(), 0..9)) {
            let pack = json!({"sticker-pack-name": name, "is-first-party-sticker": u8::from(first)});
            let tiff = least_first(pack.to_string().as_bytes());
            let file = webp(&[chunk(*b"ALPH", &before), chunk(*b"EXIF", &tiff)]);

            prop_assert_eq!(in_webp(&file), Some(pack));
        }
    }
}
