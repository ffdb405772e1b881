use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::message::template::{ButtonKind, Component, Parameter};

mod described;
mod free_form;
mod hsm;
mod strict;

fn parse(body: &Value) -> Result<Outgoing, Refusal> {
    Outgoing::parse(body.to_string().as_bytes(), Rules::TOLERANT)
}

fn refused(body: &Value) -> (u16, String) {
    let refusal = parse(body).unwrap_err();
    (refusal.code.0, refusal.details)
}

/// A text message with some members changed; `null` takes one away.
fn text_with(changes: &Value) -> Value {
    let mut body = json!({"to": "12025550143", "type": "text", "text": {"body": "Hello"}});
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn template_with(changes: &Value) -> Value {
    let mut template = json!({"name": "order_update", "language": {"code": "en_US"}});
    for (name, value) in changes.as_object().unwrap() {
        template[name] = value.clone();
    }
    json!({"to": "12025550143", "type": "template", "template": template})
}

#[test]
fn a_text_with_everything_is_read() {
    let message = parse(&text_with(&json!({
        "to": "+1 (202) 555-0143", "recipient_type": "individual", "preview_url": true,
        "messaging_product": "whatsapp", "context": {"message_id": "gBGH"}, "ttl": "P2D",
        "biz_opaque_callback_data": "order 7", "unknown": {"x": 1},
    })));

    assert_eq!(
        message,
        Ok(Outgoing {
            input: "+1 (202) 555-0143".to_owned(),
            to: WaId::from_network("12025550143"),
            content: Content::Text(Text {
                body: "Hello".to_owned(),
                preview_url: true,
            }),
            context: Some("gBGH".to_owned()),
            opaque: Some("order 7".to_owned()),
            ttl_s: Some(172_800),
        })
    );
}

#[test]
fn optional_members_may_be_null_or_empty() {
    for nothing in [json!(null), json!("")] {
        let message = parse(&text_with(&json!({
            "type": nothing, "recipient_type": nothing, "preview_url": nothing, "context": nothing, "ttl": nothing,
            "biz_opaque_callback_data": nothing, "messaging_product": nothing, "status": nothing,
        })));

        assert_eq!(message, parse(&text_with(&json!({}))));
    }
}

#[test]
fn a_user_without_a_number_can_be_written_to() {
    let message = parse(&text_with(&json!({"to": "DE.48151623421234567"}))).unwrap();

    assert!(message.to.is_scoped());
}

#[rstest]
#[case(json!(true), json!(null), true)]
#[case(json!(null), json!(true), true)]
#[case(json!(true), json!(false), false)]
#[case(json!(null), json!(null), false)]
fn preview_url_stands_outside_or_inside(
    #[case] outside: Value,
    #[case] inside: Value,
    #[case] preview: bool,
) {
    let body = text_with(&json!({
        "preview_url": outside, "text": {"body": "https://track.example/", "preview_url": inside},
    }));

    let Content::Text(text) = parse(&body).unwrap().content else {
        panic!("no text")
    };
    assert_eq!(text.preview_url, preview);
}

#[rstest]
#[case(json!({"to": null}), 1008, "to is required")]
#[case(json!({"text": null}), 1008, "text is required")]
#[case(json!({"text": {}}), 1008, "text.body is required")]
#[case(json!({"context": {}}), 1008, "context.message_id is required")]
#[case(json!({"text": {"body": ""}}), 1009, "text.body: is empty")]
#[case(json!({"text": {"body": " \n"}}), 1009, "text.body: has nothing but white space")]
#[case(json!({"text": {"body": 5}}), 1009, "text.body: is a number, must be a string")]
#[case(json!({"text": "Hello"}), 1009, "text: is a string, must be an object")]
#[case(json!({"preview_url": "true"}), 1009, "preview_url: is a string, must be true or false")]
#[case(
    json!({"to": "call me"}), 1009,
    "to: is \"call me\", must be a phone number with its country code: 6 to 15 digits, not beginning with 0"
)]
#[case(json!({"to": 12_025_550_143_u64}), 1009, "to: is a number, must be a string")]
#[case(json!({"context": {"message_id": ""}}), 1009, "context.message_id: is empty")]
#[case(json!({"context": {"message_id": 7}}), 1009, "context.message_id: is a number, must be a string")]
#[case(json!({"messaging_product": "sms"}), 1009, "messaging_product: is \"sms\", must be whatsapp")]
#[case(json!({"type": 5}), 1009, "type: is a number, must be a string")]
#[case(json!({"recipient_type": "group"}), 1002, "recipient_type: is \"group\", must be individual")]
#[case(
    json!({"status": "read"}), 1010,
    "status: belongs to PUT /v1/messages/{id}, not to a message that is sent"
)]
#[case(
    json!({"type": "voice"}), 501,
    "type: \"voice\" is no type that can be sent, must be text, image, document, audio, video, sticker, location, contacts, reaction, interactive, template or hsm"
)]
#[case(
    json!({"image": {"id": "1"}}), 1010,
    "image: belongs to a message of type image, this one is of type text"
)]
fn a_bad_text_is_refused(#[case] changes: Value, #[case] code: u16, #[case] details: &str) {
    assert_eq!(refused(&text_with(&changes)), (code, details.to_owned()));
}

