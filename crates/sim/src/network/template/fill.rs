//! What a send puts into a template, and the checks that it has to pass.

use serde_json::Value;

use super::{Button, Component, Template, placeholders};
use crate::network::error::GraphError;
use crate::network::params::Params;
/// Longest body with its parameters in place, characters.
const LONGEST_BODY: usize = 1024;

/// A send that fits its template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filled {
    /// Header, body and footer with the parameters in place.
    pub(crate) text: String,
    /// The media object of the header: where it stands, and the object.
    pub(crate) media: Option<(String, Params)>,
    /// The buttons with their parameters in place.
    pub(crate) buttons: Vec<Value>,
    /// Some of the products that a button shows cannot be bought.
    pub(crate) warning: Option<String>,
}

/// A text with values in place of its placeholders, all at once: braces inside a value are no placeholder.
pub(crate) fn fill_in(text: &str, names: &[String], values: &[String]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        filled.push_str(before);
        let known = behind.split_once("}}").and_then(|(name, after)| {
            let at = names.iter().position(|known| known == name.trim())?;
            Some((values.get(at)?, after))
        });
        if let Some((value, after)) = known {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push_str("{{");
            rest = behind;
        }
    }
    filled.push_str(rest);
    filled
}

impl Template {
    /// Checks the components of a send against the template.
    pub(crate) fn fill(&self, sent: &[Value]) -> Result<Filled, GraphError> {
        let sent = Sent::read(sent)?;
        let (header, media) = self.fill_header(&sent.header)?;
        let body = self
            .component("BODY")
            .and_then(|body| body.text.as_deref())
            .unwrap_or_default();
        let body = self.fill_text("body", body, &sent.body)?;
        if body.chars().count() > LONGEST_BODY {
            return Err(GraphError::new(
                132_005,
                format!("body: longer than {LONGEST_BODY} characters with its parameters in place"),
            ));
        }
        let (mut buttons, mut warning) = self.fill_buttons(&sent.buttons)?;
        self.check_offer(sent.offer.as_ref())?;
        for card in self.fill_cards(&sent.cards)? {
            buttons.extend(card.buttons);
            warning = warning.or(card.warning);
        }
        let footer = self
            .component("FOOTER")
            .and_then(|footer| footer.text.clone());
        let text = [header, Some(body), footer]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n");
        Ok(Filled {
            text,
            media,
            buttons,
            warning,
        })
    }

    /// The cards of a carousel, each filled as if it were a template of its own.
    fn fill_cards(&self, sent: &[Value]) -> Result<Vec<Filled>, GraphError> {
        let cards = (self.component("CAROUSEL"))
            .and_then(|carousel| carousel.other.get("cards"))
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        same_count("carousel", sent.len(), cards.len())?;
        let members = |card: &Value| -> Option<Vec<Value>> {
            Some(card.get("components")?.as_array()?.clone())
        };
        cards
            .iter()
            .zip(sent)
            .map(|(card, sent)| {
                let components = members(card).unwrap_or_default();
                let card = Template {
                    components: components
                        .into_iter()
                        .filter_map(|component| serde_json::from_value(component).ok())
                        .map(Component::upper)
                        .collect(),
                    ..self.clone()
                };
                card.fill(&members(sent).unwrap_or_default())
            })
            .collect()
    }

    /// An offer that ends must say when, and no other may.
    fn check_offer(&self, sent: Option<&Params>) -> Result<(), GraphError> {
        let offer = self.component("LIMITED_TIME_OFFER");
        let ends = offer
            .and_then(|offer| offer.other.get("limited_time_offer"))
            .and_then(|offer| offer.get("has_expiration"))
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let time = match sent {
            Some(parameter) => (parameter.object("limited_time_offer")?)
                .and_then(|offer| offer.value("expiration_time_ms").cloned()),
            None => None,
        };
        match (ends, time.is_some()) {
            (true, false) => Err(GraphError::new(
                131_008,
                "limited_time_offer: expiration_time_ms is missing",
            )),
            (false, true) => Err(GraphError::new(
                132_012,
                "limited_time_offer: the template has no offer that expires",
            )),
            _ => Ok(()),
        }
    }

