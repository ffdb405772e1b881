//! A form for an address (`messages.md` 3.8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::part::Parts;
use super::{Kind, named};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, optional, required, string, string_like};

/// The value of `action.name`.
const NAME: &str = "address_message";

/// Texts by name: the fields of an address differ from country to country.
pub type Texts = BTreeMap<String, String>;

/// The customer is asked for an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressMessage {
    /// ISO 3166-1, two letters.
    pub country: String,
    /// What the form is filled with.
    pub values: Option<Texts>,
    /// Addresses to choose from.
    pub saved_addresses: Option<Vec<SavedAddress>>,
    /// By field: why what the customer wrote was not taken.
    pub validation_errors: Option<Texts>,
}

/// An address to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAddress {
    /// Comes back when it is chosen.
    pub id: String,
    /// The address.
    pub value: Texts,
}

impl Kind for AddressMessage {
    const PARTS: Parts = Parts::USUAL;

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let address = action
            .required("parameters")
            .and_then(|parameters| address(&parameters.object()?));
        name.and(address)
    }

    fn schema() -> Value {
        let texts = || json!({"type": "object", "additionalProperties": {"type": "string"}});
        let saved = schema::object([required("id", string()), required("value", texts())]);
        let parameters = schema::object([
            required("country", string_like("^[A-Z]{2}$")),
            optional("values", texts()),
            optional("saved_addresses", json!({"type": "array", "items": saved})),
            optional("validation_errors", texts()),
        ]);
        schema::object([
            required("name", choice([NAME])),
            required("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a form for an address",
            json!({
                "type": "address_message",
                "body": {"text": "Where should the parcel go?"},
                "action": {"name": "address_message", "parameters": {
                    "country": "IN",
                    "values": {"name": "Asha Rao", "phone_number": "+910000000101", "in_pin_code": "000001"},
                    "saved_addresses": [{"id": "home", "value": {
                        "name": "Asha Rao", "building_name": "Lantern House", "floor_number": "2", "city": "Example",
                    }}],
                    "validation_errors": {"in_pin_code": "We do not deliver there yet."},
                }},
            }),
        )]
    }
}

fn address(parameters: &Object<'_>) -> Read<AddressMessage> {
    let country = parameters.required("country").and_then(|field| {
        let country = field.string()?;
        if country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase()) {
            Ok(country.to_owned())
        } else {
            Err(field.not("two capital letters such as IN"))
        }
    });
    let optional_texts = |name| {
        parameters
            .optional(name)
            .map(|field| texts(&field))
            .transpose()
    };
    let values = optional_texts("values");
    let saved_addresses = parameters
        .optional("saved_addresses")
        .map(|addresses| addresses.each(saved))
        .transpose();
    let validation_errors = optional_texts("validation_errors");
    Ok(AddressMessage {
        country: country?,
        values: values?,
        saved_addresses: saved_addresses?,
        validation_errors: validation_errors?,
    })
}

fn saved(address: &Field<'_>) -> Read<SavedAddress> {
    let address = address.object()?;
    let id = address.string("id");
    let value = address.required("value").and_then(|value| texts(&value));
    Ok(SavedAddress {
        id: id?.to_owned(),
        value: value?,
    })
}

/// Reads an object of texts; empty ones stay, they are what the customer sees in the form.
fn texts(field: &Field<'_>) -> Read<Texts> {
    let object = field.object()?;
    let names: Vec<&str> = object.names().collect();
    let mut texts = Texts::new();
    let mut refused = None;
    for name in names {
        let Some(text) = object.present(name) else {
            continue;
        };
        match text.as_str() {
            Some(value) => {
                texts.insert(name.to_owned(), value.to_owned());
            }
            None => refused = Some(text.not("a string")),
        }
    }
    refused.map_or(Ok(texts), Err)
}
