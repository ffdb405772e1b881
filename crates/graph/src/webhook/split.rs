//! A webhook's body, taken apart.

use serde_json::{Map, Value};

use super::read::errors;
use super::{Contact, ErrorObject, Event, Kind, Message, Status, bare, seconds};
use crate::tolerant::{elements, text};

/// The only `object` that is ours.
const OBJECT: &str = "whatsapp_business_account";
/// The field of messages, statuses and out-of-band errors.
const MESSAGES: &str = "messages";

/// Splits a webhook's body into its events: entry by entry, change by change, in a change first the messages, then the
/// statuses, then the errors, each in their order. What cannot be read is an event too, as [`Kind::Field`].
///
/// An error names what is wrong with the body. The body of another `object` has no events.
pub fn split(body: &[u8]) -> Result<Vec<Event>, String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
    let Value::Object(mut body) = body else {
        return Err("the body is not a JSON object".into());
    };
    let is_ours = match body.get("object") {
        None | Some(Value::Null) => true,
        Some(object) => object == OBJECT,
    };
    if !is_ours {
        return Ok(Vec::new());
    }
    let Some(Value::Array(entries)) = body.remove("entry") else {
        return Err("the body has no `entry` array".into());
    };
    let mut events = Vec::new();
    for value in entries {
        entry(value, &mut events);
    }
    Ok(events)
}

/// Where in the body we are.
struct Place {
    account_id: String,
    phone_number_id: String,
    /// `entry[].time`, Unix seconds, 0 without one.
    time_s: i64,
}

impl Place {
    fn event(&self, kind: Kind) -> Event {
        Event {
            phone_number_id: self.phone_number_id.clone(),
            account_id: self.account_id.clone(),
            kind,
        }
    }

    /// A field other than `messages`, or what could not be read.
    fn field(&self, field: &str, value: Value) -> Event {
        let own_time = value
            .get("timestamp")
            .and_then(text)
            .map_or(0, |timestamp| seconds(&timestamp));
        self.event(Kind::Field {
            field: field.into(),
            value,
            time_s: if own_time == 0 { self.time_s } else { own_time },
        })
    }
}

fn entry(value: Value, events: &mut Vec<Event>) {
    let member = |name: &str| value.get(name).and_then(text).unwrap_or_default();
    let mut place = Place {
        account_id: member("id"),
        phone_number_id: String::new(),
        time_s: seconds(&member("time")),
    };
    match value {
        Value::Object(mut object) if object.contains_key("changes") => {
            for value in elements(object.remove("changes")) {
                change(&mut place, value, events);
            }
        }
        other => events.push(place.field("", other)),
    }
}

fn change(place: &mut Place, value: Value, events: &mut Vec<Event>) {
    place.phone_number_id.clear();
    let Value::Object(mut change) = value else {
        events.push(place.field("", value));
        return;
    };
    let field = change.get("field").and_then(text);
    let value = match change.remove("value") {
        Some(value) => value,
        // Not of the known shape: kept whole.
        None => Value::Object(change),
    };
    if let Some(id) = value.pointer("/metadata/phone_number_id").and_then(text) {
        place.phone_number_id = id;
    }
    match (field.as_deref().unwrap_or(MESSAGES), value) {
        (MESSAGES, Value::Object(object)) if says_something(&object) => {
            messages(place, object, events);
        }
        (_, value) => events.push(place.field(&field.unwrap_or_default(), value)),
    }
}

/// Whether a value of `messages` has any of the three lists.
fn says_something(value: &Map<String, Value>) -> bool {
    [MESSAGES, "statuses", "errors"]
        .iter()
        .any(|name| match value.get(*name) {
            None | Some(Value::Null) => false,
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        })
}

fn messages(place: &Place, mut value: Map<String, Value>, events: &mut Vec<Event>) {
    let contacts: Vec<Contact> = elements(value.remove("contacts"))
        .into_iter()
        .filter_map(|contact| serde_json::from_value(contact).ok())
        .collect();
    let messages: Vec<Result<Message, Value>> = elements(value.remove(MESSAGES))
        .into_iter()
        .map(message)
        .collect();
    let beside = errors(value.remove("errors"));

    let only = only_contact(&contacts, &messages);
    let mut is_explained = false;
    for message in messages {
        events.push(match message {
            Ok(message) => {
                let errors = explanation(&message, &beside);
                is_explained |= !errors.is_empty();
                place.event(Kind::Message {
                    contact: contact_of(&message, &contacts).or(only).cloned(),
                    message: Box::new(message),
                    errors,
                })
            }
            Err(raw) => place.field(MESSAGES, raw),
        });
    }
    for value in elements(value.remove("statuses")) {
        events.push(match status(value) {
            Ok(status) => place.event(Kind::Status(Box::new(status))),
            Err(raw) => place.field(MESSAGES, raw),
        });
    }
    if !is_explained {
        events.extend(
            beside
                .into_iter()
                .map(|error| place.event(Kind::Error(error))),
        );
    }
}

/// The errors beside the messages belong to those that came without content; a message that has all it needs has none.
fn explanation(message: &Message, beside: &[ErrorObject]) -> Vec<ErrorObject> {
    if message.is_empty() {
        beside.to_vec()
    } else {
        Vec::new()
    }
}

fn message(value: Value) -> Result<Message, Value> {
    match value {
        Value::Object(object) if Message::check(&object).is_ok() => {
            Message::try_from(object).map_err(Value::from)
        }
        other => Err(other),
    }
}

fn status(value: Value) -> Result<Status, Value> {
    match value {
        Value::Object(object) if Status::check(&object).is_ok() => {
            Status::try_from(object).map_err(Value::from)
        }
        other => Err(other),
    }
}

/// The card with the sender's number or business-scoped id.
fn contact_of<'a>(message: &Message, contacts: &'a [Contact]) -> Option<&'a Contact> {
    let same = |ours: &Option<String>, theirs: &Option<String>| match (ours, theirs) {
        (Some(ours), Some(theirs)) => !ours.is_empty() && bare(ours) == bare(theirs),
        _ => false,
    };
    contacts.iter().find(|contact| {
        same(&message.from, &contact.wa_id) || same(&message.from_user_id, &contact.user_id)
    })
}

/// The single card, for messages that no card names (`from` and `wa_id` differ in some countries), unless it is
/// another message's.
fn only_contact<'a>(
    contacts: &'a [Contact],
    messages: &[Result<Message, Value>],
) -> Option<&'a Contact> {
    let [only] = contacts else {
        return None;
    };
    let is_taken = messages
        .iter()
        .flatten()
        .any(|message| contact_of(message, contacts).is_some());
    (!is_taken).then_some(only)
}
