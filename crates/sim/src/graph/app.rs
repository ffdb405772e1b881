//! `/{APP_ID}`, and the calls that belong to no object: tokens and who they are of.

use http::Method;
use serde_json::{Value, json};

use crate::graph::node::{paged, unknown_edge};
use crate::graph::{Call, Outcome, Refusal, callback, success, upload};
use crate::network::error::GraphError;
use crate::shared::Shared;

const SCOPES: [&str; 2] = [
    "whatsapp_business_management",
    "whatsapp_business_messaging",
];

/// Answers a call of the app.
pub(crate) async fn answer(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Outcome, Refusal> {
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => {
            let name = shared.over_link(|network, _| network.lasting.app.name.clone())?;
            Ok(
                json!({"id": id, "name": name, "link": format!("https://apps.example/{id}")})
                    .into(),
            )
        }
        (Method::POST, "uploads") => upload::open(shared, call),
        (Method::GET, "subscriptions") => {
            let items = shared.over_link(|network, _| network.list_subscriptions())?;
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "subscriptions") => {
            if call.params.required_text("object")? != "whatsapp_business_account" {
                return Err(GraphError::parameter(
                    "Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}.",
                )
                .into());
            }
            let fields = fields(call)?;
            let callback = callback::read(&call.params, "callback_url")?
                .ok_or_else(|| GraphError::required("callback_url"))?;
            callback::verify(shared, &callback).await?;
            shared.over_link(|network, _| network.set_app_callback(Some(callback), fields))?;
            Ok(success())
        }
        (Method::DELETE, "subscriptions") => {
            shared.over_link(|network, _| network.set_app_callback(None, None))?;
            Ok(success())
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
}

/// The webhook fields that a subscription names; `None` without any, which is all of them.
fn fields(call: &Call) -> Result<Option<Vec<String>>, GraphError> {
    let names: Vec<String> = match call.params.value("fields") {
        None => return Ok(None),
        Some(Value::String(text)) if !text.trim_start().starts_with('[') => {
            text.split(',').map(|name| name.trim().to_owned()).collect()
        }
        Some(_) => {
            let given = call.params.array("fields")?.unwrap_or_default();
            (given.iter().filter_map(Value::as_str))
                .map(str::to_owned)
                .collect()
        }
    };
    Ok(Some(names))
}

/// `/oauth/access_token`, `/debug_token`, `/me`: none for any other.
pub(crate) fn of_nobody(
    shared: &Shared,
    first: &str,
    second: &str,
    call: &Call,
) -> Result<Option<Outcome>, Refusal> {
    let outcome = match (first, second) {
        ("debug_token", "") if call.is_get() => shared.over_link(|network, now| {
            let asked = call.params.required_text("input_token")?;
            let app = &network.lasting.app;
            let is_valid = asked == app.access_token || asked == format!("{}|{}", app.id, app.secret);
            let account = &network.lasting.account.id;
            let scopes: Vec<Value> = SCOPES
                .iter()
                .map(|scope| json!({"scope": scope, "target_ids": [account]}))
                .collect();
            Ok::<_, GraphError>(json!({"data": {
                "app_id": app.id,
                "type": "SYSTEM_USER",
                "application": app.name,
                "data_access_expires_at": 0,
                "expires_at": 0,
                "is_valid": is_valid && !network.faults.token_invalid,
                "issued_at": now / 1000,
                "scopes": SCOPES,
                "granular_scopes": scopes,
                "user_id": format!("9{account}"),
            }}))
        })??,
        ("me", "") if call.is_get() => shared.over_link(|network, _| {
            json!({"id": format!("9{}", network.lasting.account.id), "name": network.lasting.app.name})
        })?,
        _ => return Ok(None),
    };
    Ok(Some(outcome.into()))
}

/// `GET /oauth/access_token`: the app's own token, or for a code the business's. The call needs no token.
pub(crate) fn access_token(shared: &Shared, query: &str) -> Result<Outcome, Refusal> {
    let value = |name: &str| crate::form::value(query, name);
    let token = shared.over_link(|network, _| {
        let app = &network.lasting.app;
        let is_app = value("client_id").as_ref() == Some(&app.id)
            && value("client_secret").as_ref() == Some(&app.secret);
        if !is_app {
            return Err(GraphError::plain(
                400,
                101,
                "Error validating application. Cannot get application info due to a system error.",
            ));
        }
        let is_own = value("grant_type").as_deref() == Some("client_credentials");
        Ok(if is_own {
            format!("{}|{}", app.id, app.secret)
        } else {
            app.access_token.clone()
        })
    })??;
    Ok(json!({"access_token": token, "token_type": "bearer"}).into())
}
