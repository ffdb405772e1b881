//! Reply buttons (`messages.md` 3.3).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::part::{ANY, Parts};
use super::section::{several, unique};
use super::text::{id, label};
use super::Kind;
use crate::Code;
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, required, string_within};

/// So many buttons.
pub(super) const BUTTONS: RangeInclusive<usize> = 1..=3;
/// Longest `reply.id`, characters.
pub(super) const LONGEST_ID: usize = 256;
/// Longest `reply.title`, characters.
pub(super) const LONGEST_TITLE: usize = 20;

/// One to three buttons that answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Buttons {
    /// In their order.
    pub replies: Vec<Reply>,
}

/// A button that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Comes back when it is pressed.
    pub id: String,
    /// What stands on it.
    pub title: String,
}

impl Kind for Buttons {
    const PARTS: Parts = Parts {
        headers: ANY,
        ..Parts::USUAL
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        let field = action.required("buttons")?;
        let replies = several(&field, BUTTONS, Code::INVALID, reply)?;
        let ids = unique(&field, "ids", replies.iter().map(|reply| reply.id.as_str()));
        let titles = replies.iter().map(|reply| reply.title.as_str());
        unique(&field, "titles", titles).and(ids)?;
        Ok(Self { replies })
    }

    fn schema() -> Value {
        let reply = schema::object([
            required("id", string_within(LONGEST_ID)),
            required("title", string_within(LONGEST_TITLE)),
        ]);
        let button = schema::object([
            required("type", choice(["reply"])),
            required("reply", reply),
        ]);
        schema::object([required("buttons", schema::array(button, BUTTONS))])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![
            (
                "two reply buttons",
                json!({
                    "type": "button",
                    "header": {"type": "text", "text": "Delivery 🚚"},
                    "body": {"text": "We come *tomorrow* between 9 and 11. Is that all right?"},
                    "footer": {"text": "Hummingbird Coffee"},
                    "action": {"buttons": [
                        {"type": "reply", "reply": {"id": "slot:keep", "title": "Yes"}},
                        {"type": "reply", "reply": {"id": "slot:move", "title": "Another day"}},
                    ]},
                }),
            ),
            (
                "a picture above a reply button",
                json!({
                    "type": "button",
                    "header": {"type": "image", "image": {"link": "https://cdn.example/beans.jpg"}},
                    "body": {"text": "The new beans are here."},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "beans", "title": "Tell me more"}}]},
                }),
            ),
        ]
    }
}

fn reply(button: &Field<'_>) -> Read<Reply> {
    let button = button.object()?;
    let kind = button
        .required("type")
        .and_then(|kind| kind.choice(&[("reply", ())]));
    let reply = button.required("reply").and_then(|reply| {
        let reply = reply.object()?;
        let id = reply
            .required("id")
            .and_then(|field| id(&field, LONGEST_ID));
        let title = reply
            .required("title")
            .and_then(|title| label(&title, LONGEST_TITLE));
        Ok(Reply {
            id: id?,
            title: title?,
        })
    });
    kind.and(reply)
}
