//! The rules that the parameters of one part have to keep, each with its code (`messages.md` 4.3 and 4.4).

use super::fill;
use super::part::{Part, Wants, shown, type_of};
use super::placeholders;
use crate::message::template::Parameter;
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
/// Longest coupon code, characters.
const LONGEST_COUPON: usize = 20;
/// Most spaces in a row inside a parameter.
const MOST_SPACES: usize = 4;

/// 2000.
pub(super) fn count(part: &Part<'_>) -> Result<(), Refusal> {
    let given = part.parameters.len();
    let (least, most) = match part.wants {
        Wants::Anything => return Ok(()),
        Wants::Nothing => (0, 0),
        Wants::Header(text) | Wants::Body(text) | Wants::Url(text) => {
            let count = placeholders(text).len();
            (count, count)
        }
        Wants::Media(_) | Wants::Location | Wants::Coupon | Wants::Password | Wants::Products => {
            (1, 1)
        }
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
pub(super) fn kind(part: &Part<'_>) -> Result<(), Refusal> {
    let allowed: &[&str] = match part.wants {
        Wants::Anything | Wants::Nothing => return Ok(()),
        Wants::Header(_) => &["text", "currency"],
        Wants::Body(_) => &["text", "currency", "date_time"],
        // The wrong one of these three is another code.
        Wants::Media(_) => &["image", "video", "document"],
        Wants::Location => &["location"],
        Wants::Url(_) | Wants::Password => &["text"],
        Wants::Payload => &["payload"],
        Wants::Coupon => &["coupon_code"],
        Wants::Action | Wants::Products => &["action"],
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
pub(super) fn length(part: &Part<'_>) -> Result<(), Refusal> {
    let limit = match part.wants {
        Wants::Header(_) => LONGEST_HEADER,
        Wants::Body(_) => LONGEST_BODY,
        Wants::Url(_) => LONGEST_URL,
        Wants::Payload => LONGEST_PAYLOAD,
        Wants::Coupon => LONGEST_COUPON,
        _ => return Ok(()),
    };
    for (place, parameter) in part.parameters.iter().enumerate() {
        let text = match parameter {
            Parameter::Payload(text) | Parameter::CouponCode(text) => text,
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
pub(super) fn white_space(part: &Part<'_>) -> Result<(), Refusal> {
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

/// 2007: a control character in what a customer reads. Payloads come back as they are, so they may have them.
pub(super) fn characters(part: &Part<'_>) -> Result<(), Refusal> {
    for (place, parameter) in part.parameters.iter().enumerate() {
        let text = match parameter {
            Parameter::CouponCode(text) => text,
            other => shown(other).unwrap_or_default(),
        };
        if let Some(found) = text.chars().find(|c| c.is_control()) {
            return Err(part.refuse_parameter(
                Code::TEMPLATE_CHARACTER,
                place,
                format_args!("has the control character U+{:04X}", u32::from(found)),
            ));
        }
    }
    Ok(())
}

/// 2008.
pub(super) fn media_kind(part: &Part<'_>) -> Result<(), Refusal> {
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
pub(super) fn filled_url(part: &Part<'_>) -> Result<(), Refusal> {
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
pub(super) fn filled_text(part: &Part<'_>) -> Result<(), Refusal> {
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
