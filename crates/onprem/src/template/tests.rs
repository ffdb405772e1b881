use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::message::{Content, Outgoing, Rules, TemplateMessage};
use crate::{Code, Refusal};

fn definition() -> Definition {
    Definition {
        name: "delivery_slot".to_owned(),
        language: "fr".to_owned(),
        status: "APPROVED".to_owned(),
        category: "UTILITY".to_owned(),
        header: Some(Header::Image),
        body: "Bonjour {{1}}, {{2}} le {{3}}".to_owned(),
        footer: None,
        buttons: vec![
            Button::QuickReply {
                text: "Oui".to_owned(),
            },
            Button::Url {
                text: "Suivre".to_owned(),
                url: "https://track.example/{{1}}".to_owned(),
            },
            Button::PhoneNumber {
                text: "Appeler".to_owned(),
            },
        ],
        named: None,
    }
}

fn message(components: &Value) -> TemplateMessage {
    let body = json!({"to": "12025550143", "type": "template", "template": {
        "name": "delivery_slot", "language": {"code": "fr"}, "components": components,
    }});
    match Outgoing::parse(body.to_string().as_bytes(), Rules::TOLERANT)
        .unwrap()
        .content
    {
        Content::Template(template) => template,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn image() -> Value {
    json!({"type": "header", "parameters": [{"type": "image", "image": {"id": "x"}}]})
}

fn body() -> Value {
    json!({"type": "body", "parameters": [
        text("Noor"),
        {"type": "currency", "currency": {"fallback_value": "42,50 €", "code": "EUR", "amount_1000": 42500}},
        {"type": "date_time", "date_time": {"fallback_value": "3 mars 2027", "year": 2027, "month": 3}},
    ]})
}

fn url() -> Value {
    json!({"type": "button", "sub_type": "url", "index": "1", "parameters": [text("LX-204")]})
}

fn reply() -> Value {
    json!({"type": "button", "sub_type": "quick_reply", "index": 0,
           "parameters": [{"type": "payload", "payload": "slot:keep"}]})
}

fn checked(components: &Value) -> Result<(), Refusal> {
    check(&message(components), &[definition()], None).map(|_| ())
}

fn refused(components: &Value) -> (u16, String) {
    let refusal = checked(components).unwrap_err();
    (refusal.code.0, refusal.details)
}

#[test]
fn a_message_that_fits_passes() {
    assert_eq!(checked(&json!([image(), body(), reply(), url()])), Ok(()));
    assert_eq!(checked(&json!([url(), body(), image()])), Ok(()));
}

#[test]
fn a_template_without_parameters_needs_no_components() {
    let plain = Definition {
        header: Some(Header::Text("Hello".to_owned())),
        body: "Hello".to_owned(),
        buttons: Vec::new(),
        ..definition()
    };

    for components in [
        json!([]),
        json!([{"type": "body"}, {"type": "header", "parameters": []}]),
    ] {
        assert_eq!(
            check(&message(&components), std::slice::from_ref(&plain), None),
            Ok(&plain)
        );
    }
}

#[test]
fn a_template_that_is_missing_says_in_which_languages_it_exists() {
    let message = message(&json!([]));
    let english = Definition {
        language: "en_US".to_owned(),
        ..definition()
    };

    let unknown = check(&message, &[], None).unwrap_err();
    let other = check(&message, &[english], None).unwrap_err();

    assert_eq!(
        (unknown.code, unknown.status),
        (Code::TEMPLATE_MISSING, 404)
    );
    assert_eq!(unknown.details, "template \"delivery_slot\" does not exist");
    assert_eq!(other.code, Code::TEMPLATE_MISSING);
    assert_eq!(
        other.details,
        "template \"delivery_slot\" does not exist in \"fr\", only in en_US"
    );
}

#[rstest]
#[case("APPROVED", None)]
#[case("FLAGGED", None)]
#[case("REINSTATED", None)]
#[case("REJECTED", Some(Code::TEMPLATE_REJECTED))]
#[case("PAUSED", Some(Code::TEMPLATE_PAUSED))]
#[case("DISABLED", Some(Code::TEMPLATE_DISABLED))]
#[case("PENDING", Some(Code::TEMPLATE_MISSING))]
#[case("ARCHIVED", Some(Code::TEMPLATE_MISSING))]
fn the_status_decides(#[case] status: &str, #[case] code: Option<Code>) {
    let definition = Definition {
        status: status.to_owned(),
        ..definition()
    };

    let checked = check(
        &message(&json!([image(), body(), url()])),
        std::slice::from_ref(&definition),
        None,
    );

    assert_eq!(checked.err().map(|refusal| refusal.code), code);
}

#[test]
fn another_accounts_namespace_is_told() {
    let message = TemplateMessage {
        namespace: Some("theirs".to_owned()),
        ..message(&json!([image(), body(), url()]))
    };

    let refusal = check(&message, &[definition()], Some("ours")).unwrap_err();

    assert_eq!(refusal.code, Code::INVALID);
    assert!(
        refusal
            .details
            .contains("namespace does not correspond to the account")
    );
    assert!(check(&message, &[definition()], Some("theirs")).is_ok());
    assert!(check(&message, &[definition()], None).is_ok());
}

#[rstest]
#[case(
    json!([]), 2009,
    "template.components: a header component with one image parameter is required by template \"delivery_slot\""
)]
#[case(
    json!([image(), url()]), 2009,
    "template.components: a body component with 3 parameters is required by template \"delivery_slot\""
)]
#[case(
    json!([image(), body()]), 2009,
    "template.components: a button component of sub_type url with index 1 and one parameter is required by template \"delivery_slot\""
)]
#[case(
    json!([image(), body(), url(), {"type": "button", "sub_type": "quick_reply", "index": 9, "parameters": []}]), 2013,
    "template.components[3]: the template has no button at index 9"
)]
#[case(
    json!([image(), body(), url(), {"type": "button", "sub_type": "url", "index": 0, "parameters": []}]), 2013,
    "template.components[3]: the template has a quick_reply button at index 0"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("Noor")]}, url()]), 2000,
    "template.components[1]: number of parameters given: 1, expected: 3"
)]
#[case(
    json!([{"type": "header", "parameters": []}, body(), url()]), 2000,
    "template.components[0]: number of parameters given: 0, expected: 1"
)]
#[case(
    json!([{"type": "header", "parameters": [text("x")]}, body(), url()]), 2012,
    "template.components[0].parameters[0]: is text, must be image"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a"), text("b"), {"type": "payload", "payload": "c"}]}, url()]), 2012,
    "template.components[1].parameters[2]: is payload, must be text, currency or date_time"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a"), text("b"), text(&"c".repeat(1025))]}, url()]), 2004,
    "template.components[1].parameters[2]: has 1025 characters, must have at most 1024"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a"), text("b"), text("c\nd")]}, url()]), 2006,
    "template.components[1].parameters[2]: has a line break, which a parameter must not have"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a\tb"), text("b"), text("c")]}, url()]), 2006,
    "template.components[1].parameters[0]: has a tab, which a parameter must not have"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a"), text("b     c"), text("c")]}, url()]), 2006,
    "template.components[1].parameters[1]: has more than four spaces in a row, which a parameter must not have"
)]
#[case(
    json!([{"type": "header", "parameters": [{"type": "video", "video": {"id": "x"}}]}, body(), url()]), 2008,
    "template.components[0].parameters[0]: is video, the template's header is image"
)]
#[case(
    json!([image(), body(), {"type": "button", "sub_type": "url", "index": 1, "parameters": [text("a b")]}]), 2010,
    "template.components[2]: the button's URL \"https://track.example/a b\" has a character that no URL has (white space, control character or backslash)"
)]
fn a_message_that_does_not_fit_is_refused(
    #[case] components: Value,
    #[case] code: u16,
    #[case] details: &str,
) {
    assert_eq!(refused(&components), (code, details.to_owned()));
}

