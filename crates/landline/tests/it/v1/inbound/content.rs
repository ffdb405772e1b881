//! Content that needs no file, type by type (`webhooks.md` 2.5 to 2.11).

use serde_json::{Value, json};

use super::assert_told;
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn every_type_without_a_file_is_told_whole() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    for content in [
        json!({"type": "text", "text": {"body": "is my parcel here?"}}),
        json!({"type": "location", "location": {
            "latitude": 52.520_008, "longitude": -13.404_954, "name": "Depot", "address": "Dock 4", "url": "https://depot.example",
        }}),
        // A bare pin.
        json!({"type": "location", "location": {"latitude": 0, "longitude": 180}}),
        json!({"type": "contacts", "contacts": [{
            "name": {
                "formatted_name": "Dr. Noor van Dijk", "first_name": "Noor", "last_name": "van Dijk", "middle_name": "E.",
                "prefix": "Dr.", "suffix": "PhD",
            },
            "phones": [
                {"phone": "+1 202-555-0107", "type": "CELL", "wa_id": "12025550107"},
                {"phone": "+1 202-555-0108", "type": "WORK"},
            ],
            "emails": [{"email": "noor@depot.example", "type": "WORK"}],
            "addresses": [{
                "street": "Dock 4", "city": "Halifax", "state": "NS", "zip": "B3J", "country": "Canada",
                "country_code": "ca", "type": "WORK",
            }],
            "org": {"company": "Depot", "department": "Parcels", "title": "Head"},
            "urls": [{"url": "https://depot.example", "type": "WORK"}],
            "birthday": "1984-02-29",
        }, {"name": {"formatted_name": "Bo"}}]}),
        json!({"type": "order", "order": {
            "catalog_id": "7012", "text": "please gift-wrap", "product_items": [
                {"product_retailer_id": "mug-4", "quantity": 2, "item_price": 12.5, "currency": "EUR"},
                {"product_retailer_id": "spoon-1", "quantity": 1, "item_price": 3, "currency": "EUR"},
            ],
        }}),
    ] {
        let told = guest.told(&customer, content.clone()).await;
        assert_told(&told, &customer, &content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_cloud_knows_is_left_out() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let card = |extra: Value| {
        let mut card =
            json!({"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+1 202-555-0107"}]});
        card.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        json!({"type": "contacts", "contacts": [card]})
    };

    let written = card(json!({"vcard": "BEGIN:VCARD", "origin": "other", "birthday": null}));
    let told = guest.told(&customer, written).await;

    assert_told(&told, &customer, &card(json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_is_put_and_taken_back() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let ours = guest.api.text(&customer, "Your parcel is here").await;
    let theirs = guest.phones.received(&customer, 1).await[0]["id"].clone();

    for (emoji, told_emoji) in [(json!("👍"), "👍"), (json!(""), ""), (Value::Null, "")] {
        let reaction =
            json!({"type": "reaction", "reaction": {"message_id": theirs, "emoji": emoji}});
        let told = guest.told(&customer, reaction).await;
        assert_told(
            &told,
            &customer,
            &json!({"type": "reaction", "reaction": {"message_id": ours, "emoji": told_emoji}}),
        );
    }
}
