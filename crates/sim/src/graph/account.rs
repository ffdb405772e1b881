//! `/{WABA_ID}` and `/{BUSINESS_ID}`: the account, its numbers, templates, flows and subscription.

use http::Method;
use serde_json::{Value, json};

use crate::graph::node::{done, page, paged, unknown_edge};
use crate::graph::{Call, Outcome, Refusal, callback, success};
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::shared::Shared;

/// Answers a call of the account.
pub(crate) async fn answer(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Outcome, Refusal> {
    let params = &call.params;
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => Ok(shared
            .over_link(|network, _| network.show_account(call.fields()))??
            .into()),
        (Method::POST, "") => done(shared.over_link(|network, _| network.change_account(params))?),
        (Method::GET, "message_templates") => list_templates(shared, id, call),
        (Method::POST, "message_templates") => Ok(shared
            .over_link(|network, now| network.create_template(params, now))??
            .into()),
        (Method::DELETE, "message_templates") => {
            done(shared.over_link(|network, now| network.delete_template(params, now))?)
        }
        (Method::GET, "phone_numbers") => list_numbers(shared, id, call),
        (Method::POST, "phone_numbers") => Ok(shared
            .over_link(|network, _| network.add_number(params))??
            .into()),
        (Method::GET, "flows") => {
            let items = shared.over_link(|network, _| network.list_flows(call.fields()))??;
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "flows") => Ok(shared
            .over_link(|network, now| network.create_flow(params, now))??
            .into()),
        (Method::GET, "assigned_users") => {
            let user = json!({"id": format!("9{id}"), "name": "Landline", "tasks": ["MANAGE", "DEVELOP", "MESSAGING"]});
            paged(shared, id, edge, call, vec![(format!("9{id}"), user)])
        }
        (Method::GET, "subscribed_apps") => {
            let items = shared.over_link(|network, now| {
                network.connected(now);
                network.list_subscribed()
            })?;
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "subscribed_apps") => {
            let callback = callback::read(params, "override_callback_uri")?;
            if let Some(callback) = &callback {
                callback::verify(shared, callback).await?;
            }
            shared.over_link(|network, _| network.subscribe(callback))?;
            Ok(success())
        }
        (Method::DELETE, "subscribed_apps") => {
            shared.over_link(|network, _| network.unsubscribe())?;
            Ok(success())
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
}

/// Answers a call of the business that the account belongs to.
pub(crate) fn of_business(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Outcome, Refusal> {
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => Ok(shared
            .over_link(|network, _| network.show_business(call.fields()))??
            .into()),
        (Method::GET, "owned_whatsapp_business_accounts") => {
            let (account, shown) = shared.over_link(|network, _| {
                (
                    network.lasting.account.id.clone(),
                    network.show_account(call.fields()),
                )
            })?;
            paged(shared, id, edge, call, vec![(account, shown?)])
        }
        (Method::GET, "client_whatsapp_business_accounts") => {
            paged(shared, id, edge, call, Vec::new())
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
}

fn list_numbers(shared: &Shared, id: &str, call: &Call) -> Result<Outcome, Refusal> {
    let items: Vec<(String, Value)> = shared.over_link(|network, _| {
        let numbers = network.lasting.numbers.iter();
        let shown = numbers.map(|number| {
            Ok((
                number.id.clone(),
                network.show_number(number, call.fields())?,
            ))
        });
        shown.collect::<Result<Vec<_>, GraphError>>()
    })??;
    paged(shared, id, "phone_numbers", call, items)
}

fn list_templates(shared: &Shared, id: &str, call: &Call) -> Result<Outcome, Refusal> {
    let (items, total) = shared.over_link(|network, _| {
        (
            network.list_templates(&call.params, call.fields()),
            network.lasting.templates.len(),
        )
    })?;
    let items = items?;
    let found = items.len();
    let mut page = page(shared, id, "message_templates", call, items)?;
    if let Some(asked) = call.params.value("summary").and_then(Value::as_str) {
        let mut summary = Params::default();
        for name in asked.split(',').map(str::trim) {
            match name {
                "total_count" => summary.set(name, found),
                "message_template_count" => summary.set(name, total),
                "message_template_limit" => summary.set(name, 250),
                "are_translations_complete" => summary.set(name, true),
                _ => {}
            }
        }
        page.set("summary", summary.0);
    }
    Ok(Outcome::Json(Value::Object(page.0)))
}