    #[expect(
        clippy::type_complexity,
        reason = "the header's text, or its media object and where that stands"
    )]
    fn fill_header(
        &self,
        sent: &[Params],
    ) -> Result<(Option<String>, Option<(String, Params)>), GraphError> {
        let header = self.component("HEADER");
        let format = header.and_then(|header| header.format.as_deref());
        match format {
            None => {
                same_count("header", sent.len(), 0)?;
                Ok((None, None))
            }
            Some("TEXT") => {
                let text = header
                    .and_then(|header| header.text.as_deref())
                    .unwrap_or_default();
                Ok((Some(self.fill_text("header", text, sent)?), None))
            }
            Some(format) => {
                let wanted = format.to_lowercase();
                let kind = match sent.first() {
                    Some(parameter) => parameter.text("type")?.unwrap_or_default(),
                    None => "unknown".to_owned(),
                };
                if kind.to_lowercase() != wanted {
                    return Err(GraphError::new(
                        132_012,
                        format!(
                            "header: Format mismatch, expected {format}, received {}",
                            kind.to_uppercase()
                        ),
                    ));
                }
                same_count("header", sent.len(), 1)?;
                let object = match sent.first() {
                    Some(parameter) => parameter.object(&wanted)?,
                    None => None,
                };
                let object = object.ok_or_else(|| {
                    GraphError::new(131_008, format!("header: {wanted} is missing"))
                })?;
                let is_media = wanted != "location";
                Ok((
                    None,
                    is_media.then(|| (format!("template.header.{wanted}"), object)),
                ))
            }
        }
    }

    /// Puts parameters in place of a text's placeholders.
    fn fill_text(&self, part: &str, text: &str, sent: &[Params]) -> Result<String, GraphError> {
        let names = placeholders(text);
        same_count(part, sent.len(), names.len())?;
        let mut values = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let parameter = if self.parameter_format == "NAMED" {
                named(part, name, sent)?
            } else {
                sent.get(at)
            };
            let Some(parameter) = parameter else {
                break;
            };
            values.push(parameter_text(part, at, parameter)?);
        }
        Ok(fill_in(text, &names, &values))
    }

    /// The buttons with their parameters in place, and what is wrong with the products that one of them shows.
    fn fill_buttons(
        &self,
        sent: &[SentButton],
    ) -> Result<(Vec<Value>, Option<String>), GraphError> {
        let buttons = self
            .component("BUTTONS")
            .map(|component| component.buttons.as_slice())
            .unwrap_or_default();
        for press in sent {
            let known = buttons.get(press.index);
            if known.map(Button::sub_type) != Some(press.kind.to_lowercase()) {
                return Err(GraphError::new(
                    132_012,
                    format!(
                        "buttons: the template has no button of type {} at index {}",
                        press.kind, press.index
                    ),
                ));
            }
        }
        let mut warning = None;
        let mut filled = Vec::new();
        for (index, button) in buttons.iter().enumerate() {
            let given = sent.iter().find(|press| press.index == index);
            let parameters = given.map_or(&[][..], |press| press.parameters.as_slice());
            let (shown, told) = button.fill(index, parameters)?;
            filled.push(shown);
            warning = warning.or(told);
        }
        Ok((filled, warning))
    }
}

