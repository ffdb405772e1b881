//! System events: a customer's number or identity changed (`webhooks.md` 2.15, 2.17).

use graph::webhook::Message;
use onprem::settings::ApplicationSettings;
use serde_json::{Map, Value, json};

use super::{Content, customer, member};

/// The event under its on-prem name; `None` when the settings do not want it, or on-prem has no word for it: a customer
/// wrote nothing in either case.
pub(super) fn content(
    message: &Message,
    from: &str,
    settings: &ApplicationSettings,
) -> Option<Content> {
    let text = |name| member(&message.content, "system", name);
    let event = match text("type")? {
        "user_changed_number" | "customer_changed_number" if settings.notify_user_change_number => {
            let new = text("wa_id").or_else(|| text("new_wa_id")).map(customer);
            let told = match &new {
                Some(new) => format!("{from} changed number to {new}"),
                None => format!("{from} changed number"),
            };
            let mut event = json!({
                "body": text("body").unwrap_or(&told),
                "type": "user_changed_number",
            });
            put(&mut event, "new_wa_id", new);
            event
        }
        "user_identity_changed" | "customer_identity_changed"
            if settings.show_security_notifications =>
        {
            let user = text("customer")
                .or_else(|| text("user"))
                .or_else(|| text("wa_id"))
                .map_or_else(|| from.to_owned(), customer);
            let hash = text("identity").or_else(|| member(&message.content, "identity", "hash"));
            let mut event = json!({
                "body": text("body").unwrap_or("The security code of this customer has changed"),
                "type": "user_identity_changed",
                "user": user,
            });
            put(&mut event, "identity", hash.map(str::to_owned));
            event
        }
        _ => return None,
    };
    Some(Content {
        kind: "system",
        value: Some(event),
        errors: Vec::new(),
    })
}

fn put(event: &mut Value, name: &str, value: Option<String>) {
    if let (Some(members), Some(value)) = (event.as_object_mut(), value) {
        members.insert(name.to_owned(), value.into());
    }
}

/// `identity` of a message: its time is a number (milliseconds), unlike every other one. `None` without a hash.
pub(super) fn identity(object: &Map<String, Value>) -> Option<Value> {
    let hash = object.get("hash")?.as_str()?;
    let is = |value: &Value| value == &Value::Bool(true) || value.as_str() == Some("true");
    let mut identity = json!({
        "acknowledged": object.get("acknowledged").is_some_and(is),
        "hash": hash,
    });
    let time_ms = object.get("created_timestamp").and_then(|time| {
        time.as_i64()
            .or_else(|| time.as_str().and_then(|text| text.parse().ok()))
    });
    if let (Some(members), Some(time_ms)) = (identity.as_object_mut(), time_ms) {
        members.insert("created_timestamp".to_owned(), time_ms.into());
    }
    Some(identity)
}
