//! Generated messages of every free-form type, and legacy templates: what the customer sees is what was sent.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::{message, seen};
use crate::support::Guest;

const MESSAGES: usize = 60;

/// Any characters, from both directions of writing and from all planes, in NUL's company.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,20}",
        "[\u{590}-\u{6ff}]{1,12}",
        "[\u{1f300}-\u{1faff}\u{200d}\u{fe0f}]{1,8}",
        "[ -~\u{0}\u{1}\n\r\t\"\\\\]{1,20}",
    ]
    .prop_filter("not empty", |text| !text.trim().is_empty())
}

/// An object with some of these members.
fn some_of(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    proptest::collection::vec(proptest::option::of(any_text()), keys.len()).prop_map(|texts| {
        let members = keys.iter().zip(texts);
        members
            .filter_map(|(key, text)| Some(((*key).to_owned(), json!(text?))))
            .collect()
    })
}

fn card() -> impl Strategy<Value = Value> {
    let list = |keys| proptest::collection::vec(some_of(keys), 1..3);
    let name = (
        some_of(&["last_name", "middle_name", "suffix", "prefix"]),
        any_text(),
        any_text(),
    );
    let day = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    (
        name,
        list(&["street", "city", "state", "zip", "country", "type"]),
        proptest::option::of(day),
        list(&["email", "type"]),
        some_of(&["company", "department", "title"]),
        proptest::collection::vec((any_text(), some_of(&["type", "wa_id"])), 1..3),
        list(&["url", "type"]),
    )
        .prop_map(|((mut name, whole, first), addresses, birthday, emails, org, phones, urls)| {
            name["formatted_name"] = json!(whole);
            name["first_name"] = json!(first);
            let phones: Vec<Value> = (phones.into_iter())
                .map(|(number, mut phone)| {
                    phone["phone"] = json!(number);
                    phone
                })
                .collect();
            let mut card = json!({
                "name": name, "addresses": addresses, "emails": emails, "org": org, "phones": phones, "urls": urls,
            });
            if let Some(day) = birthday {
                card["birthday"] = json!(day);
            }
            card
        })
}

/// A type and its object, in the form in which the customer sees it too.
fn any_object() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (any_text(), any::<bool>())
            .prop_map(|(body, preview)| ("text", json!({"body": body, "preview_url": preview}))),
        (
            -90.0..=90.0_f64,
            -180.0..=180.0_f64,
            some_of(&["name", "address"])
        )
            .prop_map(|(latitude, longitude, mut place)| {
                place["latitude"] = json!(latitude);
                place["longitude"] = json!(longitude);
                ("location", place)
            }),
        proptest::collection::vec(card(), 1..4).prop_map(|cards| ("contacts", json!(cards))),
        any_text().prop_map(|emoji| ("reaction", json!({"emoji": emoji}))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_customer_sees_is_what_was_sent() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let first = guest.api.text(&customer, "first").await;
    let target = guest.phones.received(&customer, 1).await[0]["id"].clone();
    let mut runner = TestRunner::default();

    let mut expected = Vec::new();
    for _ in 0..MESSAGES {
        let (kind, mut object) = any_object().new_tree(&mut runner).unwrap().current();
        let mut shown = object.clone();
        if kind == "reaction" {
            object["message_id"] = json!(first);
            shown["message_id"] = target.clone();
        }
        guest.send(&message(&customer, kind, &object)).await;
        expected.push(Value::Object(Map::from_iter([
            ("type".to_owned(), json!(kind)),
            (kind.to_owned(), shown),
        ])));
    }

    let inbox = guest.phones.received(&customer, 1 + MESSAGES).await;
    let shown: Vec<Value> = inbox[1..].iter().map(seen).collect();
    assert_eq!(shown, expected);
}
