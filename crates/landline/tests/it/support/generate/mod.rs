//! Values that a JSON Schema describes, with the nastiest texts that it allows.

mod broken;
mod draw;
mod text;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

pub(crate) use broken::{Broken, Rule, broken};
pub(crate) use draw::{Draw, seed, simplest};
pub(crate) use text::{any_text, text_within};

/// How many more elements than it has to have a generated array has at most.
const MORE: usize = 3;

/// Values that a schema describes. A schema that is nothing but `{"type": "object"}` stands for any object.
pub(crate) fn values(schema: &Value) -> BoxedStrategy<Value> {
    if let Some(value) = schema.get("const") {
        return Just(value.clone()).boxed();
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return select(words.clone()).boxed();
    }
    if let Some(schemas) = schema.get("oneOf").and_then(Value::as_array) {
        return any_of(schemas.iter().map(values));
    }
    if let Some(kinds) = schema["type"].as_array() {
        return any_of(kinds.iter().map(|kind| {
            let mut schema = schema.clone();
            schema["type"] = kind.clone();
            values(&schema)
        }));
    }
    match schema["type"].as_str() {
        Some("null") => Just(Value::Null).boxed(),
        Some("object") => object(schema),
        Some("array") => array(schema),
        Some("string") => string(schema).prop_map(Value::from).boxed(),
        Some("integer") => integer(schema).prop_map(Value::from).boxed(),
        Some("number") => number(schema).prop_map(Value::from).boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        _ => panic!("no values are known for {schema}"),
    }
}

fn any_of(strategies: impl Iterator<Item = BoxedStrategy<Value>>) -> BoxedStrategy<Value> {
    proptest::strategy::Union::new(strategies).boxed()
}

/// The names that a schema requires.
fn names(schema: &Value) -> BTreeSet<String> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn object(schema: &Value) -> BoxedStrategy<Value> {
    let Some(properties) = schema["properties"].as_object() else {
        return free_object(schema);
    };
    let needed = names(schema);
    // Of these sets of names one must be there whole, and this one must not.
    let alternatives: Vec<BTreeSet<String>> =
        (schema["anyOf"].as_array()).map_or_else(Vec::new, |all| all.iter().map(names).collect());
    let forbidden = names(&schema["not"]);
    let with = |needed: BTreeSet<String>| members(properties, &needed, &forbidden);
    if alternatives.is_empty() {
        return with(needed);
    }
    any_of(
        alternatives
            .into_iter()
            .map(|more| with(needed.union(&more).cloned().collect())),
    )
}

/// The members that are needed, and some of the others; never all of those that are forbidden together.
fn members(
    properties: &Map<String, Value>,
    needed: &BTreeSet<String>,
    forbidden: &BTreeSet<String>,
) -> BoxedStrategy<Value> {
    let forbidden = forbidden.clone();
    let each: Vec<BoxedStrategy<Option<(String, Value)>>> = properties
        .iter()
        .map(|(name, schema)| {
            let (is_needed, name) = (needed.contains(name), name.clone());
            let member = values(schema).prop_map(move |value| (name.clone(), value));
            if is_needed {
                member.prop_map(Some).boxed()
            } else {
                option::of(member).boxed()
            }
        })
        .collect();
    each.prop_map(move |members| {
        let mut object: Map<String, Value> = members.into_iter().flatten().collect();
        if !forbidden.is_empty() && forbidden.iter().all(|name| object.contains_key(name)) {
            object.retain(|name, _| forbidden.first() != Some(name));
        }
        Value::Object(object)
    })
    .boxed()
}

/// Any members, or members of one kind.
fn free_object(schema: &Value) -> BoxedStrategy<Value> {
    let least = schema["minProperties"].as_u64().unwrap_or_default();
    let least = usize::try_from(least).unwrap();
    let value = match schema.get("additionalProperties") {
        Some(schema) if schema.is_object() => values(schema),
        _ => any_json(),
    };
    proptest::collection::btree_map(any_text(), value, least..=least + MORE)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
        .boxed()
}

/// Any JSON, three levels deep.
fn any_json() -> BoxedStrategy<Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    plain
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map(any_text(), inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
        .boxed()
}

fn array(schema: &Value) -> BoxedStrategy<Value> {
    let count = |name: &str| {
        schema[name]
            .as_u64()
            .and_then(|count| count.try_into().ok())
    };
    let least: usize = count("minItems").unwrap_or_default();
    let most = count("maxItems").unwrap_or(usize::MAX).min(least + MORE);
    vec(values(&schema["items"]), least..=most)
        .prop_map(Value::from)
        .boxed()
}

fn string(schema: &Value) -> BoxedStrategy<String> {
    const DAY: &str = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    const URL: &str =
        "https?://[a-z]{1,8}\\.example/[a-z0-9/_.-]{0,10}(\\?[a-z]=[a-z0-9%20]{0,8})?";
    let like = |pattern: &str| string_regex(pattern).unwrap().boxed();
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("date"), _) => like(DAY),
        (Some("uri"), _) => like(URL),
        (Some(format), _) => panic!("no texts are known for the format {format}"),
        // Something else than white space, as all of our texts have.
        (None, None | Some("\\S")) => {
            let most = schema["maxLength"].as_u64();
            text_within(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap()))
        }
        // Patterns say of the whole text what it is.
        (None, Some(pattern)) => like(&pattern.replace(['^', '$'], "")),
    }
}

/// Whole numbers: the limits, and what lies between.
fn integer(schema: &Value) -> BoxedStrategy<i64> {
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
    let small = least.max(-100)..=most.min(100_000).max(least);
    prop_oneof![1 => Just(least), 1 => Just(most), 2 => least..=most, 4 => small].boxed()
}

fn number(schema: &Value) -> BoxedStrategy<f64> {
    let limit = |name: &str, or: f64| schema[name].as_f64().unwrap_or(or);
    let (least, most) = (limit("minimum", -1e300), limit("maximum", 1e300));
    prop_oneof![
        1 => select(vec![least, most, 0.0, f64::MIN_POSITIVE, f64::EPSILON, 5e-324]),
        4 => least..=most,
    ]
    .boxed()
}

/// Every value of a schema's `oneOf`, or the schema alone.
pub(crate) fn alternatives(schema: &Value) -> Vec<Value> {
    schema["oneOf"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![json!(schema)])
}
