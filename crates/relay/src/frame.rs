//! What core and relay say to each other over the stream: binary WebSocket messages, the protocol's version first, then
//! the kind, then the content. Numbers are big-endian.

use std::fmt;

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::hex;
use crate::seal::PublicKey;

/// The version that this program speaks.
const VERSION: u8 = 1;
/// Greatest message, bytes: a sealed body with its frame.
pub(crate) const LIMIT: usize = crate::BODY_LIMIT + 1024 * 1024;

/// How often each side says that it is still there.
pub(crate) const BEAT: Duration = Duration::from_secs(5);
/// After two missed beats the other side is lost.
pub(crate) const LOST: Duration = Duration::from_secs(11);

/// Why a stream was closed: codes of the WebSocket's close frame (RFC 6455, 7.4).
pub(crate) mod close {
    /// The relay ends.
    pub(crate) const GOING_AWAY: u16 = 1001;
    /// The relay's disk fails.
    pub(crate) const FAILED: u16 = 1011;
    /// Another core has taken the mailbox over: do not come back by yourself.
    pub(crate) const TAKEN_OVER: u16 = 4001;
    /// The relay seals for another key.
    pub(crate) const WRONG_KEY: u16 = 4002;
    /// Something was said that is not understood.
    pub(crate) const PROTOCOL: u16 = 4003;
    /// Nothing is heard of the other side.
    pub(crate) const LOST: u16 = 4004;
}

/// What the core says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FromCore {
    /// First of all, in answer to the relay's challenge: who it is.
    Hello(Hello),
    /// Everything up to this number is durable, but for what it refused.
    Ack(u64),
    /// This one cannot be taken: changed, or not signed by the app.
    Refuse(u64),
    /// Still there.
    Beat,
}

/// What the relay says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FromRelay {
    /// First of all: something sealed that only the core can open; its hello has to bring what is inside.
    Challenge(Bytes),
    /// How many offline messages (webhooks, to be exact) are going to come.
    Announce(u64),
    /// One of them, with its number.
    Item(u64, Bytes),
    /// The announced ones are through; what follows is live.
    End,
    /// Still there.
    Beat,
}

/// Who dials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// A name for people.
    pub(crate) core: String,
    /// The key that it opens with, in its printed form: a relay that seals for another one is of no use.
    pub(crate) key: String,
    /// What was inside the relay's challenge, hexadecimal; empty when it could not be opened.
    pub(crate) proof: String,
    /// The apps whose webhooks it wants.
    pub(crate) apps: Vec<LentApp>,
}

/// What the core tells a relay of an app. Its debug form hides the secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LentApp {
    /// Its id.
    pub(crate) app_id: String,
    /// What verification must bring.
    pub(crate) verify_token: String,
    /// What webhooks are signed with, for the relay's memory only; empty when the core lends none.
    pub(crate) app_secrets: Vec<String>,
}

impl fmt::Debug for LentApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentApp")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

impl Hello {
    /// Whether it is from somebody who opens what is sealed for this key; constant time.
    pub(crate) fn opens(&self, key: &PublicKey, challenge: &[u8; 32]) -> bool {
        let proof = hex::read::<32>(&self.proof).unwrap_or_default();
        // An all-zero challenge would be met by an unreadable proof.
        let is_proven = bool::from(proof.ct_eq(challenge)) && *challenge != [0; 32];
        self.key == key.to_string() && is_proven
    }
}

const HELLO: u8 = 1;
const ACK: u8 = 2;
const REFUSE: u8 = 3;
const ANNOUNCE: u8 = 4;
const ITEM: u8 = 5;
const END: u8 = 6;
const STILL_HERE: u8 = 7;
const CHALLENGE: u8 = 8;

fn frame(kind: u8, parts: &[&[u8]]) -> Bytes {
    let mut bytes = vec![VERSION, kind];
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes.into()
}

/// Kind and content of a message in our version.
fn opened(bytes: &Bytes) -> Option<(u8, Bytes)> {
    match **bytes {
        [VERSION, kind, ..] => Some((kind, bytes.slice(2..))),
        _ => None,
    }
}

