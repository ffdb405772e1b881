//! Interactive messages, checked as the network checks them: its limits, and not those of any other interface.

use serde_json::{Map, Value};

use super::{MediaRef, media_ref, missing};
use crate::network::commerce;
use crate::network::error::GraphError;
use crate::network::params::Params;

const LONGEST_HEADER: usize = 60;
const LONGEST_BODY: usize = 1024;
/// Lists may say more.
const LONGEST_LIST_BODY: usize = 4096;
const LONGEST_FOOTER: usize = 60;
const LONGEST_REPLY_ID: usize = 256;
const LONGEST_BUTTON: usize = 20;
const LONGEST_ROW_ID: usize = 200;
const LONGEST_TITLE: usize = 24;
const LONGEST_DESCRIPTION: usize = 72;
const LONGEST_FLOW_CTA: usize = 30;
const MOST_BUTTONS: usize = 3;
const MOST_SECTIONS: usize = 10;
const MOST_ROWS: usize = 10;
const MOST_PRODUCTS: usize = 30;

/// Countries that there is a form of an address for, and how their numbers begin.
const COUNTRIES: [(&str, &str); 2] = [("IN", "91"), ("SG", "65")];

/// What is known of an interactive message beyond that it can be sent.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// The file of its header.
    pub(crate) media: Option<MediaRef>,
    /// Some of its products cannot be bought.
    pub(crate) warning: Option<String>,
    /// Only phones whose numbers begin like this have its form.
    pub(crate) prefix: Option<&'static str>,
}

/// Checks one `action`.
type Check = fn(&At) -> Result<Found, GraphError>;

