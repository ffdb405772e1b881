//! What the network takes and refuses of each type.

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

/// The object as the phone shows it, or the code and sentence of the refusal.
fn checked(kind: &str, object: &Value) -> Result<Value, (i64, String)> {
    let mut params = Params::default();
    params.set(kind, object.clone());
    match check(kind, &params) {
        Ok((object, _)) => Ok(object),
        Err(error) => Err((
            error.code,
            error.body("x").to_string().replace("\\\"", "\""),
        )),
    }
}

fn card(change: &Value) -> Value {
    let mut card = json!({"name": {"formatted_name": "Ada Quist", "first_name": "Ada"}});
    for (name, value) in change.as_object().unwrap() {
        card[name] = value.clone();
    }
    json!([card])
}

#[rstest]
#[case("text", json!({"body": "hi", "preview_url": true}))]
#[case("image", json!({"id": "1", "caption": "look"}))]
#[case("video", json!({"link": "https://cdn.example/1.mp4"}))]
#[case("audio", json!({"id": "1", "voice": true}))]
#[case("document", json!({"id": "1", "caption": "read", "filename": "a.pdf"}))]
#[case("sticker", json!({"id": "1"}))]
#[case("location", json!({"latitude": 90, "longitude": -180.0, "name": "Pole", "address": "North"}))]
#[case("reaction", json!({"message_id": "wamid.x", "emoji": "👍"}))]
#[case("reaction", json!({"message_id": "wamid.x", "emoji": ""}))]
#[case("contacts", card(&json!({
    "addresses": [{"street": "1 Market Street", "country_code": "US", "type": "HOME"}], "birthday": "1990-02-28",
    "emails": [{"email": "ada@quist.example", "type": "WORK"}],
    "org": {"company": "Quist Tools", "department": "Design", "title": "Director"},
    "phones": [{"phone": "+1 202 555 0143", "type": "CELL", "wa_id": "12025550143"}],
    "urls": [{"url": "https://quist.example", "type": "WORK"}],
})))]
fn what_is_right_is_shown_as_it_was_sent(#[case] kind: &str, #[case] object: Value) {
    assert_eq!(checked(kind, &object), Ok(object));
}

#[test]
fn a_telephone_gets_its_number_from_the_wa_id() {
    let shown = checked(
        "contacts",
        &card(&json!({"phones": [{"wa_id": "12025550143"}]})),
    );

    assert_eq!(
        shown,
        Ok(card(
            &json!({"phones": [{"wa_id": "12025550143", "phone": "+12025550143"}]})
        ))
    );
}

#[rstest]
#[case("text", json!({"body": "x", "colour": 1}), 100, "Unexpected key \"colour\" on param \"text\".")]
#[case("text", json!({"body": "x", "preview_url": "yes"}), 100, "text['preview_url']")]
#[case("image", json!({"id": "1", "filename": "x"}), 100, "Unexpected key \"filename\" on param \"image\".")]
#[case("image", json!({"id": "1", "provider": "x"}), 100, "Unexpected key \"provider\"")]
#[case("image", json!({"id": "1", "link": "https://cdn.example/"}), 100, "not both")]
#[case("image", json!({"id": "1", "caption": "x".repeat(1025)}), 100, "1024")]
#[case("image", json!({}), 131_008, "image: id or link is missing")]
#[case("audio", json!({"id": "1", "caption": "x"}), 100, "Unexpected key \"caption\"")]
#[case("sticker", json!({"id": "1", "caption": "x"}), 100, "Unexpected key \"caption\"")]
#[case("video", json!({"link": "ftp://cdn.example/"}), 100, "not a valid URL")]
#[case("location", json!({"longitude": 1}), 131_008, "location.latitude is missing")]
#[case("location", json!({"latitude": 90.1, "longitude": 1}), 131_009, "location.latitude")]
#[case("location", json!({"latitude": 1, "longitude": "east"}), 131_009, "location.longitude")]
#[case("location", json!({"latitude": 1, "longitude": 1, "name": {}}), 100, "name")]
#[case("location", json!({"latitude": 1, "longitude": 1, "url": "x"}), 100, "Unexpected key \"url\"")]
#[case("reaction", json!({"emoji": "👍"}), 131_008, "reaction.message_id is missing")]
#[case("reaction", json!({"message_id": "x"}), 131_008, "reaction.emoji is missing")]
#[case("reaction", json!({"message_id": "x", "emoji": 1}), 131_009, "reaction.emoji")]
#[case("contacts", json!([]), 131_008, "contacts is missing")]
#[case("contacts", json!({}), 100, "array")]
#[case("contacts", json!(["Ada"]), 100, "contacts[0] must be a JSON object")]
#[case("contacts", json!([{}]), 131_008, "contacts[0].name is missing")]
#[case("contacts", json!([{"name": {"first_name": "Ada"}}]), 131_008, "formatted_name is missing")]
#[case("contacts", json!([{"name": {"formatted_name": "Ada"}}]), 131_008, "one of first_name")]
#[case("contacts", card(&json!({"ims": []})), 100, "Unexpected key \"ims\" on param \"contacts[0]\".")]
#[case("contacts", card(&json!({"birthday": "28.02.1990"})), 100, "birthday")]
#[case("contacts", card(&json!({"org": {"boss": "x"}})), 100, "Unexpected key \"boss\"")]
#[case("contacts", card(&json!({"phones": [{"number": "1"}]})), 100, "Unexpected key \"number\"")]
#[case("contacts", card(&json!({"phones": [{"phone": []}]})), 100, "phone must be a string")]
#[case("contacts", card(&json!({"emails": {}})), 100, "emails must be an array")]
#[case("contacts", json!(vec![card(&json!({}))[0].clone(); 258]), 100, "257")]
fn what_is_wrong_is_refused(
    #[case] kind: &str,
    #[case] object: Value,
    #[case] code: i64,
    #[case] sentence: &str,
) {
    let (found, told) = checked(kind, &object).unwrap_err();

    assert_eq!(found, code, "{told}");
    assert!(told.contains(sentence), "{told}");
}
