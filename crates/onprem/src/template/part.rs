//! The components of a message, each beside the part of the template that it is for.

use super::{Button, Definition, Header, placeholders};
use crate::message::TemplateMessage;
use crate::message::template::{ButtonKind, Component, Parameter};
use crate::{Code, Refusal};

/// A component of the message, and what the template has in its place.
pub(super) struct Part<'a> {
    /// Its place in `template.components`.
    pub(super) index: usize,
    /// Its parameters.
    pub(super) parameters: &'a [Parameter],
    /// What they have to be.
    pub(super) wants: Wants<'a>,
}

/// What the template has in the place of a component.
#[derive(Clone, Copy)]
pub(super) enum Wants<'a> {
    /// Nothing: the template has no such part, or one without parameters.
    Nothing,
    Header(&'a str),
    Body(&'a str),
    Media(&'static str),
    Location,
    Url(&'a str),
    Payload,
    Coupon,
    /// A one-time password, given as the text of a URL.
    Password,
    /// May say how the button's target begins.
    Action,
    /// Products must be named.
    Products,
    /// A part that this program does not know: the network decides.
    Anything,
}

impl Part<'_> {
    pub(super) fn refuse(&self, code: Code, why: impl std::fmt::Display) -> Refusal {
        Refusal::new(code, format!("template.components[{}]: {why}", self.index))
    }

    pub(super) fn refuse_parameter(
        &self,
        code: Code,
        place: usize,
        why: impl std::fmt::Display,
    ) -> Refusal {
        let index = self.index;
        Refusal::new(
            code,
            format!("template.components[{index}].parameters[{place}]: {why}"),
        )
    }

    /// The texts of its parameters, as they are shown.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.parameters
            .iter()
            .map(|parameter| shown(parameter).unwrap_or_default())
            .collect()
    }
}

/// Pairs every component with its part of the template; 2013 for a button that the template has not.
pub(super) fn parts<'a>(
    message: &'a TemplateMessage,
    definition: &'a Definition,
) -> Result<Vec<Part<'a>>, Refusal> {
    let part = |(index, component): (usize, &'a Component)| {
        let (parameters, wants) = match component {
            Component::Header(parameters) => (
                parameters,
                definition.header.as_ref().map_or(Wants::Nothing, header),
            ),
            Component::Body(parameters) => (parameters, Wants::Body(&definition.body)),
            Component::Button {
                sub_type,
                index: place,
                parameters,
            } => {
                let button = definition.buttons.get(usize::from(*place));
                let wants = button.and_then(|known| button_wants(known, *sub_type));
                let wants = wants.ok_or_else(|| no_button(index, *place, button))?;
                (parameters, wants)
            }
        };
        Ok(Part {
            index,
            parameters,
            wants,
        })
    };
    message.components.iter().enumerate().map(part).collect()
}

pub(super) fn header(header: &Header) -> Wants<'_> {
    match header {
        Header::Text(text) => Wants::Header(text),
        Header::Image => Wants::Media("image"),
        Header::Video => Wants::Media("video"),
        Header::Document => Wants::Media("document"),
        Header::Location => Wants::Location,
        Header::Other(_) => Wants::Anything,
    }
}

/// What a button of the template takes from a component of this sub-type; `None` when it takes none.
fn button_wants(button: &Button, sub_type: ButtonKind) -> Option<Wants<'_>> {
    match (button, sub_type) {
        (Button::QuickReply { .. }, ButtonKind::QuickReply) => Some(Wants::Payload),
        (Button::Url { url, .. }, ButtonKind::Url) => Some(Wants::Url(url)),
        (Button::CopyCode, ButtonKind::CopyCode) => Some(Wants::Coupon),
        (Button::OneTimePassword, ButtonKind::Url) => Some(Wants::Password),
        (Button::Catalog, ButtonKind::Catalog) | (Button::Flow, ButtonKind::Flow) => {
            Some(Wants::Action)
        }
        (Button::Mpm, ButtonKind::Mpm) => Some(Wants::Products),
        (Button::Other(_), _) => Some(Wants::Anything),
        _ => None,
    }
}

/// The component that a button must have, if it must have one: its sub-type, and what it is given.
pub(super) fn needed(button: &Button) -> Option<(&'static str, &'static str)> {
    match button {
        Button::Url { url, .. } if !placeholders(url).is_empty() => Some(("url", "one parameter")),
        Button::CopyCode => Some(("copy_code", "one coupon_code parameter")),
        Button::OneTimePassword => Some(("url", "the password as its parameter")),
        Button::Mpm => Some(("mpm", "one action parameter")),
        _ => None,
    }
}

fn no_button(component: usize, place: u8, button: Option<&Button>) -> Refusal {
    let has = match button {
        None => "no button".to_owned(),
        Some(Button::QuickReply { .. }) => "a quick_reply button".to_owned(),
        Some(Button::Url { .. }) => "a url button".to_owned(),
        Some(Button::PhoneNumber { .. }) => "a call button, which takes no component,".to_owned(),
        Some(Button::CopyCode) => "a copy_code button".to_owned(),
        Some(Button::OneTimePassword) => {
            "a button for a one-time password, whose component is of sub_type url,".to_owned()
        }
        Some(Button::Flow) => "a flow button".to_owned(),
        Some(Button::Catalog) => "a catalog button".to_owned(),
        Some(Button::Mpm) => "an mpm button".to_owned(),
        Some(Button::Other(word)) => format!("a {word} button"),
    };
    Refusal::new(
        Code::TEMPLATE_BUTTON,
        format!("template.components[{component}]: the template has {has} at index {place}"),
    )
}

/// What the customer reads of a parameter.
pub(super) fn shown(parameter: &Parameter) -> Option<&str> {
    match parameter {
        Parameter::Text(text) => Some(text),
        Parameter::Currency { fallback_value, .. } | Parameter::DateTime { fallback_value, .. } => {
            Some(fallback_value)
        }
        _ => None,
    }
}

pub(super) fn type_of(parameter: &Parameter) -> &'static str {
    match parameter {
        Parameter::Text(_) => "text",
        Parameter::Currency { .. } => "currency",
        Parameter::DateTime { .. } => "date_time",
        Parameter::Image(_) => "image",
        Parameter::Video(_) => "video",
        Parameter::Document(_) => "document",
        Parameter::Location(_) => "location",
        Parameter::Payload(_) => "payload",
        Parameter::CouponCode(_) => "coupon_code",
        Parameter::Action(_) => "action",
    }
}
