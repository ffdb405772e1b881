//! What an outbox row holds, and the opaque callback data that names it.

use onprem::message::Outgoing;
use serde::{Deserialize, Serialize};
use store::Key;

/// The body of an outbox row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parcel {
    /// A message to a customer.
    Message(Box<Outgoing>),
    /// A customer's message was read.
    Receipt {
        /// The network's id of it.
        network_id: String,
    },
}

impl Parcel {
    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Maps with text keys and plain values only: serialising cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads stored bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// `ll1.<deployment>.<message>`: what a send carries so that a status can name it although its answer was lost.
pub fn opaque(deployment: &str, message: Key) -> String {
    format!("ll1.{deployment}.{message}")
}

/// The message that opaque data of this deployment names.
pub fn read_opaque(deployment: &str, data: &str) -> Option<Key> {
    data.strip_prefix("ll1.")?
        .strip_prefix(deployment)?
        .strip_prefix('.')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_data_names_a_message_of_its_own_deployment_only() {
        let data = opaque("k3x9q2ab", 42);

        assert_eq!(read_opaque("k3x9q2ab", &data), Some(42));
        assert_eq!(read_opaque("k3x9q2a", &data), None);
        assert_eq!(read_opaque("other000", &data), None);
        assert_eq!(read_opaque("k3x9q2ab", "order-17"), None);
    }
}
