//! A text, its statuses, and the customer's answer.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Held;
use crate::tour::{Tour, message};

const TEXT: &str = "Yes, from ten to four. Shall we keep a table for you?";
const ANSWER: &str = "Please do. See you on Sunday!";

/// A text is accepted, is on the phone, and is reported `sent` and `delivered`.
pub(super) async fn text(tour: &mut Tour) -> anyhow::Result<Held> {
    let mut guest = tour.guest.take().context("there is no customer")?;
    let delivered = message::deliver_text(tour, &mut guest, TEXT).await;
    tour.guest = Some(guest);
    tour.text_id = Some(delivered?);
    Ok(Held::Now)
}

/// The customer reads and answers; the answer is marked as read.
pub(super) async fn read_and_answered(tour: &Tour) -> anyhow::Result<Held> {
    let guest = tour.guest.as_ref().context("there is no customer")?;
    let id = tour.text_id.as_ref().context("no text was delivered")?;
    let path = format!("/sim/customers/{}/read", guest.wa_id);
    let answer = tour.client.call("POST", &path, None).await?.expect(200)?;
    let read = answer.body.get("read").and_then(Value::as_u64);
    ensure!(read == Some(1), "one message was to be read, not {read:?}");
    message::reported(tour, id, "read").await?;

    let inbound = message::write(tour, guest, ANSWER).await?;
    let path = format!("/v1/messages/{}", inbound.id());
    let body = json!({"status": "read"});
    let marked = tour.client.call("PUT", &path, Some(&body)).await?;
    marked.expect(200)?;
    Ok(Held::Now)
}
