//! The form of a backup: a header, then what it holds, encrypted; as base64.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `LANDLINE` |
//! | 1 | version: 1 |
//! | 4, 4, 4 | Argon2id: memory in KiB, passes, lanes; big-endian |
//! | 16 | salt |
//! | 12 | nonce |
//! | rest | AES-256-GCM under the key that Argon2id derives from the password; the whole header is authenticated with it |

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MAGIC: &[u8; 8] = b"LANDLINE";
/// The form that this program writes, and the newest that it reads.
const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 12;
/// Bytes before what is encrypted.
const HEADER: usize = MAGIC.len() + 1 + 3 * 4 + SALT + NONCE;
const KEY: usize = 32;

/// What deriving the key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Cost {
    /// Of a new backup: 64 MiB and three passes, as RFC 9106 recommends where memory is short. A backup lies about for
    /// years, and whoever finds it may guess for as long.
    pub(super) const NEW: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// The most that a header may ask for.
    pub(super) const MOST: Self = Self {
        memory_kib: 128 * 1024,
        passes: 8,
        lanes: 4,
    };

    fn is_within(self, most: Self) -> bool {
        self.memory_kib <= most.memory_kib && self.passes <= most.passes && self.lanes <= most.lanes
    }
}

/// Why a backup was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unopened {
    /// It does not begin like one.
    #[error("it is no backup of Landline; those of the original client cannot be read")]
    Foreign,
    /// It was made by a newer program.
    #[error("it has form {0}, this program reads form {VERSION}: a newer one can restore it")]
    Newer(u8),
    /// Its header asks for what no backup needs.
    #[error("its header asks for more memory or time than any backup needs")]
    Costly,
    /// The password is another one, or something was changed.
    #[error("the password is not this backup's, or the backup was changed")]
    Locked,
}

/// Encrypts. Computes for a good part of a second: not for async threads.
pub(super) fn seal(password: &str, plain: &[u8], cost: Cost) -> Result<String, String> {
    let mut random = [0; SALT + NONCE];
    getrandom::fill(&mut random).map_err(|error| format!("no random bytes: {error}"))?;
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&random);

    let header = Header::read(&bytes).map_err(|error| error.to_string())?;
    let key = header.key(password).map_err(|error| error.to_string())?;
    let payload = Payload {
        msg: plain,
        aad: &bytes,
    };
    let encrypted = Aes256Gcm::new(&key.into())
        .encrypt(&header.nonce.into(), payload)
        .map_err(|error| error.to_string())?;
    bytes.extend_from_slice(&encrypted);
    Ok(STANDARD.encode(bytes))
}

/// Decrypts. Computes as long, and no longer than the bounds allow.
pub(super) fn open(password: &str, data: &str) -> Result<Vec<u8>, Unopened> {
    let bytes = STANDARD
        .decode(data.trim_ascii())
        .map_err(|_| damage_of(data))?;
    let header = Header::read(&bytes)?;
    let (aad, encrypted) = bytes.split_at_checked(HEADER).ok_or(Unopened::Locked)?;
    let key = header.key(password).map_err(|_| Unopened::Costly)?;
    let payload = Payload {
        msg: encrypted,
        aad,
    };
    Aes256Gcm::new(&key.into())
        .decrypt(&header.nonce.into(), payload)
        .map_err(|_| Unopened::Locked)
}

/// What is wrong with a text that is not base64: it was ours, or it never was.
fn damage_of(data: &str) -> Unopened {
    // The first six of the eight letters, as base64 has them.
    let ours = STANDARD.encode(MAGIC.get(..6).unwrap_or_default());
    if data.trim_ascii().starts_with(&ours) {
        Unopened::Locked
    } else {
        Unopened::Foreign
    }
}

