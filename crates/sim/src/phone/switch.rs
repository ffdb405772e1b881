//! The network's switches: world, codes, clock, link, faults; and waiting for messages.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::phone::{Answer, Call, Refusal, customer, truth};
use crate::shared::Shared;

/// How long `wait` waits unless told otherwise, and at most, seconds.
const WAIT_S: f64 = 10.0;
const LONGEST_WAIT_S: f64 = 3600.0;

pub(crate) fn world(shared: &Shared) -> Value {
    shared.with(|network, now| json!(network.world(now)))
}

/// `GET /sim/codes/{number}`: the last registration code.
pub(crate) fn code(shared: &Shared, number: &str) -> Answer {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    shared
        .with(|network, _| {
            network
                .lasting
                .numbers
                .iter()
                .find(|number| number.digits() == digits)
                .and_then(|number| number.code.as_ref())
                .map(|code| (200, json!({"code": code.value})))
        })
        .ok_or_else(|| Refusal::missing(format!("no code was sent to {number}")))
}

/// `POST /sim/clock {"advance_s"}`.
pub(crate) fn clock(shared: &Shared, call: &Call) -> Answer {
    let object = call.object()?;
    let by_ms = object.get("advance_s").and_then(milliseconds);
    let moved = by_ms.is_some_and(|by_ms| shared.with(|network, _| network.advance(by_ms)));
    if !moved {
        return Err(Refusal::bad(
            "advance_s must be a number of seconds, within a hundred years",
        ));
    }
    Ok((200, json!({"now": shared.now_s()})))
}

/// Seconds, whole or not, as milliseconds.
fn milliseconds(seconds: &Value) -> Option<i64> {
    if let Some(whole) = seconds.as_i64() {
        return whole.checked_mul(1000);
    }
    let seconds = seconds.as_f64()?;
    let length = Duration::try_from_secs_f64(seconds.abs()).ok()?;
    let length = i64::try_from(length.as_millis()).ok()?;
    Some(if seconds < 0.0 { -length } else { length })
}

pub(crate) fn show_link(shared: &Shared) -> Value {
    json!({"up": shared.with(|network, _| network.link_up())})
}

/// `POST /sim/link {"up"}`.
pub(crate) fn link(shared: &Shared, call: &Call) -> Answer {
    let up = truth(&call.object()?, "up")?;
    shared.set_link(up);
    Ok((200, show_link(shared)))
}

pub(crate) fn show_faults(shared: &Shared) -> Value {
    json!({"endless_backlog": shared.with(|network, _| network.backlog_on())})
}

/// `POST /sim/faults {"endless_backlog"}`.
pub(crate) fn faults(shared: &Shared, call: &Call) -> Answer {
    let object = call.object()?;
    if let Some(unknown) = object.keys().find(|name| *name != "endless_backlog") {
        return Err(Refusal::bad(format!("there is no fault {unknown}")));
    }
    let on = truth(&object, "endless_backlog")?;
    shared.with(|network, _| network.set_backlog(on));
    Ok((200, show_faults(shared)))
}

/// `timeout_s` of the query, real time.
pub(super) fn timeout(call: &Call) -> Result<Duration, Refusal> {
    let seconds = match call.query("timeout_s") {
        None => WAIT_S,
        Some(text) => text
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..=LONGEST_WAIT_S).contains(seconds))
            .ok_or_else(|| {
                Refusal::bad(format!(
                    "timeout_s must be a number of seconds from 0 to {LONGEST_WAIT_S}"
                ))
            })?,
    };
    Ok(Duration::from_secs_f64(seconds))
}

/// `GET /sim/wait?customer=…&received=N&timeout_s=…`: the inbox when N messages have come in all.
pub(crate) async fn wait(shared: &Shared, call: &Call) -> Answer {
    let wa_id = call
        .query("customer")
        .ok_or_else(|| Refusal::bad("customer is missing"))?;
    let wa_id = wa_id.trim().trim_start_matches('+').to_owned();
    let wanted = match call.query("received") {
        None => 1,
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| Refusal::bad("received must be a number"))?,
    };
    let limit = timeout(call)?;
    customer::show(shared, &wa_id)?;
    let deadline = Instant::now() + limit;
    loop {
        let news = shared.received.notified();
        tokio::pin!(news);
        // counted from here on, so that nothing is missed between looking and waiting
        news.as_mut().enable();
        let received = shared.with(|network, _| {
            network
                .lasting
                .customers
                .get(&wa_id)
                .map_or(0, |customer| customer.phone.received())
        });
        if received >= wanted {
            return customer::inbox(shared, &wa_id);
        }
        if timeout_at(deadline, news).await.is_err() {
            return Err(Refusal::late(format!(
                "{received} of {wanted} messages have come within {} s",
                limit.as_secs_f64()
            )));
        }
    }
}
