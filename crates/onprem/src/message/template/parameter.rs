//! Parameters of a template's components (`messages.md` 4.3).

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::{ButtonKind, Parameter, action};
use crate::message::{location, media};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, Member, choice, integer, one_of, optional, required, string};

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

/// Reads one parameter of a text, or of a button of this sub-type.
pub(super) fn read(field: &Field<'_>, sub_type: Option<ButtonKind>) -> Read<Parameter> {
    let parameter = field.object()?;
    let kind = parameter.required("type")?;
    let read = kind.choice_in_any_case(TYPES)?;
    // The member has the type's name, in small letters however the type is written.
    let name = kind.string()?.to_ascii_lowercase();
    let value = parameter.required(&name)?;
    match (read(&value)?, sub_type) {
        // Each button has an action of its own; where there is none, the template's check says so.
        (Parameter::Action(_), Some(sub_type)) => {
            action::read(&value, sub_type).map(Parameter::Action)
        }
        (read, _) => Ok(read),
    }
}

fn owned(field: &Field<'_>) -> Read<String> {
    field.string().map(str::to_owned)
}

fn currency(field: &Field<'_>) -> Read<Parameter> {
    let currency = field.object()?;
    let fallback_value = currency.string("fallback_value");
    let amount = amount(&currency, "code");
    let fallback_value = fallback_value?.to_owned();
    let (code, amount_1000) = amount?;
    Ok(Parameter::Currency {
        fallback_value,
        code,
        amount_1000,
    })
}

/// Reads a currency (the member has several names) and a thousand times the amount.
pub(in crate::message) fn amount(object: &Object<'_>, currency: &str) -> Read<(String, i64)> {
    let code = object.required(currency).and_then(|field| {
        let code = field.string()?;
        if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(code.to_owned())
        } else {
            Err(field.not("three letters such as EUR"))
        }
    });
    let amount_1000 = object
        .required("amount_1000")
        .and_then(|field| field.integer(i64::MIN..=i64::MAX));
    Ok((code?, amount_1000?))
}

/// Only the fallback is shown, by the network too; the rest is checked so that a slip is told.
fn date_time(field: &Field<'_>) -> Read<Parameter> {
    let date_time = field.object()?;
    let fallback_value = date_time.string("fallback_value");
    let timestamp = date_time.optional_integer("timestamp", i64::MIN..=i64::MAX);
    let moment = components(&date_time).and(timestamp.map(drop));
    let fallback_value = fallback_value?.to_owned();
    moment?;
    Ok(Parameter::DateTime {
        fallback_value,
        value: date_time.to_value(),
    })
}

/// The whole numbers that a moment may have, and their limits.
const COMPONENTS: &[(&str, RangeInclusive<i64>)] = &[
    ("year", -2_147_483_648..=2_147_483_647),
    ("month", 1..=12),
    ("day_of_month", 1..=31),
    ("hour", 0..=23),
    ("minute", 0..=59),
];
/// The days of the week by number; the first is Monday.
const WEEK: RangeInclusive<i64> = 1..=7;
/// The same by name, in their order.
const DAYS: &[(&str, ())] = &[
    ("MONDAY", ()),
    ("TUESDAY", ()),
    ("WEDNESDAY", ()),
    ("THURSDAY", ()),
    ("FRIDAY", ()),
    ("SATURDAY", ()),
    ("SUNDAY", ()),
];
const CALENDARS: &[(&str, ())] = &[("GREGORIAN", ()), ("SOLAR_HIJRI", ())];

/// Checks the components of a moment, each of which may be absent.
pub(in crate::message) fn components(moment: &Object<'_>) -> Read<()> {
    let numbers = COMPONENTS
        .iter()
        .map(|(name, allowed)| moment.optional_integer(name, allowed.clone()).map(drop));
    let words = [day_of_week(moment), calendar(moment)];
    let read: Vec<Read<()>> = numbers.chain(words).collect();
    read.into_iter().collect()
}

/// What the components of a moment may be.
pub(in crate::message) fn components_schema() -> Vec<Member> {
    let numbers = COMPONENTS
        .iter()
        .map(|(name, allowed)| optional(name, integer(allowed.clone())));
    let words = [
        optional("day_of_week", one_of([integer(WEEK), names(DAYS)]))
            .about("By number, 1 is Monday, or by name."),
        optional("calendar", names(CALENDARS)),
    ];
    numbers.chain(words).collect()
}

fn names(words: &'static [(&'static str, ())]) -> Value {
    choice(words.iter().map(|(word, ())| *word))
}

fn day_of_week(object: &Object<'_>) -> Read<()> {
    match object.optional("day_of_week") {
        None => Ok(()),
        Some(day)
            if day
                .as_str()
                .is_some_and(|day| day.trim().parse::<i64>().is_err()) =>
        {
            day.choice_in_any_case(DAYS)
        }
        Some(day) => day.integer(WEEK).map(drop),
    }
}

fn calendar(object: &Object<'_>) -> Read<()> {
    match object.optional("calendar") {
        None => Ok(()),
        Some(calendar) => calendar.choice_in_any_case(CALENDARS),
    }
}

/// What one parameter may be.
pub(super) fn schema() -> Value {
    let parameter = |kind: &'static str, value: Value| {
        schema::object([required("type", choice([kind])), required(kind, value)])
    };
    let amount = || json!({"type": "integer"});
    let currency = schema::object([
        required("fallback_value", string()).about("What is shown."),
        required("code", currency_schema()),
        required("amount_1000", amount()).about("The amount times 1000."),
    ]);
    let mut date_time = components_schema();
    date_time.insert(
        0,
        required("fallback_value", string()).about("What is shown."),
    );
    date_time.push(optional("timestamp", amount()).about("Unix seconds."));
    one_of([
        parameter("text", string()),
        parameter("currency", currency),
        parameter("date_time", schema::object(date_time)),
        parameter("image", media::schema(&[media::CAPTION])),
        parameter("video", media::schema(&[media::CAPTION])),
        parameter(
            "document",
            media::schema(&[media::CAPTION, media::FILENAME]),
        ),
        parameter("location", location::schema()),
        parameter("payload", string()),
        parameter("coupon_code", string()),
        parameter("action", action::schema()),
    ])
}

/// What a currency may be.
pub(in crate::message) fn currency_schema() -> Value {
    schema::string_like("^[A-Za-z]{3}$")
}
