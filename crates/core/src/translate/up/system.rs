//! System events: a customer's number or identity changed (`webhooks.md` 2.15).

use graph::webhook::Message;
use onprem::settings::ApplicationSettings;
use serde_json::{Value, json};

use super::identity::Identity;
use super::{Content, customer, member};

/// The names of the one and the other event; some networks use the newer ones.
const MOVES: [&str; 2] = ["user_changed_number", "customer_changed_number"];
const IDENTITY_CHANGES: [&str; 2] = ["user_identity_changed", "customer_identity_changed"];

/// Whether the customer has another number now.
pub(super) fn is_move(message: &Message) -> bool {
    text(message, "type").is_some_and(|kind| MOVES.contains(&kind))
}

/// Whether the customer has another identity now.
pub(super) fn is_identity_change(message: &Message) -> bool {
    text(message, "type").is_some_and(|kind| IDENTITY_CHANGES.contains(&kind))
}

/// The customer's new id.
pub(super) fn new_id(message: &Message) -> Option<String> {
    text(message, "wa_id")
        .or_else(|| text(message, "new_wa_id"))
        .map(customer)
}

/// The event under its on-prem name; `None` when the settings do not want it, or on-prem has no word for it: a customer
/// wrote nothing in either case.
pub(super) fn content(
    message: &Message,
    from: &str,
    identity: Option<&Identity>,
    settings: &ApplicationSettings,
) -> Option<Content> {
    let event = if is_move(message) && settings.notify_user_change_number {
        moved(message, from)
    } else if is_identity_change(message) && settings.show_security_notifications {
        identity_changed(message, from, identity)
    } else {
        return None;
    };
    Some(Content {
        kind: "system",
        value: Some(event),
        errors: Vec::new(),
    })
}

fn moved(message: &Message, from: &str) -> Value {
    let new = new_id(message);
    let told = match &new {
        Some(new) => format!("{from} changed number to {new}"),
        None => format!("{from} changed number"),
    };
    let mut event = json!({
        "body": text(message, "body").unwrap_or(&told),
        "type": "user_changed_number",
    });
    put(&mut event, "new_wa_id", new);
    event
}

fn identity_changed(message: &Message, from: &str, identity: Option<&Identity>) -> Value {
    let user = ["customer", "user", "wa_id"]
        .into_iter()
        .find_map(|name| text(message, name))
        .map_or_else(|| from.to_owned(), customer);
    let mut event = json!({
        "body": text(message, "body").unwrap_or("The security code of this customer has changed"),
        "type": "user_identity_changed",
        "user": user,
    });
    put(
        &mut event,
        "identity",
        identity.map(|identity| identity.hash.clone()),
    );
    event
}

fn text<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    member(&message.content, "system", name)
}

fn put(event: &mut Value, name: &str, value: Option<String>) {
    if let (Some(members), Some(value)) = (event.as_object_mut(), value) {
        members.insert(name.to_owned(), value.into());
    }
}
