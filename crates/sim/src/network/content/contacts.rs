//! Cards.

use serde_json::{Map, Value};

use super::{known, missing};
use crate::network::error::GraphError;
use crate::network::params::Params;

/// Most cards of a message.
const MOST: usize = 257;

/// Names beside `formatted_name`, of which there has to be one.
const NAMES: &[&str] = &["first_name", "last_name", "middle_name", "suffix", "prefix"];

/// The arrays of a card, and the texts that their objects may have.
const LISTS: &[(&str, &[&str])] = &[
    (
        "addresses",
        &[
            "street",
            "city",
            "state",
            "zip",
            "country",
            "country_code",
            "type",
        ],
    ),
    ("emails", &["email", "type"]),
    ("phones", &["phone", "type", "wa_id"]),
    ("urls", &["url", "type"]),
];

/// The checked cards; a telephone that has only a `wa_id` gets a number from it.
pub(super) fn check(params: &Params) -> Result<Value, GraphError> {
    let cards = params
        .array("contacts")?
        .filter(|cards| !cards.is_empty())
        .ok_or_else(|| missing("contacts"))?;
    if cards.len() > MOST {
        return Err(GraphError::parameter(format!(
            "Param contacts must have at most {MOST} elements."
        )));
    }
    let checked = cards
        .into_iter()
        .enumerate()
        .map(|(at, value)| card(&format!("contacts[{at}]"), value));
    checked.collect::<Result<Vec<Value>, _>>().map(Value::Array)
}

fn card(path: &str, value: Value) -> Result<Value, GraphError> {
    let mut card = object(path, value)?;
    let lists = LISTS.iter().map(|(name, _)| *name);
    let keys: Vec<&str> = lists.chain(["name", "birthday", "org"]).collect();
    known(path, &card, &keys)?;
    name(path, &card)?;
    if let Some(day) = card.text("birthday")?
        && !is_day(&day)
    {
        return Err(GraphError::parameter(format!(
            "Param {path}['birthday'] must be YYYY-MM-DD."
        )));
    }
    if let Some(org) = card.object("org")? {
        texts(
            &format!("{path}['org']"),
            &org,
            &["company", "department", "title"],
        )?;
    }
    for (list, keys) in LISTS {
        let Some(elements) = card.array(list)? else {
            continue;
        };
        let mut checked = Vec::with_capacity(elements.len());
        for (at, element) in elements.into_iter().enumerate() {
            let path = format!("{path}['{list}'][{at}]");
            let mut element = object(&path, element)?;
            texts(&path, &element, keys)?;
            if let (None, Some(wa_id)) = (element.value("phone"), element.text("wa_id")?) {
                element.set("phone", format!("+{wa_id}"));
            }
            checked.push(present(element));
        }
        card.set(list, checked);
    }
    Ok(present(card))
}

fn name(path: &str, card: &Params) -> Result<(), GraphError> {
    let name = card
        .object("name")?
        .ok_or_else(|| missing(&format!("{path}.name")))?;
    let keys: Vec<&str> = NAMES.iter().copied().chain(["formatted_name"]).collect();
    texts(&format!("{path}['name']"), &name, &keys)?;
    if name.value("formatted_name").is_none() {
        return Err(missing(&format!("{path}.name.formatted_name")));
    }
    if NAMES.iter().all(|key| name.value(key).is_none()) {
        return Err(missing(&format!(
            "{path}.name: one of {}",
            NAMES.join(", ")
        )));
    }
    Ok(())
}

fn object(path: &str, value: Value) -> Result<Params, GraphError> {
    match value {
        Value::Object(members) => Ok(Params(members)),
        _ => Err(GraphError::parameter(format!(
            "Param {path} must be a JSON object."
        ))),
    }
}

/// An object that has only these members, all of them texts.
fn texts(path: &str, object: &Params, keys: &[&str]) -> Result<(), GraphError> {
    known(path, object, keys)?;
    keys.iter().try_for_each(|key| object.text(key).map(drop))
}

fn present(object: Params) -> Value {
    let members: Map<String, Value> = object
        .0
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    Value::Object(members)
}

/// `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let digits = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let mut parts = text.split('-');
    digits(parts.next(), 4)
        && digits(parts.next(), 2)
        && digits(parts.next(), 2)
        && parts.next().is_none()
}
