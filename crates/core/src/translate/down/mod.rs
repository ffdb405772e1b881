//! Messages on their way down (`cloud-api.md` 4.3).

use std::slice::Iter;

use graph::message::{Context, Send};
use onprem::media::MediaKind;
use onprem::message::template::{ButtonKind, Component, Parameter};
use onprem::message::{Card, Content, Media, Outgoing, Reaction, TemplateMessage};
use serde_json::{Map, Value, json};

mod interactive;

/// What stands in for the on-prem names inside a message: `MEDIA_ID`s of its media objects, and the quoted message.
#[derive(Debug, Default, Clone)]
pub struct Resolved {
    /// `MEDIA_ID` for each media object of the message, in the order of [`media_of`].
    pub media: Vec<String>,
    /// The network's id of the quoted message, if it is known.
    pub context: Option<String>,
    /// The network's id of the message that a reaction is about.
    pub reaction: Option<String>,
    /// Parameter names by position (of the header, then of the body), when the template has named ones: what
    /// [`parameter_names`](super::template::parameter_names) says.
    pub named: Option<Vec<String>>,
}

/// The media objects of a message, each with the path that error details name and its kind, in a fixed order.
pub fn media_of(message: &Outgoing) -> Vec<(String, MediaKind, &Media)> {
    match &message.content {
        Content::Image(media) => vec![("image".to_owned(), MediaKind::Image, media)],
        Content::Document(media) => vec![("document".to_owned(), MediaKind::Document, media)],
        Content::Audio(media) => vec![("audio".to_owned(), MediaKind::Audio, media)],
        Content::Video(media) => vec![("video".to_owned(), MediaKind::Video, media)],
        Content::Sticker(media) => vec![("sticker".to_owned(), MediaKind::Sticker, media)],
        Content::Interactive(object) => interactive::media(object).into_iter().collect(),
        Content::Template(template) => template
            .components
            .iter()
            .enumerate()
            .flat_map(|(at, component)| {
                parameters(component)
                    .iter()
                    .enumerate()
                    .filter_map(move |(place, parameter)| {
                        let (name, kind, media) = parameter_media(parameter)?;
                        let path = format!("template.components[{at}].parameters[{place}].{name}");
                        Some((path, kind, media))
                    })
            })
            .collect(),
        // The body of a legacy template has texts only.
        Content::Text(_)
        | Content::Location(_)
        | Content::Contacts(_)
        | Content::Reaction(_)
        | Content::Hsm(_) => Vec::new(),
    }
}

/// The Graph body of a message. `opaque` is Landline's own callback data.
///
/// A media object without a `MEDIA_ID` in `resolved` goes without an id (links and providers never go upstream), and the
/// network says so.
pub fn send(message: &Outgoing, resolved: &Resolved, opaque: String) -> Send {
    let mut ids = resolved.media.iter();
    let names = resolved.named.as_deref().unwrap_or_default();
    let object = match &message.content {
        Content::Text(text) => json!({"body": text.body, "preview_url": text.preview_url}),
        Content::Image(object)
        | Content::Document(object)
        | Content::Audio(object)
        | Content::Video(object)
        | Content::Sticker(object) => media(object, &mut ids, true),
        Content::Location(place) => place.to_value(),
        Content::Contacts(cards) => cards.iter().map(card).collect(),
        Content::Reaction(Reaction { emoji, .. }) => {
            json!({"message_id": resolved.reaction, "emoji": emoji})
        }
        Content::Interactive(object) => interactive::object(object, &mut ids),
        Content::Template(object) => template(object, names, &mut ids),
        Content::Hsm(hsm) => template(&without_empty_parts(hsm.to_template()), names, &mut ids),
    };
    let kind = match &message.content {
        // The network has forgotten this type.
        Content::Hsm(_) => "template",
        content => content.kind(),
    };
    // A number needs its plus: without it the network puts the business's own country code in front.
    let (to, recipient) = if message.to.is_scoped() {
        (None, Some(message.to.to_string()))
    } else {
        (Some(format!("+{}", message.to)), None)
    };
    Send {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to,
        recipient,
        kind,
        context: resolved
            .context
            .clone()
            .map(|message_id| Context { message_id }),
        biz_opaque_callback_data: Some(opaque),
        recipient_identity_key_hash: None,
        content: Map::from_iter([(kind.to_owned(), object)]),
    }
}

/// A media object by its `MEDIA_ID`. Inside a template, and above an interactive message, there is no caption: the network
/// refuses members that it does not know there.
fn media(media: &Media, ids: &mut Iter<'_, String>, with_caption: bool) -> Value {
    let mut object = Map::new();
    let members = [
        ("id", ids.next()),
        ("caption", media.caption.as_ref().filter(|_| with_caption)),
        ("filename", media.filename.as_ref()),
    ];
    for (name, member) in members {
        if let Some(text) = member {
            object.insert(name.to_owned(), text.as_str().into());
        }
    }
    Value::Object(object)
}

