//! `/sim/faults/…`: what goes wrong from now on, each fault by its name.

use serde_json::{Map, Value, json};

use crate::network::fault::{Effect, Rule, Standing};
use crate::phone::{Answer, Call, Refusal, truth};
use crate::shared::Shared;

/// Longest details, characters.
const LONGEST_DETAILS: usize = 1000;

/// `GET /sim/faults/{name}`.
pub(crate) fn show(shared: &Shared, name: &str) -> Answer {
    let shown = shared.with(|network, _| match name {
        "refuse" => Some(network.faults.shown(Effect::Refuse)),
        "fail" => Some(network.faults.shown(Effect::Fail)),
        "token" => Some(json!({"invalid": network.faults.token_invalid})),
        "number" => Some(json!({"status": network.faults.standing.name()})),
        "conversations" => Some(json!({"shown": network.faults.conversations})),
        _ => None,
    });
    shown
        .map(|shown| (200, shown))
        .ok_or_else(|| no_fault(name))
}

/// `POST /sim/faults/{name}`.
pub(crate) fn set(shared: &Shared, name: &str, call: &Call) -> Answer {
    let body = call.object()?;
    match name {
        "refuse" => rule(shared, Effect::Refuse, &body)?,
        "fail" => rule(shared, Effect::Fail, &body)?,
        "token" => {
            let invalid = truth(&body, "invalid")?;
            shared.with(|network, _| network.faults.token_invalid = invalid);
        }
        "number" => {
            let status = text(&body, "status")?.unwrap_or_default();
            let standing = Standing::named(&status).map_err(Refusal::bad)?;
            shared.with(|network, _| network.faults.standing = standing);
        }
        "conversations" => {
            let shown = truth(&body, "shown")?;
            shared.with(|network, _| network.faults.conversations = shown);
        }
        "error" => return report(shared, &body),
        _ => return Err(no_fault(name)),
    }
    show(shared, name)
}

/// The account's own error goes out at once.
fn report(shared: &Shared, body: &Map<String, Value>) -> Answer {
    let code = code(body)?;
    let details = details(body)?;
    shared.with(|network, now| network.report(code, &details, now));
    Ok((201, json!({"code": code, "details": details})))
}

fn rule(shared: &Shared, effect: Effect, body: &Map<String, Value>) -> Result<(), Refusal> {
    let status = match body.get("status") {
        None | Some(Value::Null) => None,
        Some(status) => {
            let status = status
                .as_u64()
                .and_then(|status| u16::try_from(status).ok());
            Some(
                status
                    .filter(|status| (400..600).contains(status))
                    .ok_or_else(|| Refusal::bad("status must be a number from 400 to 599"))?,
            )
        }
    };
    let left = match body.get("times") {
        None | Some(Value::Null) => None,
        Some(times) => Some(
            times
                .as_u64()
                .ok_or_else(|| Refusal::bad("times must be a number, or null for all"))?,
        ),
    };
    let rule = Rule {
        // a rule that is switched off needs no code
        code: if left == Some(0) { 0 } else { code(body)? },
        status,
        details: details(body)?,
        to: text(body, "to")?,
        left,
    };
    shared.with(|network, _| network.faults.set(effect, rule));
    Ok(())
}

fn code(body: &Map<String, Value>) -> Result<i64, Refusal> {
    body.get("code")
        .and_then(Value::as_i64)
        .ok_or_else(|| Refusal::bad("code must be a number: one of the network's codes"))
}

fn details(body: &Map<String, Value>) -> Result<String, Refusal> {
    let details = text(body, "details")?.unwrap_or_else(|| "switched on by a test".to_owned());
    if details.chars().count() > LONGEST_DETAILS {
        return Err(Refusal::bad(format!(
            "details must have at most {LONGEST_DETAILS} characters"
        )));
    }
    Ok(details)
}

fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::bad(format!("{name} must be a text"))),
    }
}

fn no_fault(name: &str) -> Refusal {
    Refusal::missing(format!("there is no fault {name}"))
}
