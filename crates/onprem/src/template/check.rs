//! The synchronous checks of a template message (`messages.md` 4.4). Each check looks at the whole message before the
//! next one begins, so that the first failing one in the documented order is answered.

use super::part::{Part, Wants, header, parts, shown, type_of};
use super::{Button, Definition, fill, placeholders};
use crate::message::TemplateMessage;
use crate::message::template::{Component, Parameter};
use crate::parse::{Listed, quoted, too_long};
use crate::{Code, Refusal, url};

/// Longest filled body and body parameter, characters.
const LONGEST_BODY: usize = 1024;
/// Longest filled header text and header parameter, characters.
const LONGEST_HEADER: usize = 60;
/// Longest URL suffix, characters.
const LONGEST_URL: usize = 2000;
/// Longest payload of a quick reply, characters.
const LONGEST_PAYLOAD: usize = 256;
/// Most spaces in a row inside a parameter.
const MOST_SPACES: usize = 4;

/// Checks a message against what the line's templates say, in the documented order: 2001, 2060–2062, 1009, 2009, 2013,
/// 2000, 2012, 2004, 2006, 2008, 2010, 2005. (2003 is the network's: here a language that is missing is 2001; 2014 is not
/// used, as the namespace has been optional since v2.41.)
///
/// `same_name` are the definitions with the message's name, in every language; `namespace` is the account's.
pub fn check<'a>(
    message: &TemplateMessage,
    same_name: &'a [Definition],
    namespace: Option<&str>,
) -> Result<&'a Definition, Refusal> {
    let definition = find(message, same_name)?;
    sendable(definition)?;
    same_namespace(message, namespace)?;
    components_present(message, definition)?;
    let parts = parts(message, definition)?;
    for check in [
        count,
        kind,
        length,
        white_space,
        media_kind,
        filled_url,
        filled_text,
    ] {
        for part in &parts {
            check(part)?;
        }
    }
    Ok(definition)
}

/// 2001: there is none of this name, or none in this language.
fn find<'a>(
    message: &TemplateMessage,
    same_name: &'a [Definition],
) -> Result<&'a Definition, Refusal> {
    let TemplateMessage { name, language, .. } = message;
    let of_name = || same_name.iter().filter(|template| template.name == *name);
    let found = of_name().find(|template| template.language == *language);
    found.ok_or_else(|| {
        let languages: Vec<&str> = of_name().map(|known| known.language.as_str()).collect();
        let why = if languages.is_empty() {
            format!("template {} does not exist", quoted(name))
        } else {
            format!(
                "template {} does not exist in {}, only in {}",
                quoted(name),
                quoted(language),
                Listed(&languages)
            )
        };
        Refusal::new(Code::TEMPLATE_MISSING, why)
    })
}

/// 2060 to 2062; 2001 for one that is not approved yet, or not any more.
fn sendable(definition: &Definition) -> Result<(), Refusal> {
    let status = definition.status.to_ascii_uppercase();
    let code = match status.as_str() {
        "APPROVED" | "FLAGGED" | "REINSTATED" => return Ok(()),
        "REJECTED" => Code::TEMPLATE_REJECTED,
        "PAUSED" => Code::TEMPLATE_PAUSED,
        "DISABLED" => Code::TEMPLATE_DISABLED,
        _ => Code::TEMPLATE_MISSING,
    };
    let Definition { name, language, .. } = definition;
    Err(Refusal::new(
        code,
        format!("template {name:?} in {language:?} cannot be sent: its status is {status}"),
    ))
}

fn same_namespace(message: &TemplateMessage, namespace: Option<&str>) -> Result<(), Refusal> {
    match (message.namespace.as_deref(), namespace) {
        (Some(given), Some(own)) if given != own => Err(Refusal::invalid(
            "template.namespace",
            format_args!(
                "is {}, the namespace does not correspond to the account of this number, whose namespace is {own:?}",
                quoted(given)
            ),
        )),
        _ => Ok(()),
    }
}

/// 2009: a part that needs parameters has no component.
fn components_present(message: &TemplateMessage, definition: &Definition) -> Result<(), Refusal> {
    let has = |wanted: &dyn Fn(&Component) -> bool| message.components.iter().any(wanted);
    let absent = |what: &str| {
        Err(Refusal::new(
            Code::TEMPLATE_COMPONENT_MISSING,
            format!(
                "template.components: {what} is required by template {:?}",
                definition.name
            ),
        ))
    };
    let header = match definition.header.as_ref().map(header) {
        Some(Wants::Header(text)) => count_and_parameters(placeholders(text).len()),
        Some(Wants::Media(kind)) => Some(format!("one {kind} parameter")),
        Some(Wants::Location) => Some("one location parameter".to_owned()),
        _ => None,
    };
    if let Some(needs) = header
        && !has(&|component| matches!(component, Component::Header(_)))
    {
        return absent(&format!("a header component with {needs}"));
    }
    if let Some(needs) = count_and_parameters(placeholders(&definition.body).len())
        && !has(&|component| matches!(component, Component::Body(_)))
    {
        return absent(&format!("a body component with {needs}"));
    }
    for (place, button) in definition.buttons.iter().enumerate() {
        let needs = match button {
            Button::Url { url, .. } => !placeholders(url).is_empty(),
            _ => false,
        };
        let is_it = |component: &Component| matches!(component, Component::Button { index, .. } if usize::from(*index) == place);
        if needs && !has(&is_it) {
            return absent(&format!(
                "a button component of sub_type url with index {place} and one parameter"
            ));
        }
    }
    Ok(())
}

