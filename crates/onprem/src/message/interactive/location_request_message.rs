//! A button that sends the customer's place (`messages.md` 3.7).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::part::{Parts, Presence};
use super::{Kind, named};
use crate::parse::{Object, Read};
use crate::schema::{self, choice, required};

/// The value of `action.name`.
const NAME: &str = "send_location";

/// The customer is asked for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationRequest;

impl Kind for LocationRequest {
    const PARTS: Parts = Parts {
        footer: Presence::Forbidden,
        ..Parts::NO_HEADER
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        named(action, NAME).map(|()| Self)
    }

    fn schema() -> Value {
        schema::object([required("name", choice([NAME]))])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a request for a place",
            json!({
                "type": "location_request_message",
                "body": {"text": "Where should the parcel go?"},
                "action": {"name": "send_location"},
            }),
        )]
    }
}
