//! Pictures made by tests.

use image_webp::{ColorType, WebPEncoder};
use png::BitDepth;

/// A PNG of these samples and this size.
pub(crate) fn png(colour: png::ColorType, depth: BitDepth, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(vec![200, 100, 50, 10, 20, 30]);
    }
    let mut writer = encoder.write_header().unwrap();
    let samples = match colour {
        png::ColorType::Grayscale | png::ColorType::Indexed => 1,
        png::ColorType::GrayscaleAlpha => 2,
        png::ColorType::Rgb => 3,
        png::ColorType::Rgba => 4,
    };
    let bits = match depth {
        BitDepth::One => 1,
        BitDepth::Two => 2,
        BitDepth::Four => 4,
        BitDepth::Eight => 8,
        BitDepth::Sixteen => 16,
    };
    let row = (samples * bits * width).div_ceil(8);
    // Within a palette of two, too.
    let data: Vec<u8> = (0..row * height)
        .map(|place| u8::from(place % 3 == 0))
        .collect();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A JPEG as far as its structure goes, with a preview picture in its metadata.
pub(crate) fn jpeg(components: u8, bits: u8, width: u16, height: u16) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], body].concat()
    };
    let mut frame = vec![bits];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.push(components);
    let mut scan = vec![components];
    for component in 1..=components {
        frame.extend([component, 0x11, 0]);
        scan.extend([component, 0]);
    }
    scan.extend([0, 63, 0]);
    [
        vec![0xFF, 0xD8],
        segment(0xE1, b"Exif\0\0 \xFF\xD8 a preview \xFF\xD9"),
        segment(0xDB, &[1; 65]),
        segment(0xC0, &frame),
        segment(0xC4, &[0; 17]),
        segment(0xDA, &scan),
        // Compressed: an `FF` is followed by zero, a restart marker stands alone.
        vec![1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 5],
        // Fill bytes before the end.
        vec![0xFF, 0xFF, 0xD9],
    ]
    .concat()
}

/// A static WebP.
pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = usize::try_from(width * height).unwrap();
    WebPEncoder::new(&mut bytes)
        .encode(
            &[10, 120, 200, 255].repeat(pixels),
            width,
            height,
            ColorType::Rgba8,
        )
        .unwrap();
    bytes
}

/// A WebP of two frames.
pub(crate) fn moving_webp(width: u32, height: u32) -> Vec<u8> {
    let still = webp(width, height);
    // Behind `RIFF`, its length and `WEBP`: the chunk with the pixels.
    let pixels = &still[12..];
    let side = |side: u32| side_bytes(side - 1);
    let mut frame = [[0; 3], [0; 3], side(width), side(height), side_bytes(100)].concat();
    frame.push(0);
    frame.extend(pixels);
    let mut canvas = vec![0x02 | 0x10, 0, 0, 0];
    canvas.extend([side(width), side(height)].concat());
    container(&[
        (b"VP8X", &canvas),
        (b"ANIM", &[0; 6]),
        (b"ANMF", &frame),
        (b"ANMF", &frame),
    ])
}

/// A WebP container of these chunks.
pub(crate) fn container(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend(*name);
        body.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        body.extend(*content);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF", &length[..], &body].concat()
}

fn side_bytes(side: u32) -> [u8; 3] {
    let [a, b, c, _] = side.to_le_bytes();
    [a, b, c]
}