/// Every type: whether it has a header, and what its `action` must be. Types that only the network's own programs send
/// are taken as they are.
const KINDS: &[(&str, Headers, Check)] = &[
    ("button", Headers::Any, buttons),
    ("list", Headers::Text, list),
    ("product", Headers::None, product),
    ("product_list", Headers::MustText, product_list),
    ("catalog_message", Headers::None, catalog_message),
    ("flow", Headers::Any, flow),
    ("cta_url", Headers::Any, cta_url),
    ("location_request_message", Headers::None, |action| {
        action.named("send_location")
    }),
    ("address_message", Headers::Any, address_message),
    ("order_details", Headers::Any, |action| {
        order(action, "review_and_pay")
    }),
    ("order_status", Headers::Any, |action| {
        order(action, "review_order")
    }),
    ("call_permission_request", Headers::None, |_| {
        Ok(Found::default())
    }),
    ("voice_call", Headers::None, |_| Ok(Found::default())),
    ("carousel", Headers::None, |_| Ok(Found::default())),
    // the name of the documentation, and that of clients
    ("contact_request", Headers::None, |_| Ok(Found::default())),
    ("request_contact_info", Headers::None, |_| {
        Ok(Found::default())
    }),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Headers {
    None,
    Text,
    MustText,
    Any,
}

/// An object, and where it stands.
struct At {
    path: String,
    object: Params,
}

impl At {
    fn new(path: impl Into<String>, object: Params) -> Self {
        Self {
            path: path.into(),
            object,
        }
    }

    fn invalid(&self, member: &str, why: impl std::fmt::Display) -> GraphError {
        GraphError::new(131_009, format!("{}.{member} {why}", self.path))
    }

    /// A member that is an object.
    fn part(&self, member: &str) -> Result<Option<Self>, GraphError> {
        let path = format!("{}.{member}", self.path);
        Ok(self
            .object
            .object(member)?
            .map(|object| Self::new(path, object)))
    }

    fn must_part(&self, member: &str) -> Result<Self, GraphError> {
        self.part(member)?
            .ok_or_else(|| missing(&format!("{}.{member}", self.path)))
    }

    /// A text of at most so many characters.
    fn text(&self, member: &str, longest: usize) -> Result<Option<String>, GraphError> {
        let text = self.object.text(member)?;
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        if length > longest {
            return Err(self.invalid(
                member,
                format_args!("length invalid. Min length: 1, Max length: {longest}"),
            ));
        }
        Ok(text)
    }

    fn must_text(&self, member: &str, longest: usize) -> Result<String, GraphError> {
        self.text(member, longest)?
            .ok_or_else(|| missing(&format!("{}.{member}", self.path)))
    }

    /// `name` has this value.
    fn named(&self, name: &str) -> Result<Found, GraphError> {
        if self.must_text("name", usize::MAX)? == name {
            Ok(Found::default())
        } else {
            Err(self.invalid("name", format_args!("must be {name}")))
        }
    }

    /// One to so many objects.
    fn several(&self, member: &str, most: usize) -> Result<Vec<Self>, GraphError> {
        let path = format!("{}.{member}", self.path);
        let elements = self.object.array(member)?.ok_or_else(|| missing(&path))?;
        if !(1..=most).contains(&elements.len()) {
            return Err(self.invalid(
                member,
                format_args!(
                    "count invalid. Min: 1, Max: {most}, given: {}",
                    elements.len()
                ),
            ));
        }
        elements
            .into_iter()
            .enumerate()
            .map(|(at, element)| match element {
                Value::Object(members) => Ok(Self::new(format!("{path}[{at}]"), Params(members))),
                _ => Err(self.invalid(member, "must be an array of objects")),
            })
            .collect()
    }

    /// No members but these.
    fn only(&self, members: &[&str]) -> Result<(), GraphError> {
        let strange = |name: &&String| !members.contains(&name.as_str());
        match self.object.0.keys().find(strange) {
            None => Ok(()),
            Some(name) => Err(GraphError::parameter(format!(
                "Unexpected key \"{name}\" on param \"{}\".",
                self.path
            ))),
        }
    }
}

/// Checks the object of an interactive message.
pub(super) fn check(object: &Params) -> Result<Found, GraphError> {
    let interactive = At::new("interactive", object.clone());
    interactive.only(&["type", "header", "body", "footer", "action"])?;
    let kind = interactive.must_text("type", usize::MAX)?;
    let Some((_, headers, check)) = KINDS.iter().find(|(known, _, _)| *known == kind) else {
        let names: Vec<String> = KINDS
            .iter()
            .map(|(name, _, _)| name.to_uppercase())
            .collect();
        return Err(GraphError::parameter(format!(
            "Param interactive['type'] must be one of {{{}}}.",
            names.join(", ")
        )));
    };
    let action = interactive.must_part("action")?;
    let media = header(&interactive, *headers)?;
    let longest = if kind == "list" {
        LONGEST_LIST_BODY
    } else {
        LONGEST_BODY
    };
    match interactive.part("body")? {
        Some(body) => {
            body.only(&["text"])?;
            body.must_text("text", longest)?;
        }
        None if kind == "product" => {}
        None => return Err(missing("interactive.body")),
    }
    if let Some(footer) = interactive.part("footer")? {
        footer.only(&["text"])?;
        footer.must_text("text", LONGEST_FOOTER)?;
    }
    Ok(Found {
        media,
        ..check(&action)?
    })
}

fn header(interactive: &At, headers: Headers) -> Result<Option<MediaRef>, GraphError> {
    let Some(header) = interactive.part("header")? else {
        return match headers {
            Headers::MustText => Err(missing("interactive.header")),
            _ => Ok(None),
        };
    };
    let kind = header.must_text("type", usize::MAX)?;
    let is_allowed = match headers {
        Headers::None => false,
        Headers::Text | Headers::MustText => kind == "text",
        Headers::Any => ["text", "image", "video", "document"].contains(&kind.as_str()),
    };
    if !is_allowed {
        return Err(interactive.invalid("header", format_args!("of type {kind} is not supported")));
    }
    header.only(&["type", &kind])?;
    if kind == "text" {
        header.must_text("text", LONGEST_HEADER)?;
        return Ok(None);
    }
    let file = header.must_part(&kind)?;
    file.only(&["id", "link", "filename"])?;
    media_ref(&file.path, &file.object).map(Some)
}

fn buttons(action: &At) -> Result<Found, GraphError> {
    action.only(&["buttons"])?;
    let mut seen = Vec::new();
    for button in action.several("buttons", MOST_BUTTONS)? {
        button.only(&["type", "reply"])?;
        if button.must_text("type", usize::MAX)? != "reply" {
            return Err(button.invalid("type", "must be reply"));
        }
        let reply = button.must_part("reply")?;
        reply.only(&["id", "title"])?;
        let words = (
            reply.must_text("id", LONGEST_REPLY_ID)?,
            reply.must_text("title", LONGEST_BUTTON)?,
        );
        let is_double = |(id, title): &(String, String)| *id == words.0 || *title == words.1;
        if seen.iter().any(is_double) {
            return Err(action.invalid("buttons", "must have ids and titles of their own"));
        }
        seen.push(words);
    }
    Ok(Found::default())
}

fn list(action: &At) -> Result<Found, GraphError> {
    action.only(&["button", "sections"])?;
    action.must_text("button", LONGEST_BUTTON)?;
    let mut ids = Vec::new();
    for section in sections(action, "rows")? {
        for row in section.several("rows", MOST_ROWS)? {
            row.only(&["id", "title", "description"])?;
            let id = row.must_text("id", LONGEST_ROW_ID)?;
            row.must_text("title", LONGEST_TITLE)?;
            row.text("description", LONGEST_DESCRIPTION)?;
            if ids.contains(&id) {
                return Err(row.invalid("id", "is not unique"));
            }
            ids.push(id);
        }
    }
    if ids.len() > MOST_ROWS {
        let why = format!("have too many rows: {}, at most {MOST_ROWS}", ids.len());
        return Err(action.invalid("sections", why));
    }
    Ok(Found::default())
}

/// Sections whose elements have this name.
fn sections(action: &At, elements: &str) -> Result<Vec<At>, GraphError> {
    let sections = action.several("sections", MOST_SECTIONS)?;
    for section in &sections {
        section.only(&["title", elements])?;
        if section.text("title", LONGEST_TITLE)?.is_none() && sections.len() > 1 {
            return Err(missing(&format!("{}.title", section.path)));
        }
    }
    Ok(sections)
}

fn product(action: &At) -> Result<Found, GraphError> {
    action.only(&["catalog_id", "product_retailer_id"])?;
    let catalog = action.must_text("catalog_id", usize::MAX)?;
    let id = action.must_text("product_retailer_id", usize::MAX)?;
    commerce::check_products(&catalog, &[id])?;
    Ok(Found::default())
}

fn product_list(action: &At) -> Result<Found, GraphError> {
    action.only(&["catalog_id", "sections"])?;
    let catalog = action.must_text("catalog_id", usize::MAX)?;
    Ok(Found {
        warning: products(action, &catalog)?,
        ..Found::default()
    })
}

/// Looks up all products of an action's sections.
fn products(action: &At, catalog: &str) -> Result<Option<String>, GraphError> {
    let mut ids = Vec::new();
    for section in sections(action, "product_items")? {
        for item in section.several("product_items", MOST_PRODUCTS)? {
            item.only(&["product_retailer_id"])?;
            ids.push(item.must_text("product_retailer_id", usize::MAX)?);
        }
    }
    if ids.len() > MOST_PRODUCTS {
        let why = format!(
            "have too many products: {}, at most {MOST_PRODUCTS}",
            ids.len()
        );
        return Err(action.invalid("sections", why));
    }
    commerce::check_products(catalog, &ids)
}

fn catalog_message(action: &At) -> Result<Found, GraphError> {
    action.only(&["name", "parameters"])?;
    action.named("catalog_message")?;
    match action.part("parameters")? {
        None => Ok(Found::default()),
        Some(parameters) => thumbnail(&parameters),
    }
}

/// The product whose picture is shown must be there.
fn thumbnail(parameters: &At) -> Result<Found, GraphError> {
    if let Some(id) = parameters.text("thumbnail_product_retailer_id", usize::MAX)? {
        commerce::check_products(commerce::CATALOG, &[id])?;
    }
    Ok(Found::default())
}

fn flow(action: &At) -> Result<Found, GraphError> {
    action.only(&["name", "parameters"])?;
    action.named("flow")?;
    let parameters = action.must_part("parameters")?;
    if parameters.must_text("flow_message_version", usize::MAX)? != "3" {
        return Err(parameters.invalid("flow_message_version", "must be 3"));
    }
    parameters.must_text("flow_cta", LONGEST_FLOW_CTA)?;
    let mode = parameters.text("mode", usize::MAX)?;
    let start = parameters.text("flow_action", usize::MAX)?;
    if start.is_none_or(|start| start == "navigate")
        && let Some(payload) = parameters.part("flow_action_payload")?
    {
        payload.must_text("screen", usize::MAX)?;
    }
    // A name may stand for the id; no flow has one here.
    let name = parameters.text("flow_name", usize::MAX)?;
    let id = match name {
        Some(name) => name,
        None => parameters.must_text("flow_id", usize::MAX)?,
    };
    commerce::check_flow(&id, mode.is_some_and(|mode| mode == "draft"))?;
    Ok(Found::default())
}

fn cta_url(action: &At) -> Result<Found, GraphError> {
    action.only(&["name", "parameters"])?;
    action.named("cta_url")?;
    let parameters = action.must_part("parameters")?;
    parameters.only(&["display_text", "url"])?;
    parameters.must_text("display_text", LONGEST_BUTTON)?;
    let url = parameters.must_text("url", usize::MAX)?;
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(Found::default())
    } else {
        Err(parameters.invalid("url", "is not a valid URL"))
    }
}

