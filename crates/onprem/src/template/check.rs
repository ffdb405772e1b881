//! The synchronous checks of a template message (`messages.md` 4.4). Each check looks at the whole message before the
//! next one begins, so that the first failing one in the documented order is answered.

use std::collections::HashSet;

use super::part::{Part, Wants, header, needed, parts};
use super::rule::{
    characters, count, filled_text, filled_url, kind, length, media_kind, white_space,
};
use super::{Button, Definition, placeholders};
use crate::message::template::Component;
use crate::message::{Rules, TemplateMessage};
use crate::parse::{Listed, quoted, too_long};
use crate::{Code, Refusal};

/// Longest number of a call button, characters.
const LONGEST_NUMBER: usize = 20;

/// What a line knows of its account's templates beside those with the message's name.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The account's namespace, if it is known.
    pub namespace: Option<&'a str>,
    /// Every language that some template of the account is in.
    pub languages: &'a HashSet<String>,
    /// In strict mode an empty namespace is none.
    pub rules: Rules,
}

/// Checks a message against what the line's templates say, in the documented order: 2001 and 2003, 2060 to 2062, 2014 and
/// 1009, 2009, 2013, 2000, 2012, 2004, 2006, 2007, 2008, 2010, 2011, 2005.
///
/// `same_name` are the definitions with the message's name, in every language.
pub fn check<'a>(
    message: &TemplateMessage,
    same_name: &'a [Definition],
    account: Account<'_>,
) -> Result<&'a Definition, Refusal> {
    let definition = find(message, same_name, account.languages)?;
    sendable(definition)?;
    same_namespace(message, account)?;
    components_present(message, definition)?;
    let parts = parts(message, definition)?;
    all(
        &parts,
        &[
            count,
            kind,
            length,
            white_space,
            characters,
            media_kind,
            filled_url,
        ],
    )?;
    numbers(definition)?;
    all(&parts, &[filled_text])?;
    Ok(definition)
}

/// A rule that each part has to keep.
type Check = fn(&Part<'_>) -> Result<(), Refusal>;

/// Each check looks at all parts before the next one begins.
fn all(parts: &[Part<'_>], checks: &[Check]) -> Result<(), Refusal> {
    let mut each = checks
        .iter()
        .flat_map(|check| parts.iter().map(move |part| check(part)));
    each.find(Result::is_err).unwrap_or(Ok(()))
}

/// 2001: there is none of this name, or none in this language. 2003: no template of the account is in this language.
fn find<'a>(
    message: &TemplateMessage,
    same_name: &'a [Definition],
    account_has: &HashSet<String>,
) -> Result<&'a Definition, Refusal> {
    let TemplateMessage { name, language, .. } = message;
    let of_name = || same_name.iter().filter(|template| template.name == *name);
    let found = of_name().find(|template| template.language == *language);
    found.ok_or_else(|| {
        let languages: Vec<&str> = of_name().map(|known| known.language.as_str()).collect();
        let (name, language) = (quoted(name), quoted(language));
        if languages.is_empty() {
            let why = format!("template {name} does not exist");
            return Refusal::new(Code::TEMPLATE_MISSING, why);
        }
        let is_pack = account_has.contains(&message.language);
        let only = Listed(&languages);
        if is_pack {
            let why = format!("template {name} does not exist in {language}, only in {only}");
            return Refusal::new(Code::TEMPLATE_MISSING, why);
        }
        let why = format!("no template exists in {language}; template {name} does in {only}");
        Refusal::new(Code::TEMPLATE_PACK_MISSING, why)
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

/// 2014 for an empty one where it is expected, 1009 for another account's. It may be left out since v2.41, and outside of
/// strict mode an empty one is left out too.
fn same_namespace(message: &TemplateMessage, account: Account<'_>) -> Result<(), Refusal> {
    match (message.namespace.as_deref(), account.namespace) {
        (Some(""), own) if account.rules.strict => Err(Refusal::new(
            Code::TEMPLATE_NAMESPACE,
            match own {
                Some(own) => format!("template.namespace: is empty, must be {own:?} or absent"),
                None => "template.namespace: is empty, must be the account's or absent".to_owned(),
            },
        )),
        (Some(given), Some(own)) if !given.is_empty() && given != own => Err(Refusal::invalid(
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
        let is_it = |component: &Component| matches!(component, Component::Button { index, .. } if usize::from(*index) == place);
        if let Some((sub_type, given)) = needed(button)
            && !has(&is_it)
        {
            return absent(&format!(
                "a button component of sub_type {sub_type} with index {place} and {given}"
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

/// 2011: a call button of the template has no number that could be called. Letters stand for digits in some countries.
fn numbers(definition: &Definition) -> Result<(), Refusal> {
    for (place, button) in definition.buttons.iter().enumerate() {
        let Button::PhoneNumber {
            phone_number: Some(number),
            ..
        } = button
        else {
            continue;
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || " +-().*#".contains(c);
        let is_number = number.chars().any(|c| c.is_ascii_digit())
            && number.chars().all(allowed)
            && too_long(number, LONGEST_NUMBER).is_none();
        if !is_number {
            return Err(Refusal::new(
                Code::TEMPLATE_PHONE,
                format!(
                    "template: the call button at index {place} of template {:?} has {}, which is no phone number",
                    definition.name,
                    quoted(number)
                ),
            ));
        }
    }
    Ok(())
}