#[test]
fn characters_are_counted_not_bytes() {
    let of = |length: usize| text_with(&json!({"text": {"body": "é".repeat(length)}}));

    assert!(parse(&of(4096)).is_ok());
    assert_eq!(
        refused(&of(4097)),
        (
            1001,
            "text.body: has 4097 characters, must have at most 4096".to_owned()
        )
    );
    assert!(
        parse(&text_with(
            &json!({"biz_opaque_callback_data": "é".repeat(512)})
        ))
        .is_ok()
    );
    assert_eq!(
        refused(&text_with(
            &json!({"biz_opaque_callback_data": "é".repeat(513)})
        ))
        .0,
        1009
    );
}

#[test]
fn the_first_failing_check_in_the_documented_order_is_answered() {
    // Every mistake at once, then one less each time.
    let mut body = json!({
        "type": "telegram", "recipient_type": "group", "ttl": "never", "status": "read",
        "image": {"id": "1", "filename": "x"},
    });
    let mut codes = vec![refused(&body).0];
    for (name, value) in [
        ("type", json!("image")),
        ("recipient_type", json!("individual")),
        ("to", json!("12025550143")),
        ("ttl", json!(60)),
    ] {
        body[name] = value;
        codes.push(refused(&body).0);
    }

    assert_eq!(codes, [501, 1002, 1008, 1009, 1010]);
}

#[rstest]
#[case(json!({"id": "7c1f2f0e"}), MediaSource::Id("7c1f2f0e".to_owned()))]
#[case(json!({"id": "7c1f2f0e", "link": ""}), MediaSource::Id("7c1f2f0e".to_owned()))]
#[case(
    json!({"link": "http://cdn.example/van.jpg", "id": null}),
    MediaSource::Link { link: "http://cdn.example/van.jpg".to_owned(), provider: None }
)]
#[case(
    json!({"link": "https://cdn.example/van.jpg", "provider": "shop"}),
    MediaSource::Link { link: "https://cdn.example/van.jpg".to_owned(), provider: Some("shop".to_owned()) }
)]
#[case(
    json!({"link": "https://cdn.example/van.jpg", "provider": {"name": "shop"}}),
    MediaSource::Link { link: "https://cdn.example/van.jpg".to_owned(), provider: Some("shop".to_owned()) }
)]
fn an_image_is_an_id_or_a_link(#[case] image: Value, #[case] source: MediaSource) {
    let message = parse(&json!({"to": "12025550143", "type": "image", "image": image}));

    assert_eq!(
        message.unwrap().content,
        Content::Image(Media {
            source,
            caption: None,
            filename: None
        })
    );
}

#[test]
fn a_document_may_have_a_caption_and_a_name() {
    let message = parse(
        &json!({"to": "12025550143", "type": "document", "preview_url": true, "document": {
            "id": "7c1f2f0e", "caption": "Your lease", "filename": "lease.pdf",
        }}),
    );

    assert_eq!(
        message.unwrap().content,
        Content::Document(Media {
            source: MediaSource::Id("7c1f2f0e".to_owned()),
            caption: Some("Your lease".to_owned()),
            filename: Some("lease.pdf".to_owned()),
        })
    );
}

