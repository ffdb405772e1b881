//! `type: reaction` (`messages.md` 2.6): an extension, as the original had no reactions on send.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{Object, Read};
use crate::schema::{self, required, string};

/// A reaction to an earlier message of the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The id of that message, as the caller wrote it.
    pub message_id: String,
    /// `""` takes the reaction back.
    pub emoji: String,
}

/// Reads `reaction`.
pub(super) fn read(message: &Object<'_>) -> Read<Reaction> {
    let reaction = message.required("reaction")?.object()?;
    let message_id = reaction.string("message_id");
    let emoji = reaction.required("emoji").and_then(|emoji| {
        // Here an empty text says something.
        if emoji.is_empty_string() {
            Ok("")
        } else {
            emoji.string()
        }
    });
    Ok(Reaction {
        message_id: message_id?.to_owned(),
        emoji: emoji?.to_owned(),
    })
}

/// What `reaction` may be.
pub(super) fn schema() -> Value {
    schema::object([
        required("message_id", string()).about("An earlier message of this chat, of either side."),
        required("emoji", json!({"type": "string"}))
            .about("An empty text takes the reaction back."),
    ])
}

/// Values of `reaction`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    let with = |emoji: &str| json!({"message_id": "ABGGEgIlVQFDAgkA5k3V0qUXnFRX", "emoji": emoji});
    vec![
        ("a reaction", with("👍")),
        ("a reaction that is taken back", with("")),
    ]
}
