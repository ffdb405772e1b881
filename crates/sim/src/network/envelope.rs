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
    let changes: Vec<String> = changes
        .iter()
        .map(|change| write_change(lasting, change))
        .collect();
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":{},"changes":[{}]}}]}}"#,
        ascii::json(&lasting.account.id),
        changes.join(",")
    )
}

fn write_change(lasting: &Lasting, change: &Change<'_>) -> String {
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
    let name = match change.kind {
        Kind::Message => "messages",
        Kind::Status => "statuses",
        Kind::Error => "errors",
    };
    format!(
        r#"{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":{},"phone_number_id":{}}},{contacts}"{name}":[{}]}},"field":"messages"}}"#,
        ascii::json(&display),
        ascii::json(&id),
        objects.join(",")
    )
}
