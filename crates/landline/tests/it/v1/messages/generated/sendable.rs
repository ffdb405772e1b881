//! What a schema cannot say: names of things that there have to be, what must differ, sums.

use serde_json::{Value, json};

use super::world::{KINDS, World};

/// The catalogue, what of it can be bought, and the flow that the simulated network has.
const CATALOG: &str = "613000142001";
const PRODUCTS: [&str; 4] = ["espresso-250", "filter-250", "decaf-250", "mug-blue"];
const FLOW: &str = "720000511001";
/// So long that no message of a test expires, seconds.
const LIFETIME: i64 = 3600;

/// The n-th generated body, as it can be sent.
pub(super) fn body(world: &World, drawn: &Value, n: usize) -> Value {
    let mut body = drawn.clone();
    countries(&mut body);
    let customer = world.recipient(&body, n);
    body["to"] = customer.wa_id.as_str().into();
    each(&mut body, "ttl", &mut |ttl| {
        if let Some(seconds) = ttl.as_i64() {
            *ttl = seconds.max(LIFETIME).into();
        }
    });
    each(&mut body, "context.message_id", &mut |id| {
        *id = customer.first.as_str().into();
    });
    each(&mut body, "reaction.message_id", &mut |id| {
        *id = customer.first.as_str().into();
    });
    each(&mut body, "hsm.namespace", &mut |namespace| {
        *namespace = world.namespace.as_str().into();
    });
    for kind in KINDS {
        for place in [
            "",
            "interactive.header.",
            "template.components[].parameters[].",
        ] {
            each(&mut body, &format!("{place}{kind}"), &mut |media| {
                file(world, kind, media);
            });
        }
    }
    each(&mut body, "interactive", &mut interactive);
    body
}

