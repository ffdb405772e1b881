//! Events on their way up (`cloud-api.md` 4.6, `webhooks.md` section 5).
//!
//! Nothing that a customer wrote is dropped: what has no on-prem form arrives as type `unknown` with error 501.

use onprem::MessageId;
use onprem::envelope::ErrorObject;
use onprem::notification::{self, Notification};
use onprem::settings::ApplicationSettings;
use serde_json::{Map, Value};

mod content;
mod media;
mod status;
mod system;

pub use media::{ReceivedMedia, media_of};
pub use status::{deleted, failed, status};

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

/// The notification of a customer's message under our `id`.
///
/// `None` for what is not delivered as a message: `revoke` (see [`revoked`]), a system event that is switched off, and
/// one for which on-prem has no word (`user_changed_user_id`). Errors that stood beside the message in the webhook belong
/// into `message.errors`.
pub fn message(
    message: &graph::webhook::Message,
    contact: Option<&graph::webhook::Contact>,
    id: &MessageId,
    names: &Names,
    media: Option<&ReceivedMedia>,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let from = sender(message, contact);
    let (content, contacts) = match message.kind.as_str() {
        "revoke" => return None,
        "system" => (system::content(message, &from, settings)?, Vec::new()),
        _ => (
            content::content(message, names, media),
            vec![card(contact, &from)],
        ),
    };

    let mut members = Map::new();
    if let Some(value) = content.value {
        members.insert(content.kind.to_owned(), value);
    }
    members.extend(beside(message, settings));
    Some(Notification {
        contacts,
        messages: vec![notification::Message {
            context: message
                .context
                .as_ref()
                .and_then(|context| quoted(context, content.kind, names)),
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

/// `context`: the quoted message is named by our id or not at all (the reference lets `id` be missing), because a
/// network id would name nothing that the business has ever seen. Claims that are false are left out.
fn quoted(
    context: &graph::webhook::Context,
    kind: &str,
    names: &Names,
) -> Option<notification::Context> {
    let often = context.frequently_forwarded.filter(|claim| *claim);
    let is_reply = context.id.is_some();
    // A press always answers a message of the business.
    let pressed = matches!(kind, "button" | "interactive") && is_reply;
    let from = context
        .from
        .as_deref()
        .filter(|from| !from.is_empty())
        .map(customer)
        .or_else(|| (pressed && !names.business.is_empty()).then(|| names.business.clone()));
    let quoted = notification::Context {
        // Forwarded often is forwarded too.
        forwarded: context.forwarded.filter(|claim| *claim).or(often),
        frequently_forwarded: often,
        from,
        id: names.context_id.clone().filter(|_| is_reply),
        referred_product: context
            .referred_product
            .clone()
            .filter(|product| !product.is_null()),
    };
    (quoted != notification::Context::default()).then_some(quoted)
}

/// Members of a referral; the rest (`ctwa_clid`, `welcome_message`) is of the Cloud API only.
const REFERRAL: [&str; 9] = [
    "source_url",
    "source_type",
    "source_id",
    "headline",
    "body",
    "media_type",
    "image_url",
    "video_url",
    "thumbnail_url",
];

/// What stands beside the content: `referral`, `identity`, `group_id`.
fn beside(message: &graph::webhook::Message, settings: &ApplicationSettings) -> Map<String, Value> {
    let mut members = Map::new();
    let object = |name: &str| message.content.get(name).and_then(Value::as_object);
    if let Some(referral) = object("referral") {
        let kept = only(referral, &REFERRAL);
        if !kept.is_empty() {
            members.insert("referral".to_owned(), kept.into());
        }
    }
    if settings.show_security_notifications
        && let Some(identity) = object("identity").and_then(system::identity)
    {
        members.insert("identity".to_owned(), identity);
    }
    if let Some(group) = message.content.get("group_id").and_then(Value::as_str) {
        members.insert("group_id".to_owned(), group.into());
    }
    members
}

/// The named members that are there and not null.
fn only(object: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|name| {
            let value = object.get(*name).filter(|value| !value.is_null())?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect()
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
