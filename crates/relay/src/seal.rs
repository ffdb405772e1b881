//! The seal on what lies at a relay elsewhere: anybody who has the deployment's public key can close it, only its core
//! can open it.
//!
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; a new ephemeral key for each
//! letter. Sealed bytes are a version (one byte, 1), the encapsulated key (32 bytes), the ciphertext and its tag
//! (16 bytes). Who sealed says nothing: the network's signature inside is what counts.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::agreement;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke as _, HpkePrivateKey, HpkePublicKey};

/// The layout that this program writes.
const VERSION: u8 = 1;
/// Bytes of a key.
const KEY: usize = 32;
/// What the seal is for.
const INFO: &[u8] = b"landline relay mailbox 1";

/// What a relay seals with; 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; KEY]);

/// What the core opens with.
pub struct SecretKey {
    secret: HpkePrivateKey,
    public: PublicKey,
}

/// Why something is not sealed or not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not 64 hexadecimal digits, or no point of the curve.
    #[error("a public key has 64 hexadecimal digits, as `landline relay-key` prints them")]
    Key,
    /// The library refuses.
    #[error("it cannot be sealed: {0}")]
    Sealing(String),
    /// Cut off, or of another version.
    #[error("it is cut off, or sealed by a newer program")]
    Layout,
    /// Changed, or sealed for another key.
    #[error("it was changed, or sealed for another key")]
    Closed,
}

impl PublicKey {
    /// A key from its bytes.
    pub fn from_bytes(bytes: [u8; KEY]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    /// Seals bytes for the key's owner.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let (encapsulated, encrypted) = SUITE
            .seal(INFO, &[VERSION], plain, &HpkePublicKey(self.0.to_vec()))
            .map_err(|error| SealError::Sealing(error.to_string()))?;
        let mut sealed = Vec::with_capacity(1 + KEY + encrypted.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&encapsulated.0);
        sealed.extend_from_slice(&encrypted);
        Ok(sealed)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PublicKey {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let key = crate::hex::read(text.trim()).ok_or(SealError::Key)?;
        Self(key).seal(b"").map_err(|_| SealError::Key)?;
        Ok(Self(key))
    }
}

impl SecretKey {
    /// The key that belongs to a secret of the deployment.
    pub fn from_secret(secret: [u8; KEY]) -> Result<Self, SealError> {
        let public = agreement::PrivateKey::from_private_key(&agreement::X25519, &secret)
            .map_err(|_| SealError::Key)?
            .compute_public_key()
            .map_err(|_| SealError::Key)?;
        let public = public.as_ref().try_into().map_err(|_| SealError::Key)?;
        Ok(Self {
            secret: HpkePrivateKey::from(secret.to_vec()),
            public: PublicKey(public),
        })
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Opens what was sealed for this key; never panics, whatever the bytes are.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(SealError::Layout);
        };
        let Some((encapsulated, encrypted)) = rest.split_first_chunk::<KEY>() else {
            return Err(SealError::Layout);
        };
        let encapsulated = EncapsulatedSecret(encapsulated.to_vec());
        SUITE
            .open(&encapsulated, INFO, &[VERSION], encrypted, &self.secret)
            .map_err(|_| SealError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_secret([7; 32]).unwrap()
    }

    #[test]
    fn only_the_keys_owner_opens_it() {
        let sealed = key().public().seal(b"from Ada").unwrap();

        assert_eq!(key().open(&sealed).unwrap(), b"from Ada");
        let other = SecretKey::from_secret([8; 32]).unwrap();
        assert_eq!(other.open(&sealed), Err(SealError::Closed));
        assert!(!sealed.windows(4).any(|window| window == b"from"));
        assert_ne!(sealed, key().public().seal(b"from Ada").unwrap());
    }

    #[test]
    fn a_public_key_is_read_as_it_is_printed() {
        let printed = key().public().to_string();

        assert_eq!(printed.parse(), Ok(key().public()));
        for wrong in [
            "",
            "07",
            &format!("{printed}0"),
            &"zz".repeat(32),
            &"00".repeat(32),
        ] {
            assert_eq!(wrong.parse::<PublicKey>(), Err(SealError::Key), "{wrong}");
        }
    }

    #[test]
    fn the_public_half_is_that_of_the_curve() {
        // From another implementation of X25519.
        assert_eq!(
            key().public().to_string(),
            "13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d"
        );
    }

    proptest! {
        #[test]
        fn a_flipped_bit_does_not_open(
            plain in prop::collection::vec(any::<u8>(), 0..64),
            bit in any::<prop::sample::Index>(),
        ) {
            let mut sealed = key().public().seal(&plain).unwrap();
            let bit = bit.index(sealed.len() * 8);
            // X25519 does not look at the highest bit of a point.
            prop_assume!(bit != 32 * 8 + 7);

            sealed[bit / 8] ^= 1 << (bit % 8);

            prop_assert!(key().open(&sealed).is_err());
        }

        #[test]
        fn foreign_bytes_do_not_open_and_do_nothing_worse(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(key().open(&bytes).is_err());
        }
    }
}
