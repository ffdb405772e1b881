//! Message ids in the original's layout (`messages.md` section 8), minted from the row's key.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0 | 0x80 outgoing, 0x00 incoming |
//! | 1 | 0x11 |
//! | 2 | low 7 bits: BCD bytes that follow; high bit: the number of digits is odd |
//! | 3 … | the other party's number, two digits a byte, an odd one filled up with F |
//! | then | 0x02, 0x09 |
//! | last 9 | the row's key (64 bits) and a tag byte, scrambled |

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A public message id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Mints ids and opens them: the nine opaque bytes hold the row's key, scrambled with the deployment's secret.
#[derive(Clone)]
pub struct Minter {
    /// Has taken in the secret; each use begins with a copy of it, which saves half of the hashing.
    mac: Hmac<Sha256>,
    /// Leave the other party's number out of the id.
    blank_number: bool,
}

/// What an id says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The message's key in the index.
    pub key: i64,
    /// Made for an outgoing message.
    pub outgoing: bool,
}

const OUTGOING: u8 = 0x80;
const INCOMING: u8 = 0x00;
const CONSTANT: u8 = 0x11;
/// Before the opaque bytes: a constant and their number.
const OPAQUE_MARK: [u8; 2] = [0x02, 0x09];
/// The ninth opaque byte before scrambling: ids of other deployments show themselves by another one.
const TAG: u8 = 0x4c;
/// Longer "numbers" are left out, so that an id stays below 128 characters.
const MOST_DIGITS: usize = 30;
const ODD: u8 = 0x80;
const FILLER: u8 = 0x0f;
/// Longest id worth looking at, characters.
const LONGEST: usize = 128;

