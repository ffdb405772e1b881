//! Template definitions on their way up.

use graph::template::{Button as NetworkButton, Component, Template};
use onprem::template::{Button, Definition, Header};

/// The on-prem view of a template.
pub fn definition(template: &Template) -> Definition {
    let component = |kind: &str| {
        template
            .components
            .iter()
            .find(|component| component.kind.eq_ignore_ascii_case(kind))
    };
    let header = component("HEADER").map(header);
    let body = component("BODY")
        .and_then(|body| body.text.clone())
        .unwrap_or_default();
    let is_named = template
        .parameter_format
        .as_deref()
        .is_some_and(|format| format.eq_ignore_ascii_case("NAMED"));
    let named = is_named.then(|| {
        let mut names = Vec::new();
        collect_placeholders(header_text(header.as_ref()), &mut names);
        collect_placeholders(&body, &mut names);
        names
    });

    Definition {
        name: template.name.clone(),
        language: template.language.clone(),
        status: template.status.to_ascii_uppercase(),
        category: template.category.to_ascii_uppercase(),
        footer: component("FOOTER").and_then(|footer| footer.text.clone()),
        buttons: template
            .components
            .iter()
            .flat_map(|component| &component.buttons)
            .map(button)
            .collect(),
        header,
        body,
        named,
    }
}

/// The names of a template's parameters as a message sends them: those of its header, then those of its body, each
/// list in order of first appearance. A name that stands in both is in both, unlike in [`Definition::named`], because
/// a message gives it in both components. `None` for a template with positional parameters.
pub fn parameter_names(definition: &Definition) -> Option<Vec<String>> {
    definition.named.as_ref()?;
    let mut names = Vec::new();
    let mut of_body = Vec::new();
    collect_placeholders(header_text(definition.header.as_ref()), &mut names);
    collect_placeholders(&definition.body, &mut of_body);
    names.extend(of_body);
    Some(names)
}

fn header(component: &Component) -> Header {
    let format = component.format.as_deref().unwrap_or("TEXT");
    match format.to_ascii_uppercase().as_str() {
        "TEXT" => Header::Text(component.text.clone().unwrap_or_default()),
        "IMAGE" => Header::Image,
        "VIDEO" => Header::Video,
        "DOCUMENT" => Header::Document,
        "LOCATION" => Header::Location,
        other => Header::Other(other.to_owned()),
    }
}

fn header_text(header: Option<&Header>) -> &str {
    match header {
        Some(Header::Text(text)) => text,
        _ => "",
    }
}

fn button(button: &NetworkButton) -> Button {
    let text = button.text.clone();
    match button.kind.to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => Button::QuickReply { text },
        "URL" => Button::Url {
            text,
            url: button.url.clone().unwrap_or_default(),
        },
        "PHONE_NUMBER" => Button::PhoneNumber {
            text,
            phone_number: Some(button.phone_number.clone().unwrap_or_default()),
        },
        "COPY_CODE" => Button::CopyCode,
        "OTP" => Button::OneTimePassword,
        "FLOW" => Button::Flow,
        "CATALOG" => Button::Catalog,
        "MPM" => Button::Mpm,
        other => Button::Other(other.to_owned()),
    }
}

/// Adds the names inside `{{…}}` that are not in `names` yet.
fn collect_placeholders(text: &str, names: &mut Vec<String>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("}}") {
        rest = after;
        let Some((_, name)) = before.rsplit_once("{{") else {
            continue;
        };
        let name = name.trim();
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn from_json(value: serde_json::Value) -> Definition {
        definition(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn every_part_of_a_template_is_seen() {
        let definition = from_json(json!({
            "id": "5501", "name": "delivery_slot", "language": "fr", "status": "approved", "category": "UTILITY",
            "parameter_format": "POSITIONAL",
            "components": [
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["h"]}},
                {"type": "BODY", "text": "Bonjour {{1}}, {{2}} le {{3}}"},
                {"type": "FOOTER", "text": "Quist Tools"},
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "Oui"},
                    {"type": "URL", "text": "Suivre", "url": "https://track.example/{{1}}"},
                    {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+12025550143"},
                    {"type": "OTP", "text": "Copier", "otp_type": "COPY_CODE"},
                    {"type": "copy_code", "text": "Copier"}, {"type": "FLOW", "text": "Ouvrir", "flow_id": "7"},
                    {"type": "CATALOG", "text": "Voir"}, {"type": "MPM", "text": "Voir"}, {"type": "VOICE_CALL", "text": "Appeler"}
                ]}
            ]
        }));

        insta::assert_json_snapshot!(definition, @r#"
        {
          "name": "delivery_slot",
          "language": "fr",
          "status": "APPROVED",
          "category": "UTILITY",
          "header": "image",
          "body": "Bonjour {{1}}, {{2}} le {{3}}",
          "footer": "Quist Tools",
          "buttons": [
            {
              "quick_reply": {
                "text": "Oui"
              }
            },
            {
              "url": {
                "text": "Suivre",
                "url": "https://track.example/{{1}}"
              }
            },
            {
              "phone_number": {
                "text": "Appeler",
                "phone_number": "+12025550143"
              }
            },
            "one_time_password",
            "copy_code",
            "flow",
            "catalog",
            "mpm",
            {
              "other": "VOICE_CALL"
            }
          ],
          "named": null
        }
        "#);
    }

    #[rstest::rstest]
    #[case("TEXT", Header::Text("Hello {{1}}".to_owned()))]
    #[case("image", Header::Image)]
    #[case("VIDEO", Header::Video)]
    #[case("DOCUMENT", Header::Document)]
    #[case("LOCATION", Header::Location)]
    #[case("PRODUCT", Header::Other("PRODUCT".to_owned()))]
    fn a_header_is_known_by_its_format(#[case] format: &str, #[case] expected: Header) {
        let definition = from_json(json!({
            "name": "n", "language": "en_US",
            "components": [{"type": "HEADER", "format": format, "text": "Hello {{1}}"}]
        }));

        assert_eq!(definition.header, Some(expected));
        assert_eq!(definition.body, "");
    }

    #[test]
    fn named_parameters_keep_the_order_of_their_first_appearance() {
        let definition = from_json(json!({
            "name": "n", "language": "en_US", "parameter_format": "NAMED",
            "components": [
                {"type": "BODY", "text": "{{ day }}: {{customer}}, {{order}} comes on {{day}}"},
                {"type": "HEADER", "format": "TEXT", "text": "For {{customer}}"},
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "t", "url": "https://track.example/{{1}}"}]}
            ]
        }));

        assert_eq!(
            definition.named,
            Some(vec![
                "customer".to_owned(),
                "day".to_owned(),
                "order".to_owned()
            ])
        );
        assert_eq!(
            parameter_names(&definition),
            Some(
                ["customer", "day", "customer", "order"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
    }

    #[test]
    fn positional_parameters_have_no_names() {
        let definition = from_json(json!({
            "name": "n", "language": "en_US",
            "components": [{"type": "BODY", "text": "{{1}} {{2}}"}]
        }));

        assert_eq!(definition.named, None);
        assert_eq!(parameter_names(&definition), None);
    }

    proptest! {
        #[test]
        fn any_text_has_its_placeholders(text in r"([a-z{} é]|\{\{[a-z_]{1,3}\}\}){0,20}") {
            let mut names = Vec::new();
            collect_placeholders(&text, &mut names);

            for name in &names {
                prop_assert!(text.contains(name.as_str()));
                prop_assert_eq!(names.iter().filter(|other| *other == name).count(), 1);
            }
        }
    }
}
