//! Messages on both streets: sent by the business, seen on the phone, reported at the webhook; written by a customer.

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::event::Event;
use super::guest::{Guest, spelled};
use super::{PATIENCE, Tour};

/// A text for a customer.
pub(super) fn text(wa_id: &str, body: &str) -> Value {
    json!({"to": wa_id, "type": "text", "recipient_type": "individual", "text": {"body": body}})
}

/// `POST /v1/messages`: accepted, with its id.
pub(super) async fn send(tour: &Tour, message: &Value) -> anyhow::Result<String> {
    let answer = tour
        .client
        .post("/v1/messages", message)
        .await?
        .expect(201)?;
    let id = answer.text("/messages/0/id")?;
    ensure!(!id.is_empty(), "the message was accepted without an id");
    Ok(id.to_owned())
}

/// Waits until the phone has received one message more, and returns it.
pub(super) async fn on_phone(tour: &Tour, guest: &mut Guest) -> anyhow::Result<Value> {
    guest.received += 1;
    let (wa_id, count, seconds) = (&guest.wa_id, guest.received, PATIENCE.as_secs());
    let path = format!("/sim/wait?customer={wa_id}&received={count}&timeout_s={seconds}");
    let answer = tour.client.get(&path).await?;
    if answer.status == 408 {
        let (name, number) = (guest.name, spelled(wa_id));
        bail!("the message did not arrive on {name}'s phone ({number}) within {seconds} s");
    }
    let answer = answer.expect(200)?;
    let inbox = answer.body.as_array().context("the inbox is no list")?;
    let newest = inbox.last().context("the inbox is empty")?;
    Ok(newest.clone())
}

/// Sends a text and follows it: on the phone to the letter, `sent` and `delivered` at the webhook.
pub(super) async fn deliver_text(
    tour: &Tour,
    guest: &mut Guest,
    body: &str,
) -> anyhow::Result<String> {
    let id = send(tour, &text(&guest.wa_id, body)).await?;
    let newest = on_phone(tour, guest).await?;
    let arrived = newest.pointer("/text/body").and_then(Value::as_str);
    ensure!(
        arrived == Some(body),
        "another text is on the phone: {newest}"
    );
    reported(tour, &id, "sent").await?;
    reported(tour, &id, "delivered").await?;
    Ok(id)
}

/// Waits for a status of one of our messages.
pub(super) async fn reported(tour: &Tour, id: &str, status: &str) -> anyhow::Result<Event> {
    let is_it = |event: &Event| event.id() == id && event.status() == Some(status);
    let event = tour
        .webhook
        .wait(&format!("\"{status}\" of the message"), is_it)
        .await?;
    tour.screen.arrived(&event);
    Ok(event)
}

/// The customer writes a text, and it arrives at the webhook.
pub(super) async fn write(tour: &Tour, guest: &Guest, body: &str) -> anyhow::Result<Event> {
    let path = format!("/sim/customers/{}/messages", guest.wa_id);
    let message = json!({"type": "text", "text": {"body": body}});
    tour.client.post(&path, &message).await?.expect(201)?;
    let is_it = |event: &Event| event.customer() == guest.wa_id && event.body() == Some(body);
    let event = tour.webhook.wait("what the customer wrote", is_it).await?;
    tour.screen.arrived(&event);
    Ok(event)
}
