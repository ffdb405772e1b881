//! `/{PHONE_ID}`: a business number and its edges.

use http::Method;
use serde_json::{Value, json};

use crate::graph::node::{At, done, paged, unknown_edge};
use crate::graph::{Call, Outcome, Refusal, business, callback, desk, media, success};
use crate::network::error::GraphError;
use crate::shared::Shared;

/// Answers a call of a number.
pub(crate) async fn answer(
    shared: &Shared,
    number: usize,
    at: &At<'_>,
    mut call: Call,
) -> Result<Outcome, Refusal> {
    let id = at.id;
    if let Some(outcome) = business::edge(shared, number, at.edge, &call)? {
        return Ok(outcome);
    }
    if let Some(outcome) = desk::edge(shared, number, at, &call)? {
        return Ok(outcome);
    }
    let params = &call.params;
    match (call.head.method.clone(), at.edge) {
        (Method::POST, "messages") => {
            let version = call.head.version;
            let sent = shared
                .over_link(|network, now| network.messages(number, params, version, now))??;
            Ok(sent.into())
        }
        (Method::POST, "marketing_messages") => {
            let version = call.head.version;
            let sent = shared.over_link(|network, now| {
                network.check_marketing(params)?;
                network.messages(number, params, version, now)
            })??;
            Ok(sent.into())
        }
        (Method::GET, "") => {
            let shown = shared.over_link(|network, _| {
                let number = network.lasting.numbers.get(number);
                number.map(|number| network.show_number(number, call.fields()))
            })?;
            Ok(shown.ok_or_else(|| call.unsupported(id))??.into())
        }
        (Method::POST, "") => change(shared, number, &call).await,
        (Method::POST, "media") => media::upload(shared, number, &mut call).await,
        (Method::POST, "request_code") => {
            done(shared.over_link(|network, now| network.request_code(number, params, now))?)
        }
        (Method::POST, "verify_code") => {
            shared.over_link(|network, now| network.verify_code(number, params, now))??;
            Ok(json!({"success": true, "id": id}).into())
        }
        (Method::POST, "register") => {
            done(shared.over_link(|network, now| network.register(number, params, now))?)
        }
        (Method::POST, "deregister") => {
            done(shared.over_link(|network, now| network.deregister(number, now))?)
        }
        (Method::GET, "settings") => Ok(shared
            .over_link(|network, _| network.show_number_settings(number))?
            .into()),
        (Method::POST, "settings") => {
            done(shared.over_link(|network, _| network.change_number_settings(number, params))?)
        }
        (Method::GET, "block_users") => {
            let items = shared.over_link(|network, _| network.list_blocked(number))?;
            paged(shared, id, at.edge, &call, items)
        }
        (Method::GET, "message_qrdls") => {
            let listed = shared
                .over_link(|network, _| network.list_links(number, at.member, call.fields()))??;
            if at.member.is_some() && listed.is_empty() {
                return Err(call.unsupported(at.member.unwrap_or_default()).into());
            }
            paged(shared, id, at.edge, &call, listed)
        }
        _ => Err(unknown_edge(&call, id, at.edge).into()),
    }
}

/// `POST /{PHONE_ID}`: a PIN, a display name, or the number's own callback.
async fn change(shared: &Shared, number: usize, call: &Call) -> Result<Outcome, Refusal> {
    let params = &call.params;
    if params.0.contains_key("webhook_configuration") {
        let configuration = params
            .object("webhook_configuration")?
            .ok_or_else(|| GraphError::required("webhook_configuration"))?;
        let callback = callback::read(&configuration, "override_callback_uri")?;
        if let Some(callback) = &callback {
            callback::verify(shared, callback).await?;
        }
        shared.over_link(|network, _| network.set_number_callback(number, callback))?;
        return Ok(success());
    }
    if params.value("pin").is_some() {
        return done(shared.over_link(|network, now| network.set_pin(number, params, now))?);
    }
    if let Some(name) = params.value("new_display_name").and_then(Value::as_str) {
        return done(shared.over_link(|network, now| network.ask_name(number, name, now))?);
    }
    Err(
        GraphError::parameter("One of pin, new_display_name, webhook_configuration is required.")
            .into(),
    )
}