#[rstest]
#[case(json!(null), 1008, "image is required")]
#[case(json!({}), 1008, "image.id or image.link is required")]
#[case(json!({"caption": 5}), 1008, "image.id or image.link is required")]
#[case(
    json!({"id": "1", "link": "https://cdn.example/"}), 1009,
    "image: has both id and link, must have one of them"
)]
#[case(json!({"id": 1}), 1009, "image.id: is a number, must be a string")]
#[case(
    json!({"link": "cdn.example/van.jpg"}), 1009,
    "image.link: is not an absolute URL, must be an absolute http or https URL"
)]
#[case(
    json!({"link": "ftp://cdn.example/van.jpg"}), 1009,
    "image.link: is not an http or https URL, must be an absolute http or https URL"
)]
#[case(
    json!({"link": "https://cdn.example/", "provider": {}}), 1008, "image.provider.name is required"
)]
#[case(
    json!({"link": "https://cdn.example/", "provider": 5}), 1009, "image.provider: is a number, must be an object"
)]
#[case(
    json!({"id": "1", "caption": "é".repeat(1025)}), 1009,
    "image.caption: has 1025 characters, must have at most 1024"
)]
#[case(json!({"id": "1", "filename": "van.jpg"}), 1010, "image.filename: this kind of media has none")]
fn a_bad_image_is_refused(#[case] image: Value, #[case] code: u16, #[case] details: &str) {
    let body = json!({"to": "12025550143", "type": "image", "image": image});

    assert_eq!(refused(&body), (code, details.to_owned()));
}

#[test]
fn a_template_with_every_kind_of_parameter_is_read() {
    let body = template_with(&json!({
        "namespace": "b7e1", "language": {"policy": "deterministic", "code": "fr"},
        "components": [
            {"type": "header", "parameters": [
                {"type": "location", "location": {"latitude": "52.5", "longitude": 13, "name": "Depot", "address": ""}}]},
            {"type": "body", "parameters": [
                {"type": "text", "text": "Noor"},
                {"type": "currency", "currency": {"fallback_value": "42,50 €", "code": "EUR", "amount_1000": "42500"}},
                {"type": "date_time", "date_time": {"fallback_value": "3 mars", "day_of_week": "FRIDAY", "month": "3"}}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [
                {"type": "payload", "payload": "slot:keep"}]},
            {"type": "button", "sub_type": "COPY_CODE", "index": 1, "parameters": [
                {"type": "coupon_code", "coupon_code": "SAVE5"}]},
            {"type": "button", "sub_type": "flow", "index": 9, "parameters": [
                {"type": "action", "action": {"flow_token": "t"}}]},
        ],
    }));

    let Content::Template(template) = parse(&body).unwrap().content else {
        panic!("no template")
    };

    assert_eq!(template.namespace.as_deref(), Some("b7e1"));
    assert_eq!(template.language, "fr");
    assert_eq!(
        template.components,
        [
            Component::Header(vec![Parameter::Location(
                json!({"latitude": 52.5, "longitude": 13.0, "name": "Depot"})
            )]),
            Component::Body(vec![
                Parameter::Text("Noor".to_owned()),
                Parameter::Currency {
                    fallback_value: "42,50 €".to_owned(),
                    code: "EUR".to_owned(),
                    amount_1000: 42_500,
                },
                Parameter::DateTime {
                    fallback_value: "3 mars".to_owned(),
                    value: json!({"fallback_value": "3 mars", "day_of_week": "FRIDAY", "month": "3"}),
                },
            ]),
            Component::Button {
                sub_type: ButtonKind::QuickReply,
                index: 0,
                parameters: vec![Parameter::Payload("slot:keep".to_owned())],
            },
            Component::Button {
                sub_type: ButtonKind::CopyCode,
                index: 1,
                parameters: vec![Parameter::CouponCode("SAVE5".to_owned())],
            },
            Component::Button {
                sub_type: ButtonKind::Flow,
                index: 9,
                parameters: vec![Parameter::Action(json!({"flow_token": "t"}))],
            },
        ]
    );
}

fn action_of(sub_type: &str, action: &Value) -> Result<Value, (u16, String)> {
    let body = template_with(&json!({"components": [
        {"type": "button", "sub_type": sub_type, "index": 0, "add_security_recommendation": true,
         "parameters": [{"type": "action", "action": action}]}]}));
    let message = parse(&body).map_err(|refusal| (refusal.code.0, refusal.details))?;
    let Content::Template(template) = message.content else {
        panic!("no template")
    };
    match template.components.as_slice() {
        [Component::Button { parameters, .. }] => match parameters.as_slice() {
            [Parameter::Action(action)] => Ok(action.clone()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_buttons_action_keeps_the_members_that_its_kind_knows() {
    let all = json!({
        "flow_token": "t-1", "flow_action_data": {"seats": [1, null]}, "thumbnail_product_retailer_id": "mug-blue",
        "sections": [{"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue", "x": 1}], "y": 2}], "z": 3,
    });

    assert_eq!(
        action_of("flow", &all),
        Ok(json!({"flow_token": "t-1", "flow_action_data": {"seats": [1, null]}}))
    );
    assert_eq!(
        action_of("CATALOG", &all),
        Ok(json!({"thumbnail_product_retailer_id": "mug-blue"}))
    );
    assert_eq!(
        action_of("mpm", &all),
        Ok(json!({
            "thumbnail_product_retailer_id": "mug-blue",
            "sections": [{"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue"}]}],
        }))
    );
    assert_eq!(action_of("flow", &json!({})), Ok(json!({})));
    assert_eq!(action_of("catalog", &json!({})), Ok(json!({})));
}

#[rstest]
#[case("flow", json!("t"), 1009, ": is a string, must be an object")]
#[case("flow", json!({"flow_token": 1}), 1009, ".flow_token: is a number, must be a string")]
#[case("flow", json!({"flow_action_data": []}), 1009, ".flow_action_data: is an array, must be an object")]
#[case(
    "catalog", json!({"thumbnail_product_retailer_id": "x".repeat(101)}), 1009,
    ".thumbnail_product_retailer_id: has 101 characters, must have at most 100"
)]
#[case("mpm", json!({}), 1008, ".sections is required")]
#[case("mpm", json!({"sections": []}), 2015, ".sections: has 0 elements, must have 1 to 10")]
#[case(
    "mpm", json!({"sections": [{"product_items": []}]}), 2023,
    ".sections[0].product_items: has 0 elements, must have at least 1"
)]
fn a_buttons_action_is_checked(
    #[case] sub_type: &str,
    #[case] action: Value,
    #[case] code: u16,
    #[case] details: &str,
) {
    assert_eq!(
        action_of(sub_type, &action),
        Err((
            code,
            format!("template.components[0].parameters[0].action{details}")
        ))
    );
}