pub(super) fn same_count(part: &str, given: usize, expected: usize) -> Result<(), GraphError> {
    if given == expected {
        return Ok(());
    }
    Err(GraphError::new(
        132_000,
        format!(
            "{part}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        ),
    ))
}

/// The parameter of a name.
fn named<'a>(part: &str, name: &str, sent: &'a [Params]) -> Result<Option<&'a Params>, GraphError> {
    let found = sent.iter().find(|parameter| {
        parameter
            .value("parameter_name")
            .and_then(Value::as_str)
            .is_some_and(|given| given == name)
    });
    if found.is_none() {
        return Err(GraphError::new(
            132_012,
            format!("{part}: Parameter name is missing or empty, expected {name}"),
        ));
    }
    Ok(found)
}

/// What a parameter of header or body reads like.
fn parameter_text(part: &str, at: usize, parameter: &Params) -> Result<String, GraphError> {
    let kind = parameter
        .text("type")?
        .unwrap_or_else(|| "text".to_owned())
        .to_lowercase();
    let text = match kind.as_str() {
        "text" => parameter.text("text")?,
        "currency" | "date_time" => match parameter.object(&kind)? {
            Some(object) => object.text("fallback_value")?,
            None => None,
        },
        _ => {
            return Err(GraphError::new(
                132_012,
                format!(
                    "{part}: Format mismatch, expected TEXT, received {}",
                    kind.to_uppercase()
                ),
            ));
        }
    };
    let text = text.ok_or_else(|| {
        GraphError::new(
            131_008,
            format!("{part}: parameter {} of type {kind} has no text", at + 1),
        )
    })?;
    if text.contains(['\n', '\t']) || text.contains("     ") {
        return Err(GraphError::parameter(
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        ));
    }
    Ok(text)
}

/// The components of a send, sorted by what they are for.
#[derive(Default)]
struct Sent {
    header: Vec<Params>,
    body: Vec<Params>,
    buttons: Vec<SentButton>,
    cards: Vec<Value>,
    offer: Option<Params>,
}

struct SentButton {
    kind: String,
    index: usize,
    parameters: Vec<Params>,
}

impl Sent {
    fn read(components: &[Value]) -> Result<Self, GraphError> {
        let mut sent = Self::default();
        for component in components {
            let Value::Object(map) = component else {
                return Err(GraphError::parameter(
                    "Param template['components'] must be an array of objects.",
                ));
            };
            let component = Params(map.clone());
            let parameters = read_parameters(&component)?;
            match component.required_text("type")?.to_lowercase().as_str() {
                "header" => sent.header.extend(parameters),
                "body" => sent.body.extend(parameters),
                "button" => sent.buttons.push(SentButton {
                    kind: component.required_text("sub_type")?,
                    index: component
                        .required_text("index")?
                        .trim()
                        .parse()
                        .map_err(|_| {
                            GraphError::new(131_009, "buttons: index must be a number from 0 to 9")
                        })?,
                    parameters,
                }),
                "carousel" => sent
                    .cards
                    .extend(component.array("cards")?.unwrap_or_default()),
                "limited_time_offer" => sent.offer = parameters.into_iter().next(),
                // how the network's own programs track and open it
                "tap_target_configuration" | "order_status" => {}
                other => {
                    return Err(GraphError::new(
                        131_009,
                        format!("template.components: the type {other} is not supported"),
                    ));
                }
            }
        }
        Ok(sent)
    }
}

