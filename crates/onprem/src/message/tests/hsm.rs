//! `type: hsm`.

use super::*;
use crate::message::hsm::{Hsm, Localizable, Localized};

/// Values of `hsm` that are accepted.
pub(super) fn body() -> impl Strategy<Value = Value> {
    let param = prop_oneof![
        some_text().prop_map(|text| json!({"default": text})),
        (some_text(), "[A-Z]{3}", any::<i64>()).prop_map(|(text, code, amount)| json!({
            "default": text, "currency": {"currency_code": code, "amount_1000": amount},
        })),
        (some_text(), 1..=7, 0..=23).prop_map(|(text, day, hour)| json!({
            "default": text, "date_time": {"component": {"day_of_week": day, "hour": hour}},
        })),
        (some_text(), any::<i64>()).prop_map(|(text, timestamp)| json!({
            "default": text, "date_time": {"unix_epoch": {"timestamp": timestamp}},
        })),
    ];
    (
        "[a-z_0-9]{1,20}",
        "[a-z]{2}(_[A-Z]{2})?",
        prop::collection::vec(param, 0..5),
    )
        .prop_map(|(name, language, params)| {
            json!({
                "namespace": "b7e1_example_ns", "element_name": name, "localizable_params": params,
                "language": {"policy": "deterministic", "code": language},
            })
        })
}

fn hsm_with(changes: &Value) -> Value {
    let mut hsm = json!({
        "namespace": "b7e1_example_ns", "element_name": "card_charge",
        "language": {"policy": "deterministic", "code": "en_US"}, "localizable_params": [{"default": "x"}],
    });
    for (name, value) in changes.as_object().unwrap() {
        hsm[name] = value.clone();
    }
    json!({"to": "12025550143", "type": "hsm", "hsm": hsm})
}

fn params(params: &Value) -> Value {
    hsm_with(&json!({"localizable_params": params}))
}

