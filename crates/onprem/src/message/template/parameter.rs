//! Parameters of a template's components (`messages.md` 4.3).

use super::Parameter;
use crate::message::{location, media};
use crate::parse::{Field, Object, Read};

/// What reads the member that is named after a parameter's type.
type Reader = fn(&Field<'_>) -> Read<Parameter>;

/// Every value of `type`, and its reader.
const TYPES: &[(&str, Reader)] = &[
    ("text", |field| Ok(Parameter::Text(owned(field)?))),
    ("currency", currency),
    ("date_time", date_time),
    ("image", |field| {
        media::read(field, &["caption"]).map(Parameter::Image)
    }),
    ("video", |field| {
        media::read(field, &["caption"]).map(Parameter::Video)
    }),
    ("document", |field| {
        media::read(field, &["caption", "filename"]).map(Parameter::Document)
    }),
    ("location", |field| {
        location::read_place(field).map(Parameter::Location)
    }),
    ("payload", |field| Ok(Parameter::Payload(owned(field)?))),
    ("coupon_code", |field| {
        Ok(Parameter::CouponCode(owned(field)?))
    }),
    ("action", |field| {
        Ok(Parameter::Action(field.object()?.to_value()))
    }),
];

/// Reads one parameter.
pub(super) fn read(field: &Field<'_>) -> Read<Parameter> {
    let parameter = field.object()?;
    let kind = parameter.required("type")?;
    let read = kind.choice_in_any_case(TYPES)?;
    // The member has the type's name, in small letters however the type is written.
    let name = kind.string()?.to_ascii_lowercase();
    let value = parameter.required(&name)?;
    read(&value)
}

fn owned(field: &Field<'_>) -> Read<String> {
    field.string().map(str::to_owned)
}

fn currency(field: &Field<'_>) -> Read<Parameter> {
    let currency = field.object()?;
    let fallback_value = currency.string("fallback_value");
    let code = currency.required("code").and_then(|field| {
        let code = field.string()?;
        if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(code.to_owned())
        } else {
            Err(field.not("three letters such as EUR"))
        }
    });
    let amount_1000 = currency
        .required("amount_1000")
        .and_then(|field| field.integer(i64::MIN..=i64::MAX));
    Ok(Parameter::Currency {
        fallback_value: fallback_value?.to_owned(),
        code: code?,
        amount_1000: amount_1000?,
    })
}

/// Only the fallback is shown, by the network too; the rest is checked so that a slip is told.
fn date_time(field: &Field<'_>) -> Read<Parameter> {
    let date_time = field.object()?;
    let fallback_value = date_time.string("fallback_value");
    let members = [
        number(&date_time, "year", i64::from(i32::MIN), i64::from(i32::MAX)),
        number(&date_time, "month", 1, 12),
        number(&date_time, "day_of_month", 1, 31),
        number(&date_time, "hour", 0, 23),
        number(&date_time, "minute", 0, 59),
        number(&date_time, "timestamp", i64::MIN, i64::MAX),
        day_of_week(&date_time),
        calendar(&date_time),
    ];
    members.into_iter().collect::<Read<()>>()?;
    Ok(Parameter::DateTime {
        fallback_value: fallback_value?.to_owned(),
        value: date_time.to_value(),
    })
}

fn number(object: &Object<'_>, name: &str, least: i64, most: i64) -> Read<()> {
    object.optional_integer(name, least..=most).map(|_| ())
}

/// 1 (Monday) to 7, or the day's name.
fn day_of_week(object: &Object<'_>) -> Read<()> {
    const DAYS: [(&str, ()); 7] = [
        ("MONDAY", ()),
        ("TUESDAY", ()),
        ("WEDNESDAY", ()),
        ("THURSDAY", ()),
        ("FRIDAY", ()),
        ("SATURDAY", ()),
        ("SUNDAY", ()),
    ];
    match object.optional("day_of_week") {
        None => Ok(()),
        Some(day)
            if day
                .as_str()
                .is_some_and(|day| day.trim().parse::<i64>().is_err()) =>
        {
            day.choice_in_any_case(&DAYS)
        }
        Some(day) => day.integer(1..=7).map(|_| ()),
    }
}

fn calendar(object: &Object<'_>) -> Read<()> {
    match object.optional("calendar") {
        None => Ok(()),
        Some(calendar) => calendar.choice_in_any_case(&[("GREGORIAN", ()), ("SOLAR_HIJRI", ())]),
    }
}