fn read_parameters(component: &Params) -> Result<Vec<Params>, GraphError> {
    component
        .array("parameters")?
        .unwrap_or_default()
        .into_iter()
        .map(|value| match value {
            Value::Object(map) => Ok(Params(map)),
            _ => Err(GraphError::parameter(
                "Param parameters must be an array of objects.",
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::network::catalogue;

    fn template(name: &str) -> Template {
        catalogue::templates()
            .into_iter()
            .find(|template| template.name == name && template.language == "en_US")
            .unwrap()
    }

    fn fill(name: &str, components: &Value) -> Result<Filled, i64> {
        template(name)
            .fill(components.as_array().unwrap())
            .map_err(|error| error.code)
    }

    #[test]
    fn parameters_stand_in_place() {
        let filled = fill(
            "order_update",
            &json!([{"type": "body", "parameters": [
                {"type": "text", "text": "A-17"}, {"type": "text", "text": "on its way"}]}]),
        )
        .unwrap();

        assert_eq!(filled.text, "Your order A-17 is on its way.");
    }

    #[test]
    fn counts_and_formats_are_checked() {
        let one = json!([{"type": "body", "parameters": [{"type": "text", "text": "x"}]}]);
        assert_eq!(fill("order_update", &one), Err(132_000));
        assert_eq!(fill("order_update", &json!([])), Err(132_000));
        assert_eq!(fill("hello_world", &one), Err(132_000));
        let picture = json!([{"type": "body", "parameters": [
            {"type": "image", "image": {"id": "1"}}, {"type": "text", "text": "x"}]}]);
        assert_eq!(fill("order_update", &picture), Err(132_012));
        let broken = json!([{"type": "body", "parameters": [
            {"type": "text", "text": "a\nb"}, {"type": "text", "text": "x"}]}]);
        assert_eq!(fill("order_update", &broken), Err(100));
        let long = json!([{"type": "body", "parameters": [
            {"type": "text", "text": "x".repeat(1020)}, {"type": "text", "text": "x"}]}]);
        assert_eq!(fill("order_update", &long), Err(132_005));
    }

    #[test]
    fn a_header_must_be_of_the_templates_format() {
        let body = json!({"type": "body", "parameters": [
            {"type": "text", "text": "Ada"},
            {"type": "currency", "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": 10_000}},
            {"type": "date_time", "date_time": {"fallback_value": "Monday"}}]});
        assert_eq!(fill("delivery_slot", &json!([body])), Err(132_012));

        let header =
            json!({"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]});
        let filled = fill("delivery_slot", &json!([header, body])).unwrap();

        assert!(filled.text.contains("$10"), "{}", filled.text);
        assert_eq!(
            filled.media.unwrap().1.text("id").unwrap().as_deref(),
            Some("7")
        );
    }

    #[test]
    fn a_url_button_needs_its_parameter() {
        let body = json!({"type": "body", "parameters": [{"type": "text", "text": "P1"}]});
        assert_eq!(fill("track_parcel", &json!([body])), Err(131_008));

        let press = json!({"type": "button", "sub_type": "url", "index": 0,
            "parameters": [{"type": "text", "text": "P1"}]});
        assert!(fill("track_parcel", &json!([body, press])).is_ok());
        let beyond = json!({"type": "button", "sub_type": "url", "index": "3", "parameters": []});
        assert_eq!(
            fill("track_parcel", &json!([body, press, beyond])),
            Err(132_012)
        );
    }

    #[test]
    fn named_parameters_are_found_by_name() {
        let named = json!([{"type": "body", "parameters": [
            {"type": "text", "parameter_name": "day", "text": "Monday"},
            {"type": "text", "parameter_name": "first_name", "text": "Ada"}]}]);
        let filled = fill("appointment_reminder", &named).unwrap();
        assert!(filled.text.contains("Ada") && filled.text.contains("Monday"));

        let nameless = json!([{"type": "body", "parameters": [
            {"type": "text", "text": "Monday"}, {"type": "text", "text": "Ada"}]}]);
        assert_eq!(fill("appointment_reminder", &nameless), Err(132_012));
    }

    #[test]
    fn braces_in_a_parameter_are_no_placeholder() {
        let filled = fill(
            "order_update",
            &json!([{"type": "body", "parameters": [
                {"type": "text", "text": "{{2}}"}, {"type": "text", "text": "{{1}} {{"}]}]),
        )
        .unwrap();

        assert_eq!(filled.text, "Your order {{2}} is {{1}} {{.");
    }

    #[test]
    fn placeholders_come_once_and_in_order() {
        assert_eq!(placeholders("{{2}} {{1}} {{ 2 }} {{ x"), ["2", "1"]);
    }
}
