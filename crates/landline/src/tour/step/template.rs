//! Outside the window a text fails and a template arrives.

use anyhow::ensure;
use serde_json::{Value, json};

use super::Held;
use crate::tour::{Tour, guest, message};

const NAME: &str = "Kai";
/// No parameters, approved, in `en_US`.
const TEMPLATE: &str = "hello_world";
/// The window is closed.
const RE_ENGAGEMENT: u64 = 470;

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let mut guest = guest::invite(tour, NAME).await?;
    tour.screen.note(
        "this customer has never written, so the window is closed: a text is accepted, then fails",
    );
    let text = message::text(&guest.wa_id, "We have a new menu.");
    let id = message::send(tour, &text).await?;
    let failed = message::reported(tour, &id, "failed").await?;
    ensure!(
        failed.code() == Some(RE_ENGAGEMENT),
        "the text failed with code {:?}, {RE_ENGAGEMENT} was expected",
        failed.code()
    );

    tour.screen.note("a template arrives all the same");
    let template = json!({
        "to": guest.wa_id,
        "type": "template",
        "template": {
            "name": TEMPLATE,
            "language": {"policy": "deterministic", "code": "en_US"},
        },
    });
    let id = message::send(tour, &template).await?;
    let newest = message::on_phone(tour, &mut guest).await?;
    let kind = newest.get("type").and_then(Value::as_str);
    ensure!(
        kind == Some("template"),
        "another message is on the phone: {newest}"
    );
    message::reported(tour, &id, "sent").await?;
    message::reported(tour, &id, "delivered").await?;
    Ok(Held::Now)
}
