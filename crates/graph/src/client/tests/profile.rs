use rstest::rstest;
use serde_json::json;

use super::*;
use crate::profile::{Profile, ProfileChange};

#[rstest]
#[case::flat(json!({"data": [{"about": "Open 9 to 5", "address": "1 Quay Street", "description": "Books",
    "email": "hello@harbour.example", "profile_picture_url": "https://pps.example/v/1.jpg?oh=1",
    "websites": ["https://harbour.example/"], "vertical": "RETAIL", "messaging_product": "whatsapp"}]}))]
#[case::nested(json!({"data": [{"business_profile": {"about": "Open 9 to 5", "address": "1 Quay Street",
    "description": "Books", "email": "hello@harbour.example", "profile_picture_url": "https://pps.example/v/1.jpg?oh=1",
    "websites": ["https://harbour.example/", null], "vertical": "RETAIL"}, "id": "2201"}]}))]
#[tokio::test]
async fn a_profile_is_read_in_both_shapes(#[case] body: Value) {
    let mut network = Network::answering([ok(&body)]).await;

    let profile = network.client().profile().await.unwrap();

    let expected = Profile {
        about: "Open 9 to 5".into(),
        address: "1 Quay Street".into(),
        description: "Books".into(),
        email: "hello@harbour.example".into(),
        websites: vec!["https://harbour.example/".into()],
        vertical: "RETAIL".into(),
        profile_picture_url: Some("https://pps.example/v/1.jpg?oh=1".into()),
    };
    assert_eq!(profile, expected);
    let (line, _) = network.asked().await;
    assert!(
        line.starts_with(
            "GET /v24.0/2201/whatsapp_business_profile?fields=about%2Caddress%2Cdescription%2Cemail%2C\
             profile_picture_url%2Cwebsites%2Cvertical&"
        ),
        "{line}"
    );
}

#[rstest]
#[case::nothing_set(json!({"data": [{"messaging_product": "whatsapp"}]}))]
#[case::nulls(json!({"data": [{"about": null, "websites": null, "profile_picture_url": null}]}))]
#[case::no_element(json!({"data": []}))]
#[tokio::test]
async fn what_is_not_set_is_empty(#[case] body: Value) {
    let network = Network::answering([ok(&body)]).await;

    assert_eq!(network.client().profile().await, Ok(Profile::default()));
}

#[tokio::test]
async fn a_change_names_only_what_changes() {
    let mut network = Network::answering((0..2).map(|_| ok(&json!({"success": true})))).await;
    let client = network.client();

    let about = ProfileChange {
        about: Some("Open 9 to 5".into()),
        ..ProfileChange::default()
    };
    let cleared = ProfileChange {
        email: Some(String::new()),
        websites: Some(Vec::new()),
        vertical: Some("RETAIL"),
        profile_picture_handle: Some("4::aW1h".into()),
        ..ProfileChange::default()
    };
    client.change_profile(&about).await.unwrap();
    client.change_profile(&cleared).await.unwrap();

    let (line, body) = network.asked().await;
    assert!(
        line.starts_with("POST /v24.0/2201/whatsapp_business_profile?"),
        "{line}"
    );
    assert_eq!(
        body,
        json!({"messaging_product": "whatsapp", "about": "Open 9 to 5"})
    );
    assert_eq!(
        network.asked().await.1,
        json!({"messaging_product": "whatsapp", "email": "", "websites": [], "vertical": "RETAIL",
            "profile_picture_handle": "4::aW1h"})
    );
    assert!(ProfileChange::default().is_empty() && !about.is_empty());
}
