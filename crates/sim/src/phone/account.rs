//! What the network decides about the business: reviews, limits, templates; what customers think; what it all cost.

use serde_json::{Map, Value, json};

use crate::network::quality::REPORT;
use crate::phone::{Answer, Call, Refusal, customer, truth};
use crate::shared::Shared;

/// `GET /sim/account`.
pub(crate) fn show(shared: &Shared) -> Value {
    shared.with(|network, _| json!(network.lasting.account.state))
}

/// `PATCH /sim/account`: the members given; the network tells what it tells of such things.
pub(crate) fn change(shared: &Shared, call: &Call) -> Answer {
    let change = call.object()?;
    shared
        .with(|network, now| network.set_account(&change, now))
        .map_err(Refusal::bad)?;
    Ok((200, show(shared)))
}

/// `GET /sim/limits`.
pub(crate) fn limits(shared: &Shared) -> Value {
    shared.with(|network, _| json!(network.lasting.limits))
}

/// `POST /sim/limits {"pair","messaging","management"}`: the members given.
pub(crate) fn set_limits(shared: &Shared, call: &Call) -> Answer {
    let object = call.object()?;
    let mut limits = shared.with(|network, _| network.lasting.limits);
    for name in object.keys() {
        let on = truth(&object, name)?;
        match name.as_str() {
            "pair" => limits.pair = on,
            "messaging" => limits.messaging = on,
            "management" => limits.management = on,
            other => return Err(Refusal::bad(format!("there is no limit {other}"))),
        }
    }
    shared.with(|network, _| network.set_limits(limits));
    Ok((200, self::limits(shared)))
}

/// `GET /sim/templates`: `id`, `name`, `language`, `status`, `category` of each.
pub(crate) fn templates(shared: &Shared) -> Value {
    shared.with(|network, _| {
        let templates = network.lasting.templates.iter();
        templates
            .map(super::super::network::template::Template::shown)
            .collect()
    })
}

/// `PATCH /sim/templates/{id} {"status","reason","category","quality"}`: what a reviewer would decide.
pub(crate) fn set_template(shared: &Shared, id: &str, call: &Call) -> Answer {
    let change = call.object()?;
    let known = shared.with(|network, _| {
        network
            .lasting
            .templates
            .iter()
            .any(|template| template.id == id)
    });
    if !known {
        return Err(Refusal::missing(format!("there is no template {id}")));
    }
    let shown = shared
        .with(|network, now| network.set_template(id, &change, now))
        .map_err(Refusal::bad)?;
    Ok((200, shown))
}

/// `GET /sim/statement?month=2026-09`.
pub(crate) fn statement(shared: &Shared, call: &Call) -> Answer {
    let month = call.query("month");
    shared
        .with(|network, now| network.statement(month.as_deref(), now))
        .map(|statement| (200, statement))
        .map_err(Refusal::bad)
}

/// `POST /sim/customers/{wa_id}/report {"id"?}`: the customer reports a message, the last one unless `id` names it.
pub(crate) fn report(shared: &Shared, wa_id: &str, call: &Call) -> Answer {
    customer::show(shared, wa_id)?;
    let object = call.object().unwrap_or_else(|_| Map::new());
    let id = object.get("id").and_then(Value::as_str);
    let message = shared.with(|network, _| {
        network
            .lasting
            .customers
            .get(wa_id)
            .and_then(|customer| customer.phone.find(id))
    });
    let message = message.ok_or_else(|| Refusal::missing("there is no such message to report"))?;
    shared.with(|network, now| {
        network.complain(message.number, REPORT, now);
        if message.kind == "template" {
            let text = |path: &str| {
                message
                    .content
                    .pointer(path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            network.complain_of_template(text("/name"), text("/language/code"), now);
        }
    });
    Ok((200, json!({"reported": message.id})))
}
