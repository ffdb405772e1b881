//! Events on their way up (`cloud-api.md` 4.6, `webhooks.md` section 5).
//!
//! Nothing that a customer wrote is dropped: what has no on-prem form arrives as type `unknown` with error 501.

use onprem::envelope::ErrorObject;
use onprem::notification::{self, Notification};
use onprem::settings::ApplicationSettings;
use onprem::{MessageId, WaId};
use serde_json::{Map, Value};

mod content;
mod context;
mod identity;
mod media;
mod referral;
mod shape;
mod status;
mod system;

pub use identity::{Identity, Sighting, sighting};
pub use media::{ReceivedMedia, media_of};
pub use referral::{ReferralKind, ReferralMedia, referral_media_of};
pub use status::{deleted, failed, is_of_payment, status};

/// What stands in for the network's names inside a message.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Our id of the message that it answers (`context.id`), if we know it.
    pub context_id: Option<MessageId>,
    /// Our id of the message that it reacts to (`reaction.message_id`), if we know it.
    pub reaction_id: Option<MessageId>,
    /// Digits of the business number.
    pub business: String,
}

/// What is known here of a message that comes from the network.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Our names for what it refers to.
    pub names: Names,
    /// What became of its media, if it has any.
    pub media: Option<ReceivedMedia>,
    /// The picture or video of the advertisement that it came from, if it was downloaded.
    pub referral: Option<ReferralMedia>,
    /// Its sender's identity, if there is one.
    pub identity: Option<Identity>,
}

/// A message's content as the business sees it.
struct Content {
    kind: &'static str,
    /// Under its own name; `None` for `unknown`.
    value: Option<Value>,
    errors: Vec<ErrorObject>,
}

/// The network ids that a message refers to: `context.id`, `reaction.message_id`.
pub fn references(message: &graph::webhook::Message) -> (Option<&str>, Option<&str>) {
    let context = message
        .context
        .as_ref()
        .and_then(|context| context.id.as_deref());
    let reaction = member(&message.content, "reaction", "message_id");
    (context, reaction)
}

/// The network id of the message that the customer took back, when the message says only that (`type: revoke`):
/// it is told by [`deleted`], and [`message`] gives `None` for it.
pub fn revoked(message: &graph::webhook::Message) -> Option<&str> {
    if message.kind != "revoke" {
        return None;
    }
    // The reference shows the member without saying which object holds it.
    member(&message.content, "revoke", "original_message_id").or_else(|| {
        message
            .content
            .get("original_message_id")
            .and_then(Value::as_str)
    })
}

/// The new id of a customer who changed number, as the network tells it.
pub fn moved_to(message: &graph::webhook::Message) -> Option<WaId> {
    if message.kind != "system" || !system::is_move(message) {
        return None;
    }
    system::new_id(message).map(|id| WaId::from_network(&id))
}

/// Whether the network says that its sender's identity has changed.
pub fn is_identity_change(message: &graph::webhook::Message) -> bool {
    message.kind == "system" && system::is_identity_change(message)
}

/// The notification of a customer's message under our `id`.
///
/// `None` for what is not delivered as a message: `revoke` (see [`revoked`]), a system event that is switched off, and
/// one for which on-prem has no word (`user_changed_user_id`). Errors that stood beside the message in the webhook belong
/// into `message.errors`.
pub fn message(
    message: &graph::webhook::Message,
    contact: Option<&graph::webhook::Contact>,
    id: &MessageId,
    known: &Known,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let from = sender(message, contact);
    let (content, contacts) = match message.kind.as_str() {
        "revoke" => return None,
        "system" => (
            system::content(message, &from, known.identity.as_ref(), settings)?,
            Vec::new(),
        ),
        _ => (
            content::content(message, &known.names, known.media.as_ref()),
            vec![card(contact, &from)],
        ),
    };

    let mut members = Map::new();
    if let Some(value) = content.value {
        members.insert(content.kind.to_owned(), value);
    }
    members.extend(beside(message, known, settings));
    Some(Notification {
        contacts,
        messages: vec![notification::Message {
            context: message
                .context
                .as_ref()
                .and_then(|context| context::context(context, content.kind, &known.names)),
            errors: content.errors,
            from,
            id: id.clone(),
            timestamp: message.timestamp.clone(),
            kind: content.kind.to_owned(),
            content: members,
        }],
        ..Notification::default()
    })
}

/// Digits only; a business-scoped id (which has letters) as it is.
fn customer(text: &str) -> String {
    if text.contains(|letter: char| letter.is_alphabetic()) {
        return text.to_owned();
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        text.to_owned()
    } else {
        digits
    }
}

fn sender(message: &graph::webhook::Message, contact: Option<&graph::webhook::Contact>) -> String {
    let of_card = contact.map(|contact| (contact.wa_id.as_deref(), contact.user_id.as_deref()));
    let (wa_id, user_id) = of_card.unwrap_or_default();
    [
        message.from.as_deref(),
        wa_id,
        message.from_user_id.as_deref(),
        user_id,
    ]
    .into_iter()
    .flatten()
    .find(|text| !text.is_empty())
    .map(customer)
    .unwrap_or_default()
}

/// The sender's card. A message always has one, as receivers look for it, even when the network sent none.
fn card(contact: Option<&graph::webhook::Contact>, from: &str) -> notification::Contact {
    let name = contact
        .and_then(|contact| contact.profile.name.clone())
        .filter(|name| !name.is_empty());
    let wa_id = contact
        .and_then(|contact| contact.wa_id.as_deref())
        .filter(|wa_id| !wa_id.is_empty())
        .map_or_else(|| from.to_owned(), customer);
    notification::Contact {
        profile: notification::Profile { name },
        wa_id,
    }
}

/// What stands beside the content: `referral`, `identity`, `group_id`.
fn beside(
    message: &graph::webhook::Message,
    known: &Known,
    settings: &ApplicationSettings,
) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(referral) = referral::told(message, known.referral.as_ref()) {
        members.insert("referral".to_owned(), referral);
    }
    if let Some(identity) = &known.identity
        && settings.show_security_notifications
    {
        members.insert("identity".to_owned(), identity.told());
    }
    if let Some(group) = message.content.get("group_id").and_then(Value::as_str) {
        members.insert("group_id".to_owned(), group.into());
    }
    members
}

/// A text inside an object of the content; `""` counts as absent.
fn member<'a>(content: &'a Map<String, Value>, object: &str, name: &str) -> Option<&'a str> {
    content
        .get(object)?
        .get(name)?
        .as_str()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
