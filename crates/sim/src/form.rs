//! `application/x-www-form-urlencoded`, in bodies and queries.

/// Names and values, in their order. What cannot be decoded stays as it is.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// The value of a name.
pub(crate) fn value(text: &str, name: &str) -> Option<String> {
    pairs(text)
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// Decodes `%XX`, and `+` as a space when asked to (not in paths).
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = after.split_at_checked(2).and_then(|(digits, later)| {
            let both = digits.iter().all(u8::is_ascii_hexdigit);
            let text = std::str::from_utf8(digits).ok().filter(|_| both)?;
            Some((u8::from_str_radix(text, 16).ok()?, later))
        });
        match (first, escaped) {
            (b'%', Some((byte, later))) => {
                bytes.push(byte);
                rest = later;
            }
            (b'+', _) if plus => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn names_and_values_are_decoded() {
        assert_eq!(
            super::pairs("a=1+2&b=%E7%8E%8B&&c&d=%zz%4"),
            [("a", "1 2"), ("b", "王"), ("c", ""), ("d", "%zz%4")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(super::decode("a+b%2B", false), "a+b+");
    }

    proptest! {
        #[test]
        fn any_text_can_be_decoded(text in any::<String>()) {
            super::pairs(&text);
        }
    }
}
