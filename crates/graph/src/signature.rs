//! `X-Hub-Signature-256` and `appsecret_proof`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SCHEME: &str = "sha256=";

/// The header's value for a body: `sha256=` and 64 lower-case hex digits.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let digest = mac(app_secret, body).finalize().into_bytes();
    format!("{SCHEME}{}", hex(&digest))
}

/// Whether a header's value is the body's signature; constant time.
///
/// With an empty secret nothing is: everybody could sign with it.
pub fn verify(app_secret: &str, body: &[u8], header: Option<&str>) -> bool {
    let Some(claimed) = header.and_then(read) else {
        return false;
    };
    !app_secret.is_empty() && mac(app_secret, body).verify_slice(&claimed).is_ok()
}

/// `appsecret_proof`: lower-case hex HMAC-SHA-256, key the app secret, message the access token.
pub fn proof(app_secret: &str, access_token: &str) -> String {
    hex(&mac(app_secret, access_token.as_bytes())
        .finalize()
        .into_bytes())
}

fn mac(key: &str, message: &[u8]) -> Hmac<Sha256> {
    // HMAC is defined for keys of any length: this constructor never fails.
    Hmac::new_from_slice(key.as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(message)
}

/// The 32 bytes that a header's value claims.
fn read(header: &str) -> Option<[u8; 32]> {
    let digits = header.trim().strip_prefix(SCHEME)?.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
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

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    // RFC 4231, test case 2.
    const RFC_KEY: &str = "Jefe";
    const RFC_DATA: &str = "what do ya want for nothing?";
    const RFC_HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn signatures_are_those_of_the_rfc() {
        assert_eq!(
            sign(RFC_KEY, RFC_DATA.as_bytes()),
            format!("sha256={RFC_HEX}")
        );
        assert_eq!(proof(RFC_KEY, RFC_DATA), RFC_HEX);
    }

    #[test]
    fn hex_digits_may_be_upper_case() {
        let header = format!("sha256={}", RFC_HEX.to_uppercase());

        assert!(verify(RFC_KEY, RFC_DATA.as_bytes(), Some(&header)));
    }

    #[rstest]
    #[case::none(None)]
    #[case::empty(Some(""))]
    #[case::no_scheme(Some(RFC_HEX))]
    #[case::another_scheme(Some("sha1=5bdcc146bf60754e6a042426089575c75a003f08"))]
    #[case::short(Some("sha256=5bdcc146"))]
    #[case::no_digits(Some("sha256="))]
    #[case::not_hex(Some(
        "sha256=zzdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ))]
    #[case::many_bytes_in_a_letter(Some(
        "sha256=éédcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec38"
    ))]
    #[case::one_bit_off(Some(
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3842"
    ))]
    fn anything_else_is_no_signature(#[case] header: Option<&str>) {
        assert!(!verify(RFC_KEY, RFC_DATA.as_bytes(), header));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        let header = sign("", b"{}");

        assert!(!verify("", b"{}", Some(&header)));
    }

    proptest! {
        #[test]
        fn a_signature_holds_for_its_body_and_secret_only(secret in "[ -~]{1,40}", body: Vec<u8>, other: Vec<u8>) {
            let header = sign(&secret, &body);

            prop_assert!(verify(&secret, &body, Some(&header)));
            prop_assert_eq!(verify(&secret, &other, Some(&header)), body == other);
            let longer = format!("{secret}x");
            prop_assert!(!verify(&longer, &body, Some(&header)));
        }

        #[test]
        fn no_header_makes_it_panic(header in ".{0,100}") {
            prop_assert!(!verify("secret", b"[]", Some(&header)));
        }
    }
}
