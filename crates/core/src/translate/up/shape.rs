//! What the documented objects are made of. Members that are not documented, or have another type, are left out: numbers
//! arrive as numbers and texts as texts, whatever the network wrote.

use std::str::FromStr;

use serde_json::{Map, Number, Value};

/// What a documented value is.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text; a number counts as one.
    Text,
    /// A number, also one in quotes.
    Number,
    /// `true` or `false`, also in quotes.
    Flag,
    /// 0 or 1; a truth value counts as one.
    Bit,
    /// As it came.
    AsItIs,
    /// These members.
    Object(&'static [(&'static str, Shape)]),
    /// Any number of these.
    List(&'static Shape),
}

use Shape::{AsItIs, Bit, Flag, List, Object, Text};

/// `text` (`webhooks.md` 2.5).
pub(super) const TEXT: Shape = Object(&[("body", Text)]);

/// `metadata` of a sticker (2.4).
pub(super) const METADATA: Shape = Object(&[
    ("sticker-pack-id", Text),
    ("sticker-pack-name", Text),
    ("sticker-pack-publisher", Text),
    ("emojis", List(&Text)),
    ("is-first-party-sticker", Bit),
    ("android-app-store-link", Text),
    ("ios-app-store-link", Text),
]);

/// `location` (2.6).
pub(super) const LOCATION: Shape = Object(&[
    ("latitude", Shape::Number),
    ("longitude", Shape::Number),
    ("name", Text),
    ("address", Text),
    ("url", Text),
]);

/// `contacts` (2.7).
pub(super) const CARDS: Shape = List(&Object(&[
    (
        "name",
        Object(&[
            ("formatted_name", Text),
            ("first_name", Text),
            ("last_name", Text),
            ("middle_name", Text),
            ("prefix", Text),
            ("suffix", Text),
        ]),
    ),
    (
        "phones",
        List(&Object(&[("phone", Text), ("type", Text), ("wa_id", Text)])),
    ),
    ("emails", List(&Object(&[("email", Text), ("type", Text)]))),
    (
        "addresses",
        List(&Object(&[
            ("street", Text),
            ("city", Text),
            ("state", Text),
            ("zip", Text),
            ("country", Text),
            ("country_code", Text),
            ("type", Text),
        ])),
    ),
    (
        "org",
        Object(&[("company", Text), ("department", Text), ("title", Text)]),
    ),
    ("urls", List(&Object(&[("url", Text), ("type", Text)]))),
    ("birthday", Text),
    (
        "ims",
        List(&Object(&[("service", Text), ("user_id", Text)])),
    ),
]));

/// `order` (2.11): quantities and prices keep the network's type.
pub(super) const ORDER: Shape = Object(&[
    ("catalog_id", Text),
    ("text", Text),
    (
        "product_items",
        List(&Object(&[
            ("product_retailer_id", Text),
            ("quantity", AsItIs),
            ("item_price", AsItIs),
            ("currency", Text),
        ])),
    ),
]);

/// `referral` (2.12): the rest (`ctwa_clid`, `welcome_message`) is of the Cloud API only.
pub(super) const REFERRAL: Shape = Object(&[
    ("source_url", Text),
    ("source_type", Text),
    ("source_id", Text),
    ("headline", Text),
    ("body", Text),
    ("media_type", Text),
    ("image_url", Text),
    ("video_url", Text),
    ("thumbnail_url", Text),
]);

/// `context.referred_product` (2.13).
pub(super) const PRODUCT: Shape = Object(&[("catalog_id", Text), ("product_retailer_id", Text)]);

/// `conversation` of a status (3.3).
pub(super) const CONVERSATION: Shape = Object(&[
    ("id", Text),
    ("expiration_timestamp", Shape::Number),
    ("origin", Object(&[("type", Text)])),
]);

/// `pricing` of a status (3.3).
pub(super) const PRICING: Shape = Object(&[
    ("billable", Flag),
    ("category", Text),
    ("pricing_model", Text),
]);

impl Shape {
    /// A value in this shape; `None` when nothing of it is left.
    pub(super) fn fit(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Text => text(value),
            Self::Number => number(value),
            Self::Flag => flag(value),
            Self::Bit => bit(value),
            Self::AsItIs => Some(value.clone()).filter(|value| !value.is_null()),
            Self::Object(members) => object(members, value.as_object()?),
            Self::List(element) => list(element, value.as_array()?),
        }
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => Number::from_str(text.trim()).ok().map(Value::Number),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) => bool::from_str(text.trim()).ok().map(Value::Bool),
        _ => None,
    }
}

fn bit(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(truth) => Some(u8::from(*truth).into()),
        other => number(other).filter(|number| [0, 1].iter().any(|bit| number == bit)),
    }
}

fn object(members: &[(&str, Shape)], found: &Map<String, Value>) -> Option<Value> {
    let kept: Map<String, Value> = members
        .iter()
        .filter_map(|(name, shape)| {
            let value = shape.fit(found.get(*name)?)?;
            Some(((*name).to_owned(), value))
        })
        .collect();
    (!kept.is_empty()).then(|| kept.into())
}

fn list(element: &Shape, found: &[Value]) -> Option<Value> {
    let kept: Vec<Value> = found
        .iter()
        .filter_map(|value| element.fit(value))
        .collect();
    (!kept.is_empty()).then(|| kept.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_documented_has_its_documented_type() {
        let place = json!({
            "latitude": "-13.250", "longitude": 52, "name": 7, "address": null, "url": {"x": 1}, "is_live": true,
        });

        assert_eq!(
            LOCATION.fit(&place),
            Some(json!({"latitude": -13.25, "longitude": 52, "name": "7"}))
        );
        assert_eq!(
            PRICING.fit(&json!({"billable": "true", "type": "regular", "category": "service"})),
            Some(json!({"billable": true, "category": "service"}))
        );
        assert_eq!(
            ORDER.fit(
                &json!({"product_items": [{"quantity": 2, "item_price": "3.50"}, {"x": 1}, 5]})
            ),
            Some(json!({"product_items": [{"quantity": 2, "item_price": "3.50"}]}))
        );
        assert_eq!(
            METADATA.fit(
                &json!({"is-first-party-sticker": true, "emojis": ["☕", null], "is-ai-sticker": 1})
            ),
            Some(json!({"is-first-party-sticker": 1, "emojis": ["☕"]}))
        );
        assert_eq!(METADATA.fit(&json!({"is-first-party-sticker": 2})), None);
    }

    #[test]
    fn nothing_left_is_nothing() {
        for value in [
            json!({}),
            json!({"body": true}),
            json!([]),
            json!("x"),
            json!(null),
        ] {
            assert_eq!(TEXT.fit(&value), None, "{value}");
        }
        assert_eq!(CARDS.fit(&json!([{"vcard": "BEGIN:VCARD"}])), None);
    }
}
