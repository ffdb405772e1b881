use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Account, Button, Definition, Header};
use crate::message::{Content, Outgoing, Rules, TemplateMessage};
use crate::parse::quoted;
use crate::{Code, Refusal};

/// Checks against an account that has templates in some languages.
fn check<'a>(
    message: &TemplateMessage,
    same_name: &'a [Definition],
    namespace: Option<&str>,
) -> Result<&'a Definition, Refusal> {
    check_by(Rules::TOLERANT, message, same_name, namespace)
}

fn check_by<'a>(
    rules: Rules,
    message: &TemplateMessage,
    same_name: &'a [Definition],
    namespace: Option<&str>,
) -> Result<&'a Definition, Refusal> {
    let languages = ["en_US", "fr"].map(str::to_owned).into();
    let account = Account {
        namespace,
        languages: &languages,
        rules,
    };
    super::check(message, same_name, account)
}

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
                phone_number: Some("+1 202-555-0111".to_owned()),
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

#[test]
fn a_language_that_no_template_is_in_is_a_missing_pack() {
    let mut message = message(&json!([]));
    message.language = "ja".to_owned();

    let refusal = check(&message, &[definition()], None).unwrap_err();
    let nowhere = check(&message, &[], None).unwrap_err();

    assert_eq!(
        (refusal.code, refusal.status),
        (Code::TEMPLATE_PACK_MISSING, 404)
    );
    assert_eq!(
        refusal.details,
        "no template exists in \"ja\"; template \"delivery_slot\" does in fr"
    );
    assert_eq!(nowhere.code, Code::TEMPLATE_MISSING);
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
#[case(Rules::TOLERANT, Some("ours"), None)]
#[case(
    Rules::STRICT,
    Some("ours"),
    Some("template.namespace: is empty, must be \"ours\" or absent")
)]
#[case(
    Rules::STRICT,
    None,
    Some("template.namespace: is empty, must be the account's or absent")
)]
fn an_empty_namespace_is_refused_in_strict_mode(
    #[case] rules: Rules,
    #[case] own: Option<&str>,
    #[case] details: Option<&str>,
) {
    let empty = TemplateMessage {
        namespace: Some(String::new()),
        ..message(&json!([image(), body(), url()]))
    };
    let absent = TemplateMessage {
        namespace: None,
        ..empty.clone()
    };

    let refusal = check_by(rules, &empty, &[definition()], own).err();

    assert_eq!(
        refusal.map(|refusal| (refusal.code, refusal.details)),
        details.map(|details| (Code::TEMPLATE_NAMESPACE, details.to_owned()))
    );
    assert!(check_by(rules, &absent, &[definition()], own).is_ok());
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
    json!([image(), {"type": "body", "parameters": [text("a"), text("b"), text("c\u{7}")]}, url()]), 2007,
    "template.components[1].parameters[2]: has the control character U+0007"
)]
#[case(
    json!([image(), {"type": "body", "parameters": [text("a\u{0}"), text("b"), text("c")]}, url()]), 2007,
    "template.components[1].parameters[0]: has the control character U+0000"
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

fn coupon(code: &str) -> Value {
    json!({"sub_type": "copy_code", "parameters": [{"type": "coupon_code", "coupon_code": code}]})
}