#[test]
fn the_filled_body_has_at_most_1024_characters() {
    let filled = |length: usize| {
        // The text around the three parameters has fourteen characters.
        let long = text(&"é".repeat(length - 16));
        checked(&json!([
            image(), {"type": "body", "parameters": [long, text("b"), text("c")]}, url(),
        ]))
    };

    assert_eq!(filled(1024), Ok(()));
    let refusal = filled(1025).unwrap_err();
    assert_eq!(refusal.code, Code::TEMPLATE_TEXT_LENGTH);
    assert_eq!(
        refusal.details,
        "template.components[1]: the filled text has 1025 characters, must have at most 1024"
    );
}

#[test]
fn four_spaces_are_no_harm() {
    let components = json!([image(), {"type": "body", "parameters": [text("a    b"), text("b"), text("c")]}, url()]);

    assert_eq!(checked(&components), Ok(()));
}

#[test]
fn a_part_that_the_template_has_not_takes_no_parameters() {
    let headless = Definition {
        header: None,
        ..definition()
    };

    let refusal = check(
        &message(&json!([image(), body(), url()])),
        &[headless],
        None,
    )
    .unwrap_err();

    assert_eq!(refusal.code, Code::TEMPLATE_PARAM_COUNT);
    assert_eq!(
        refusal.details,
        "template.components[0]: number of parameters given: 1, expected: 0"
    );
}

