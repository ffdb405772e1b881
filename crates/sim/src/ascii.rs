//! JSON in ASCII only: everything else is escaped as `\uXXXX` in lower-case hex, as the real network's webhooks are.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Compact, and escapes what is not ASCII.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if fragment.is_ascii() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0_u16; 2];
        let mut bytes = [0_u8; 4];
        for letter in fragment.chars() {
            if letter.is_ascii() {
                writer.write_all(letter.encode_utf8(&mut bytes).as_bytes())?;
            } else {
                for unit in letter.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// A value as ASCII JSON. Values of ours always serialise; one that did not would come out as `null`.
pub(crate) fn json(value: &impl Serialize) -> String {
    let mut out = Vec::with_capacity(256);
    let written = value.serialize(&mut Serializer::with_formatter(&mut out, Ascii));
    match (written, String::from_utf8(out)) {
        (Ok(()), Ok(text)) => text,
        _ => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn what_is_not_ascii_is_escaped_in_lower_case_hex() {
        assert_eq!(
            super::json(&"王/é \u{1F600} \"q\"\n"),
            r#""\u738b/\u00e9 \ud83d\ude00 \"q\"\n""#
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let json = super::json(&text);
            prop_assert!(json.is_ascii());
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