fn address_message(action: &At) -> Result<Found, GraphError> {
    action.only(&["name", "parameters"])?;
    action.named("address_message")?;
    let parameters = action.must_part("parameters")?;
    parameters.only(&["country", "values", "saved_addresses", "validation_errors"])?;
    let country = parameters.must_text("country", usize::MAX)?;
    let dialled = COUNTRIES.iter().find(|(known, _)| *known == country);
    let (_, prefix) = dialled.ok_or_else(|| parameters.invalid("country", "is not supported"))?;
    Ok(Found {
        prefix: Some(prefix),
        ..Found::default()
    })
}

fn order(action: &At, name: &str) -> Result<Found, GraphError> {
    action.only(&["name", "parameters"])?;
    action.named(name)?;
    let parameters = action.must_part("parameters")?;
    parameters.must_text("reference_id", 35)?;
    let order = parameters.must_part("order")?;
    order.must_text("status", usize::MAX)?;
    if name == "review_and_pay" {
        let total = cents(&parameters, "total_amount")?;
        let sum = cents(&order, "subtotal")? + cents(&order, "tax")? + cents(&order, "shipping")?
            - cents(&order, "discount")?;
        if total != sum {
            return Err(parameters.invalid("total_amount", format_args!("must be {sum}")));
        }
    }
    Ok(Found::default())
}

/// An amount; nothing is 0.
fn cents(object: &At, member: &str) -> Result<i128, GraphError> {
    let Some(amount) = object.part(member)? else {
        return Ok(0);
    };
    let value = amount.object.value("value").and_then(Value::as_i64);
    value
        .map(i128::from)
        .ok_or_else(|| amount.invalid("value", "must be an integer"))
}

/// What a template's button for a catalogue, for products or for a flow is given: a sentence when some of the products
/// cannot be bought.
pub(crate) fn check_button_action(
    kind: &str,
    action: Map<String, Value>,
) -> Result<Option<String>, GraphError> {
    let action = At::new("template.button.action", Params(action));
    match kind {
        "CATALOG" => thumbnail(&action).map(|_| None),
        "MPM" => {
            thumbnail(&action)?;
            products(&action, commerce::CATALOG)
        }
        _ => {
            action.only(&["flow_token", "flow_action_data"])?;
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests;