#[rstest]
#[case(Button::CopyCode, coupon("SAVE5"), None)]
#[case(Button::CopyCode, coupon(&"S".repeat(21)), Some(2004))]
#[case(Button::CopyCode, coupon("SAVE\u{1b}"), Some(2007))]
#[case(Button::CopyCode, json!({"sub_type": "copy_code", "parameters": []}), Some(2000))]
#[case(Button::CopyCode, json!({"sub_type": "copy_code", "parameters": [text("SAVE5")]}), Some(2012))]
#[case(Button::CopyCode, json!({"sub_type": "flow", "parameters": []}), Some(2013))]
#[case(Button::Flow, json!({"sub_type": "flow", "parameters": [{"type": "action", "action": {"flow_token": "t"}}]}), None)]
#[case(Button::Flow, json!({"sub_type": "flow", "parameters": []}), None)]
#[case(Button::Flow, json!({"sub_type": "url", "parameters": [text("x")]}), Some(2013))]
#[case(Button::Catalog, json!({"sub_type": "CATALOG", "parameters": []}), None)]
#[case(Button::Catalog, json!({"sub_type": "catalog", "parameters": [text("x")]}), Some(2012))]
#[case(Button::Mpm, json!({"sub_type": "mpm", "parameters": []}), Some(2000))]
#[case(Button::Mpm, json!({"sub_type": "mpm", "parameters": [{"type": "payload", "payload": "x"}]}), Some(2012))]
#[case(Button::OneTimePassword, json!({"sub_type": "url", "parameters": [text("804113")]}), None)]
#[case(Button::OneTimePassword, json!({"sub_type": "url", "parameters": []}), Some(2000))]
#[case(Button::OneTimePassword, json!({"sub_type": "copy_code", "parameters": [text("804113")]}), Some(2013))]
#[case(Button::Other("SPM".to_owned()), json!({"sub_type": "url", "parameters": [text("whatever"), text("passes")]}), None)]
fn other_buttons_take_what_is_theirs(
    #[case] button: Button,
    #[case] component: Value,
    #[case] code: Option<u16>,
) {
    let definition = with_button(button);
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

fn with_button(button: Button) -> Definition {
    Definition {
        header: Some(Header::Other("GIF".to_owned())),
        body: "x".to_owned(),
        buttons: vec![button],
        ..definition()
    }
}

#[rstest]
#[case(
    Button::CopyCode,
    Some("sub_type copy_code with index 0 and one coupon_code parameter")
)]
#[case(
    Button::OneTimePassword,
    Some("sub_type url with index 0 and the password as its parameter")
)]
#[case(
    Button::Mpm,
    Some("sub_type mpm with index 0 and one action parameter")
)]
#[case(Button::Flow, None)]
#[case(Button::Catalog, None)]
#[case(Button::Other("VOICE_CALL".to_owned()), None)]
fn some_buttons_must_be_given_something(#[case] button: Button, #[case] needs: Option<&str>) {
    let checked = check(&message(&json!([])), &[with_button(button)], None).map(|_| ());

    let expected = needs.map(|needs| {
        format!("template.components: a button component of {needs} is required by template \"delivery_slot\"")
    });
    assert_eq!(
        checked.err().map(|refusal| (refusal.code, refusal.details)),
        expected.map(|details| (Code::TEMPLATE_COMPONENT_MISSING, details))
    );
}

#[rstest]
#[case(Some("+1 (202) 555-0111"), true)]
#[case(Some("18005550FUN"), true)]
#[case(None, true)]
#[case(Some(""), false)]
#[case(Some("call us"), false)]
#[case(Some("+1 202 555 0111 0111 0111"), false)]
#[case(Some("12025550111\n"), false)]
fn the_number_of_a_call_button_is_one(#[case] number: Option<&str>, #[case] is_number: bool) {
    let definition = with_button(Button::PhoneNumber {
        text: "Call".to_owned(),
        phone_number: number.map(str::to_owned),
    });

    let checked = check(&message(&json!([])), &[definition], None).map(|_| ());

    let refusal = checked.err();
    assert_eq!(
        refusal.as_ref().map(|refusal| refusal.code),
        (!is_number).then_some(Code::TEMPLATE_PHONE)
    );
    let named = number.map(quoted).unwrap_or_default();
    assert!(refusal.is_none_or(|refusal| refusal.details.contains(&named)));
}

#[test]
fn a_header_takes_a_price_but_no_date() {
    let priced = Definition {
        header: Some(Header::Text("{{1}} off".to_owned())),
        body: "x".to_owned(),
        buttons: Vec::new(),
        ..definition()
    };
    let with = |parameter: Value| {
        let components = json!([{"type": "header", "parameters": [parameter]}]);
        check(&message(&components), std::slice::from_ref(&priced), None)
            .err()
            .map(|refusal| refusal.details)
    };

    let price = json!({"type": "currency", "currency": {"fallback_value": "€5", "code": "EUR", "amount_1000": 5000}});
    assert_eq!(with(price), None);
    let date = json!({"type": "date_time", "date_time": {"fallback_value": "Monday"}});
    assert_eq!(
        with(date).as_deref(),
        Some("template.components[0].parameters[0]: is date_time, must be text or currency")
    );
}

#[test]
fn what_an_older_version_has_kept_is_still_read() {
    let kept = json!({
        "name": "n", "language": "fr", "status": "APPROVED", "category": "UTILITY", "header": null, "body": "x",
        "footer": null, "named": null, "buttons": [{"phone_number": {"text": "Call"}}, {"other": "COPY_CODE"}],
    });

    let definition: Definition = serde_json::from_value(kept).unwrap();

    assert_eq!(
        definition.buttons,
        [
            Button::PhoneNumber {
                text: "Call".to_owned(),
                phone_number: None,
            },
            Button::Other("COPY_CODE".to_owned()),
        ]
    );
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
