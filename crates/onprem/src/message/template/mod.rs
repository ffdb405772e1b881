//! `type: template` (`messages.md` section 4): what the caller sends. The approved definition is `crate::template`.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Media;
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, integer, list, object, one_of, optional, required, string};

mod action;
pub(super) mod parameter;

/// Longest name of a template, characters.
const LONGEST_NAME: usize = 512;
/// Longest code of a language, characters.
const LONGEST_CODE: usize = 32;
/// The only policy since v2.27.8.
const POLICY: &str = "deterministic";

/// A template message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    /// An empty one counts as absent, except in strict mode (2014).
    pub namespace: Option<String>,
    /// Lower-case letters, digits, underscore.
    pub name: String,
    /// `language.code`.
    pub language: String,
    /// In the caller's order.
    pub components: Vec<Component>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// `header`.
    Header(Vec<Parameter>),
    /// `body`.
    Body(Vec<Parameter>),
    /// `button`.
    Button {
        /// What kind of button.
        sub_type: ButtonKind,
        /// 0 to 9.
        index: u8,
        /// Its parameters.
        parameters: Vec<Parameter>,
    },
}

/// `sub_type` of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers with a payload.
    QuickReply,
    /// Opens an address.
    Url,
    /// Shows a catalog.
    Catalog,
    /// Copies a code.
    CopyCode,
    /// Starts a flow.
    Flow,
    /// Shows several products.
    Mpm,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// `text`.
    Text(String),
    /// `currency`.
    Currency {
        /// Shown as it is.
        fallback_value: String,
        /// ISO 4217.
        code: String,
        /// Amount times 1000.
        amount_1000: i64,
    },
    /// `date_time`: shown by its fallback; the structured value is kept as it came.
    DateTime {
        /// Shown as it is.
        fallback_value: String,
        /// The whole object.
        value: Value,
    },
    /// `image`.
    Image(Media),
    /// `video`.
    Video(Media),
    /// `document`.
    Document(Media),
    /// `location` (header), the object as validated: latitude, longitude, name, address.
    Location(Value),
    /// `payload` of a quick reply.
    Payload(String),
    /// `coupon_code`.
    CouponCode(String),
    /// `action` of catalog, flow and mpm buttons, the members that are known.
    Action(Value),
}

/// Reads `template`, which may be a string that holds the object.
pub(super) fn read(message: &Object<'_>) -> Read<TemplateMessage> {
    message.required("template")?.object_or_json(template)
}

fn template(template: &Object<'_>) -> Read<TemplateMessage> {
    let namespace = template
        .present("namespace")
        .map(|field| namespace(&field))
        .transpose();
    let name = template.required("name").and_then(|field| name(&field));
    let language = template
        .required("language")
        .and_then(|field| language(&field));
    let components = template
        .optional("components")
        .map(|field| components(&field))
        .transpose();
    Ok(TemplateMessage {
        namespace: namespace?,
        name: name?,
        language: language?,
        components: components?.unwrap_or_default(),
    })
}

/// An empty one is kept: whether it may be, the account says (2014).
fn namespace(field: &Field<'_>) -> Read<String> {
    if field.is_empty_string() {
        return Ok(String::new());
    }
    field.string().map(str::to_owned)
}

/// Reads a template's name.
pub(super) fn name(field: &Field<'_>) -> Read<String> {
    let name = field.string_within(LONGEST_NAME)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err(field.not("lower-case letters, digits and underscores"))
    }
}

/// What a template's name may be.
pub(super) fn name_schema() -> Value {
    schema::string_like(&format!("^[a-z0-9_]{{1,{LONGEST_NAME}}}$"))
}

/// Reads the code of a language object. `policy` has one value since v2.27.8, and may be left out.
pub(super) fn language(field: &Field<'_>) -> Read<String> {
    let language = field.object()?;
    let policy = language
        .optional("policy")
        .map(|policy| policy.choice(&[(POLICY, ())]))
        .transpose();
    let code = language.required("code").and_then(|field| {
        let code = field.string()?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if code.len() <= LONGEST_CODE && code.bytes().all(allowed) {
            Ok(code.to_owned())
        } else {
            Err(field.not("a language such as en or en_US"))
        }
    });
    policy?;
    code
}

/// What a language object may be.
pub(super) fn language_schema() -> Value {
    object([
        optional("policy", choice([POLICY])),
        required(
            "code",
            schema::string_like(&format!("^[A-Za-z0-9_-]{{1,{LONGEST_CODE}}}$")),
        )
        .about("Such as `en` or `en_US`."),
    ])
}

fn components(field: &Field<'_>) -> Read<Vec<Component>> {
    let components = field.each(component)?;
    let mut seen: Vec<&Component> = Vec::new();
    for (index, component) in components.iter().enumerate() {
        // Ends before the thirteenth: there are no more parts.
        if seen.iter().any(|before| same_part(component, before)) {
            return Err(field.invalid(format_args!(
                "element {index} is for the same part of the template as one before"
            )));
        }
        seen.push(component);
    }
    Ok(components)
}

fn same_part(one: &Component, other: &Component) -> bool {
    match (one, other) {
        (Component::Header(_), Component::Header(_)) | (Component::Body(_), Component::Body(_)) => {
            true
        }
        (Component::Button { index: one, .. }, Component::Button { index: other, .. }) => {
            one == other
        }
        _ => false,
    }
}

