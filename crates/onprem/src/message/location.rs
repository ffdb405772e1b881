//! A place (`messages.md` 2.4): in a template's header; as a message of its own later.

use serde_json::{Map, Value};

use crate::parse::{Field, Read};

/// Reads a place: `latitude` and `longitude` become numbers, `name` and `address` stay if they are there.
pub(super) fn read_place(field: &Field<'_>) -> Read<Value> {
    let place = field.object()?;
    let latitude = place
        .required("latitude")
        .and_then(|degrees| degrees.number(-90.0..=90.0));
    let longitude = place
        .required("longitude")
        .and_then(|degrees| degrees.number(-180.0..=180.0));
    let name = place.optional_string("name");
    let address = place.optional_string("address");
    let mut read = Map::new();
    read.insert("latitude".to_owned(), Value::from(latitude?));
    read.insert("longitude".to_owned(), Value::from(longitude?));
    for (member, text) in [("name", name?), ("address", address?)] {
        if let Some(text) = text {
            read.insert(member.to_owned(), Value::from(text));
        }
    }
    Ok(Value::Object(read))
}
