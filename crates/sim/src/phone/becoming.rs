//! Customers who become somebody else, and statuses that do not come by themselves.

use serde_json::{Value, json};

use crate::phone::{Answer, Call, Refusal, customer};
use crate::shared::Shared;

/// `POST /sim/customers/{wa_id}/number {"wa_id"}`: the customer takes another number.
pub(crate) fn number(shared: &Shared, wa_id: &str, call: &Call) -> Answer {
    customer::show(shared, wa_id)?;
    let object = call.object()?;
    let new = customer::digits(&object)?;
    shared
        .with(|network, now| network.move_customer(wa_id, new, now))
        .map_err(Refusal::bad)?;
    customer::show(shared, new)
}

/// `GET /sim/customers/{wa_id}/identity`.
pub(crate) fn show_identity(shared: &Shared, wa_id: &str) -> Answer {
    customer::show(shared, wa_id)?;
    let hash = shared.with(|network, _| network.identity(wa_id));
    Ok((200, json!({"hash": hash})))
}

/// `POST /sim/customers/{wa_id}/identity`: the customer has a new phone.
pub(crate) fn change_identity(shared: &Shared, wa_id: &str) -> Answer {
    customer::show(shared, wa_id)?;
    let hash = shared
        .with(|network, now| network.change_identity(wa_id, now))
        .map_err(Refusal::bad)?;
    Ok((200, json!({"hash": hash})))
}

/// `POST /sim/customers/{wa_id}/statuses`: a status of a message of this chat, as it is to arrive; time and recipient are
/// added.
pub(crate) fn status(shared: &Shared, wa_id: &str, call: &Call) -> Answer {
    customer::show(shared, wa_id)?;
    let status = call.object()?;
    for name in ["id", "status"] {
        if !status.get(name).is_some_and(Value::is_string) {
            return Err(Refusal::bad(format!("{name} must be a text")));
        }
    }
    let told = shared
        .with(|network, now| network.tell_status(wa_id, status, now))
        .map_err(Refusal::bad)?;
    Ok((201, told))
}