fn count_and_parameters(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("one parameter".to_owned()),
        many => Some(format!("{many} parameters")),
    }
}

/// 2000.
fn count(part: &Part<'_>) -> Result<(), Refusal> {
    let given = part.parameters.len();
    let (least, most) = match part.wants {
        Wants::Anything => return Ok(()),
        Wants::Nothing => (0, 0),
        Wants::Header(text) | Wants::Body(text) | Wants::Url(text) => {
            let count = placeholders(text).len();
            (count, count)
        }
        Wants::Media(_) | Wants::Location | Wants::Coupon => (1, 1),
        Wants::Payload | Wants::Action => (0, 1),
    };
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let expected = if least == most {
        most.to_string()
    } else {
        format!("{least} or {most}")
    };
    Err(part.refuse(
        Code::TEMPLATE_PARAM_COUNT,
        format_args!("number of parameters given: {given}, expected: {expected}"),
    ))
}

/// 2012.
fn kind(part: &Part<'_>) -> Result<(), Refusal> {
    let allowed: &[&str] = match part.wants {
        Wants::Anything | Wants::Nothing => return Ok(()),
        Wants::Header(_) | Wants::Body(_) => &["text", "currency", "date_time"],
        // The wrong one of these three is another code.
        Wants::Media(_) => &["image", "video", "document"],
        Wants::Location => &["location"],
        Wants::Url(_) => &["text"],
        Wants::Payload => &["payload"],
        Wants::Coupon => &["coupon_code"],
        Wants::Action => &["action"],
    };
    for (place, parameter) in part.parameters.iter().enumerate() {
        let kind = type_of(parameter);
        if !allowed.contains(&kind) {
            let allowed = match part.wants {
                Wants::Media(kind) => kind.to_owned(),
                _ => Listed(allowed).to_string(),
            };
            return Err(part.refuse_parameter(
                Code::TEMPLATE_PARAM_FORMAT,
                place,
                format_args!("is {kind}, must be {allowed}"),
            ));
        }
    }
    Ok(())
}

/// 2004.
fn length(part: &Part<'_>) -> Result<(), Refusal> {
    let limit = match part.wants {
        Wants::Header(_) => LONGEST_HEADER,
        Wants::Body(_) => LONGEST_BODY,
        Wants::Url(_) => LONGEST_URL,
        Wants::Payload => LONGEST_PAYLOAD,
        _ => return Ok(()),
    };
    for (place, parameter) in part.parameters.iter().enumerate() {
        let text = match parameter {
            Parameter::Payload(payload) => payload,
            other => shown(other).unwrap_or_default(),
        };
        if let Some(length) = too_long(text, limit) {
            return Err(part.refuse_parameter(
                Code::TEMPLATE_PARAM_LENGTH,
                place,
                format_args!("has {length} characters, must have at most {limit}"),
            ));
        }
    }
    Ok(())
}

/// 2006.
fn white_space(part: &Part<'_>) -> Result<(), Refusal> {
    let too_many = " ".repeat(MOST_SPACES + 1);
    for (place, parameter) in part.parameters.iter().enumerate() {
        let text = shown(parameter).unwrap_or_default();
        let found = if text.contains(['\n', '\r']) {
            "a line break"
        } else if text.contains('\t') {
            "a tab"
        } else if text.contains(&too_many) {
            "more than four spaces in a row"
        } else {
            continue;
        };
        return Err(part.refuse_parameter(
            Code::TEMPLATE_WHITE_SPACE,
            place,
            format_args!("has {found}, which a parameter must not have"),
        ));
    }
    Ok(())
}

/// 2008.
fn media_kind(part: &Part<'_>) -> Result<(), Refusal> {
    let Wants::Media(wanted) = part.wants else {
        return Ok(());
    };
    for (place, parameter) in part.parameters.iter().enumerate() {
        let kind = type_of(parameter);
        if kind != wanted {
            return Err(part.refuse_parameter(
                Code::TEMPLATE_MEDIA_FORMAT,
                place,
                format_args!("is {kind}, the template's header is {wanted}"),
            ));
        }
    }
    Ok(())
}

/// 2010.
fn filled_url(part: &Part<'_>) -> Result<(), Refusal> {
    let pattern = match part.wants {
        // A URL without a placeholder is the network's affair.
        Wants::Url(pattern) if !part.parameters.is_empty() => pattern,
        _ => return Ok(()),
    };
    let filled = fill(pattern, &part.texts());
    match url::parse(&filled) {
        Ok(_) => Ok(()),
        Err(why) => Err(part.refuse(
            Code::TEMPLATE_URL,
            format_args!("the button's URL {} {why}", quoted(&filled)),
        )),
    }
}

/// 2005.
fn filled_text(part: &Part<'_>) -> Result<(), Refusal> {
    let (text, limit) = match part.wants {
        Wants::Header(text) => (text, LONGEST_HEADER),
        Wants::Body(text) => (text, LONGEST_BODY),
        _ => return Ok(()),
    };
    let filled = fill(text, &part.texts());
    match too_long(&filled, limit) {
        None => Ok(()),
        Some(length) => Err(part.refuse(
            Code::TEMPLATE_TEXT_LENGTH,
            format_args!("the filled text has {length} characters, must have at most {limit}"),
        )),
    }
}
