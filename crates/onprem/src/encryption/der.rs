//! The little of DER that a public key needs: `SubjectPublicKeyInfo` (RFC 5280, 4.1) around `RSAPublicKey` (RFC 8017, A.1.1).

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
/// 1.2.840.113549.1.1.1, `rsaEncryption`.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const DAMAGED: &str = "is damaged: its content is no public key";

/// The length of an RSA key in bits, or what is wrong.
pub(super) fn rsa_bits(der: &[u8]) -> Result<usize, &'static str> {
    let info = alone(SEQUENCE, der).ok_or(DAMAGED)?;
    let (algorithm, key) = element(SEQUENCE, info).ok_or(DAMAGED)?;
    let (identifier, _) = element(OBJECT_IDENTIFIER, algorithm).ok_or(DAMAGED)?;
    if identifier != RSA {
        return Err("is not an RSA key");
    }
    let modulus = modulus(key).ok_or(DAMAGED)?;
    let leading = modulus.first().map_or(0, |first| first.leading_zeros());
    let leading = usize::try_from(leading).unwrap_or_default();
    Ok((modulus.len() * 8).saturating_sub(leading))
}

/// The modulus inside a bit string, without its leading zero.
fn modulus(key: &[u8]) -> Option<&[u8]> {
    // The first byte says how many bits of the last one are unused.
    let key = alone(BIT_STRING, key)?.strip_prefix(&[0])?;
    let (modulus, exponent) = element(INTEGER, alone(SEQUENCE, key)?)?;
    let exponent = alone(INTEGER, exponent)?;
    let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
    let modulus = match modulus {
        [0, rest @ ..] => rest,
        // Anything else with its highest bit set would be negative.
        [first, ..] if *first < 0x80 => modulus,
        _ => return None,
    };
    (is_odd && modulus.first() != Some(&0)).then_some(modulus)
}

/// The content of the only element of an input.
fn alone(tag: u8, input: &[u8]) -> Option<&[u8]> {
    element(tag, input).and_then(|(content, rest)| rest.is_empty().then_some(content))
}

/// The content of the first element, and what stands behind it.
fn element(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(short - 0x80))?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length * 256 + usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_survived(der: Vec<u8>) {
            prop_assert!(rsa_bits(&der).is_err());
        }

        #[test]
        fn what_is_behind_an_element_stays(content in prop::collection::vec(any::<u8>(), 0..300), rest: Vec<u8>) {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            let der = [&[SEQUENCE, 0x82][..], &length, &content, &rest].concat();
            prop_assert_eq!(element(SEQUENCE, &der), Some((&*content, &*rest)));
            prop_assert_eq!(element(INTEGER, &der), None);
        }
    }
}
