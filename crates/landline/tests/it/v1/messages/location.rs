//! `type: location`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{accepted, message, seen};
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn a_place_arrives_with_numbers() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let whole = json!({
        "latitude": 52.516_274_999_999_97, "longitude": 13.377_704, "name": "Hummingbird Coffee — قهوة ☕",
        "address": "Pariser Platz, Berlin",
    });
    let texts =
        json!({"latitude": "-33.8568", "longitude": " 151.2153 ", "name": "", "address": null});
    let edge = json!({"latitude": -90, "longitude": 180});

    let answer = guest
        .api
        .post("/v1/messages", &message(&customer, "location", &whole))
        .await;
    let id = accepted(&answer, &customer, &customer);
    for place in [&texts, &edge] {
        guest.send(&message(&customer, "location", place)).await;
    }

    let inbox = guest.phones.received(&customer, 3).await;
    let places = [
        whole,
        json!({"latitude": -33.8568, "longitude": 151.2153}),
        json!({"latitude": -90.0, "longitude": 180.0}),
    ];
    for (shown, place) in inbox.iter().zip(places) {
        assert_eq!(seen(shown), json!({"type": "location", "location": place}));
    }
    guest.sink.status(&id, "delivered").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[rstest]
#[case(json!(null), 1008, "location is required")]
#[case(json!({"latitude": 1}), 1008, "location.longitude is required")]
#[case(json!({"longitude": 1}), 1008, "location.latitude is required")]
#[case(
    json!({"latitude": 91, "longitude": 1}), 1009, "location.latitude: is 91, must be a number from -90 to 90"
)]
#[case(
    json!({"latitude": 1, "longitude": "-180.1"}), 1009,
    "location.longitude: is \"-180.1\", must be a number from -180 to 180"
)]
#[case(
    json!({"latitude": "north", "longitude": 1}), 1009,
    "location.latitude: is \"north\", must be a number from -90 to 90"
)]
#[case(json!({"latitude": 1, "longitude": 1, "name": ["x"]}), 1009, "location.name: is an array, must be a string")]
#[case(
    json!({"latitude": 1, "longitude": 1, "address": 5}), 1009, "location.address: is a number, must be a string"
)]
#[case(json!([52.5, 13.4]), 1009, "location: is an array, must be an object")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(#[case] place: Value, #[case] code: u64, #[case] details: &str) {
    let guest = Guest::arrive().await;

    guest
        .refused(
            &message("12025550143", "location", &place),
            (400, code),
            &[details],
        )
        .await;
}