impl Minter {
    /// A minter with the deployment's secret.
    pub fn new(secret: [u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to its block size; doing it here leaves no error to handle.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(secret) {
            *to = from;
        }
        Self {
            mac: Hmac::new(&block.into()),
            blank_number: false,
        }
    }

    /// The same, which leaves the other party's number out of ids, or not. Either opens what the other has minted.
    #[must_use]
    pub fn blanking(mut self, blank_number: bool) -> Self {
        self.blank_number = blank_number;
        self
    }

    /// The public id of a message.
    pub fn mint(&self, outgoing: bool, wa_id: &str, key: i64) -> MessageId {
        let mut bytes = Vec::with_capacity(32);
        bytes.push(if outgoing { OUTGOING } else { INCOMING });
        bytes.push(CONSTANT);
        push_number(&mut bytes, if self.blank_number { "" } else { wa_id });
        bytes.extend(OPAQUE_MARK);
        let opaque = self.scramble(&bytes, Halves::new(key));
        bytes.extend(opaque.left);
        bytes.extend(opaque.right);
        MessageId(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The key inside an id; `None` for an id that this deployment did not mint.
    pub fn open(&self, id: &str) -> Option<Opened> {
        if id.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let (header, &[l0, l1, l2, l3, r0, r1, r2, r3, r4]) = bytes.split_last_chunk::<9>()?;
        let outgoing = direction(header)?;
        let halves = Halves {
            left: [l0, l1, l2, l3],
            right: [r0, r1, r2, r3, r4],
        };
        let key = self.unscramble(header, halves).key()?;
        Some(Opened { key, outgoing })
    }

    /// A Feistel network of six rounds over halves of four and five bytes. Every round takes in the bytes before, so
    /// that neither the direction nor the number can be changed without changing the key.
    fn scramble(&self, header: &[u8], mut halves: Halves) -> Halves {
        for round in 0..3 {
            halves.stir_right(&self.mask(2 * round, header, &halves.left));
            halves.stir_left(&self.mask(2 * round + 1, header, &halves.right));
        }
        halves
    }

    fn unscramble(&self, header: &[u8], mut halves: Halves) -> Halves {
        for round in (0..3).rev() {
            halves.stir_left(&self.mask(2 * round + 1, header, &halves.right));
            halves.stir_right(&self.mask(2 * round, header, &halves.left));
        }
        halves
    }

    fn mask(&self, round: u8, header: &[u8], half: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(&[round]);
        mac.update(header);
        mac.update(half);
        mac.finalize().into_bytes().into()
    }
}

/// The nine opaque bytes.
#[derive(Clone, Copy)]
struct Halves {
    left: [u8; 4],
    right: [u8; 5],
}

impl Halves {
    fn new(key: i64) -> Self {
        let [l0, l1, l2, l3, r0, r1, r2, r3] = key.to_be_bytes();
        Self {
            left: [l0, l1, l2, l3],
            right: [r0, r1, r2, r3, TAG],
        }
    }

    fn key(self) -> Option<i64> {
        let ([l0, l1, l2, l3], [r0, r1, r2, r3, tag]) = (self.left, self.right);
        (tag == TAG).then(|| i64::from_be_bytes([l0, l1, l2, l3, r0, r1, r2, r3]))
    }

    fn stir_left(&mut self, mask: &[u8; 32]) {
        for (byte, mask) in self.left.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }

    fn stir_right(&mut self, mask: &[u8; 32]) {
        for (byte, mask) in self.right.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

/// Writes the count byte and the digits. What is no number (a business-scoped user id) leaves them empty.
fn push_number(bytes: &mut Vec<u8>, wa_id: &str) {
    let digits = wa_id.as_bytes();
    if digits.len() > MOST_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        bytes.push(0);
        return;
    }
    let pairs = digits.chunks(2);
    let odd = if digits.len() % 2 == 1 { ODD } else { 0 };
    bytes.push(odd | u8::try_from(pairs.len()).unwrap_or(0));
    bytes.extend(pairs.map(|pair| match *pair {
        [high, low] => (high - b'0') << 4 | (low - b'0'),
        [high] => (high - b'0') << 4 | FILLER,
        _ => 0,
    }));
}

/// Checks what stands before the opaque bytes, and reads the direction: whether it is outgoing.
fn direction(header: &[u8]) -> Option<bool> {
    let (&[direction, CONSTANT, count], rest) = header.split_first_chunk::<3>()? else {
        return None;
    };
    let (number, mark) = rest.split_last_chunk::<2>()?;
    let odd = count & ODD != 0;
    if *mark != OPAQUE_MARK || number.len() != usize::from(count & !ODD) || !is_number(number, odd)
    {
        return None;
    }
    match direction {
        OUTGOING => Some(true),
        INCOMING => Some(false),
        _ => None,
    }
}

fn is_number(bytes: &[u8], odd: bool) -> bool {
    let even_part = if odd {
        match bytes.split_last() {
            Some((last, before)) if last >> 4 <= 9 && last & 0x0f == FILLER => before,
            _ => return false,
        }
    } else {
        bytes
    };
    even_part
        .iter()
        .all(|byte| byte >> 4 <= 9 && byte & 0x0f <= 9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minter() -> Minter {
        Minter::new(*b"a secret of thirty-two bytes ...")
    }

    #[test]
    fn the_layout_never_changes() {
        let minter = minter();

        // Callers keep ids, and the next version has to open them. Computed by another program.
        for (id, minted) in [
            (SNAPSHOT_OUT, minter.mint(true, "12025550143", 42)),
            (SNAPSHOT_IN, minter.mint(false, "491555001002", i64::MAX)),
            (SNAPSHOT_BLANK, minter.mint(true, "DE.4815162342", 1)),
        ] {
            assert_eq!(minted.as_str(), id);
        }
    }

    const SNAPSHOT_OUT: &str = "gBGGEgJVUBQ_Agl0jmhOlE5CzzA";
    const SNAPSHOT_IN: &str = "ABEGSRVVABACAgkP6_bBPgHjdCM";
    const SNAPSHOT_BLANK: &str = "gBEAAgk-tzI28gTSm-Q";

    #[test]
    fn the_bytes_before_are_the_originals() {
        let id = minter().mint(true, "12025550143", 7);
        let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap();

        assert_eq!(id.as_str().len(), 27);
        assert_eq!(bytes.len(), 20);
        assert_eq!(
            bytes[..11],
            [
                0x80, 0x11, 0x86, 0x12, 0x02, 0x55, 0x50, 0x14, 0x3f, 0x02, 0x09
            ]
        );
    }

    #[test]
    fn a_blank_number_leaves_no_digit_in_the_id() {
        let minter = minter().blanking(true);
        let id = minter.mint(false, "12025550143", 7);
        let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap();

        assert_eq!(bytes[..5], [0x00, 0x11, 0x00, 0x02, 0x09]);
        assert_eq!(
            minter.open(id.as_str()),
            Some(Opened {
                key: 7,
                outgoing: false
            })
        );
    }

    #[test]
    fn neighbours_look_unlike() {
        let minter = minter();
        let tail = |key| {
            let id = minter.mint(true, "12025550143", key);
            let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap();
            bytes[11..].to_vec()
        };

        let (one, two) = (tail(1), tail(2));

        let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        assert!(same < 3, "{one:x?} {two:x?}");
    }

    #[test]
    fn foreign_ids_hardly_ever_open() {
        let (ours, theirs) = (minter(), Minter::new([9; 32]));

        let opened = (0..4096)
            .filter(|&key| {
                ours.open(theirs.mint(true, "12025550143", key).as_str())
                    .is_some()
            })
            .count();

        // One in 256 has the right tag by chance: 16 of 4096, give or take.
        assert!(opened < 48, "{opened}");
    }

    #[test]
    fn an_id_with_another_direction_or_number_hardly_ever_opens() {
        let minter = minter();
        let mut opened = 0;
        for key in 0..1024 {
            let id = minter.mint(true, "12025550143", key);
            for (place, bit) in [(0, 0x80), (5, 0x01)] {
                let mut bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap();
                bytes[place] ^= bit;
                let opened_key = minter.open(&URL_SAFE_NO_PAD.encode(bytes));
                assert_ne!(opened_key.map(|opened| opened.key), Some(key));
                opened += usize::from(opened_key.is_some());
            }
        }
        assert!(opened < 32, "{opened}");
    }

    #[test]
    fn ids_of_another_make_do_not_open() {
        for id in [
            "",
            "wamid.HBgLMTIwMjU1NTAxNDMVAgARGBI",
            "gBGH",
            "ABGGFlA5Fpa",
            "%%%",
            "é",
        ] {
            assert_eq!(minter().open(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_is_minted_opens(
            outgoing: bool,
            wa_id in "[0-9]{0,40}|[A-Z]{2}\\.[A-Za-z0-9]{1,40}|\\PC{0,8}",
            key: i64,
            blank: bool,
        ) {
            let id = minter().blanking(blank).mint(outgoing, &wa_id, key);
            // Whatever the setting is now.
            for now in [false, true] {
                let minter = minter().blanking(now);
                prop_assert_eq!(minter.open(id.as_str()), Some(Opened { key, outgoing }));
            }
            prop_assert!(id.as_str().len() <= LONGEST);
            prop_assert!(id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }

        #[test]
        fn any_text_is_survived(id in "\\PC*|[A-Za-z0-9_-]{0,140}") {
            // What opens by chance has to be an id in every respect but its secret.
            if let Some(opened) = minter().open(&id) {
                let bytes = URL_SAFE_NO_PAD.decode(&id).unwrap();
                prop_assert_eq!(bytes[0] == OUTGOING, opened.outgoing);
                prop_assert_eq!(bytes[1], CONSTANT);
            }
        }

        #[test]
        fn any_bytes_in_the_right_layout_are_survived(
            direction in prop_oneof![Just(0x80_u8), Just(0), any::<u8>()],
            count: u8,
            rest in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut bytes = vec![direction, CONSTANT, count & 0x87];
            bytes.extend(rest);
            let opened = minter().open(&URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(opened.is_none() || direction == OUTGOING || direction == INCOMING);
        }
    }
}
