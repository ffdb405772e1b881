//! JPEG, walked from marker to marker (ITU-T T.81, annex B) up to the one that ends it.
//!
//! A decoder would hold the whole picture in memory, several times over when it is progressive, to learn what the frame
//! header says; whether the file is whole is told by its end.

use std::io::{BufRead, Read};

use onprem::media::{Colour, Picture};

use super::{Unreadable, check_size};

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

/// What stands in a frame header before its components.
const FRAME: usize = 6;

pub(super) fn read(source: impl BufRead) -> Result<Picture, Unreadable> {
    let mut walk = Walk(source);
    if walk.bytes::<2>()? != [0xFF, START] {
        return Err(damaged("it does not begin as a JPEG"));
    }
    let mut picture = None;
    let mut has_scan = false;
    loop {
        match walk.marker()? {
            END => break,
            SCAN => {
                has_scan = true;
                walk.skip_segment()?;
            }
            // Baseline, extended, progressive: what phones show.
            0xC0..=0xC2 => picture = Some(walk.frame()?),
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(damaged("it is compressed in a way that phones do not know"));
            }
            // These stand alone.
            0x01 | 0xD0..=0xD7 => {}
            START => return Err(damaged("another picture begins inside of it")),
            _ => walk.skip_segment()?,
        }
    }
    match picture {
        Some(picture) if has_scan => Ok(picture),
        _ => Err(damaged("there is no picture in it")),
    }
}

struct Walk<R>(R);

impl<R: BufRead> Walk<R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The next marker. What stands before it is compressed data, in which `FF` is followed by zero, and fill bytes.
    fn marker(&mut self) -> Result<u8, Unreadable> {
        loop {
            if self.0.skip_until(0xFF)? == 0 {
                return Err(Unreadable::Truncated);
            }
            let mut code = 0xFF;
            while code == 0xFF {
                [code] = self.bytes()?;
            }
            if code != 0 {
                return Ok(code);
            }
        }
    }

    /// The length of what is left of a segment.
    fn length(&mut self) -> Result<u16, Unreadable> {
        let length = u16::from_be_bytes(self.bytes()?);
        length
            .checked_sub(2)
            .ok_or_else(|| damaged("a segment has no length"))
    }

    fn skip_segment(&mut self) -> Result<(), Unreadable> {
        let length = self.length()?;
        self.skip(length)
    }

    fn skip(&mut self, count: u16) -> Result<(), Unreadable> {
        let count = u64::from(count);
        let skipped = std::io::copy(&mut self.0.by_ref().take(count), &mut std::io::sink())?;
        if skipped < count {
            return Err(Unreadable::Truncated);
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<Picture, Unreadable> {
        let length = self.length()?;
        let [bits, h1, h0, w1, w0, components] = self.bytes::<FRAME>()?;
        let rest = usize::from(length).checked_sub(FRAME);
        if rest != Some(usize::from(components) * 3) {
            return Err(damaged("its frame header has a wrong length"));
        }
        self.skip(u16::from(components) * 3)?;
        let width = u32::from(u16::from_be_bytes([w1, w0]));
        let height = u32::from(u16::from_be_bytes([h1, h0]));
        if width == 0 || height == 0 {
            return Err(damaged("it has no width or no height"));
        }
        check_size(width, height)?;
        let colour = match components {
            1 => Colour::Grey,
            3 => Colour::Rgb,
            4 => Colour::Cmyk,
            _ => return Err(damaged("it has neither one, three nor four components")),
        };
        Ok(Picture {
            width,
            height,
            bits,
            colour,
            is_animated: false,
        })
    }
}

fn damaged(why: &str) -> Unreadable {
    Unreadable::Damaged(why.to_owned())
}