/// Changes every value at a path: `a.b[].c`.
pub(super) fn each(value: &mut Value, path: &str, change: &mut dyn FnMut(&mut Value)) {
    if path.is_empty() {
        return change(value);
    }
    if let Some(rest) = path.strip_prefix("[]") {
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        for element in value.as_array_mut().into_iter().flatten() {
            each(element, rest, change);
        }
        return;
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    if let Some(member) = value
        .as_object_mut()
        .and_then(|members| members.get_mut(name))
    {
        each(member, rest.strip_prefix('.').unwrap_or(rest), change);
    }
}

/// A file that there is.
fn file(world: &World, kind: &str, media: &mut Value) {
    let file = &world.files[kind];
    each(media, "id", &mut |id| *id = file.id.as_str().into());
    each(media, "link", &mut |link| *link = file.link.as_str().into());
    each(media, "provider", &mut |provider| {
        if provider.is_string() {
            *provider = world.provider.as_str().into();
        } else {
            provider["name"] = world.provider.as_str().into();
        }
    });
}

/// Countries that there is a form of an address for.
fn countries(body: &mut Value) {
    each(
        body,
        "interactive.action.parameters.country",
        &mut |country| {
            let is_early = country.as_str().is_some_and(|country| country < "N");
            *country = if is_early { "IN" } else { "SG" }.into();
        },
    );
}

fn interactive(interactive: &mut Value) {
    for place in [
        "header.text",
        "action.buttons[].reply.title",
        "action.button",
        "action.sections[].title",
        "action.parameters.display_text",
        "action.parameters.flow_cta",
    ] {
        each(interactive, place, &mut unformatted);
    }
    each(interactive, "action.buttons[].reply.id", &mut |id| {
        *id = id.as_str().unwrap().trim().into();
    });
    each(interactive, "action.parameters.flow_cta", &mut plain);
    unlike(interactive, "action.buttons[].reply.id", 256);
    unlike(interactive, "action.buttons[].reply.title", 20);
    unlike(interactive, "action.sections[].rows[].id", 200);
    sections(&mut interactive["action"]);
    products(interactive);
    each(interactive, "action.parameters", &mut flow);
    each(interactive, "action.parameters", &mut order);
}

/// Without the signs of formatting.
fn unformatted(text: &mut Value) {
    *text = text
        .as_str()
        .unwrap()
        .replace(['*', '_', '~', '`'], "-")
        .into();
}

/// Without anything that a phone may show as a picture.
fn plain(text: &mut Value) {
    let plain = |sign: char| if sign < '\u{2000}' { sign } else { 'x' };
    *text = text
        .as_str()
        .unwrap()
        .chars()
        .map(plain)
        .collect::<String>()
        .into();
}

/// Texts of at most so many characters, of which no two are the same.
fn unlike(value: &mut Value, path: &str, most: usize) {
    let mut seen: Vec<String> = Vec::new();
    each(value, path, &mut |text| {
        let mut own = text.as_str().unwrap().to_owned();
        if seen.contains(&own) {
            let number = seen.len().to_string();
            own = own
                .chars()
                .take(most - number.len())
                .collect::<String>()
                .trim_end()
                .to_owned()
                + &number;
            *text = own.as_str().into();
        }
        seen.push(own);
    });
}

/// At most ten rows in all; each section has a title when there are several.
pub(super) fn sections(action: &mut Value) {
    let several = action["sections"]
        .as_array()
        .is_some_and(|sections| sections.len() > 1);
    let mut left = 10;
    each(action, "sections[]", &mut |section| {
        if several && section["title"].is_null() {
            section["title"] = "One of several".into();
        }
        each(section, "rows", &mut |rows| {
            let rows = rows.as_array_mut().unwrap();
            // Four sections are the most that are made.
            rows.truncate(if left > 3 { left - 3 } else { 1 }.min(4));
            left -= rows.len();
        });
    });
    if action.get("sections").is_none_or(Value::is_null) {
        action.as_object_mut().unwrap().remove("sections");
    }
}

/// Products that can be bought.
pub(super) fn products(object: &mut Value) {
    let known = |id: &mut Value| {
        let length = id.as_str().unwrap().len();
        *id = PRODUCTS[length % PRODUCTS.len()].into();
    };
    each(object, "action.catalog_id", &mut |id| *id = CATALOG.into());
    for place in [
        "action.product_retailer_id",
        "action.sections[].product_items[].product_retailer_id",
        "action.parameters.thumbnail_product_retailer_id",
        "action.thumbnail_product_retailer_id",
    ] {
        each(object, place, &mut { known });
    }
}

/// A flow that there is, and a screen where one is needed.
fn flow(parameters: &mut Value) {
    if parameters.get("flow_id").is_none() {
        return;
    }
    parameters["flow_id"] = FLOW.into();
    if parameters
        .get("flow_action")
        .is_none_or(|action| action == "navigate")
    {
        if parameters.get("flow_action_payload").is_none() {
            parameters["flow_action_payload"] = json!({});
        }
        let payload = &mut parameters["flow_action_payload"];
        if payload.get("screen").is_none() {
            payload["screen"] = "FIRST".into();
        }
    }
}

/// A way to pay, items where they are needed, prices that are less than usual, and a total that is the sum.
fn order(parameters: &mut Value) {
    if parameters.get("total_amount").is_none() {
        return;
    }
    if parameters.get("payment_type").is_none() && parameters.get("payment_settings").is_none() {
        parameters["payment_type"] = "br".into();
    }
    let order = &mut parameters["order"];
    if order.get("items").is_none() {
        parameters["payment_type"] = "br".into();
    }
    let order = &mut parameters["order"];
    each(order, "items[]", &mut |item| {
        let usual = item["amount"]["value"].as_i64().unwrap().max(1);
        item["amount"]["value"] = usual.into();
        each(item, "sale_amount.value", &mut |sale| {
            *sale = sale.as_i64().unwrap().min(usual - 1).into();
        });
    });
    let mut sum = 0;
    for name in ["subtotal", "tax", "shipping"] {
        each(order, &format!("{name}.value"), &mut |value| {
            let added = value.as_i64().unwrap().min(i64::MAX - sum);
            *value = added.into();
            sum += added;
        });
    }
    each(order, "discount.value", &mut |value| {
        let taken = value.as_i64().unwrap().min(sum);
        *value = taken.into();
        sum -= taken;
    });
    parameters["total_amount"]["value"] = sum.into();
}
