//! Templates: what fits each one that the account has, and what it looks like filled.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::sendable::{each, products, sections};
use super::shown::above;
use super::world::World;
use crate::support::{alternatives, values};

/// The templates that can be sent.
pub(super) fn sendable(world: &World) -> Vec<Value> {
    let is_blocked = |template: &&Value| !template["name"].as_str().unwrap().starts_with("survey_");
    (world.templates.iter())
        .filter(|template| template["status"] == "APPROVED")
        .filter(is_blocked)
        .cloned()
        .collect()
}

/// A part of a template; null when it has none.
fn part<'a>(template: &'a Value, kind: &str) -> &'a Value {
    let parts = template["components"].as_array().unwrap();
    parts
        .iter()
        .find(|part| part["type"] == kind)
        .unwrap_or(&Value::Null)
}

/// The names between double braces, each once.
fn placeholders(text: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in text.as_str().unwrap_or_default().split("{{").skip(1) {
        let name = piece.split("}}").next().unwrap().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Bodies of `type: template` that fit a template.
pub(super) fn bodies(schema: &Value, definition: &Value) -> BoxedStrategy<Value> {
    let components = &schema["properties"]["template"]["properties"]["components"];
    let parameters =
        alternatives(&alternatives(&components["items"])[0]["properties"]["parameters"]["items"]);
    let parameter = |kind: &str| {
        let found = parameters
            .iter()
            .find(|schema| schema["properties"]["type"]["enum"][0] == kind);
        values(found.unwrap())
    };
    let mut parts: Vec<BoxedStrategy<Option<Value>>> = Vec::new();
    let header = part(definition, "HEADER");
    let given = match header["format"].as_str() {
        None => Vec::new(),
        Some("TEXT") => placeholders(&header["text"])
            .iter()
            .map(|_| {
                prop_oneof![parameter("text"), parameter("currency")]
                    .prop_map(|text| shortened(text, 40))
                    .boxed()
            })
            .collect(),
        Some(format) => vec![parameter(&format.to_lowercase())],
    };
    parts.push(component("header", given));
    let texts = placeholders(&part(definition, "BODY")["text"])
        .into_iter()
        .map(|_| {
            prop_oneof![
                parameter("text"),
                parameter("currency"),
                parameter("date_time")
            ]
            .prop_map(|text| shortened(text, 200))
            .boxed()
        });
    parts.push(component("body", texts.collect()));
    let buttons = part(definition, "BUTTONS")["buttons"]
        .as_array()
        .into_iter()
        .flatten();
    parts.extend(
        buttons
            .enumerate()
            .filter_map(|(index, button)| press(button, index, &parameter)),
    );
    let own = values(&without_components(schema));
    let (name, language) = (definition["name"].clone(), definition["language"].clone());
    (own, parts)
        .prop_map(move |(mut body, parts)| {
            let template = &mut body["template"];
            template["name"] = name.clone();
            template["language"]["code"] = language.clone();
            let parts: Vec<Value> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                template["components"] = parts.into();
            }
            body
        })
        .boxed()
}

fn without_components(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let template = schema["properties"]["template"]["properties"]
        .as_object_mut()
        .unwrap();
    template.remove("components");
    template.remove("namespace");
    schema
}

/// The component of a text with these parameters; none when there are none.
fn component(
    kind: &'static str,
    parameters: Vec<BoxedStrategy<Value>>,
) -> BoxedStrategy<Option<Value>> {
    if parameters.is_empty() {
        return Just(None).boxed();
    }
    parameters
        .prop_map(move |parameters| Some(json!({"type": kind, "parameters": parameters})))
        .boxed()
}

/// The component of a button; none for one that takes none.
fn press(
    button: &Value,
    index: usize,
    parameter: &dyn Fn(&str) -> BoxedStrategy<Value>,
) -> Option<BoxedStrategy<Option<Value>>> {
    let text = |pattern: &'static str| {
        pattern
            .prop_map(|text| json!({"type": "text", "text": text}))
            .boxed()
    };
    let action = |members: &'static [&'static str]| {
        parameter("action")
            .prop_map(move |mut action| {
                let inner = action["action"].as_object_mut().unwrap();
                inner.retain(|name, _| members.contains(&name.as_str()));
                if members.contains(&"sections") && !inner.contains_key("sections") {
                    inner.insert(
                        "sections".to_owned(),
                        json!([{"product_items": [{"product_retailer_id": "mug-blue"}]}]),
                    );
                }
                sections(&mut action["action"]);
                each(&mut action, "action.sections[].title", &mut |title| {
                    *title = title
                        .as_str()
                        .unwrap()
                        .replace(['*', '_', '~', '`'], "-")
                        .into();
                });
                products(&mut action);
                action
            })
            .boxed()
    };
    let is_fixed = placeholders(&button["url"]).is_empty();
    let (sub_type, parameter, is_needed) = match button["type"].as_str().unwrap() {
        "QUICK_REPLY" => ("quick_reply", parameter("payload"), false),
        "URL" if is_fixed => return None,
        "URL" => (
            "url",
            text("[a-z0-9/_.~-]{1,20}(\\?[a-z]=%20[a-z]{0,5})?"),
            true,
        ),
        "COPY_CODE" => (
            "copy_code",
            parameter("coupon_code")
                .prop_map(|code| shortened(code, 20))
                .boxed(),
            true,
        ),
        "OTP" => ("url", text("[0-9A-Za-z]{1,15}"), true),
        "FLOW" => ("flow", action(&["flow_token", "flow_action_data"]), false),
        "CATALOG" => ("catalog", action(&["thumbnail_product_retailer_id"]), false),
        "MPM" => (
            "mpm",
            action(&["thumbnail_product_retailer_id", "sections"]),
            true,
        ),
        _ => return None,
    };
    let press = parameter.prop_map(move |parameter| {
        json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]})
    });
    Some(if is_needed {
        press.prop_map(Some).boxed()
    } else {
        option::of(press).boxed()
    })
}

