//! Pictures, read far enough to know that they are whole, and what they are.
//!
//! Bytes come from strangers, so memory and time are bounded: a PNG is decoded row by row, a WebP only when it is small,
//! and of a JPEG the structure is walked to its end; nothing holds a large picture in memory.

mod jpeg;
mod png;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod webp;

use std::io::{BufRead, ErrorKind, Seek};

use onprem::media::Picture;

/// Most pixels: what the largest camera of a phone makes. What has more is made to exhaust whoever opens it.
const MOST_PIXELS: u64 = 200_000_000;

/// Why a picture cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// A part of it is missing.
    #[error("it ends too early")]
    Truncated,
    /// More pixels than any picture needs.
    #[error("it has {width} × {height} pixels, must have at most {MOST_PIXELS} in all")]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Its bytes make no sense, or the file cannot be read.
    #[error("{0}")]
    Damaged(String),
}

/// Reads a JPEG, PNG or WebP to its end; `None` for what is no picture of these types. Blocking.
pub(crate) fn read(
    content_type: &str,
    source: impl BufRead + Seek,
) -> Result<Option<Picture>, Unreadable> {
    match content_type {
        "image/jpeg" => jpeg::read(source).map(Some),
        "image/png" => png::read(source).map(Some),
        "image/webp" => webp::read(source).map(Some),
        _ => Ok(None),
    }
}

/// Refuses what has too many pixels, before any of them is decoded.
fn check_size(width: u32, height: u32) -> Result<(), Unreadable> {
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Unreadable::TooManyPixels { width, height });
    }
    Ok(())
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == ErrorKind::UnexpectedEof {
            Self::Truncated
        } else {
            Self::Damaged(error.to_string())
        }
    }
}
