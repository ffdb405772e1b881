//! Customers: list, make, change; their inbox.

use serde_json::{Map, Value, json};

use crate::phone::{Answer, Call, Refusal, no_customer};
use crate::shared::Shared;

pub(crate) fn list(shared: &Shared) -> Value {
    shared.with(|network, _| {
        network
            .lasting
            .customers
            .values()
            .map(|customer| json!(customer.settings))
            .collect()
    })
}

pub(crate) fn show(shared: &Shared, wa_id: &str) -> Answer {
    shared.with(|network, _| {
        network
            .lasting
            .customers
            .get(wa_id)
            .map(|customer| (200, json!(customer.settings)))
            .ok_or_else(|| no_customer(wa_id))
    })
}

/// `POST /sim/customers`: 201 for a new one, 200 for one that is known.
pub(crate) fn create(shared: &Shared, call: &Call) -> Answer {
    let object = call.object()?;
    put(shared, digits(&object)?, &object)
}

/// `wa_id` of a body: 5 to 15 digits.
pub(crate) fn digits(object: &Map<String, Value>) -> Result<&str, Refusal> {
    let wa_id = object
        .get("wa_id")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad("wa_id is missing: digits with the country code"))?;
    let digits = wa_id.strip_prefix('+').unwrap_or(wa_id);
    let good = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good {
        Ok(digits)
    } else {
        Err(Refusal::bad(
            "wa_id must be 5 to 15 digits, country code first",
        ))
    }
}

/// `PATCH /sim/customers/{wa_id}`: the members given.
pub(crate) fn change(shared: &Shared, wa_id: &str, call: &Call) -> Answer {
    show(shared, wa_id)?;
    let object = call.object()?;
    if object.get("wa_id").is_some_and(|given| given != wa_id) {
        return Err(Refusal::bad("wa_id cannot be changed"));
    }
    put(shared, wa_id, &object)
}

fn put(shared: &Shared, wa_id: &str, object: &Map<String, Value>) -> Answer {
    let (settings, is_new) = shared
        .with(|network, now| network.put_customer(wa_id, object, now))
        .map_err(Refusal::bad)?;
    Ok((if is_new { 201 } else { 200 }, json!(settings)))
}

/// `GET /sim/customers/{wa_id}/inbox`.
pub(crate) fn inbox(shared: &Shared, wa_id: &str) -> Answer {
    shared.with(|network, _| {
        network
            .lasting
            .customers
            .get(wa_id)
            .map(|customer| (200, customer.phone.inbox()))
            .ok_or_else(|| no_customer(wa_id))
    })
}

/// `POST /sim/customers/{wa_id}/read`.
pub(crate) fn read(shared: &Shared, wa_id: &str) -> Answer {
    show(shared, wa_id)?;
    let count = shared.with(|network, now| network.read_all(wa_id, now));
    Ok((200, json!({"read": count})))
}