/// A parameter whose text has at most so many characters, and nothing that the policy forbids.
fn shortened(mut parameter: Value, most: usize) -> Value {
    for place in [
        "text",
        "coupon_code",
        "currency.fallback_value",
        "date_time.fallback_value",
        "default",
    ] {
        each(&mut parameter, place, &mut |text| {
            let allowed = text
                .as_str()
                .unwrap()
                .chars()
                .filter(|sign| !sign.is_control());
            let mut short: String = allowed.take(most).collect();
            while short.contains("     ") {
                short = short.replace("     ", " ");
            }
            *text = if short.trim().is_empty() {
                "x".into()
            } else {
                short.into()
            };
        });
    }
    parameter
}

/// Whether a legacy message can send a template: only the body takes parameters.
pub(super) fn is_legacy(definition: &Value) -> bool {
    let header = part(definition, "HEADER");
    let is_plain =
        header.is_null() || header["format"] == "TEXT" && placeholders(&header["text"]).is_empty();
    let mut buttons = part(definition, "BUTTONS")["buttons"]
        .as_array()
        .into_iter()
        .flatten();
    let needs = |button: &Value| match button["type"].as_str().unwrap() {
        "URL" => !placeholders(&button["url"]).is_empty(),
        kind => matches!(kind, "COPY_CODE" | "OTP" | "MPM"),
    };
    is_plain && !buttons.any(needs)
}

/// Bodies of `type: hsm` that fit a template.
pub(super) fn legacy_bodies(schema: &Value, definition: &Value) -> BoxedStrategy<Value> {
    let names = placeholders(&part(definition, "BODY")["text"]);
    let own = values(schema);
    let parameter = &schema["properties"]["hsm"]["properties"]["localizable_params"]["items"];
    let parameters = vec(values(parameter), names.len());
    let (name, language) = (definition["name"].clone(), definition["language"].clone());
    (own, parameters)
        .prop_map(move |(mut body, parameters)| {
            let parameters = parameters
                .into_iter()
                .map(|parameter| shortened(parameter, 200));
            body["hsm"]["element_name"] = name.clone();
            body["hsm"]["language"]["code"] = language.clone();
            body["hsm"]["localizable_params"] = parameters.collect();
            body
        })
        .boxed()
}

/// What a phone has to show.
pub(super) fn shown(world: &World, body: &Value) -> Value {
    let sent = if body["type"] == "hsm" {
        modern(&body["hsm"])
    } else {
        body["template"].clone()
    };
    let of = |template: &&Value| {
        template["name"] == sent["name"] && template["language"] == sent["language"]["code"]
    };
    let definition = world.templates.iter().find(of).unwrap();
    let given = |kind: &str| {
        let found = sent["components"].as_array().into_iter().flatten();
        found
            .into_iter()
            .find(|part| part["type"] == kind)
            .map_or(&Value::Null, |part| &part["parameters"])
    };
    let header = part(definition, "HEADER");
    let lines = [
        (header["format"] == "TEXT").then(|| filled(&header["text"], given("header"))),
        Some(filled(&part(definition, "BODY")["text"], given("body"))),
        part(definition, "FOOTER")["text"]
            .as_str()
            .map(str::to_owned),
    ];
    let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let mut shown = json!({
        "type": "template", "text": {"body": text}, "template": upstream(definition, &sent),
    });
    let buttons = pressed(definition, &sent);
    if !buttons.is_empty() {
        shown["buttons"] = buttons.into();
    }
    shown
}

