//! QR codes of short links: version 3 with error correction L, bytes, mask 0 (ISO/IEC 18004).

/// Modules on a side.
pub(crate) const SIDE: usize = 29;
/// Code words of data, and of error correction.
const DATA: usize = 55;
const CHECK: usize = 15;
/// Most bytes of a text: mode, length and end take two.
const LONGEST: usize = DATA - 2;
/// Format information of level L and mask 0, masked.
const FORMAT: u16 = 0b111_0111_1100_0100;

/// The modules of a text, dark ones true, row by row; `None` for a text that is too long.
pub(crate) fn encode(text: &str) -> Option<Vec<Vec<bool>>> {
    let words = words(text.as_bytes())?;
    let mut grid = Grid::new();
    grid.frame();
    grid.fill(&words);
    Some(grid.dark)
}

/// Data with its error correction.
fn words(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |value: u32, count: u32| {
        bits.extend((0..count).rev().map(|at| value >> at & 1 == 1));
    };
    push(0b0100, 4);
    push(u32::try_from(text.len()).ok()?, 8);
    for byte in text {
        push(u32::from(*byte), 8);
    }
    push(0, 4);
    let mut words: Vec<u8> = bits
        .chunks(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect();
    for filler in [0xEC, 0x11].into_iter().cycle() {
        if words.len() >= DATA {
            break;
        }
        words.push(filler);
    }
    let check = remainder(&words);
    words.extend(check);
    Some(words)
}

/// Multiplies in the field of 256 with the polynomial 0x11D.
fn multiply(left: u8, right: u8) -> u8 {
    let (mut left, mut right, mut product) = (left, right, 0);
    while right > 0 {
        if right & 1 == 1 {
            product ^= left;
        }
        let high = left & 0x80 > 0;
        left <<= 1;
        if high {
            left ^= 0x1D;
        }
        right >>= 1;
    }
    product
}

/// The Reed-Solomon code words of the data.
fn remainder(words: &[u8]) -> Vec<u8> {
    // (x - 1)(x - 2)(x - 4) …, without its leading 1, highest power first
    let mut generator = vec![0_u8; CHECK];
    if let Some(last) = generator.last_mut() {
        *last = 1;
    }
    let mut root = 1;
    for _ in 0..CHECK {
        let shifted: Vec<u8> = generator.iter().skip(1).copied().chain([0]).collect();
        for (place, next) in generator.iter_mut().zip(shifted) {
            *place = multiply(*place, root) ^ next;
        }
        root = multiply(root, 2);
    }
    let mut rest = vec![0_u8; CHECK];
    for word in words {
        let factor = word ^ rest.remove(0);
        rest.push(0);
        for (place, part) in rest.iter_mut().zip(&generator) {
            *place ^= multiply(*part, factor);
        }
    }
    rest
}

struct Grid {
    dark: Vec<Vec<bool>>,
    /// Not for data.
    taken: Vec<Vec<bool>>,
}

impl Grid {
    fn new() -> Self {
        Self {
            dark: vec![vec![false; SIDE]; SIDE],
            taken: vec![vec![false; SIDE]; SIDE],
        }
    }

    fn set(&mut self, row: usize, column: usize, dark: bool) {
        for (grid, value) in [(&mut self.dark, dark), (&mut self.taken, true)] {
            if let Some(place) = grid.get_mut(row).and_then(|row| row.get_mut(column)) {
                *place = value;
            }
        }
    }

    /// Everything that is the same in all codes of this kind.
    fn frame(&mut self) {
        for at in 0..SIDE {
            self.set(6, at, at % 2 == 0);
            self.set(at, 6, at % 2 == 0);
        }
        for (top, left) in [(0, 0), (0, SIDE - 7), (SIDE - 7, 0)] {
            self.eye(top, left);
        }
        for row in 0..5 {
            for column in 0..5 {
                let ring = row % 4 == 0 || column % 4 == 0 || (row, column) == (2, 2);
                self.set(20 + row, 20 + column, ring);
            }
        }
        self.format();
        self.set(SIDE - 8, 8, true);
    }

    /// A finder with its light border.
    fn eye(&mut self, top: usize, left: usize) {
        for row in 0..9_usize {
            for column in 0..9_usize {
                let (Some(y), Some(x)) =
                    ((top + row).checked_sub(1), (left + column).checked_sub(1))
                else {
                    continue;
                };
                let distance = row.abs_diff(4).max(column.abs_diff(4));
                self.set(y, x, distance != 2 && distance != 4);
            }
        }
    }

    fn format(&mut self) {
        for at in 0..15 {
            let dark = FORMAT >> at & 1 == 1;
            let first = match at {
                0..=5 => (at, 8),
                6 | 7 => (at + 1, 8),
                8 => (8, 7),
                _ => (8, 14 - at),
            };
            let second = if at < 8 {
                (8, SIDE - 1 - at)
            } else {
                (SIDE - 15 + at, 8)
            };
            self.set(first.0, first.1, dark);
            self.set(second.0, second.1, dark);
        }
    }

    /// Lays the bits in columns of two, from the lower right, up and down in turn.
    fn fill(&mut self, words: &[u8]) {
        let mut bits = words
            .iter()
            .flat_map(|word| (0..8).rev().map(move |at| word >> at & 1 == 1));
        let mut upward = true;
        let rights = (1..SIDE).rev().step_by(2);
        // the column of the timing pattern is left out
        for right in rights.map(|right| if right <= 6 { right - 1 } else { right }) {
            for step in 0..SIDE {
                let row = if upward { SIDE - 1 - step } else { step };
                for column in [right, right - 1] {
                    let is_taken =
                        (self.taken.get(row)).and_then(|row| row.get(column)) == Some(&true);
                    if !is_taken {
                        let bit = bits.next().unwrap_or(false);
                        self.set(row, column, bit ^ ((row + column) % 2 == 0));
                    }
                }
            }
            upward = !upward;
        }
    }
}

/// The code as a picture with its quiet border; `None` for a text that is too long.
pub(crate) fn svg(text: &str) -> Option<String> {
    use std::fmt::Write as _;
    let grid = encode(text)?;
    let mut path = String::new();
    for (row, line) in grid.iter().enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, dark)| **dark) {
            write!(path, "M{} {}h1v1h-1z", column + 4, row + 4).ok()?;
        }
    }
    let side = SIDE + 8;
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{0}" height="{0}"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##,
        side * 8
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_words_make_every_root_zero() {
        let words = words(b"https://wa.me/message/ABCDEFGHIJKLMN").unwrap();
        assert_eq!(words.len(), DATA + CHECK);

        let mut root = 1;
        for _ in 0..CHECK {
            let value = words.iter().fold(0, |sum, word| multiply(sum, root) ^ word);
            assert_eq!(value, 0);
            root = multiply(root, 2);
        }
    }

    #[test]
    fn every_bit_finds_its_place() {
        let grid = encode("https://wa.me/message/ABCDEFGHIJKLMN").unwrap();
        let mut empty = Grid::new();
        empty.frame();

        let free = empty
            .taken
            .iter()
            .flatten()
            .filter(|taken| !**taken)
            .count();
        // 70 code words and 7 bits that are left
        assert_eq!(free, 70 * 8 + 7);
        assert_eq!(grid.len(), SIDE);
        assert!(encode(&"x".repeat(54)).is_none());
    }
}