/// Every `sub_type` of a button.
const BUTTONS: &[(&str, ButtonKind)] = &[
    ("quick_reply", ButtonKind::QuickReply),
    ("url", ButtonKind::Url),
    ("catalog", ButtonKind::Catalog),
    ("copy_code", ButtonKind::CopyCode),
    ("flow", ButtonKind::Flow),
    ("mpm", ButtonKind::Mpm),
];
/// Places of a template's buttons.
const INDEX: RangeInclusive<i64> = 0..=9;

#[derive(Clone, Copy)]
enum Part {
    Header,
    Body,
    Button,
}

/// Samples of the hosted API write these words in capitals, so both are taken.
fn component(field: &Field<'_>) -> Read<Component> {
    let component = field.object()?;
    let part = component.required("type").and_then(|part| {
        part.choice_in_any_case(&[
            ("header", Part::Header),
            ("body", Part::Body),
            ("button", Part::Button),
        ])
    })?;
    // They belong to the template's definition; some programs repeat them here.
    for ignored in ["add_security_recommendation", "code_expiration_minutes"] {
        component.optional(ignored);
    }
    match part {
        Part::Header => Ok(Component::Header(
            parameters(&component, None)?.unwrap_or_default(),
        )),
        Part::Body => Ok(Component::Body(
            parameters(&component, None)?.unwrap_or_default(),
        )),
        Part::Button => button(&component),
    }
}

fn parameters(
    component: &Object<'_>,
    sub_type: Option<ButtonKind>,
) -> Read<Option<Vec<Parameter>>> {
    component
        .optional("parameters")
        .map(|parameters| parameters.each(|field| parameter::read(field, sub_type)))
        .transpose()
}

fn button(component: &Object<'_>) -> Read<Component> {
    let sub_type = component
        .required("sub_type")
        .and_then(|field| field.choice_in_any_case(BUTTONS));
    let index = component.required("index").and_then(|field| {
        let index = field.integer(INDEX)?;
        u8::try_from(index).map_err(|_| field.not("0 to 9"))
    });
    let parameters = match parameters(component, sub_type.ok()) {
        Ok(None) => Err(component.missing("parameters")),
        Ok(Some(parameters)) => Ok(parameters),
        Err(refused) => Err(refused),
    };
    Ok(Component::Button {
        sub_type: sub_type?,
        index: index?,
        parameters: parameters?,
    })
}

/// What `template` may be. What its parameters have to be, the template itself says.
pub(super) fn schema() -> Value {
    let parameters = || list(parameter::schema());
    let text_part = |part: &'static str| {
        object([
            required("type", choice([part])),
            optional("parameters", parameters()),
        ])
    };
    let button = object([
        required("type", choice(["button"])),
        required("sub_type", choice(BUTTONS.iter().map(|(word, _)| *word))),
        required("index", integer(INDEX)).about("The place of the button in the template."),
        required("parameters", parameters()),
    ]);
    object([
        optional("namespace", string()).about("The account's; may be left out since v2.41."),
        required("name", name_schema()),
        required("language", language_schema()),
        optional(
            "components",
            list(one_of([text_part("header"), text_part("body"), button])),
        )
        .about("At most one for each part of the template."),
    ])
}

/// Values of `template`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "a template without parameters",
            json!({"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}),
        ),
        (
            "a template with parameters",
            json!({
                "namespace": "b7e1_example_ns", "name": "delivery_slot",
                "language": {"policy": "deterministic", "code": "fr"},
                "components": [
                    {"type": "header", "parameters": [
                        {"type": "image", "image": {"link": "https://cdn.example/van.jpg"}}]},
                    {"type": "body", "parameters": [
                        {"type": "text", "text": "Noor"},
                        {"type": "currency", "currency": {
                            "fallback_value": "42,50 €", "code": "EUR", "amount_1000": 42500}},
                        {"type": "date_time", "date_time": {
                            "fallback_value": "3 mars 2027", "year": 2027, "month": 3, "day_of_month": 3,
                            "hour": 9, "minute": 15}}]},
                    {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [
                        {"type": "payload", "payload": "slot:keep"}]},
                ],
            }),
        ),
        (
            "a template with a coupon and a link",
            json!({
                "name": "spring_coupon", "language": {"code": "en_US"},
                "components": [
                    {"type": "header", "parameters": [{"type": "text", "text": "20 %"}]},
                    {"type": "body", "parameters": [
                        {"type": "text", "text": "Sunday"}, {"type": "text", "text": "€5"}]},
                    {"type": "button", "sub_type": "copy_code", "index": 0, "parameters": [
                        {"type": "coupon_code", "coupon_code": "SPRING20"}]},
                    {"type": "button", "sub_type": "url", "index": 1, "parameters": [
                        {"type": "text", "text": "spring?from=chat"}]},
                ],
            }),
        ),
        (
            "a template at a place, with a flow",
            json!({
                "name": "pickup_point", "language": {"code": "en_US"},
                "components": [
                    {"type": "header", "parameters": [{"type": "location", "location": {
                        "latitude": 52.5163, "longitude": 13.3777, "name": "Hummingbird Coffee",
                        "address": "Pariser Platz, Berlin"}}]},
                    {"type": "button", "sub_type": "flow", "index": 0, "parameters": [
                        {"type": "action", "action": {"flow_token": "pickup-7", "flow_action_data": {"order": "A-17"}}}]},
                ],
            }),
        ),
        (
            "a template with products",
            json!({
                "name": "back_in_stock", "language": {"code": "en_US"},
                "components": [
                    {"type": "button", "sub_type": "mpm", "index": 0, "parameters": [
                        {"type": "action", "action": {
                            "thumbnail_product_retailer_id": "mug-blue",
                            "sections": [{"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue"}]}],
                        }}]},
                ],
            }),
        ),
    ]
}