fn number(content: &[u8]) -> Option<u64> {
    content.try_into().ok().map(u64::from_be_bytes)
}

impl FromCore {
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Hello(hello) => {
                // Texts and lists of them: it cannot fail.
                let json = serde_json::to_vec(hello).unwrap_or_default();
                frame(HELLO, &[&json])
            }
            Self::Ack(seq) => frame(ACK, &[&seq.to_be_bytes()]),
            Self::Refuse(seq) => frame(REFUSE, &[&seq.to_be_bytes()]),
            Self::Beat => frame(STILL_HERE, &[]),
        }
    }

    /// The message in some bytes; `None` when there is none of our version.
    pub(crate) fn from_bytes(bytes: &Bytes) -> Option<Self> {
        let (kind, content) = opened(bytes)?;
        match kind {
            HELLO => serde_json::from_slice(&content).ok().map(Self::Hello),
            ACK => number(&content).map(Self::Ack),
            REFUSE => number(&content).map(Self::Refuse),
            STILL_HERE if content.is_empty() => Some(Self::Beat),
            _ => None,
        }
    }
}

impl FromRelay {
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Challenge(sealed) => frame(CHALLENGE, &[sealed]),
            Self::Announce(count) => frame(ANNOUNCE, &[&count.to_be_bytes()]),
            Self::Item(seq, sealed) => frame(ITEM, &[&seq.to_be_bytes(), sealed]),
            Self::End => frame(END, &[]),
            Self::Beat => frame(STILL_HERE, &[]),
        }
    }

    /// The message in some bytes; `None` when there is none of our version.
    pub(crate) fn from_bytes(bytes: &Bytes) -> Option<Self> {
        let (kind, content) = opened(bytes)?;
        match kind {
            CHALLENGE => Some(Self::Challenge(content)),
            ANNOUNCE => number(&content).map(Self::Announce),
            ITEM => {
                let seq = content.first_chunk().copied()?;
                Some(Self::Item(u64::from_be_bytes(seq), content.slice(8..)))
            }
            END if content.is_empty() => Some(Self::End),
            STILL_HERE if content.is_empty() => Some(Self::Beat),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hello() -> Hello {
        Hello {
            core: "node".to_owned(),
            key: "07".repeat(32),
            proof: "08".repeat(32),
            apps: vec![LentApp {
                app_id: "71".to_owned(),
                verify_token: "verify".to_owned(),
                app_secrets: vec!["secret".to_owned()],
            }],
        }
    }

    #[test]
    fn each_message_is_read_as_it_was_written() {
        for said in [
            FromCore::Hello(hello()),
            FromCore::Ack(u64::MAX),
            FromCore::Refuse(7),
            FromCore::Beat,
        ] {
            assert_eq!(FromCore::from_bytes(&said.to_bytes()), Some(said));
        }
        for said in [
            FromRelay::Challenge(Bytes::from_static(b"sealed")),
            FromRelay::Announce(10_000),
            FromRelay::Item(7, Bytes::from_static(b"sealed")),
            FromRelay::End,
            FromRelay::Beat,
        ] {
            assert_eq!(FromRelay::from_bytes(&said.to_bytes()), Some(said));
        }
    }

    #[test]
    fn another_version_is_none_of_ours() {
        let mut bytes = FromRelay::End.to_bytes().to_vec();
        bytes[0] = VERSION + 1;

        assert_eq!(FromRelay::from_bytes(&bytes.into()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_none(bytes in prop::collection::vec(any::<u8>(), 0..80), kind in 0_u8..10) {
            for start in [vec![], vec![VERSION, kind]] {
                let bytes: Bytes = [start, bytes.clone()].concat().into();
                if let Some(said) = FromRelay::from_bytes(&bytes) {
                    prop_assert_eq!(said.to_bytes(), bytes.clone());
                }
                FromCore::from_bytes(&bytes);
            }
        }
    }
}