#[test]
fn an_empty_namespace_is_kept_for_the_check_of_the_template() {
    let namespace = |value: &Value| {
        let body = template_with(&json!({"namespace": value}));
        match parse(&body).unwrap().content {
            Content::Template(template) => template.namespace,
            other => panic!("{other:?}"),
        }
    };

    assert_eq!(namespace(&json!("")), Some(String::new()));
    assert_eq!(namespace(&Value::Null), None);
    assert_eq!(namespace(&json!("b7e1")), Some("b7e1".to_owned()));
}

#[test]
fn a_template_may_be_a_string_that_holds_it() {
    let object = template_with(&json!({"components": [], "namespace": ""}));
    let mut string = object.clone();
    string["template"] = json!(object["template"].to_string());

    assert_eq!(parse(&string), parse(&object));
    assert!(parse(&string).is_ok());
}

#[rstest]
#[case(json!({"name": null}), 1008, "template.name is required")]
#[case(json!({"language": null}), 1008, "template.language is required")]
#[case(json!({"language": {"policy": "deterministic"}}), 1008, "template.language.code is required")]
#[case(
    json!({"name": "Order-Update"}), 1009,
    "template.name: is \"Order-Update\", must be lower-case letters, digits and underscores"
)]
#[case(
    json!({"language": {"policy": "fallback", "code": "en"}}), 1009,
    "template.language.policy: is \"fallback\", must be deterministic"
)]
#[case(
    json!({"language": {"code": "en US"}}), 1009,
    "template.language.code: is \"en US\", must be a language such as en or en_US"
)]
#[case(json!({"language": "en"}), 1009, "template.language: is a string, must be an object")]
#[case(json!({"components": {}}), 1009, "template.components: is an object, must be an array")]
#[case(
    json!({"components": [{"type": "footer"}]}), 1009,
    "template.components[0].type: is \"footer\", must be header, body or button"
)]
#[case(
    json!({"components": [{"type": "body"}, {"type": "body"}]}), 1009,
    "template.components: element 1 is for the same part of the template as one before"
)]
#[case(
    json!({"components": [{"type": "body", "parameters": [{"type": "text"}]}]}), 1008,
    "template.components[0].parameters[0].text is required"
)]
#[case(
    json!({"components": [{"type": "body", "parameters": [{"type": "emoji"}]}]}), 1009,
    "template.components[0].parameters[0].type: is \"emoji\", must be text, currency, date_time, image, video, document, location, payload, coupon_code or action"
)]
#[case(
    json!({"components": [{"type": "button", "index": 0, "parameters": []}]}), 1008,
    "template.components[0].sub_type is required"
)]
#[case(
    json!({"components": [{"type": "button", "sub_type": "url", "parameters": []}]}), 1008,
    "template.components[0].index is required"
)]
#[case(
    json!({"components": [{"type": "button", "sub_type": "url", "index": 0}]}), 1008,
    "template.components[0].parameters is required"
)]
#[case(
    json!({"components": [{"type": "button", "sub_type": "url", "index": "10", "parameters": []}]}), 1009,
    "template.components[0].index: is \"10\", must be a whole number from 0 to 9"
)]
#[case(
    json!({"components": [{"type": "body", "parameters": [
        {"type": "currency", "currency": {"fallback_value": "1", "code": "EURO", "amount_1000": 1}}]}]}), 1009,
    "template.components[0].parameters[0].currency.code: is \"EURO\", must be three letters such as EUR"
)]
#[case(
    json!({"components": [{"type": "body", "parameters": [
        {"type": "date_time", "date_time": {"fallback_value": "x", "month": 13}}]}]}), 1009,
    "template.components[0].parameters[0].date_time.month: is 13, must be a whole number from 1 to 12"
)]
#[case(
    json!({"components": [{"type": "body", "parameters": [
        {"type": "date_time", "date_time": {"fallback_value": "x", "day_of_week": "SOMEDAY"}}]}]}), 1009,
    "template.components[0].parameters[0].date_time.day_of_week: is \"SOMEDAY\", must be MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY or SUNDAY"
)]
#[case(
    json!({"components": [{"type": "header", "parameters": [
        {"type": "location", "location": {"latitude": 91, "longitude": 0}}]}]}), 1009,
    "template.components[0].parameters[0].location.latitude: is 91, must be a number from -90 to 90"
)]
#[case(
    json!({"components": [{"type": "header", "parameters": [{"type": "image", "image": {}}]}]}), 1008,
    "template.components[0].parameters[0].image.id or template.components[0].parameters[0].image.link is required"
)]
fn a_bad_template_is_refused(#[case] changes: Value, #[case] code: u16, #[case] details: &str) {
    assert_eq!(
        refused(&template_with(&changes)),
        (code, details.to_owned())
    );
}