/// What a legacy template becomes.
fn modern(hsm: &Value) -> Value {
    let parameter = |parameter: &Value| {
        let (text, currency) = (&parameter["default"], &parameter["currency"]);
        if currency.is_object() {
            json!({"type": "currency", "currency": {
                "fallback_value": text, "code": currency["currency_code"], "amount_1000": currency["amount_1000"],
            }})
        } else if parameter["date_time"].is_object() {
            json!({"type": "date_time", "date_time": {"fallback_value": text}})
        } else {
            json!({"type": "text", "text": text})
        }
    };
    let parameters: Vec<Value> = hsm["localizable_params"]
        .as_array()
        .unwrap()
        .iter()
        .map(parameter)
        .collect();
    let mut template =
        json!({"name": hsm["element_name"], "language": {"code": hsm["language"]["code"]}});
    if !parameters.is_empty() {
        template["components"] = json!([{"type": "body", "parameters": parameters}]);
    }
    template
}

/// What the text of a parameter is.
fn text_of(parameter: &Value) -> &str {
    let kind = parameter["type"].as_str().unwrap();
    let text = if kind == "text" {
        &parameter["text"]
    } else {
        &parameter[kind]["fallback_value"]
    };
    text.as_str().unwrap()
}

/// A text with parameters in place of its names, all at once: what stands in a parameter is no name.
fn filled(text: &Value, parameters: &Value) -> String {
    let names = placeholders(text);
    let mut pieces = text.as_str().unwrap().split("{{");
    let mut filled = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap();
        let at = names.iter().position(|known| known == name).unwrap();
        filled.push_str(text_of(&parameters[at]));
        filled.push_str(rest);
    }
    filled
}

/// The template as the network has it.
fn upstream(definition: &Value, sent: &Value) -> Value {
    let mut template =
        json!({"name": sent["name"], "language": {"code": sent["language"]["code"]}});
    let Some(components) = sent["components"].as_array() else {
        return template;
    };
    let mut components = components.clone();
    for component in &mut components {
        let kind = component["type"].as_str().unwrap().to_uppercase();
        if component["type"] == "button" {
            component["index"] = component["index"].to_string().into();
        }
        for kind in ["image", "video", "document"] {
            each(component, &format!("parameters[].{kind}"), &mut above);
        }
        each(component, "parameters[].date_time", &mut |moment| {
            *moment = json!({"fallback_value": moment["fallback_value"]});
        });
        each(component, "parameters[].location", &mut |place| {
            for name in ["latitude", "longitude"] {
                place[name] = place[name].as_f64().into();
            }
        });
        let names = placeholders(&part(definition, &kind)["text"]);
        if definition["parameter_format"] == "NAMED" {
            let mut names = names.into_iter();
            each(component, "parameters[]", &mut |parameter| {
                parameter["parameter_name"] = names.next().unwrap().into();
            });
        }
    }
    template["components"] = components.into();
    template
}

/// The buttons as a phone shows them.
fn pressed(definition: &Value, sent: &Value) -> Vec<Value> {
    let components: Vec<&Value> = sent["components"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let buttons = part(definition, "BUTTONS")["buttons"]
        .as_array()
        .into_iter()
        .flatten();
    let button = |(index, button): (usize, &Value)| {
        let kind = button["type"].as_str().unwrap().to_lowercase();
        let given = components
            .iter()
            .find(|part| part["type"] == "button" && part["index"] == index);
        let given = given.map(|part| &part["parameters"][0]);
        let mut shown = json!({"type": kind, "text": button["text"]});
        let member = match kind.as_str() {
            "quick_reply" => given.map(|parameter| ("payload", parameter["payload"].clone())),
            "url" => Some(("url", filled(&button["url"], &json!([given])).into())),
            "phone_number" => Some(("phone_number", button["phone_number"].clone())),
            "copy_code" => given.map(|parameter| ("code", parameter["coupon_code"].clone())),
            "otp" => given.map(|parameter| ("code", parameter["text"].clone())),
            "flow" => Some(("flow_id", button["flow_id"].clone())),
            _ => None,
        };
        if let Some((name, value)) = member {
            shown[name] = value;
        }
        shown
    };
    buttons.enumerate().map(button).collect()
}
