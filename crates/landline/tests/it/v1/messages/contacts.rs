//! `type: contacts`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{accepted, message, seen};
use crate::support::Guest;

fn everything() -> Value {
    json!({
        "name": {
            "formatted_name": "Dr. Ada M. Quist Jr.", "first_name": "Ada", "last_name": "Quist", "middle_name": "M.",
            "suffix": "Jr.", "prefix": "Dr.",
        },
        "addresses": [
            {"street": "1 Market Street", "city": "Springfield", "state": "IL", "zip": "62701",
             "country": "United States", "country_code": "US", "type": "HOME"},
            {"city": "Łódź"},
        ],
        "birthday": "1992-02-29",
        "emails": [{"email": "ada@quist.example", "type": "WORK"}, {"email": "ada@home.example"}],
        "org": {"company": "Quist Tools", "department": "Design", "title": "Director"},
        "phones": [
            {"phone": "+1 202 555 0143", "type": "WORK", "wa_id": "12025550143"},
            {"phone": "+1 202 555 0144", "type": "a type of their own"},
        ],
        "urls": [{"url": "https://quist.example", "type": "WORK"}],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_arrives_with_everything_on_it() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let cards = json!([everything(), {"name": {"formatted_name": "王芳", "last_name": "王"}}]);

    let answer = guest
        .api
        .post("/v1/messages", &message(&customer, "contacts", &cards))
        .await;

    let id = accepted(&answer, &customer, &customer);
    let inbox = guest.phones.received(&customer, 1).await;
    assert_eq!(
        seen(&inbox[0]),
        json!({"type": "contacts", "contacts": cards})
    );
    guest.sink.status(&id, "delivered").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_makes_a_number_of_a_wa_id_and_knows_no_old_messengers() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let name = json!({"formatted_name": "Ada Quist", "first_name": "Ada", "last_name": null});
    let cards = json!([{
        "name": name, "phones": [{"wa_id": "12025550143", "type": "CELL"}], "emails": [], "birthday": "", "org": null,
        "ims": [{"service": "AIM", "user_id": "adaquist"}],
    }]);

    let shown = guest.deliver(&message(&customer, "contacts", &cards)).await;

    assert_eq!(
        shown["contacts"],
        json!([{
            "name": {"formatted_name": "Ada Quist", "first_name": "Ada"},
            "phones": [{"wa_id": "12025550143", "type": "CELL", "phone": "+12025550143"}],
        }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_cards_arrive_as_may() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let card =
        |n: usize| json!({"name": {"formatted_name": format!("Card {n}"), "first_name": "Card"}});
    let cards: Vec<Value> = (0..257).map(card).collect();

    let shown = guest
        .deliver(&message(&customer, "contacts", &json!(cards)))
        .await;

    assert_eq!(shown["contacts"], json!(cards));
    let too_many: Vec<Value> = (0..258).map(card).collect();
    guest
        .refused(
            &message(&customer, "contacts", &json!(too_many)),
            (400, 1009),
            &["contacts: has 258 elements, must have 1 to 257"],
        )
        .await;
}

#[rstest]
#[case(json!(null), 1008, "contacts is required")]
#[case(json!({}), 1009, "contacts: is an object, must be an array")]
#[case(json!([]), 1009, "contacts: has 0 elements, must have 1 to 257")]
#[case(json!(["Ada"]), 1009, "contacts[0]: is a string, must be an object")]
#[case(json!([{}]), 1008, "contacts[0].name is required")]
#[case(json!([{"name": {"first_name": "Ada"}}]), 1008, "contacts[0].name.formatted_name is required")]
#[case(
    json!([{"name": {"formatted_name": "Ada Quist"}}]), 1008,
    "one of contacts[0].name.first_name, contacts[0].name.last_name, contacts[0].name.middle_name, contacts[0].name.suffix, contacts[0].name.prefix is required"
)]
#[case(
    json!([everything(), {"name": {"formatted_name": "x", "prefix": "x"}, "birthday": "1990-02-30"}]), 1009,
    "contacts[1].birthday: is \"1990-02-30\", must be a day as YYYY-MM-DD"
)]
#[case(
    json!([{"name": {"formatted_name": "x", "prefix": "x"}, "addresses": [{}, {"country_code": "Germany"}]}]), 1009,
    "contacts[0].addresses[1].country_code: is \"Germany\", must be two letters such as US"
)]
#[case(
    json!([{"name": {"formatted_name": "x", "prefix": "x"}, "phones": [{"wa_id": 12_025_550_143_u64}]}]), 1009,
    "contacts[0].phones[0].wa_id: is a number, must be a string"
)]
#[case(
    json!([{"name": {"formatted_name": "x", "prefix": "x"}, "urls": "https://quist.example"}]), 1009,
    "contacts[0].urls: is a string, must be an array"
)]
#[case(
    json!([{"name": {"formatted_name": "x", "prefix": "x"}, "org": "Quist Tools"}]), 1009,
    "contacts[0].org: is a string, must be an object"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(#[case] cards: Value, #[case] code: u64, #[case] details: &str) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &message("12025550143", "contacts", &cards),
            (400, code),
            &[details],
        )
        .await;
}
