//! PNG, decoded row by row: its checksums tell whether it is whole.

use std::io::{BufRead, Seek};

use onprem::media::{Colour, Picture};
use png::{ColorType, Decoder, DecodingError, Limits};

use super::{Unreadable, check_size};

/// What the decoder may hold, bytes: a few rows, and a palette.
const MEMORY: usize = 32 * 1024 * 1024;

pub(super) fn read(source: impl BufRead + Seek) -> Result<Picture, Unreadable> {
    let mut decoder = Decoder::new_with_limits(source, Limits { bytes: MEMORY });
    // They may hold compressed data of any size, and say nothing of the picture.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(unreadable)?;
    check_size(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(unreadable)?;

    let info = reader.info();
    let picture = Picture {
        width: info.width,
        height: info.height,
        bits: bits(info.bit_depth),
        colour: match info.color_type {
            ColorType::Grayscale => Colour::Grey,
            ColorType::GrayscaleAlpha => Colour::GreyAlpha,
            ColorType::Indexed => Colour::Palette,
            ColorType::Rgb => Colour::Rgb,
            ColorType::Rgba => Colour::Rgba,
        },
        is_animated: info.animation_control.is_some(),
    };
    while reader.next_row().map_err(unreadable)?.is_some() {}
    // What follows the first frame is checked, not decoded.
    reader.finish().map_err(unreadable)?;
    Ok(picture)
}

fn bits(depth: png::BitDepth) -> u8 {
    match depth {
        png::BitDepth::One => 1,
        png::BitDepth::Two => 2,
        png::BitDepth::Four => 4,
        png::BitDepth::Eight => 8,
        png::BitDepth::Sixteen => 16,
    }
}

fn unreadable(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(error) => error.into(),
        DecodingError::LimitsExceeded => {
            Unreadable::Damaged("its rows are too long to be read".to_owned())
        }
        DecodingError::Format(_) | DecodingError::Parameter(_) => {
            Unreadable::Damaged(error.to_string())
        }
    }
}