/// A card as the network has it, which knows nothing of old messengers.
fn card(card: &Card) -> Value {
    let known = Card {
        ims: Vec::new(),
        ..card.clone()
    };
    // Structs of texts: serialising cannot fail.
    serde_json::to_value(known).unwrap_or_default()
}

fn without_empty_parts(mut template: TemplateMessage) -> TemplateMessage {
    template
        .components
        .retain(|component| !parameters(component).is_empty());
    template
}

/// Without `namespace` (checked here, unknown upstream) and without `language.policy`.
fn template(template: &TemplateMessage, names: &[String], ids: &mut Iter<'_, String>) -> Value {
    // The names of the header come first, whatever order the caller's components have.
    let of_header = template
        .components
        .iter()
        .filter(|component| matches!(component, Component::Header(_)))
        .flat_map(parameters)
        .filter(|parameter| takes_name(parameter))
        .count();
    let (header_names, body_names) = names
        .split_at_checked(of_header)
        .unwrap_or((names, Default::default()));
    let (mut header_names, mut body_names) = (header_names.iter(), body_names.iter());

    let components: Vec<Value> = template
        .components
        .iter()
        .map(|component| match component {
            Component::Header(list) => json!({
                "type": "header",
                "parameters": named(list, &mut header_names, ids),
            }),
            Component::Body(list) => json!({
                "type": "body",
                "parameters": named(list, &mut body_names, ids),
            }),
            Component::Button {
                sub_type,
                index,
                parameters,
            } => json!({
                "type": "button",
                "sub_type": button_kind(*sub_type),
                "index": index.to_string(),
                "parameters": named(parameters, &mut [].iter(), ids),
            }),
        })
        .collect();

    let mut object = json!({"name": template.name, "language": {"code": template.language}});
    if !components.is_empty()
        && let Some(members) = object.as_object_mut()
    {
        members.insert("components".to_owned(), components.into());
    }
    object
}

fn named(
    list: &[Parameter],
    names: &mut Iter<'_, String>,
    ids: &mut Iter<'_, String>,
) -> Vec<Value> {
    list.iter()
        .map(|parameter| {
            let mut object = self::parameter(parameter, ids);
            if takes_name(parameter)
                && let Some(name) = names.next()
            {
                object.insert("parameter_name".to_owned(), name.as_str().into());
            }
            Value::Object(object)
        })
        .collect()
}

/// `{"type": …, "<type>": …}`. Currency and date are rendered by their fallback only, so nothing else is told of a date.
fn parameter(parameter: &Parameter, ids: &mut Iter<'_, String>) -> Map<String, Value> {
    let (kind, value) = match parameter {
        Parameter::Text(text) => ("text", json!(text)),
        Parameter::Currency {
            fallback_value,
            code,
            amount_1000,
        } => (
            "currency",
            json!({"fallback_value": fallback_value, "code": code, "amount_1000": amount_1000}),
        ),
        Parameter::DateTime { fallback_value, .. } => {
            ("date_time", json!({"fallback_value": fallback_value}))
        }
        Parameter::Image(object) => ("image", media(object, ids, false)),
        Parameter::Video(object) => ("video", media(object, ids, false)),
        Parameter::Document(object) => ("document", media(object, ids, false)),
        Parameter::Location(value) => ("location", value.clone()),
        Parameter::Payload(text) => ("payload", json!(text)),
        Parameter::CouponCode(text) => ("coupon_code", json!(text)),
        Parameter::Action(value) => ("action", value.clone()),
    };
    Map::from_iter([("type".to_owned(), kind.into()), (kind.to_owned(), value)])
}

fn parameters(component: &Component) -> &[Parameter] {
    match component {
        Component::Header(list) | Component::Body(list) => list,
        Component::Button { parameters, .. } => parameters,
    }
}

fn parameter_media(parameter: &Parameter) -> Option<(&'static str, MediaKind, &Media)> {
    match parameter {
        Parameter::Image(media) => Some(("image", MediaKind::Image, media)),
        Parameter::Video(media) => Some(("video", MediaKind::Video, media)),
        Parameter::Document(media) => Some(("document", MediaKind::TemplateDocument, media)),
        _ => None,
    }
}

/// Whether a parameter fills a placeholder in a text.
fn takes_name(parameter: &Parameter) -> bool {
    matches!(
        parameter,
        Parameter::Text(_) | Parameter::Currency { .. } | Parameter::DateTime { .. }
    )
}

fn button_kind(kind: ButtonKind) -> &'static str {
    match kind {
        ButtonKind::QuickReply => "quick_reply",
        ButtonKind::Url => "url",
        ButtonKind::Catalog => "catalog",
        ButtonKind::CopyCode => "copy_code",
        ButtonKind::Flow => "flow",
        ButtonKind::Mpm => "mpm",
    }
}

#[cfg(test)]
mod tests;
