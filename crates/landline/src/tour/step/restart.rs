//! The core is stopped, as restarting its container did. What customers write meanwhile waits, and comes in order.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Held;
use crate::tour::event::Event;
use crate::tour::guest::Guest;
use crate::tour::{Tour, health, message};

/// `Service not ready`.
const NOT_READY: u64 = 1011;
/// `{n}` is 1, 2, 3 in the texts.
const WAITING: &str = "Are you there? no. {n}";
const COUNT: usize = 3;

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let mut guest = tour.guest.take().context("there is no customer")?;
    let played = restart(tour, &mut guest).await;
    tour.guest = Some(guest);
    played?;
    Ok(Held::Now)
}

async fn restart(tour: &mut Tour, guest: &mut Guest) -> anyhow::Result<()> {
    // Before the call: from here on it is started again, whatever happens.
    tour.putback.core_stopped = true;
    switch(tour, false).await?;
    health::until(&tour.client, &tour.screen, "disconnected").await?;
    is_refused(tour, guest).await?;
    write_meanwhile(tour, guest).await?;

    switch(tour, true).await?;
    tour.putback.core_stopped = false;
    let seen = health::until(&tour.client, &tour.screen, "connected").await?;
    ensure!(
        seen.iter().any(|status| status == "connecting"),
        "gateway_status was {}: it never was connecting",
        seen.join(", then ")
    );
    all_in_order(tour, guest).await?;
    message::deliver_text(tour, guest, "Here again. Sorry for the wait!").await?;
    Ok(())
}

async fn switch(tour: &Tour, running: bool) -> anyhow::Result<()> {
    let body = json!({"running": running});
    tour.client.post("/dev/core", &body).await?.expect(200)?;
    Ok(())
}

/// Nothing is queued that could not be sent soon.
async fn is_refused(tour: &Tour, guest: &Guest) -> anyhow::Result<()> {
    let text = message::text(&guest.wa_id, "Too early.");
    let answer = tour.client.post("/v1/messages", &text).await?.expect(503)?;
    ensure!(
        answer.code() == Some(NOT_READY),
        "code {NOT_READY} was expected"
    );
    ensure!(
        answer.retry_after.is_some(),
        "the answer has no Retry-After header"
    );
    Ok(())
}

async fn write_meanwhile(tour: &Tour, guest: &Guest) -> anyhow::Result<()> {
    let path = format!("/sim/customers/{}/messages?count={COUNT}", guest.wa_id);
    let body = json!({"type": "text", "text": {"body": WAITING}});
    let answer = tour.client.post(&path, &body).await?.expect(201)?;
    let ids = answer.body.get("ids").and_then(Value::as_array);
    let written = ids.map_or(0, Vec::len);
    ensure!(
        written == COUNT,
        "{written} messages were written, not {COUNT}"
    );
    tour.screen
        .note("they wait: only the core could translate and deliver them");
    Ok(())
}

async fn all_in_order(tour: &Tour, guest: &Guest) -> anyhow::Result<()> {
    let expected: Vec<String> = (1..=COUNT)
        .map(|n| WAITING.replace("{n}", &n.to_string()))
        .collect();
    let is_one = |event: &Event| {
        let body = event.body().unwrap_or_default();
        event.customer() == guest.wa_id && expected.iter().any(|text| text == body)
    };
    let events = tour.webhook.wait_for("what waited", COUNT, is_one).await?;
    for event in &events {
        tour.screen.arrived(event);
    }
    let came: Vec<&str> = events.iter().filter_map(Event::body).collect();
    ensure!(came == expected, "they came in another order: {came:?}");
    Ok(())
}
