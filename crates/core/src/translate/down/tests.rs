use onprem::WaId;
use onprem::message::{MediaSource, Text};
use proptest::prelude::*;

use super::*;

mod free_form;

const OPAQUE: &str = "ll1.k3v9x0ab.17";
/// What a reaction is about, by the network's name.
const TARGET: &str = "wamid.target";

fn outgoing(content: Content) -> Outgoing {
    Outgoing {
        input: "+1 202 555 0143".to_owned(),
        to: WaId::from_network("12025550143"),
        content,
        context: Some("gBGHEgJVUBQzAgkA".to_owned()),
        opaque: Some("the caller's own".to_owned()),
        ttl_s: Some(3600),
    }
}

fn text(body: &str) -> Content {
    Content::Text(Text {
        body: body.to_owned(),
        preview_url: false,
    })
}

fn link(link: &str) -> Media {
    Media {
        source: MediaSource::Link {
            link: link.to_owned(),
            provider: Some("cdn".to_owned()),
        },
        caption: None,
        filename: None,
    }
}

fn sent(message: &Outgoing, resolved: &Resolved) -> Value {
    serde_json::to_value(send(message, resolved, OPAQUE.to_owned())).unwrap()
}

#[test]
fn a_text_goes_down_to_a_number_with_its_plus() {
    let message = outgoing(Content::Text(Text {
        body: "Your parcel LX-204: https://track.example/LX-204".to_owned(),
        preview_url: true,
    }));

    insta::assert_json_snapshot!(sent(&message, &Resolved::default()), @r#"
    {
      "biz_opaque_callback_data": "ll1.k3v9x0ab.17",
      "messaging_product": "whatsapp",
      "recipient_type": "individual",
      "text": {
        "body": "Your parcel LX-204: https://track.example/LX-204",
        "preview_url": true
      },
      "to": "+12025550143",
      "type": "text"
    }
    "#);
}

#[test]
fn a_customer_without_a_number_is_a_recipient_and_a_known_quote_goes_along() {
    let mut message = outgoing(text("yes"));
    message.to = WaId::from_network("US.48151623421234567");
    let resolved = Resolved {
        context: Some("wamid.quoted".to_owned()),
        ..Resolved::default()
    };

    insta::assert_json_snapshot!(sent(&message, &resolved), @r#"
    {
      "biz_opaque_callback_data": "ll1.k3v9x0ab.17",
      "context": {
        "message_id": "wamid.quoted"
      },
      "messaging_product": "whatsapp",
      "recipient": "US.48151623421234567",
      "recipient_type": "individual",
      "text": {
        "body": "yes",
        "preview_url": false
      },
      "type": "text"
    }
    "#);
}

#[test]
fn media_go_down_by_the_networks_id_without_link_and_provider() {
    let mut image = link("https://cdn.example/van.jpg");
    image.caption = Some("our van".to_owned());
    let image = outgoing(Content::Image(image));
    let document = outgoing(Content::Document(Media {
        source: MediaSource::Id("6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77".to_owned()),
        caption: Some("sign here".to_owned()),
        filename: Some("lease.pdf".to_owned()),
    }));
    let resolved = Resolved {
        media: vec!["880012".to_owned()],
        ..Resolved::default()
    };

    assert_eq!(
        sent(&image, &resolved)["image"],
        json!({"id": "880012", "caption": "our van"})
    );
    assert_eq!(
        sent(&document, &resolved)["document"],
        json!({"id": "880012", "caption": "sign here", "filename": "lease.pdf"})
    );
    assert_eq!(media_of(&image)[0].0, "image");
    assert_eq!(media_of(&document)[0].0, "document");
}

fn full_template() -> TemplateMessage {
    let mut pdf = link("https://cdn.example/terms.pdf");
    pdf.filename = Some("terms.pdf".to_owned());
    pdf.caption = Some("never shown".to_owned());
    TemplateMessage {
        namespace: Some("b7e1_example_ns".to_owned()),
        name: "delivery_slot".to_owned(),
        language: "fr".to_owned(),
        components: vec![
            Component::Header(vec![Parameter::Document(pdf)]),
            Component::Body(vec![
                Parameter::Text("Noor".to_owned()),
                Parameter::Currency {
                    fallback_value: "42,50 €".to_owned(),
                    code: "EUR".to_owned(),
                    amount_1000: 42_500,
                },
                Parameter::DateTime {
                    fallback_value: "3 mars 2027".to_owned(),
                    value: json!({"fallback_value": "3 mars 2027", "year": 2027, "month": 3}),
                },
            ]),
            Component::Button {
                sub_type: ButtonKind::QuickReply,
                index: 0,
                parameters: vec![Parameter::Payload("slot:keep".to_owned())],
            },
            Component::Button {
                sub_type: ButtonKind::Url,
                index: 1,
                parameters: vec![Parameter::Text("LX-204".to_owned())],
            },
            Component::Button {
                sub_type: ButtonKind::CopyCode,
                index: 2,
                parameters: vec![Parameter::CouponCode("SPRING10".to_owned())],
            },
            Component::Button {
                sub_type: ButtonKind::Flow,
                index: 9,
                parameters: vec![Parameter::Action(json!({"flow_token": "t-1"}))],
            },
        ],
    }
}

#[test]
fn a_template_goes_down_without_namespace_and_with_fallbacks_only() {
    let message = outgoing(Content::Template(full_template()));
    let resolved = Resolved {
        media: vec!["880013".to_owned()],
        ..Resolved::default()
    };

    insta::assert_json_snapshot!(sent(&message, &resolved), @r#"
    {
      "biz_opaque_callback_data": "ll1.k3v9x0ab.17",
      "messaging_product": "whatsapp",
      "recipient_type": "individual",
      "template": {
        "components": [
          {
            "parameters": [
              {
                "document": {
                  "filename": "terms.pdf",
                  "id": "880013"
                },
                "type": "document"
              }
            ],
            "type": "header"
          },
          {
            "parameters": [
              {
                "text": "Noor",
                "type": "text"
              },
              {
                "currency": {
                  "amount_1000": 42500,
                  "code": "EUR",
                  "fallback_value": "42,50 €"
                },
                "type": "currency"
              },
              {
                "date_time": {
                  "fallback_value": "3 mars 2027"
                },
                "type": "date_time"
              }
            ],
            "type": "body"
          },
          {
            "index": "0",
            "parameters": [
              {
                "payload": "slot:keep",
                "type": "payload"
              }
            ],
            "sub_type": "quick_reply",
            "type": "button"
          },
          {
            "index": "1",
            "parameters": [
              {
                "text": "LX-204",
                "type": "text"
              }
            ],
            "sub_type": "url",
            "type": "button"
          },
          {
            "index": "2",
            "parameters": [
              {
                "coupon_code": "SPRING10",
                "type": "coupon_code"
              }
            ],
            "sub_type": "copy_code",
            "type": "button"
          },
          {
            "index": "9",
            "parameters": [
              {
                "action": {
                  "flow_token": "t-1"
                },
                "type": "action"
              }
            ],
            "sub_type": "flow",
            "type": "button"
          }
        ],
        "language": {
          "code": "fr"
        },
        "name": "delivery_slot"
      },
      "to": "+12025550143",
      "type": "template"
    }
    "#);
}

#[test]
fn named_parameters_get_their_names_whatever_the_order_of_the_components() {
    let message = outgoing(Content::Template(TemplateMessage {
        namespace: None,
        name: "order_named".to_owned(),
        language: "en_US".to_owned(),
        components: vec![
            Component::Body(vec![
                Parameter::Text("Monday".to_owned()),
                Parameter::Currency {
                    fallback_value: "$5".to_owned(),
                    code: "USD".to_owned(),
                    amount_1000: 5000,
                },
            ]),
            Component::Button {
                sub_type: ButtonKind::Url,
                index: 0,
                parameters: vec![Parameter::Text("LX-204".to_owned())],
            },
            Component::Header(vec![Parameter::Text("Ada".to_owned())]),
        ],
    }));
    let resolved = Resolved {
        named: Some(["customer", "day", "price"].map(str::to_owned).to_vec()),
        ..Resolved::default()
    };

    let components = sent(&message, &resolved)["template"]["components"].clone();

    assert_eq!(
        components,
        json!([
            {"type": "body", "parameters": [
                {"type": "text", "text": "Monday", "parameter_name": "day"},
                {"type": "currency", "parameter_name": "price",
                 "currency": {"fallback_value": "$5", "code": "USD", "amount_1000": 5000}},
            ]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "LX-204"}]},
            {"type": "header", "parameters": [{"type": "text", "text": "Ada", "parameter_name": "customer"}]},
        ])
    );
}

#[test]
fn a_template_without_parameters_has_no_components() {
    let message = outgoing(Content::Template(TemplateMessage {
        namespace: None,
        name: "hello_world".to_owned(),
        language: "en_US".to_owned(),
        components: Vec::new(),
    }));

    assert_eq!(
        sent(&message, &Resolved::default())["template"],
        json!({"name": "hello_world", "language": {"code": "en_US"}})
    );
}

#[test]
fn media_inside_a_template_are_named_by_their_path() {
    let message = outgoing(Content::Template(TemplateMessage {
        namespace: None,
        name: "n".to_owned(),
        language: "en_US".to_owned(),
        components: vec![
            Component::Body(vec![Parameter::Text("a".to_owned())]),
            Component::Header(vec![
                Parameter::Text("b".to_owned()),
                Parameter::Image(link("https://cdn.example/1.png")),
                Parameter::Video(link("https://cdn.example/2.mp4")),
            ]),
        ],
    }));

    let paths: Vec<String> = media_of(&message)
        .into_iter()
        .map(|(path, _, _)| path)
        .collect();

    assert_eq!(
        paths,
        [
            "template.components[1].parameters[1].image",
            "template.components[1].parameters[2].video"
        ]
    );
}

#[test]
fn a_file_that_was_not_resolved_goes_without_an_id_rather_than_as_a_link() {
    let message = outgoing(Content::Image(link("https://cdn.example/secret.jpg")));

    assert_eq!(sent(&message, &Resolved::default())["image"], json!({}));
}

fn any_text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn any_media() -> impl Strategy<Value = Media> {
    let source = prop_oneof![
        any_text().prop_map(MediaSource::Id),
        (any_text(), proptest::option::of(any_text()))
            .prop_map(|(link, provider)| MediaSource::Link { link, provider }),
    ];
    let optional = || proptest::option::of(any_text());
    (source, optional(), optional()).prop_map(|(source, caption, filename)| Media {
        source,
        caption,
        filename,
    })
}

fn any_parameter() -> impl Strategy<Value = Parameter> {
    let object = || any_text().prop_map(|text| json!({"name": text, "n": [1, null]}));
    prop_oneof![
        any_text().prop_map(Parameter::Text),
        (any_text(), "[A-Z]{3}", any::<i64>()).prop_map(|(fallback_value, code, amount_1000)| {
            Parameter::Currency {
                fallback_value,
                code,
                amount_1000,
            }
        }),
        (any_text(), object()).prop_map(|(fallback_value, value)| Parameter::DateTime {
            fallback_value,
            value,
        }),
        any_media().prop_map(Parameter::Image),
        any_media().prop_map(Parameter::Video),
        any_media().prop_map(Parameter::Document),
        object().prop_map(Parameter::Location),
        any_text().prop_map(Parameter::Payload),
        any_text().prop_map(Parameter::CouponCode),
        object().prop_map(Parameter::Action),
    ]
}

fn any_component() -> impl Strategy<Value = Component> {
    let list = || proptest::collection::vec(any_parameter(), 0..4);
    let kind = proptest::sample::select(vec![
        ButtonKind::QuickReply,
        ButtonKind::Url,
        ButtonKind::Catalog,
        ButtonKind::CopyCode,
        ButtonKind::Flow,
        ButtonKind::Mpm,
    ]);
    prop_oneof![
        list().prop_map(Component::Header),
        list().prop_map(Component::Body),
        (kind, 0..10_u8, list()).prop_map(|(sub_type, index, parameters)| Component::Button {
            sub_type,
            index,
            parameters,
        }),
    ]
}

fn any_content() -> impl Strategy<Value = Content> {
    let components = proptest::collection::vec(any_component(), 0..4);
    prop_oneof![
        (any_text(), any::<bool>())
            .prop_map(|(body, preview_url)| Content::Text(Text { body, preview_url })),
        any_media().prop_map(Content::Image),
        any_media().prop_map(Content::Document),
        any_media().prop_map(Content::Audio),
        any_media().prop_map(Content::Video),
        any_media().prop_map(Content::Sticker),
        free_form::any_place().prop_map(Content::Location),
        proptest::collection::vec(free_form::any_card(), 1..4).prop_map(Content::Contacts),
        (any_text(), any_text())
            .prop_map(|(message_id, emoji)| Content::Reaction(Reaction { message_id, emoji })),
        free_form::any_hsm().prop_map(Content::Hsm),
        (
            proptest::option::of(any_text()),
            any_text(),
            any_text(),
            components
        )
            .prop_map(|(namespace, name, language, components)| {
                Content::Template(TemplateMessage {
                    namespace,
                    name,
                    language,
                    components,
                })
            }),
    ]
}

/// What a reader of the body would take the message for.
fn read_back(kind: &str, object: &Value) -> Content {
    let string = |value: &Value| value.as_str().map(str::to_owned);
    let text = |value: &Value| string(value).unwrap();
    let media = |value: &Value| Media {
        source: MediaSource::Id(text(&value["id"])),
        caption: string(&value["caption"]),
        filename: string(&value["filename"]),
    };
    let parameter = |value: &Value| {
        let content = &value[text(&value["type"])];
        match value["type"].as_str().unwrap() {
            "text" => Parameter::Text(text(content)),
            "currency" => Parameter::Currency {
                fallback_value: text(&content["fallback_value"]),
                code: text(&content["code"]),
                amount_1000: content["amount_1000"].as_i64().unwrap(),
            },
            "date_time" => Parameter::DateTime {
                fallback_value: text(&content["fallback_value"]),
                value: content.clone(),
            },
            "image" => Parameter::Image(media(content)),
            "video" => Parameter::Video(media(content)),
            "document" => Parameter::Document(media(content)),
            "location" => Parameter::Location(content.clone()),
            "payload" => Parameter::Payload(text(content)),
            "coupon_code" => Parameter::CouponCode(text(content)),
            "action" => Parameter::Action(content.clone()),
            other => panic!("{other} is no parameter"),
        }
    };
    let component = |value: &Value| {
        let parameters = value["parameters"].as_array().unwrap();
        let parameters = parameters.iter().map(parameter).collect();
        match value["type"].as_str().unwrap() {
            "header" => Component::Header(parameters),
            "body" => Component::Body(parameters),
            _ => Component::Button {
                sub_type: serde_json::from_value(value["sub_type"].clone()).unwrap(),
                index: text(&value["index"]).parse().unwrap(),
                parameters,
            },
        }
    };
    match kind {
        "text" => Content::Text(Text {
            body: text(&object["body"]),
            preview_url: object["preview_url"].as_bool().unwrap(),
        }),
        "image" => Content::Image(media(object)),
        "document" => Content::Document(media(object)),
        "audio" => Content::Audio(media(object)),
        "video" => Content::Video(media(object)),
        "sticker" => Content::Sticker(media(object)),
        "location" => Content::Location(serde_json::from_value(object.clone()).unwrap()),
        "contacts" => Content::Contacts(serde_json::from_value(object.clone()).unwrap()),
        "reaction" => Content::Reaction(serde_json::from_value(object.clone()).unwrap()),
        _ => Content::Template(TemplateMessage {
            namespace: None,
            name: text(&object["name"]),
            language: text(&object["language"]["code"]),
            components: object
                .get("components")
                .map(|list| list.as_array().unwrap().iter().map(component).collect())
                .unwrap_or_default(),
        }),
    }
}

/// The message with the network's names in it, and without what the reference keeps from the network.
fn expected(content: &Content, ids: &[String]) -> Content {
    let mut ids = ids.iter();
    let mut resolve =
        |media: &mut Media| media.source = MediaSource::Id(ids.next().unwrap().clone());
    let mut content = match content {
        Content::Hsm(hsm) => Content::Template(without_empty_parts(hsm.to_template())),
        other => other.clone(),
    };
    match &mut content {
        // Interactive messages have a test of their own.
        Content::Text(_) | Content::Location(_) | Content::Interactive(_) => {}
        Content::Image(media)
        | Content::Document(media)
        | Content::Audio(media)
        | Content::Video(media)
        | Content::Sticker(media) => resolve(media),
        Content::Contacts(cards) => cards.iter_mut().for_each(|card| card.ims.clear()),
        Content::Reaction(reaction) => TARGET.clone_into(&mut reaction.message_id),
        Content::Hsm(_) => unreachable!("it has become a template"),
        Content::Template(template) => {
            template.namespace = None;
            for component in &mut template.components {
                let (Component::Header(list)
                | Component::Body(list)
                | Component::Button {
                    parameters: list, ..
                }) = component;
                for parameter in list {
                    match parameter {
                        Parameter::Image(media)
                        | Parameter::Video(media)
                        | Parameter::Document(media) => {
                            resolve(media);
                            media.caption = None;
                        }
                        Parameter::DateTime {
                            fallback_value,
                            value,
                        } => *value = json!({"fallback_value": fallback_value}),
                        _ => {}
                    }
                }
            }
        }
    }
    content
}

proptest! {
    #[test]
    fn what_goes_down_carries_exactly_what_was_accepted(
        content in any_content(),
        named in proptest::option::of(proptest::collection::vec("[a-z]{1,5}", 0..6)),
    ) {
        let message = outgoing(content.clone());
        let media: Vec<String> = (0..media_of(&message).len()).map(|n| format!("88{n}")).collect();
        let reaction = Some(TARGET.to_owned());
        let resolved = Resolved { media: media.clone(), context: None, reaction, named };

        let body = sent(&message, &resolved);

        let kind = body["type"].as_str().unwrap();
        prop_assert_eq!(kind, message.content.kind().replace("hsm", "template"));
        prop_assert_eq!(read_back(kind, &body[kind]), expected(&content, &media));
        prop_assert_eq!(&body["to"], "+12025550143");
        prop_assert_eq!(&body["biz_opaque_callback_data"], OPAQUE);
        prop_assert_eq!(body.as_object().unwrap().len(), 6);
    }

    #[test]
    fn a_parameter_has_a_name_only_where_it_fills_a_placeholder(
        components in proptest::collection::vec(any_component(), 0..4),
    ) {
        let message = outgoing(Content::Template(TemplateMessage {
            namespace: None,
            name: "n".to_owned(),
            language: "en_US".to_owned(),
            components,
        }));
        let resolved = Resolved {
            media: (0..media_of(&message).len()).map(|n| n.to_string()).collect(),
            context: None,
            reaction: None,
            named: Some((0..64).map(|n| format!("p{n}")).collect()),
        };

        let body = sent(&message, &resolved);

        for component in body["template"]["components"].as_array().into_iter().flatten() {
            for parameter in component["parameters"].as_array().unwrap() {
                let fills = component["type"] != "button"
                    && ["text", "currency", "date_time"].contains(&parameter["type"].as_str().unwrap());
                prop_assert_eq!(parameter.get("parameter_name").is_some(), fills);
            }
        }
    }
}