#[test]
fn an_earlier_check_wins_whatever_the_order_of_components() {
    // The URL has a line break (2006), the body one parameter too few (2000).
    let components = json!([
        {"type": "button", "sub_type": "url", "index": 1, "parameters": [text("a\nb")]},
        image(),
        {"type": "body", "parameters": [text("a"), text("b")]},
    ]);

    assert_eq!(refused(&components).0, 2000);
}

#[test]
fn named_placeholders_are_counted_like_numbers() {
    let named = Definition {
        header: Some(Header::Text("Pour {{name}}".to_owned())),
        body: "{{name}}: {{amount}}, {{name}}!".to_owned(),
        buttons: Vec::new(),
        named: Some(vec!["name".to_owned(), "amount".to_owned()]),
        ..definition()
    };
    let components = |count: usize| {
        json!([
            {"type": "header", "parameters": [text("Noor")]},
            {"type": "body", "parameters": vec![text("x"); count]},
        ])
    };

    assert_eq!(
        check(&message(&components(2)), std::slice::from_ref(&named), None),
        Ok(&named)
    );
    assert_eq!(
        check(&message(&components(3)), &[named], None)
            .unwrap_err()
            .code,
        Code::TEMPLATE_PARAM_COUNT
    );
}

#[test]
fn a_text_header_is_short() {
    let short = Definition {
        header: Some(Header::Text("Pour {{1}}".to_owned())),
        body: "x".to_owned(),
        buttons: Vec::new(),
        ..definition()
    };
    let with = |length: usize| {
        let components = json!([{"type": "header", "parameters": [text(&"x".repeat(length))]}]);
        check(&message(&components), std::slice::from_ref(&short), None)
            .err()
            .map(|refusal| refusal.code)
    };

    assert_eq!(with(55), None);
    assert_eq!(with(56), Some(Code::TEMPLATE_TEXT_LENGTH));
    assert_eq!(with(61), Some(Code::TEMPLATE_PARAM_LENGTH));
}

#[rstest]
#[case("COPY_CODE", json!({"sub_type": "copy_code", "parameters": [{"type": "coupon_code", "coupon_code": "SAVE5"}]}), None)]
#[case("COPY_CODE", json!({"sub_type": "copy_code", "parameters": []}), Some(2000))]
#[case("COPY_CODE", json!({"sub_type": "copy_code", "parameters": [text("SAVE5")]}), Some(2012))]
#[case("COPY_CODE", json!({"sub_type": "flow", "parameters": []}), Some(2013))]
#[case("FLOW", json!({"sub_type": "flow", "parameters": [{"type": "action", "action": {"flow_token": "t"}}]}), None)]
#[case("CATALOG", json!({"sub_type": "CATALOG", "parameters": []}), None)]
#[case("MPM", json!({"sub_type": "mpm", "parameters": [{"type": "payload", "payload": "x"}]}), Some(2012))]
#[case("SPM", json!({"sub_type": "url", "parameters": [text("whatever"), text("passes")]}), None)]
fn other_buttons_take_what_is_theirs(
    #[case] word: &str,
    #[case] component: Value,
    #[case] code: Option<u16>,
) {
    let definition = Definition {
        header: Some(Header::Other("GIF".to_owned())),
        body: "x".to_owned(),
        buttons: vec![Button::Other(word.to_owned())],
        ..definition()
    };
    let mut component = component;
    component["type"] = json!("button");
    component["index"] = json!(0);

    let checked = check(
        &message(&json!([component])),
        std::slice::from_ref(&definition),
        None,
    );

    assert_eq!(checked.err().map(|refusal| refusal.code.0), code);
}

proptest! {
    #[test]
    fn any_text_either_fits_or_is_refused_with_a_template_code(
        texts in prop::collection::vec("\\PC{1,40}|[ \t\n]{1,8}x", 0..5),
        suffix in "\\PC{1,40}",
    ) {
        let texts: Vec<Value> = texts.iter().map(|value| text(value)).collect();
        let components = json!([
            image(),
            {"type": "body", "parameters": texts},
            {"type": "button", "sub_type": "url", "index": 1, "parameters": [text(&suffix)]},
        ]);
        if let Err(refusal) = checked(&components) {
            prop_assert!((2000..2070).contains(&refusal.code.0));
            prop_assert!(refusal.details.starts_with("template.components["));
        }
    }
}
