//! A letter: what a relay keeps of one webhook, before it is sealed. The core checks the signature again, over the same
//! bytes.

use bytes::Bytes;

/// One webhook as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// When the relay took it, Unix milliseconds on the relay's clock.
    pub(crate) received_ms: i64,
    /// The app of its path.
    pub(crate) app_id: String,
    /// Its `X-Hub-Signature-256`.
    pub(crate) signature: String,
    /// The raw body.
    pub(crate) body: Bytes,
}

impl Letter {
    /// The bytes that are sealed: time, app, signature (both with their lengths in front), body. Texts that are longer
    /// than 65,535 bytes are cut; no header and no path is.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + self.app_id.len() + 128);
        bytes.extend_from_slice(&self.received_ms.to_be_bytes());
        for text in [&self.app_id, &self.signature] {
            let text = text.as_bytes();
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(text.get(..usize::from(length)).unwrap_or(text));
        }
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The letter in opened bytes; `None` when they are none.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let bytes = Bytes::from(bytes);
        let (time, rest) = bytes.split_first_chunk()?;
        let (app_id, rest) = text(rest)?;
        let (signature, rest) = text(rest)?;
        Some(Self {
            received_ms: i64::from_be_bytes(*time),
            app_id: app_id.to_owned(),
            signature: signature.to_owned(),
            body: bytes.slice_ref(rest),
        })
    }
}

/// A text with its length in front, and what comes after it.
fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_letter_is_read_as_it_was_written(
            received_ms: i64, app_id in ".{0,40}", signature in ".{0,80}", body: Vec<u8>,
        ) {
            let letter = Letter { received_ms, app_id, signature, body: body.into() };

            prop_assert_eq!(Letter::from_bytes(letter.to_bytes()), Some(letter));
        }

        #[test]
        fn any_bytes_are_a_letter_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(letter) = Letter::from_bytes(bytes.clone()) {
                prop_assert_eq!(letter.to_bytes(), bytes);
            }
        }
    }
}
