//! Hexadecimal digits as bytes, and bytes as digits.

use std::fmt::Write as _;

/// Bytes as lower-case digits.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a string cannot fail.
        write!(digits, "{byte:02x}").ok();
    }
    digits
}

/// The bytes that hexadecimal digits write, exactly `N` of them.
pub(crate) fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair
            .iter()
            .try_fold(0, |value, digit| Some(value << 4 | nibble(*digit)?))?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
