//! Bytes as hexadecimal text.

use std::fmt::Write;

/// Two lower-case digits per byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

/// The bytes that an even number of digits stand for; `None` when it is something else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?));
    bytes
        .collect::<Option<Vec<u8>>>()
        .filter(|_| rest.is_empty())
}
