//! WebP: its container is read to the end, and decoded when it is small and static.

use std::io::{BufRead, Seek, SeekFrom};

use image_webp::{DecodingError, WebPDecoder};
use onprem::media::{Colour, Picture};

use super::{Unreadable, check_size};

/// What is decoded: a picture of at most so many pixels, of which stickers are a quarter. The rest cannot be sent but as
/// documents, which nobody looks into.
const DECODED_PIXELS: u64 = 1024 * 1024;
/// A name and the length of what follows: how the container and each of its chunks begin.
const HEADER: u64 = 8;
/// Frame tag, start code, width, height: how a lossy frame begins.
const FRAME: usize = 10;

pub(super) fn read(mut source: impl BufRead + Seek) -> Result<Picture, Unreadable> {
    let frame = check_chunks(&mut source)?;
    let mut decoder = WebPDecoder::new(source).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let picture = Picture {
        width,
        height,
        bits: 8,
        colour: if decoder.has_alpha() {
            Colour::Rgba
        } else {
            Colour::Rgb
        },
        is_animated: decoder.is_animated(),
    };
    if frame.is_some_and(|frame| frame != (width, height)) {
        return Err(Unreadable::Damaged(
            "its frame has another size than it says".to_owned(),
        ));
    }
    let is_small = u64::from(width) * u64::from(height) <= DECODED_PIXELS;
    if let (true, false, Some(bytes)) =
        (is_small, picture.is_animated, decoder.output_buffer_size())
    {
        decoder
            .read_image(&mut vec![0; bytes])
            .map_err(unreadable)?;
    }
    Ok(picture)
}

/// Walks the container's chunks; each must be whole, and a lossy frame as large as the file says at its beginning: the
/// decoder takes its memory by the frame's word.
fn check_chunks(source: &mut (impl BufRead + Seek)) -> Result<Option<(u32, u32)>, Unreadable> {
    let present = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    let (_, length) = header(source)?;
    let end = HEADER + length;
    if present < end {
        return Err(Unreadable::Truncated);
    }
    // Behind `WEBP`.
    let mut position = HEADER + 4;
    let mut frame = None;
    while position + HEADER <= end {
        source.seek(SeekFrom::Start(position))?;
        let (name, length) = header(source)?;
        position += HEADER + length;
        if position > end {
            return Err(Unreadable::Truncated);
        }
        if &name == b"VP8 " && frame.is_none() {
            frame = Some(frame_size(source)?);
        }
        // Chunks of an odd length are padded.
        position += length % 2;
    }
    source.rewind()?;
    Ok(frame)
}

fn header(source: &mut impl BufRead) -> Result<([u8; 4], u64), Unreadable> {
    let (mut name, mut length) = ([0; 4], [0; 4]);
    source.read_exact(&mut name)?;
    source.read_exact(&mut length)?;
    Ok((name, u32::from_le_bytes(length).into()))
}

fn frame_size(source: &mut impl BufRead) -> Result<(u32, u32), Unreadable> {
    let mut begin = [0; FRAME];
    source.read_exact(&mut begin)?;
    let [.., w0, w1, h0, h1] = begin;
    // The two highest bits are a scale.
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok((side(w0, w1), side(h0, h1)))
}

fn unreadable(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(error) => error.into(),
        other => Unreadable::Damaged(other.to_string()),
    }
}
