//! Business numbers as a customer sees them, and what only their owner sees.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::network::Network;
use crate::network::business::Key;
use crate::network::media::hex;
use crate::network::number::Number;
use crate::phone::{Answer, Call, Refusal};
use crate::shared::Shared;

/// Longest display name, characters.
const LONGEST_NAME: usize = 75;

/// `GET /sim/numbers`.
pub(crate) fn list(shared: &Shared) -> Value {
    shared.with(|network, _| {
        (0..network.lasting.numbers.len())
            .filter_map(|number| shown(network, number))
            .collect()
    })
}

/// `GET /sim/numbers/{number}`.
pub(crate) fn show(shared: &Shared, digits: &str) -> Answer {
    shared
        .with(|network, _| shown(network, index(network, digits)?))
        .map(|number| (200, number))
        .ok_or_else(|| no_number(digits))
}

/// `PATCH /sim/numbers/{number} {"verified_name"}`: the name is approved, and in force once the number is registered anew.
pub(crate) fn change(shared: &Shared, digits: &str, call: &Call) -> Answer {
    let object = call.object()?;
    let name = object
        .get("verified_name")
        .and_then(Value::as_str)
        .filter(|name| (1..=LONGEST_NAME).contains(&name.chars().count()))
        .ok_or_else(|| {
            Refusal::bad(format!(
                "verified_name must be a text of 1 to {LONGEST_NAME} characters"
            ))
        })?;
    let known = shared
        .with(|network, _| index(network, digits).map(|number| network.approve_name(number, name)));
    known.ok_or_else(|| no_number(digits))?;
    show(shared, digits)
}

fn no_number(digits: &str) -> Refusal {
    Refusal::missing(format!("there is no business number {digits}"))
}

fn index(network: &Network, digits: &str) -> Option<usize> {
    let wanted: String = digits.chars().filter(char::is_ascii_digit).collect();
    network
        .lasting
        .numbers
        .iter()
        .position(|number| number.digits() == wanted)
}

fn shown(network: &Network, at: usize) -> Option<Value> {
    let number: &Number = network.lasting.numbers.get(at)?;
    let photo = number.profile.photo.as_ref().map(|photo| {
        let bytes = photo.bytes();
        json!({
            "url": network.photo_url(photo),
            "mime_type": photo.mime_type,
            "bytes": bytes.len(),
            "sha256": hex(&Sha256::digest(&bytes)),
        })
    });
    Some(json!({
        "wa_id": number.digits(),
        "phone_number_id": number.id,
        "verified_name": number.verified_name,
        "new_name": number.new_name.as_ref().map(|new| &new.verified_name),
        "cert": number.new_name.as_ref().map_or(&number.certificate, |new| &new.certificate),
        "registered": number.is_registered(),
        "two_step": number.pin.is_some(),
        "profile": profile(network, at),
        "photo": photo,
        "compliance_info": number.business.compliance,
        "encryption": number.business.key.as_ref().map(Key::show),
    }))
}

/// The profile's fields; the photo stands apart.
fn profile(network: &Network, at: usize) -> Map<String, Value> {
    let mut shown = network.show_profile(at, None);
    let fields = shown.pointer_mut("/data/0").map(Value::take);
    let Some(Value::Object(mut fields)) = fields else {
        return Map::new();
    };
    fields.retain(|name, _| name != "messaging_product" && name != "profile_picture_url");
    fields
}
