//! Audio, video, sticker, location, contacts, reaction.

use super::*;
use crate::message::contacts::{Email, Name, NameParts, Org, Phone};

fn message(kind: &str, object: &Value) -> Value {
    let mut body = json!({"to": "12025550143", "type": kind});
    body[kind] = object.clone();
    body
}

fn content(kind: &str, object: &Value) -> Content {
    parse(&message(kind, object)).unwrap().content
}

/// A place with coordinates of any length.
pub(super) fn location() -> impl Strategy<Value = Value> {
    let text = || prop::option::of(some_text());
    (-90.0..=90.0_f64, -180.0..=180.0_f64, text(), text(), any::<bool>()).prop_map(
        |(latitude, longitude, name, address, as_text)| {
            let degrees = |degrees: f64| {
                if as_text {
                    json!(degrees.to_string())
                } else {
                    json!(degrees)
                }
            };
            json!({
                "latitude": degrees(latitude), "longitude": degrees(longitude), "name": name, "address": address,
            })
        },
    )
}

/// An object with some of these members.
fn some_of(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::vec(prop::option::of(some_text()), keys.len()).prop_map(|texts| {
        keys.iter()
            .zip(texts)
            .filter_map(|(key, text)| Some(((*key).to_owned(), json!(text?))))
            .collect()
    })
}

/// A card with any of its members.
pub(super) fn card() -> impl Strategy<Value = Value> {
    let list = |keys| prop::collection::vec(some_of(keys), 0..3);
    let name = (
        some_of(&["last_name", "middle_name", "suffix", "prefix"]),
        some_text(),
        some_text(),
    )
        .prop_map(|(mut name, whole, first)| {
            name["formatted_name"] = json!(whole);
            name["first_name"] = json!(first);
            name
        });
    (
        name,
        list(&["street", "city", "state", "zip", "country", "type"]),
        prop::option::of("(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"),
        list(&["email", "type"]),
        some_of(&["company", "department", "title"]),
        list(&["phone", "type", "wa_id"]),
        list(&["url", "type"]),
        list(&["service", "user_id"]),
    )
        .prop_map(|(name, addresses, birthday, emails, org, phones, urls, ims)| {
            json!({
                "name": name, "addresses": addresses, "birthday": birthday, "emails": emails, "org": org,
                "phones": phones, "urls": urls, "ims": ims,
            })
        })
}

#[test]
fn recordings_videos_and_stickers_are_media() {
    let link = MediaSource::Link {
        link: "https://cdn.example/file".to_owned(),
        provider: Some("shop".to_owned()),
    };
    let media = |caption: Option<&str>| Media {
        source: link.clone(),
        caption: caption.map(str::to_owned),
        filename: None,
    };
    let plain = json!({"link": "https://cdn.example/file", "provider": {"name": "shop"}});
    let mut with_caption = plain.clone();
    with_caption["caption"] = json!("Look");

    assert_eq!(content("audio", &plain), Content::Audio(media(None)));
    assert_eq!(content("sticker", &plain), Content::Sticker(media(None)));
    assert_eq!(
        content("video", &with_caption),
        Content::Video(media(Some("Look")))
    );
}

