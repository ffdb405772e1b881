//! A button that opens an address: an extension, the hosted API has it (`messages.md` 3.1).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::part::{ANY, Parts};
use super::text::label;
use super::{Kind, named};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, required, string_within};
use crate::url;

/// The value of `action.name`.
const NAME: &str = "cta_url";
/// Longest text on the button, characters.
pub(super) const LONGEST_TEXT: usize = 20;

/// A button that opens an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CtaUrl {
    /// What stands on it.
    pub display_text: String,
    /// An http or https URL.
    pub url: String,
}

impl Kind for CtaUrl {
    const PARTS: Parts = Parts {
        headers: ANY,
        ..Parts::USUAL
    };
    const IS_EXTENSION: bool = true;

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let button = action
            .required("parameters")
            .and_then(|parameters| button(&parameters.object()?));
        name.and(button)
    }

    fn schema() -> Value {
        let parameters = schema::object([
            required("display_text", string_within(LONGEST_TEXT)),
            required("url", schema::web_url()),
        ]);
        schema::object([
            required("name", choice([NAME])),
            required("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a button that opens an address",
            json!({
                "type": "cta_url",
                "header": {"type": "text", "text": "Our week"},
                "body": {"text": "See what is on."},
                "footer": {"text": "Hummingbird Coffee"},
                "action": {"name": "cta_url", "parameters": {
                    "display_text": "Open the calendar", "url": "https://shop.example/calendar",
                }},
            }),
        )]
    }
}

fn button(parameters: &Object<'_>) -> Read<CtaUrl> {
    let display_text = parameters
        .required("display_text")
        .and_then(|text| label(&text, LONGEST_TEXT));
    let url = parameters.required("url").and_then(|field| address(&field));
    Ok(CtaUrl {
        display_text: display_text?,
        url: url?,
    })
}

fn address(field: &Field<'_>) -> Read<String> {
    let address = field.string()?;
    match url::parse(address) {
        Ok(_) => Ok(address.to_owned()),
        Err(why) => {
            Err(field.invalid(format_args!("{why}, must be an absolute http or https URL")))
        }
    }
}
