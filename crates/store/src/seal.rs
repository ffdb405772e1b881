//! Encryption of secrets at rest: AES-256-GCM, a random nonce per record, the row's name as associated data.
//!
//! Sealed bytes are a version (one byte, 1), the nonce (12 bytes), the ciphertext and its tag (16 bytes).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{StoreError, file, hex};

/// The layout that this program writes.
const VERSION: u8 = 1;
/// Bytes of a nonce.
const NONCE: usize = 12;
/// What the sealing key is derived for: the file's own key never encrypts, so that keys derived for other purposes
/// say nothing about it.
const PURPOSE: &str = "landline store seal 1";

/// The key that seals.
pub struct Seal {
    key: [u8; 32],
    cipher: Aes256Gcm,
}

impl Seal {
    /// A seal with this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            cipher: Aes256Gcm::new(&hmac(&key, PURPOSE).into()),
        }
    }

    /// The seal whose key is in a file, 64 hexadecimal characters; a missing file is made with a new random key, for
    /// its owner only, and is durable before this returns.
    ///
    /// `Damaged` when the file holds something else, `Full` or `Backend` when it cannot be read or made.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        match fs::read_to_string(path) {
            Ok(text) => parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(not_a_key(path)),
            Err(error) => Err(file::refusal("read the key file", path, &error)),
        }
    }

    /// A key for another purpose, derived from the seal's (HMAC-SHA-256 over the purpose).
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        hmac(&self.key, purpose)
    }

    /// Seals bytes for one place in the store.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let encrypted = self
            .cipher
            .encrypt(&nonce.into(), payload)
            .map_err(|error| StoreError::Backend(format!("cannot seal {place}: {error}")))?;
        let mut sealed = Vec::with_capacity(1 + NONCE + encrypted.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&encrypted);
        Ok(sealed)
    }

    /// Opens bytes that were sealed for the same place; `Damaged` when a bit, the place or the key differs.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let damaged = |why: &str| StoreError::Damaged(format!("{place}: {why}"));
        let Some((&version, rest)) = sealed.split_first() else {
            return Err(damaged("it is empty"));
        };
        if version != VERSION {
            return Err(damaged("it is not sealed, or by a newer program"));
        }
        let Some((nonce, encrypted)) = rest.split_first_chunk::<NONCE>() else {
            return Err(damaged("it is cut off"));
        };
        let payload = Payload {
            msg: encrypted,
            aad: place.as_bytes(),
        };
        self.cipher
            .decrypt(&(*nonce).into(), payload)
            .map_err(|_| damaged("it was sealed with another key or for another place, or changed"))
    }
}

fn hmac(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    // It cannot fail: HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Backend(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

fn not_a_key(path: &Path) -> StoreError {
    StoreError::Damaged(format!(
        "the key file {} does not hold 64 hexadecimal characters",
        path.display()
    ))
}

fn parse(path: &Path, text: &str) -> Result<Seal, StoreError> {
    hex::decode(text.trim_ascii())
        .and_then(|bytes| bytes.try_into().ok())
        .map(Seal::new)
        .ok_or_else(|| not_a_key(path))
}

/// Makes the key file. Of two processes that try at the same time one wins, and both use its key: a key that is
/// replaced after something was sealed with it would lose that for ever.
fn make(path: &Path) -> Result<Seal, StoreError> {
    let refused = |error: &io::Error| file::refusal("make the key file", path, error);
    let text: String = hex::encode(&random::<32>()?);
    let new = beside(path)?;

    let written = write(&new, &text).and_then(|()| match fs::hard_link(&new, path) {
        // A file system without links; nothing better is left.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(&new, path),
        // Somebody else's key is there already, or now ours is.
        _ => fs::remove_file(&new),
    });
    if let Err(error) = written {
        fs::remove_file(&new).ok();
        return Err(refused(&error));
    }
    file::sync_directory_of(path).map_err(|error| refused(&error))?;

    let text = fs::read_to_string(path).map_err(|error| refused(&error))?;
    parse(path, &text)
}

/// A name beside the key file that no other process uses.
fn beside(path: &Path) -> Result<PathBuf, StoreError> {
    let tail: String = hex::encode(&random::<8>()?);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{tail}.new"));
    Ok(PathBuf::from(name))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = file::private().create_new(true).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn damaged<T>(result: &Result<T, StoreError>) -> bool {
        matches!(result, Err(StoreError::Damaged(_)))
    }

    #[test]
    fn what_was_sealed_opens_at_its_place_with_its_key_only() {
        let seal = Seal::new([7; 32]);

        let sealed = seal.seal("main/user/admin", b"secret").unwrap();

        assert_eq!(seal.open("main/user/admin", &sealed).unwrap(), b"secret");
        assert!(damaged(&seal.open("main/user/other", &sealed)));
        assert!(damaged(
            &Seal::new([8; 32]).open("main/user/admin", &sealed)
        ));
    }

    #[test]
    fn the_same_bytes_are_never_sealed_alike() {
        let seal = Seal::new([7; 32]);

        assert_ne!(
            seal.seal("a", b"same").unwrap(),
            seal.seal("a", b"same").unwrap()
        );
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_key() {
        let seal = Seal::new([7; 32]);

        assert_eq!(seal.derive("ids"), Seal::new([7; 32]).derive("ids"));
        assert_ne!(seal.derive("ids"), seal.derive("other"));
        assert_ne!(seal.derive("ids"), Seal::new([8; 32]).derive("ids"));
    }

    #[test]
    fn derive_is_hmac_sha_256() {
        // The standard's own cases have no 32-byte key; this value is from another implementation (openssl).
        let key = Seal::new([0x0b; 32]).derive("Hi There");

        assert_eq!(
            hex::encode(&key),
            "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7"
        );
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");

        let first = Seal::from_file(&path).unwrap();
        let again = Seal::from_file(&path).unwrap();

        assert_eq!(first.derive("x"), again.derive("x"));
        assert_eq!(fs::read_to_string(&path).unwrap().trim_end().len(), 64);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn programs_that_start_together_use_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");

        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let open = || Seal::from_file(&path).unwrap().derive("x");
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });

        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[rstest::rstest]
    #[case("")]
    #[case("abc")]
    #[case("zz00000000000000000000000000000000000000000000000000000000000000")]
    #[case("0000000000000000000000000000000000000000000000000000000000000000 00")]
    fn another_kind_of_key_file_is_damaged(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        fs::write(&path, text).unwrap();

        assert!(damaged(&Seal::from_file(&path)));
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "it is left alone");
    }

    proptest! {
        #[test]
        fn a_flipped_bit_does_not_open(
            plain in prop::collection::vec(any::<u8>(), 0..64),
            bit in any::<prop::sample::Index>(),
        ) {
            let seal = Seal::new([7; 32]);
            let mut sealed = seal.seal("place", &plain).unwrap();
            let bit = bit.index(sealed.len() * 8);

            sealed[bit / 8] ^= 1 << (bit % 8);

            prop_assert!(damaged(&seal.open("place", &sealed)));
        }

        #[test]
        fn foreign_bytes_are_damaged_and_nothing_worse(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(damaged(&Seal::new([7; 32]).open("place", &bytes)));
        }
    }
}
