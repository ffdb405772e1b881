//! `type: location`, and the place in a template's header (`messages.md` 2.4).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::parse::{Field, Object, Read};
use crate::schema::{self, number, optional, required, string};

/// Decimal degrees.
const LATITUDE: RangeInclusive<f64> = -90.0..=90.0;
const LONGITUDE: RangeInclusive<f64> = -180.0..=180.0;

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Decimal degrees, -90 to 90.
    pub latitude: f64,
    /// Decimal degrees, -180 to 180.
    pub longitude: f64,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Shown only together with a name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
}

impl Place {
    /// The object: `latitude` and `longitude` are numbers, `name` and `address` stand there if they are known.
    pub fn to_value(&self) -> Value {
        let mut place = Map::new();
        place.insert("latitude".to_owned(), self.latitude.into());
        place.insert("longitude".to_owned(), self.longitude.into());
        for (member, text) in [("name", &self.name), ("address", &self.address)] {
            if let Some(text) = text {
                place.insert(member.to_owned(), text.as_str().into());
            }
        }
        Value::Object(place)
    }
}

/// Reads `location`.
pub(super) fn read(message: &Object<'_>) -> Read<Place> {
    place(&message.required("location")?)
}

/// Reads a place for a template's header, as a JSON object.
pub(super) fn read_place(field: &Field<'_>) -> Read<Value> {
    place(field).map(|place| place.to_value())
}

fn place(field: &Field<'_>) -> Read<Place> {
    let place = field.object()?;
    let latitude = place
        .required("latitude")
        .and_then(|degrees| degrees.number(LATITUDE));
    let longitude = place
        .required("longitude")
        .and_then(|degrees| degrees.number(LONGITUDE));
    let name = place.optional_string("name");
    let address = place.optional_string("address");
    Ok(Place {
        latitude: latitude?,
        longitude: longitude?,
        name: name?.map(str::to_owned),
        address: address?.map(str::to_owned),
    })
}

/// What `location` may be.
pub(super) fn schema() -> Value {
    schema::object([
        required("latitude", number(LATITUDE)).about("Decimal degrees."),
        required("longitude", number(LONGITUDE)).about("Decimal degrees."),
        optional("name", string()),
        optional("address", string()).about("Shown only together with a name."),
    ])
}

/// Values of `location`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a place",
        json!({
            "latitude": 52.5163, "longitude": 13.3777,
            "name": "Hummingbird Coffee", "address": "Pariser Platz, Berlin",
        }),
    )]
}