fn read(body: &Value) -> Hsm {
    match parse(body).unwrap().content {
        Content::Hsm(hsm) => hsm,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_parameter_is_read() {
    let date = |value: Value| Some(Localized::DateTime(value));
    let component = json!({"component": {
        "day_of_week": "FRIDAY", "year": 2027, "month": "3", "day_of_month": 5, "hour": 14, "minute": 5,
        "calendar": "SOLAR_HIJRI",
    }});
    let epoch = json!({"unix_epoch": {"timestamp": "1790000000"}});

    let hsm = read(&params(&json!([
        {"default": "Ada"},
        {"default": "$18.20", "currency": {"currency_code": "USD", "amount_1000": 18200}},
        {"default": "Friday", "date_time": component, "currency": null},
        {"default": "soon", "date_time": epoch},
    ])));

    let values: Vec<(&str, Option<Localized>)> = hsm
        .localizable_params
        .iter()
        .map(|Localizable { default, value }| (default.as_str(), value.clone()))
        .collect();
    let dollars = Localized::Currency {
        code: "USD".to_owned(),
        amount_1000: 18_200,
    };
    assert_eq!(
        values,
        [
            ("Ada", None),
            ("$18.20", Some(dollars)),
            ("Friday", date(component)),
            ("soon", date(epoch))
        ]
    );
}

#[test]
fn it_becomes_a_template_whose_body_shows_the_defaults() {
    let hsm = read(&params(&json!([
        {"default": "Ada"},
        {"default": "$18.20", "currency": {"currency_code": "USD", "amount_1000": 18200}},
        {"default": "soon", "date_time": {"unix_epoch": {"timestamp": 1_790_000_000}}},
    ])));

    assert_eq!(
        hsm.to_template(),
        TemplateMessage {
            namespace: Some("b7e1_example_ns".to_owned()),
            name: "card_charge".to_owned(),
            language: "en_US".to_owned(),
            components: vec![Component::Body(vec![
                Parameter::Text("Ada".to_owned()),
                Parameter::Currency {
                    fallback_value: "$18.20".to_owned(),
                    code: "USD".to_owned(),
                    amount_1000: 18_200,
                },
                Parameter::DateTime {
                    fallback_value: "soon".to_owned(),
                    value: json!({"unix_epoch": {"timestamp": 1_790_000_000}}),
                },
            ])],
        }
    );
}

#[rstest]
#[case(hsm_with(&json!({"namespace": null})), 1008, "hsm.namespace is required")]
#[case(hsm_with(&json!({"element_name": null})), 1008, "hsm.element_name is required")]
#[case(hsm_with(&json!({"language": null})), 1008, "hsm.language is required")]
#[case(hsm_with(&json!({"language": {"policy": "deterministic"}})), 1008, "hsm.language.code is required")]
#[case(hsm_with(&json!({"localizable_params": null})), 1008, "hsm.localizable_params is required")]
#[case(params(&json!([{}])), 1008, "hsm.localizable_params[0].default is required")]
#[case(
    params(&json!([{"default": "x", "currency": {"amount_1000": 1}}])), 1008,
    "hsm.localizable_params[0].currency.currency_code is required"
)]
#[case(
    params(&json!([{"default": "x", "currency": {"currency_code": "USD"}}])), 1008,
    "hsm.localizable_params[0].currency.amount_1000 is required"
)]
#[case(
    params(&json!([{"default": "x", "date_time": {}}])), 1008,
    "hsm.localizable_params[0].date_time.component or hsm.localizable_params[0].date_time.unix_epoch is required"
)]
#[case(
    params(&json!([{"default": "x", "date_time": {"unix_epoch": {}}}])), 1008,
    "hsm.localizable_params[0].date_time.unix_epoch.timestamp is required"
)]
#[case(hsm_with(&json!({"namespace": ""})), 1009, "hsm.namespace: is empty")]
#[case(
    hsm_with(&json!({"element_name": "Card Charge"})), 1009,
    "hsm.element_name: is \"Card Charge\", must be lower-case letters, digits and underscores"
)]
#[case(
    hsm_with(&json!({"language": {"policy": "fallback", "code": "en"}})), 1009,
    "hsm.language.policy: is \"fallback\", must be deterministic"
)]
#[case(params(&json!("x")), 1009, "hsm.localizable_params: is a string, must be an array")]
#[case(params(&json!([{"default": ""}])), 1009, "hsm.localizable_params[0].default: is empty")]
#[case(
    params(&json!([{"default": "x", "currency": {"currency_code": "USD", "amount_1000": 1},
                    "date_time": {"unix_epoch": {"timestamp": 1}}}])), 1009,
    "hsm.localizable_params[0]: has both currency and date_time, must have at most one"
)]
#[case(
    params(&json!([{"default": "x", "date_time": {"component": {"hour": 1}, "unix_epoch": {"timestamp": 1}}}])), 1009,
    "hsm.localizable_params[0].date_time: has both component and unix_epoch, must have one of them"
)]
#[case(
    params(&json!([{"default": "x"}, {"default": "x", "date_time": {"component": {"hour": 24}}}])), 1009,
    "hsm.localizable_params[1].date_time.component.hour: is 24, must be a whole number from 0 to 23"
)]
#[case(
    params(&json!([{"default": "x", "date_time": {"component": {"day_of_week": 8}}}])), 1009,
    "hsm.localizable_params[0].date_time.component.day_of_week: is 8, must be a whole number from 1 to 7"
)]
#[case(
    params(&json!([{"default": "x", "date_time": {"component": {"calendar": "LUNAR"}}}])), 1009,
    "hsm.localizable_params[0].date_time.component.calendar: is \"LUNAR\", must be GREGORIAN or SOLAR_HIJRI"
)]
#[case(
    params(&json!([{"default": "x", "currency": {"currency_code": "US", "amount_1000": 1.5}}])), 1009,
    "hsm.localizable_params[0].currency.currency_code: is \"US\", must be three letters such as EUR"
)]
fn a_bad_one_is_refused(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
    assert_eq!(refused(&body), (code, details.to_owned()));
}

#[rstest]
#[case(
    "template.components[0].parameters[1]: is x",
    "hsm.localizable_params[1]: is x"
)]
#[case(
    "template.components[0]: number of",
    "hsm.localizable_params: number of"
)]
#[case("template.components: a header", "hsm: a header")]
#[case("template.namespace: is y", "hsm.namespace: is y")]
#[case("template \"x\" does not exist", "template \"x\" does not exist")]
fn a_refusal_of_the_template_speaks_of_the_hsm(#[case] theirs: &str, #[case] ours: &str) {
    let refusal = Hsm::in_its_words(Refusal::new(Code::TEMPLATE_PARAM_COUNT, theirs));

    assert_eq!(refusal, Refusal::new(Code::TEMPLATE_PARAM_COUNT, ours));
}
