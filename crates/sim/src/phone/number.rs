//! Business numbers as a customer sees them, and what only their owner sees.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::network::Network;
use crate::network::business::Key;
use crate::network::limit::FASTEST;
use crate::network::media::hex;
use crate::network::number::Number;
use crate::network::quality::Tier;
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

/// `PATCH /sim/numbers/{number}`: `verified_name` (approved, and in force once the number is registered anew),
/// `throughput` (messages a second), `messaging_limit` (`TIER_…`).
pub(crate) fn change(shared: &Shared, digits: &str, call: &Call) -> Answer {
    let object = call.object()?;
    let change = Change::read(&object)?;
    let known = shared.with(|network, now| {
        let at = index(network, digits)?;
        if let Some(name) = &change.name {
            network.approve_name(at, name, now);
        }
        network.set_pace(at, change.throughput, change.tier);
        Some(())
    });
    known.ok_or_else(|| no_number(digits))?;
    show(shared, digits)
}

/// What of a number is changed.
struct Change {
    name: Option<String>,
    throughput: Option<u32>,
    tier: Option<Tier>,
}

impl Change {
    fn read(object: &Map<String, Value>) -> Result<Self, Refusal> {
        let names = ["verified_name", "throughput", "messaging_limit"];
        if !object.keys().any(|name| names.contains(&name.as_str())) {
            return Err(Refusal::bad(format!(
                "one of {} must be there",
                names.join(", ")
            )));
        }
        let name = object.get("verified_name").map(|name| {
            let text = name
                .as_str()
                .filter(|name| (1..=LONGEST_NAME).contains(&name.chars().count()));
            text.map(str::to_owned).ok_or_else(|| {
                Refusal::bad(format!(
                    "verified_name must be a text of 1 to {LONGEST_NAME} characters"
                ))
            })
        });
        let throughput = object.get("throughput").map(|given| {
            let number = given.as_u64().and_then(|number| u32::try_from(number).ok());
            number
                .filter(|number| (1..=FASTEST).contains(number))
                .ok_or_else(|| {
                    Refusal::bad(format!(
                        "throughput must be a number of messages a second from 1 to {FASTEST}"
                    ))
                })
        });
        let tier = object
            .get("messaging_limit")
            .map(|given| Tier::named(given.as_str().unwrap_or_default()).map_err(Refusal::bad));
        Ok(Self {
            name: name.transpose()?,
            throughput: throughput.transpose()?,
            tier: tier.transpose()?,
        })
    }
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
        "throughput": number.throughput,
        "messaging_limit": number.quality.tier().name(),
        "quality": number.quality.score().name(),
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