/// What a header says.
struct Header {
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, Unopened> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Unopened::Foreign)?;
        let (version, rest) = rest.split_first().ok_or(Unopened::Locked)?;
        if *version != VERSION {
            return Err(Unopened::Newer(*version));
        }
        let (memory_kib, rest) = number(rest)?;
        let (passes, rest) = number(rest)?;
        let (lanes, rest) = number(rest)?;
        let (salt, rest) = rest.split_first_chunk().ok_or(Unopened::Locked)?;
        let (nonce, _) = rest.split_first_chunk().ok_or(Unopened::Locked)?;
        let cost = Cost {
            memory_kib,
            passes,
            lanes,
        };
        // Before anything is allocated.
        if !cost.is_within(Cost::MOST) {
            return Err(Unopened::Costly);
        }
        Ok(Self {
            cost,
            salt: *salt,
            nonce: *nonce,
        })
    }

    /// An error for parameters that Argon2 does not have, such as no memory at all.
    fn key(&self, password: &str) -> Result<[u8; KEY], argon2::Error> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(KEY))?;
        let mut key = [0; KEY];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            password.as_bytes(),
            &self.salt,
            &mut key,
        )?;
        Ok(key)
    }
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), Unopened> {
    let (number, rest) = bytes.split_first_chunk().ok_or(Unopened::Locked)?;
    Ok((u32::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const PASSWORD: &str = "seven quiet harbours";
    /// The least that Argon2 has.
    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn sealed(plain: &[u8]) -> String {
        seal(PASSWORD, plain, CHEAP).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_with_its_password_only() {
        let data = seal(PASSWORD, b"content", Cost::NEW).unwrap();

        assert_eq!(open(PASSWORD, &data).unwrap(), b"content");
        assert_eq!(open(PASSWORD, &format!(" {data}\n")).unwrap(), b"content");
        for wrong in ["seven quiet harbour", "Seven quiet harbours", ""] {
            assert_eq!(open(wrong, &data), Err(Unopened::Locked));
        }
        assert!(data.starts_with("TEFORExJTkUB"), "{data}");
    }

    #[test]
    fn the_same_content_is_never_sealed_alike() {
        assert_ne!(sealed(b"content"), sealed(b"content"));
    }

    /// So that later programs keep reading what this one writes.
    #[test]
    fn a_backup_of_today_opens_for_ever() {
        const DATA: &str = "TEFORExJTkUBAAEAAAAAAAMAAAABOKBJy4rXs+jwLdUjNgKFaMKebX9TCQs1KaaN/+uYP95cQAxtQPE0xFH6xQCujNGc3CPLu0DclYZU/q9/LAZFoiQ=";

        assert_eq!(open(PASSWORD, DATA).unwrap(), b"a backup of version 1");
    }

    fn with_header(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = STANDARD.decode(sealed(b"content")).unwrap();
        change(&mut bytes);
        STANDARD.encode(bytes)
    }

    #[rstest]
    #[case::memory(9, Cost::MOST.memory_kib)]
    #[case::passes(13, Cost::MOST.passes)]
    #[case::lanes(17, Cost::MOST.lanes)]
    fn a_hostile_header_costs_nothing(#[case] at: usize, #[case] most: u32) {
        for asked in [most + 1, u32::MAX] {
            let data = with_header(|bytes| bytes[at..at + 4].copy_from_slice(&asked.to_be_bytes()));

            assert_eq!(open(PASSWORD, &data), Err(Unopened::Costly));
        }
        let nothing = with_header(|bytes| bytes[at..at + 4].fill(0));
        assert_eq!(open(PASSWORD, &nothing), Err(Unopened::Costly));
    }

    #[rstest]
    #[case::of_another_program("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Unopened::Foreign)]
    #[case::nothing("", Unopened::Foreign)]
    #[case::no_base64("{\"backup\": 1}", Unopened::Foreign)]
    #[case::cut("TEFORExJTkUBAAAA", Unopened::Locked)]
    #[case::cut_short("TEFORExJ", Unopened::Foreign)]
    #[case::newer("TEFORExJTkUCAAAA", Unopened::Newer(2))]
    #[case::broken("TEFORExJTkUBAAAA!", Unopened::Locked)]
    fn what_is_no_backup_is_told(#[case] data: &str, #[case] expected: Unopened) {
        assert_eq!(open(PASSWORD, data), Err(expected));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(plain in prop::collection::vec(any::<u8>(), 0..80), bit in any::<prop::sample::Index>()) {
            let mut bytes = STANDARD.decode(sealed(&plain)).unwrap();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);

            prop_assert!(open(PASSWORD, &STANDARD.encode(bytes)).is_err());
        }

        #[test]
        fn any_other_character_is_refused(at in any::<prop::sample::Index>(), other in any::<char>()) {
            let mut text: Vec<char> = sealed(b"content").chars().collect();
            let at = at.index(text.len());
            prop_assume!(text[at] != other);
            text[at] = other;

            prop_assert!(open(PASSWORD, &text.into_iter().collect::<String>()).is_err());
        }

        #[test]
        fn cut_or_grown_it_is_refused(length in any::<prop::sample::Index>(), more in prop::collection::vec(any::<u8>(), 1..40)) {
            let bytes = STANDARD.decode(sealed(b"content")).unwrap();
            let cut = &bytes[..length.index(bytes.len())];
            let grown = [&bytes[..], &more].concat();

            prop_assert!(open(PASSWORD, &STANDARD.encode(cut)).is_err());
            prop_assert!(open(PASSWORD, &STANDARD.encode(grown)).is_err());
        }

        #[test]
        fn whatever_comes_is_an_answer(data in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(open(PASSWORD, &data).is_err());
            prop_assert!(open(PASSWORD, &STANDARD.encode([&MAGIC[..], &bytes].concat())).is_err());
        }
    }
}
