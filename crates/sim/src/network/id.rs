//! Message ids and media ids. They never repeat: each start has its own epoch, which is on disk before the first id of
//! it is given, and counts within it in memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bits of the count within an epoch; above them stands the epoch.
const COUNT_BITS: u32 = 36;
/// Odd, so that multiplying by it can be undone.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const UNSPREAD: u64 = inverse(SPREAD);
/// Longest customer id that an id repeats.
const LONGEST_NAME: usize = 24;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The business.
    Out,
    /// The customer.
    In,
}

/// Gives ids, and knows its own again.
pub(crate) struct Ids {
    epoch: u64,
    key: u64,
    messages: u64,
    media: u64,
}

impl Ids {
    /// `key` only makes ids look like nothing in particular.
    pub(crate) fn new(epoch: u64, key: u64) -> Self {
        Self {
            epoch,
            key,
            messages: 0,
            media: 0,
        }
    }

    /// `wamid.…`, with the customer's number inside, as the real ones have it.
    pub(crate) fn message(&mut self, customer: &str, direction: Direction) -> String {
        self.messages += 1;
        let serial = (self.epoch << COUNT_BITS) | self.messages;
        let name: Vec<u8> = customer.bytes().take(LONGEST_NAME).collect();
        let mut bytes = vec![0x1C, 0x18, u8::try_from(name.len()).unwrap_or(0)];
        bytes.extend(name);
        bytes.extend([0x15, 0x02, 0x00, mark(direction), 0x18, 0x10]);
        bytes.extend(format!("{:016X}", serial.wrapping_mul(SPREAD) ^ self.key).bytes());
        bytes.push(0);
        format!("wamid.{}", STANDARD.encode(bytes))
    }

    /// The customer and direction of an id that was given by this network, now or before a restart.
    pub(crate) fn read(&self, id: &str) -> Option<(String, Direction)> {
        let bytes = STANDARD.decode(id.strip_prefix("wamid.")?).ok()?;
        let (length, rest) = bytes.strip_prefix(&[0x1C, 0x18])?.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (direction, rest) = rest.strip_prefix(&[0x15, 0x02, 0x00])?.split_first()?;
        let digits = rest.strip_prefix(&[0x18, 0x10])?.strip_suffix(&[0])?;
        let scrambled = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        let serial = (scrambled ^ self.key).wrapping_mul(UNSPREAD);
        let (epoch, count) = (serial >> COUNT_BITS, serial & ((1 << COUNT_BITS) - 1));
        let given = count > 0
            && (epoch < self.epoch || (epoch == self.epoch && count <= self.messages))
            && epoch > 0;
        let direction = [Direction::Out, Direction::In]
            .into_iter()
            .find(|side| mark(*side) == *direction)?;
        given.then_some((String::from_utf8(name.to_vec()).ok()?, direction))
    }

    /// Digits only.
    pub(crate) fn media(&mut self) -> String {
        self.media += 1;
        format!("{}{:010}", 1000 + self.epoch, self.media)
    }
}

fn mark(direction: Direction) -> u8 {
    match direction {
        Direction::Out => 0x11,
        Direction::In => 0x12,
    }
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration.
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut round = 0;
    while round < 6 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::{Direction, Ids};

    #[test]
    fn ids_do_not_repeat_within_or_across_starts() {
        let mut seen = HashSet::new();

        for epoch in 1..5 {
            let mut ids = Ids::new(epoch, 77);
            for _ in 0..1000 {
                assert!(seen.insert(ids.message("12025550143", Direction::Out)));
                assert!(seen.insert(ids.message("12025550143", Direction::In)));
                assert!(seen.insert(ids.media()));
            }
        }
    }

    #[test]
    fn an_id_is_known_again_after_a_restart() {
        let id = Ids::new(3, 9).message("12025550143", Direction::In);

        assert_eq!(
            Ids::new(4, 9).read(&id),
            Some(("12025550143".to_owned(), Direction::In))
        );
        assert!((40..=120).contains(&id.len()), "{id}");
    }

    #[test]
    fn an_id_that_was_never_given_is_unknown() {
        let later = Ids::new(9, 9).message("12025550143", Direction::In);

        assert_eq!(Ids::new(4, 9).read(&later), None);
        assert_eq!(Ids::new(9, 9).read(&later), None);
        assert_eq!(Ids::new(4, 9).read("wamid.HBgLMTIwMjU1NTAxNDM="), None);
    }

    proptest! {
        #[test]
        fn reading_any_text_is_safe(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            use base64::Engine as _;
            let ids = Ids::new(2, 1);
            prop_assert_eq!(ids.read(&text), None);
            let coded = base64::engine::general_purpose::STANDARD.encode(&bytes);
            prop_assert_eq!(ids.read(&format!("wamid.{coded}")), None);
        }
    }
}