#[rstest]
#[case("[]", "template: is a string that holds an array, must hold an object")]
#[case(
    "{",
    "template: is a string that is not valid JSON: EOF while parsing an object at line 1 column 1"
)]
fn a_string_that_holds_no_template_is_refused(#[case] template: &str, #[case] details: &str) {
    let body = json!({"to": "12025550143", "type": "template", "template": template});

    assert_eq!(refused(&body), (1009, details.to_owned()));
}

#[test]
fn marking_as_read_takes_only_read() {
    let code = |body: &str| {
        MarkRead::parse(body.as_bytes())
            .map(drop)
            .map_err(|refusal| refusal.code.0)
    };

    assert_eq!(code(r#"{"status":"read"}"#), Ok(()));
    assert_eq!(code(r#"{"status":"delivered"}"#), Err(1009));
    assert_eq!(code(r#"{"status":"READ"}"#), Err(1009));
    assert_eq!(code("{}"), Err(1008));
    assert_eq!(code(""), Err(1008));
    assert_eq!(code("{"), Err(1025));
}

#[test]
fn the_outbox_form_never_changes() {
    let message = parse(&json!({"to": "+1 202 555 0143", "type": "image", "image": {
        "link": "https://cdn.example/van.jpg", "caption": "A van",
    }}));

    insta::assert_json_snapshot!(message.unwrap(), @r#"
    {
      "input": "+1 202 555 0143",
      "to": "12025550143",
      "content": {
        "image": {
          "source": {
            "link": {
              "link": "https://cdn.example/van.jpg",
              "provider": null
            }
          },
          "caption": "A van",
          "filename": null
        }
      },
      "context": null,
      "opaque": null,
      "ttl_s": null
    }
    "#);
}

fn some_text() -> impl Strategy<Value = String> {
    "[\\PC&&[^ ]]\\PC{0,30}"
}

fn media(members: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let source = prop_oneof![
        "[a-z0-9-]{1,36}".prop_map(|id| json!({"id": id})),
        (
            "https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?/[a-z0-9]{0,9}",
            prop::option::of("[a-z]{1,9}")
        )
            .prop_map(|(link, provider)| json!({"link": link, "provider": provider})),
    ];
    (
        source,
        prop::option::of(some_text()),
        prop::option::of(some_text()),
    )
        .prop_map(|(mut media, caption, filename)| {
            for (name, value) in [("caption", caption), ("filename", filename)] {
                if members.contains(&name) {
                    media[name] = json!(value);
                }
            }
            media
        })
}

fn parameter() -> impl Strategy<Value = Value> {
    prop_oneof![
        some_text().prop_map(|text| json!({"type": "text", "text": text})),
        (some_text(), "[A-Z]{3}", any::<i64>()).prop_map(|(fallback, code, amount)| json!({
            "type": "currency",
            "currency": {"fallback_value": fallback, "code": code, "amount_1000": amount},
        })),
        (some_text(), 1..=12).prop_map(|(fallback, month)| json!({
            "type": "date_time",
            "date_time": {"fallback_value": fallback, "month": month, "calendar": "GREGORIAN"},
        })),
        media(&["caption"]).prop_map(|image| json!({"type": "image", "image": image})),
        media(&["caption"]).prop_map(|video| json!({"type": "video", "video": video})),
        media(&["caption", "filename"])
            .prop_map(|document| json!({"type": "document", "document": document})),
        (-90..=90_i32, -180..=180_i32).prop_map(|(latitude, longitude)| json!({
            "type": "location",
            "location": {"latitude": latitude, "longitude": longitude.to_string()},
        })),
        some_text().prop_map(|payload| json!({"type": "payload", "payload": payload})),
        "[A-Z0-9]{1,15}".prop_map(|code| json!({"type": "coupon_code", "coupon_code": code})),
    ]
}

fn content_json() -> impl Strategy<Value = (&'static str, Value)> {
    let parameters = || prop::collection::vec(parameter(), 0..4);
    let template = (
        "[a-z_0-9]{1,20}",
        "[a-z]{2}(_[A-Z]{2})?",
        parameters(),
        parameters(),
        prop::option::of((prop::sample::select(vec!["quick_reply", "url", "flow"]), 0..=9, parameters())),
    )
        .prop_map(|(name, language, header, body, button)| {
            let mut components = vec![
                json!({"type": "header", "parameters": header}),
                json!({"type": "body", "parameters": body}),
            ];
            if let Some((sub_type, index, parameters)) = button {
                components.push(json!({
                    "type": "button", "sub_type": sub_type, "index": index, "parameters": parameters,
                }));
            }
            json!({"name": name, "language": {"code": language}, "components": components})
        });
    prop_oneof![
        (some_text(), any::<bool>())
            .prop_map(|(body, preview)| ("text", json!({"body": body, "preview_url": preview}))),
        media(&["caption"]).prop_map(|image| ("image", image)),
        media(&["caption", "filename"]).prop_map(|document| ("document", document)),
        media(&[]).prop_map(|audio| ("audio", audio)),
        media(&["caption"]).prop_map(|video| ("video", video)),
        media(&[]).prop_map(|sticker| ("sticker", sticker)),
        free_form::location().prop_map(|location| ("location", location)),
        prop::collection::vec(free_form::card(), 1..4).prop_map(|cards| ("contacts", json!(cards))),
        ("[A-Za-z0-9_-]{1,40}", "\\PC{0,4}")
            .prop_map(|(id, emoji)| ("reaction", json!({"message_id": id, "emoji": emoji}))),
        hsm::body().prop_map(|hsm| ("hsm", hsm)),
        template.prop_map(|template| ("template", template)),
    ]
}

proptest! {
    #[test]
    fn valid_messages_parse_and_survive_the_outbox(
        to in "\\+?[1-9][0-9]{5,14}|[A-Z]{2}\\.[A-Za-z0-9]{1,20}",
        (kind, content) in content_json(),
        context in prop::option::of("[A-Za-z0-9_-]{1,40}"),
        opaque in prop::option::of(some_text()),
        ttl in prop::option::of(1..=2_592_000_u32),
    ) {
        let mut body = json!({"to": to, "type": kind, "biz_opaque_callback_data": opaque, "ttl": ttl});
        body[kind] = content;
        if let Some(id) = context.as_ref().filter(|_| kind != "reaction") {
            body["context"] = json!({"message_id": id});
        }

        let message = parse(&body).unwrap();

        prop_assert_eq!(message.content.kind(), kind);
        prop_assert_eq!(&message.input, &to);
        prop_assert_eq!(message.ttl_s, ttl);
        let stored = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<Outgoing>(&stored).unwrap(), message);
    }
}
