//! The body of a webhook.

use crate::ascii;
use crate::network::lasting::Lasting;
use crate::network::mailroom::{Kind, Update};

/// One `changes` element: updates of one kind and one number. A new one begins whenever either changes, so that the
/// order of updates is that of the body.
struct Change<'a> {
    number: usize,
    kind: Kind,
    updates: Vec<&'a Update>,
}

/// The body with these updates, each with the index of its number, in their order. ASCII JSON.
pub(crate) fn body(lasting: &Lasting, updates: &[(usize, &Update)]) -> String {
    let mut changes: Vec<Change<'_>> = Vec::new();
    for (number, update) in updates {
        match changes.last_mut() {
            Some(last) if last.number == *number && last.kind == update.kind => {
                last.updates.push(update);
            }
            _ => changes.push(Change {
                number: *number,
                kind: update.kind,
                updates: vec![update],
            }),
        }
    }
    // what is told of the account has a time of its own
    let is_timed = |change: &Change<'_>| matches!(change.kind, Kind::Field(_));
    let time = (changes.iter().find(|change| is_timed(change)))
        .and_then(|change| change.updates.first())
        .map(|update| format!(r#""time":{},"#, update.made_ms / 1000))
        .unwrap_or_default();
    let changes: Vec<String> = changes
        .iter()
        .flat_map(|change| write_changes(lasting, change))
        .collect();
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":{},{time}"changes":[{}]}}]}}"#,
        ascii::json(&lasting.account.id),
        changes.join(",")
    )
}

fn write_changes(lasting: &Lasting, change: &Change<'_>) -> Vec<String> {
    match change.kind {
        Kind::Field(field) => (change.updates.iter())
            .map(|update| format!(r#"{{"value":{},"field":"{field}"}}"#, update.json))
            .collect(),
        Kind::Message => vec![write_change(lasting, change, "messages")],
        Kind::Status => vec![write_change(lasting, change, "statuses")],
        Kind::Error => vec![write_change(lasting, change, "errors")],
    }
}

fn write_change(lasting: &Lasting, change: &Change<'_>, name: &str) -> String {
    let (display, id) = lasting
        .numbers
        .get(change.number)
        .map(|number| (number.digits(), number.id.clone()))
        .unwrap_or_default();
    let objects: Vec<&str> = change
        .updates
        .iter()
        .map(|update| update.json.as_str())
        .collect();
    let mut cards: Vec<&str> = Vec::new();
    for update in &change.updates {
        if let Some(card) = update.card.as_deref()
            && !cards.contains(&card)
        {
            cards.push(card);
        }
    }
    let contacts = if cards.is_empty() {
        String::new()
    } else {
        format!(r#""contacts":[{}],"#, cards.join(","))
    };
    format!(
        r#"{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":{},"phone_number_id":{}}},{contacts}"{name}":[{}]}},"field":"messages"}}"#,
        ascii::json(&display),
        ascii::json(&id),
        objects.join(",")
    )
}