#[rstest]
#[case("audio", json!({"id": "1", "caption": "x"}), 1010, "audio.caption: this kind of media has none")]
#[case("audio", json!({"id": "1", "filename": "x"}), 1010, "audio.filename: this kind of media has none")]
#[case("sticker", json!({"id": "1", "caption": "x"}), 1010, "sticker.caption: this kind of media has none")]
#[case("video", json!({"id": "1", "filename": "x"}), 1010, "video.filename: this kind of media has none")]
#[case("audio", json!({}), 1008, "audio.id or audio.link is required")]
#[case("video", json!(null), 1008, "video is required")]
#[case("sticker", json!("1"), 1009, "sticker: is a string, must be an object")]
#[case(
    "video", json!({"id": "1", "caption": "x".repeat(1025)}), 1009,
    "video.caption: has 1025 characters, must have at most 1024"
)]
#[case(
    "sticker", json!({"id": "1", "link": "https://cdn.example/"}), 1009,
    "sticker: has both id and link, must have one of them"
)]
#[case("location", json!({"longitude": 1}), 1008, "location.latitude is required")]
#[case("location", json!({"latitude": 1}), 1008, "location.longitude is required")]
#[case(
    "location", json!({"latitude": 90.000_001, "longitude": 0}), 1009,
    "location.latitude: is 90.000001, must be a number from -90 to 90"
)]
#[case(
    "location", json!({"latitude": 0, "longitude": "-180.5"}), 1009,
    "location.longitude: is \"-180.5\", must be a number from -180 to 180"
)]
#[case(
    "location", json!({"latitude": "NaN", "longitude": 0}), 1009,
    "location.latitude: is \"NaN\", must be a number from -90 to 90"
)]
#[case(
    "location", json!({"latitude": 0, "longitude": 0, "name": 5}), 1009, "location.name: is a number, must be a string"
)]
#[case("reaction", json!({"emoji": "👍"}), 1008, "reaction.message_id is required")]
#[case("reaction", json!({"message_id": "x"}), 1008, "reaction.emoji is required")]
#[case("reaction", json!({"message_id": "x", "emoji": null}), 1008, "reaction.emoji is required")]
#[case("reaction", json!({"message_id": "", "emoji": "👍"}), 1009, "reaction.message_id: is empty")]
#[case(
    "reaction", json!({"message_id": "x", "emoji": 1}), 1009, "reaction.emoji: is a number, must be a string"
)]
fn what_is_wrong_is_named(
    #[case] kind: &str,
    #[case] object: Value,
    #[case] code: u16,
    #[case] details: &str,
) {
    assert_eq!(refused(&message(kind, &object)), (code, details.to_owned()));
}

#[test]
fn a_place_may_have_numbers_as_texts() {
    for (latitude, longitude) in [
        (json!(52.5163), json!(-13)),
        (json!("52.5163"), json!(" -13 ")),
    ] {
        let place = json!({"latitude": latitude, "longitude": longitude, "name": "", "address": "Pariser Platz"});

        let Content::Location(place) = content("location", &place) else {
            panic!("no place")
        };

        assert_eq!(
            place.to_value(),
            json!({"latitude": 52.5163, "longitude": -13.0, "address": "Pariser Platz"})
        );
    }
}

#[test]
fn a_card_is_read() {
    let cards = json!([{
        "name": {"formatted_name": "Ada Quist", "first_name": "Ada", "last_name": ""},
        "phones": [{"phone": "+1 202 555 0143", "type": "WORK", "wa_id": "12025550143"}, {"wa_id": "12025550144"}],
        "emails": [{"email": "ada@quist.example"}], "org": {"company": "Quist Tools"}, "addresses": [], "birthday": "",
        "wa-id": "a slip of an old page",
    }]);
    let phone = |phone: Option<&str>, kind: Option<&str>, wa_id: &str| Phone {
        phone: phone.map(str::to_owned),
        kind: kind.map(str::to_owned),
        wa_id: Some(wa_id.to_owned()),
    };

    assert_eq!(
        content("contacts", &cards),
        Content::Contacts(vec![Card {
            name: Name {
                formatted_name: "Ada Quist".to_owned(),
                parts: NameParts {
                    first: Some("Ada".to_owned()),
                    ..NameParts::default()
                },
            },
            addresses: Vec::new(),
            birthday: None,
            emails: vec![Email {
                email: Some("ada@quist.example".to_owned()),
                kind: None,
            }],
            org: Some(Org {
                company: Some("Quist Tools".to_owned()),
                ..Org::default()
            }),
            phones: vec![
                phone(Some("+1 202 555 0143"), Some("WORK"), "12025550143"),
                phone(None, None, "12025550144"),
            ],
            urls: Vec::new(),
            ims: Vec::new(),
        }])
    );
}

/// A card with one member changed.
fn cards_with(name: &str, value: &Value) -> Value {
    let mut card = json!({"name": {"formatted_name": "Ada Quist", "first_name": "Ada"}});
    card[name] = value.clone();
    message("contacts", &json!([card]))
}

