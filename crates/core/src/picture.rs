//! Pictures for the profile: unpacked within bounds, turned upright, cropped and scaled to a square. Blocking.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView, ImageDecoder, ImageFormat, ImageReader,
    Limits, Rgb, RgbImage,
};
use onprem::profile::PHOTO_SIDE;

/// Most pixels of a picture: what telephones take, and some more. Unpacked, each needs up to eight bytes.
const MOST_PIXELS: u64 = 40_000_000;
/// Longest side, pixels.
const LONGEST_SIDE: u32 = 20_000;
/// What a decoder may ask for at once, bytes.
const MOST_BYTES: u64 = 8 * MOST_PIXELS;
/// Of the JPEG that is made, of 100.
const QUALITY: u8 = 90;
/// The picture that stands for none.
const GREY: Rgb<u8> = Rgb([0xDD, 0xE1, 0xE4]);

/// Why a picture cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// Its first bytes are neither JPEG nor PNG.
    #[error("is neither a JPEG nor a PNG picture")]
    Unknown,
    /// It begins as one, and cannot be read.
    #[error("cannot be read as a picture: {0}")]
    Damaged(String),
    /// It needs too much memory.
    #[error(
        "has {width} × {height} pixels, must have at most {MOST_PIXELS} in all and {LONGEST_SIDE} a side"
    )]
    TooLarge {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
}

impl From<image::ImageError> for PictureError {
    fn from(error: image::ImageError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The middle of a picture as a JPEG: a square of at most [`PHOTO_SIDE`] pixels a side. A smaller one is not enlarged;
/// what is transparent becomes white.
pub(crate) fn square(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) = image::guess_format(bytes) else {
        return Err(PictureError::Unknown);
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        return Err(PictureError::TooLarge { width, height });
    }
    let orientation = decoder.orientation()?;
    let picture = DynamicImage::from_decoder(decoder)?;

    let mut small = cropped(picture);
    small.apply_orientation(orientation);
    jpeg(&opaque(&small))
}

/// The picture that stands for none: the network has no call that takes a photo away.
pub(crate) fn blank() -> Result<Vec<u8>, PictureError> {
    jpeg(&RgbImage::from_pixel(PHOTO_SIDE, PHOTO_SIDE, GREY))
}

/// The square in the middle, scaled down when it is larger than wanted.
fn cropped(picture: DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let square = if width == height {
        picture
    } else {
        picture.crop_imm((width - side) / 2, (height - side) / 2, side, side)
    };
    if side <= PHOTO_SIDE {
        square
    } else {
        square.resize_exact(PHOTO_SIDE, PHOTO_SIDE, FilterType::CatmullRom)
    }
}

/// On white, without transparency.
fn opaque(picture: &DynamicImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|part| over_white(part, alpha)))
    })
}

fn over_white(part: u8, alpha: u8) -> u8 {
    let (part, alpha) = (u16::from(part), u16::from(alpha));
    let mixed = (part * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        picture.as_raw(),
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
