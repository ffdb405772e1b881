//! Message ids in the original's layout (`messages.md` section 8), minted from the row's key.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    secret: [u8; 32],
    /// Leave the other party's number out of the id.
    pub blank_number: bool,
}

/// What an id says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The message's key in the index.
    pub key: i64,
    /// Made for an outgoing message.
    pub outgoing: bool,
}

impl Minter {
    /// A minter with the deployment's secret.
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            secret,
            blank_number: false,
        }
    }

    /// The public id of a message.
    pub fn mint(&self, outgoing: bool, wa_id: &str, key: i64) -> MessageId {
        let _ = (outgoing, wa_id, key, self.secret);
        unimplemented!()
    }

    /// The key inside an id; `None` for an id that this deployment did not mint.
    pub fn open(&self, id: &str) -> Option<Opened> {
        let _ = id;
        unimplemented!()
    }
}
