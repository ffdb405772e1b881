//! Media without captions, places, cards, reactions, legacy templates.

use onprem::message::contacts::{Address, Email, Im, Name, NameParts, Org, Phone, Url};
use onprem::message::hsm::{Hsm, Localizable, Localized};
use onprem::message::{Card, Place};

use super::*;

pub(super) fn any_place() -> impl Strategy<Value = Place> {
    let text = || proptest::option::of(any_text());
    (-90.0..=90.0_f64, -180.0..=180.0_f64, text(), text()).prop_map(
        |(latitude, longitude, name, address)| Place {
            latitude,
            longitude,
            name,
            address,
        },
    )
}

type Texts = Vec<Option<String>>;

fn texts() -> impl Strategy<Value = Texts> {
    proptest::collection::vec(proptest::option::of(any_text()), 7)
}

pub(super) fn any_card() -> impl Strategy<Value = Card> {
    let one = |mut texts: Texts| move || texts.pop().flatten();
    (
        any_text(),
        proptest::collection::vec(texts(), 8),
        0..3_usize,
    )
        .prop_map(move |(formatted_name, mut all, count)| {
            let mut next = || one(all.pop().unwrap_or_default());
            let (mut name, mut place, mut mail, mut org) = (next(), next(), next(), next());
            let (mut phone, mut url, mut im, mut day) = (next(), next(), next(), next());
            let address = Address {
                street: place(),
                city: place(),
                state: place(),
                zip: place(),
                country: place(),
                country_code: place(),
                kind: place(),
            };
            let email = Email {
                email: mail(),
                kind: mail(),
            };
            let phone = Phone {
                phone: phone(),
                kind: phone(),
                wa_id: phone(),
            };
            let url = Url {
                url: url(),
                kind: url(),
            };
            let im = Im {
                service: im(),
                user_id: im(),
            };
            Card {
                name: Name {
                    formatted_name,
                    parts: NameParts {
                        first: name(),
                        last: name(),
                        middle: name(),
                        suffix: name(),
                        prefix: name(),
                    },
                },
                addresses: vec![address; count],
                birthday: day(),
                emails: vec![email; count],
                org: (count > 0).then(|| Org {
                    company: org(),
                    department: org(),
                    title: org(),
                }),
                phones: vec![phone; count],
                urls: vec![url; count],
                ims: vec![im; count],
            }
        })
}

pub(super) fn any_hsm() -> impl Strategy<Value = Hsm> {
    let value = prop_oneof![
        Just(None),
        ("[A-Z]{3}", any::<i64>())
            .prop_map(|(code, amount_1000)| Some(Localized::Currency { code, amount_1000 })),
        any::<i64>().prop_map(|at| Some(Localized::DateTime(
            json!({"unix_epoch": {"timestamp": at}})
        ))),
    ];
    let param = (any_text(), value).prop_map(|(default, value)| Localizable { default, value });
    (
        any_text(),
        any_text(),
        proptest::collection::vec(param, 0..4),
    )
        .prop_map(|(element_name, language, localizable_params)| Hsm {
            namespace: "b7e1_example_ns".to_owned(),
            element_name,
            language,
            localizable_params,
        })
}

#[test]
fn recordings_videos_and_stickers_go_by_the_networks_id() {
    let resolved = Resolved {
        media: vec!["880014".to_owned()],
        ..Resolved::default()
    };
    let mut captioned = link("https://cdn.example/1");
    captioned.caption = Some("watch".to_owned());

    for (content, kind, object) in [
        (
            Content::Audio(link("https://cdn.example/1")),
            MediaKind::Audio,
            json!({"id": "880014"}),
        ),
        (
            Content::Sticker(link("https://cdn.example/1")),
            MediaKind::Sticker,
            json!({"id": "880014"}),
        ),
        (
            Content::Video(captioned),
            MediaKind::Video,
            json!({"id": "880014", "caption": "watch"}),
        ),
    ] {
        let message = outgoing(content);
        let name = message.content.kind();

        let [(path, of, _)] = &media_of(&message)[..] else {
            panic!("one file")
        };

        assert_eq!((path.as_str(), *of), (name, kind));
        assert_eq!(sent(&message, &resolved)[name], object);
    }
}