#[rstest]
#[case("name", json!(null), 1008, "contacts[0].name is required")]
#[case("name", json!({"first_name": "Ada"}), 1008, "contacts[0].name.formatted_name is required")]
#[case(
    "name", json!({"formatted_name": "Ada"}), 1008,
    "one of contacts[0].name.first_name, contacts[0].name.last_name, contacts[0].name.middle_name, contacts[0].name.suffix, contacts[0].name.prefix is required"
)]
#[case("name", json!({"formatted_name": "", "prefix": "Dr."}), 1009, "contacts[0].name.formatted_name: is empty")]
#[case("name", json!("Ada"), 1009, "contacts[0].name: is a string, must be an object")]
#[case(
    "birthday", json!("28.02.1990"), 1009,
    "contacts[0].birthday: is \"28.02.1990\", must be a day as YYYY-MM-DD"
)]
#[case(
    "birthday", json!("1990-02-29"), 1009,
    "contacts[0].birthday: is \"1990-02-29\", must be a day as YYYY-MM-DD"
)]
#[case("birthday", json!(19_900_228), 1009, "contacts[0].birthday: is a number, must be a string")]
#[case("phones", json!({"phone": "1"}), 1009, "contacts[0].phones: is an object, must be an array")]
#[case("phones", json!(["1"]), 1009, "contacts[0].phones[0]: is a string, must be an object")]
#[case("phones", json!([{}, {"phone": 1}]), 1009, "contacts[0].phones[1].phone: is a number, must be a string")]
#[case("org", json!([]), 1009, "contacts[0].org: is an array, must be an object")]
#[case("emails", json!([{"email": {}}]), 1009, "contacts[0].emails[0].email: is an object, must be a string")]
#[case("urls", json!([{"url": true}]), 1009, "contacts[0].urls[0].url: is true or false, must be a string")]
#[case("ims", json!([null]), 1009, "contacts[0].ims[0]: is null, must be an object")]
#[case(
    "addresses", json!([{"country_code": "USA"}]), 1009,
    "contacts[0].addresses[0].country_code: is \"USA\", must be two letters such as US"
)]
fn a_bad_card_is_refused(
    #[case] member: &str,
    #[case] value: Value,
    #[case] code: u16,
    #[case] details: &str,
) {
    assert_eq!(
        refused(&cards_with(member, &value)),
        (code, details.to_owned())
    );
}

#[test]
fn there_are_1_to_257_cards() {
    let card = json!({"name": {"formatted_name": "Ada Quist", "first_name": "Ada"}});
    let of = |count: usize| message("contacts", &json!(vec![card.clone(); count]));

    assert_eq!(
        refused(&of(0)),
        (
            1009,
            "contacts: has 0 elements, must have 1 to 257".to_owned()
        )
    );
    assert!(parse(&of(257)).is_ok());
    assert_eq!(
        refused(&of(258)),
        (
            1009,
            "contacts: has 258 elements, must have 1 to 257".to_owned()
        )
    );
    assert_eq!(
        refused(&message("contacts", &json!(null))),
        (1008, "contacts is required".to_owned())
    );
}

#[test]
fn a_reaction_is_read_and_taken_back() {
    for emoji in ["👍", "👩🏽‍🚀", ""] {
        let reaction = json!({"message_id": "gBGH", "emoji": emoji});

        assert_eq!(
            content("reaction", &reaction),
            Content::Reaction(Reaction {
                message_id: "gBGH".to_owned(),
                emoji: emoji.to_owned(),
            })
        );
    }
}

#[test]
fn a_reaction_quotes_nothing() {
    let mut body = message("reaction", &json!({"message_id": "gBGH", "emoji": "👍"}));
    body["context"] = json!({"message_id": "gBGI"});

    assert_eq!(
        refused(&body),
        (
            1010,
            "context: a reaction quotes no message, reaction.message_id is the one that it is about".to_owned()
        )
    );
}

#[test]
fn an_empty_object_of_another_type_says_nothing() {
    let body = |other: Value| text_with(&json!({"image": other, "contacts": []}));

    for nothing in [json!(null), json!(""), json!({})] {
        assert_eq!(parse(&body(nothing)), parse(&text_with(&json!({}))));
    }
    for something in [json!({"id": null}), json!(0), json!(false)] {
        assert_eq!(refused(&body(something)).0, 1010);
    }
}
