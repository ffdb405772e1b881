//! A number as people write it becomes a WhatsApp ID.

use anyhow::ensure;
use serde_json::{Value, json};

use super::Held;
use crate::tour::Tour;
use crate::tour::guest::{free_number, spelled};

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let wa_id = free_number(tour).await?;
    let input = spelled(&wa_id);
    let body = json!({"blocking": "wait", "contacts": [input]});
    let answer = tour.client.post("/v1/contacts", &body).await?.expect(200)?;
    let expected = json!([{"input": input, "status": "valid", "wa_id": wa_id}]);
    let contacts = answer.body.get("contacts").unwrap_or(&Value::Null);
    ensure!(
        *contacts == expected,
        "contacts are {contacts}, {expected} was expected"
    );
    // It becomes the customer of the next step.
    tour.candidate = Some(wa_id);
    Ok(Held::Now)
}