#[test]
fn a_place_goes_down_with_numbers() {
    let message = outgoing(Content::Location(Place {
        latitude: 52.516_299_999_999_97,
        longitude: -13.0,
        name: Some("Hummingbird Coffee".to_owned()),
        address: None,
    }));

    assert_eq!(
        sent(&message, &Resolved::default())["location"],
        json!({"latitude": 52.516_299_999_999_97, "longitude": -13.0, "name": "Hummingbird Coffee"})
    );
}

#[test]
fn a_card_goes_down_without_old_messengers_and_without_nulls() {
    let card = json!({
        "name": {"formatted_name": "Dr. Ada Quist", "first_name": "Ada", "prefix": "Dr."},
        "addresses": [{"street": "1 Market Street", "country_code": "US", "type": "HOME"}],
        "birthday": "1990-02-28",
        "emails": [{"email": "ada@quist.example", "type": "WORK"}],
        "org": {"company": "Quist Tools"},
        "phones": [{"wa_id": "12025550143", "type": "CELL"}],
        "urls": [{"url": "https://quist.example"}],
        "ims": [{"service": "AIM", "user_id": "adaquist"}],
    });
    let cards = vec![serde_json::from_value(card.clone()).unwrap()];
    let mut expected = card;
    expected.as_object_mut().unwrap().remove("ims");

    let body = sent(&outgoing(Content::Contacts(cards)), &Resolved::default());

    assert_eq!(body["contacts"], json!([expected]));
    assert_eq!(body["type"], "contacts");
}

#[test]
fn a_reaction_names_its_target_as_the_network_does() {
    let resolved = Resolved {
        reaction: Some(TARGET.to_owned()),
        ..Resolved::default()
    };
    for emoji in ["👍", ""] {
        let reaction = Content::Reaction(Reaction {
            message_id: "gBGHEgJVUBQzAgkA".to_owned(),
            emoji: emoji.to_owned(),
        });

        assert_eq!(
            sent(&outgoing(reaction), &resolved)["reaction"],
            json!({"message_id": TARGET, "emoji": emoji})
        );
    }
}

#[test]
fn a_legacy_template_goes_down_as_a_template() {
    let hsm = |localizable_params| {
        outgoing(Content::Hsm(Hsm {
            namespace: "b7e1_example_ns".to_owned(),
            element_name: "card_charge".to_owned(),
            language: "en_US".to_owned(),
            localizable_params,
        }))
    };
    let param = |default: &str, value| Localizable {
        default: default.to_owned(),
        value,
    };
    let dollars = Localized::Currency {
        code: "USD".to_owned(),
        amount_1000: 18_200,
    };
    let friday =
        Localized::DateTime(json!({"component": {"day_of_week": 5, "hour": 14, "minute": 5}}));

    let with = hsm(vec![
        param("Ada", None),
        param("$18.20", Some(dollars)),
        param("Friday 14:05", Some(friday)),
    ]);
    insta::assert_json_snapshot!(sent(&with, &Resolved::default()), @r#"
    {
      "biz_opaque_callback_data": "ll1.k3v9x0ab.17",
      "messaging_product": "whatsapp",
      "recipient_type": "individual",
      "template": {
        "components": [
          {
            "parameters": [
              {
                "text": "Ada",
                "type": "text"
              },
              {
                "currency": {
                  "amount_1000": 18200,
                  "code": "USD",
                  "fallback_value": "$18.20"
                },
                "type": "currency"
              },
              {
                "date_time": {
                  "fallback_value": "Friday 14:05"
                },
                "type": "date_time"
              }
            ],
            "type": "body"
          }
        ],
        "language": {
          "code": "en_US"
        },
        "name": "card_charge"
      },
      "to": "+12025550143",
      "type": "template"
    }
    "#);
    assert_eq!(
        sent(&hsm(Vec::new()), &Resolved::default())["template"],
        json!({"name": "card_charge", "language": {"code": "en_US"}})
    );
}

#[test]
fn a_legacy_template_may_have_named_parameters_too() {
    let hsm = Content::Hsm(Hsm {
        namespace: "b7e1_example_ns".to_owned(),
        element_name: "appointment_reminder".to_owned(),
        language: "en_US".to_owned(),
        localizable_params: vec![Localizable {
            default: "Ada".to_owned(),
            value: None,
        }],
    });
    let resolved = Resolved {
        named: Some(vec!["customer".to_owned()]),
        ..Resolved::default()
    };

    assert_eq!(
        sent(&outgoing(hsm), &resolved)["template"]["components"],
        json!([{"type": "body", "parameters": [{"type": "text", "text": "Ada", "parameter_name": "customer"}]}])
    );
}
