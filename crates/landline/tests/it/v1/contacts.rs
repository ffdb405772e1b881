//! `/v1/contacts`.

use rstest::rstest;
use serde_json::{Value, json};

use super::assert_refused;
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_valid_and_comes_back_to_the_letter() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;

    let answer = user
        .post(
            "/v1/contacts",
            &json!({
                "blocking": "wait",
                "force_check": true,
                "contacts": ["+1 202-555-0143", "12025550143", "(1) 202.555.0143", "12", "n/a", "", "+1 202-555-0143"],
            }),
        )
        .await;

    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "contacts": [
          {
            "input": "+1 202-555-0143",
            "status": "valid",
            "wa_id": "12025550143"
          },
          {
            "input": "12025550143",
            "status": "valid",
            "wa_id": "12025550143"
          },
          {
            "input": "(1) 202.555.0143",
            "status": "valid",
            "wa_id": "12025550143"
          },
          {
            "input": "12",
            "status": "valid",
            "wa_id": "12"
          },
          {
            "input": "n/a",
            "status": "invalid"
          },
          {
            "input": "",
            "status": "invalid"
          },
          {
            "input": "+1 202-555-0143",
            "status": "valid",
            "wa_id": "12025550143"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let without = user
        .post("/v1/contacts", &json!({"contacts": ["12025550143"]}))
        .await;
    assert_eq!(
        without.body["contacts"],
        json!([{"input": "12025550143", "status": "valid", "wa_id": "12025550143"}])
    );
}

/// The reference's sample of 11.1; from v2.43 on its second number, too, is valid.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_the_reference() {
    let guest = Guest::arrive().await;
    let numbers = json!({"blocking": "no_wait", "contacts": ["+49 30 111-222", "12"]});

    let answer = guest.api.post("/v1/contacts", &numbers).await;

    assert_eq!(
        answer.whole(),
        json!({"status": 200, "body": {
            "contacts": [
                {"input": "+49 30 111-222", "status": "valid", "wa_id": "4930111222"},
                {"input": "12", "status": "valid", "wa_id": "12"},
            ],
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        }})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_are_the_limit() {
    let guest = Guest::arrive().await;
    let numbers = |count: usize| json!({"contacts": (0..count).map(|n| format!("+1 202 {n}")).collect::<Vec<_>>()});

    let answer = guest.api.post("/v1/contacts", &numbers(1000)).await;
    let contacts = answer.body["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 1000);
    assert!(
        contacts
            .iter()
            .enumerate()
            .all(|(n, contact)| contact["input"] == format!("+1 202 {n}")),
        "in order"
    );

    assert_refused(
        &guest.api.post("/v1/contacts", &numbers(1001)).await,
        (400, 1009),
        &["contacts", "1000"],
    );
}

#[rstest]
#[case(json!({}), 1008, "contacts")]
#[case(json!({"contacts": null}), 1008, "contacts")]
#[case(json!({"contacts": []}), 1009, "contacts")]
#[case(json!({"contacts": "12025550143"}), 1009, "contacts")]
#[case(json!({"contacts": ["12025550143", 12_025_550_144_u64]}), 1009, "contacts[1]")]
#[case(json!({"contacts": ["1"], "blocking": "maybe"}), 1009, "blocking")]
#[case(json!({"contacts": ["1"], "force_check": "yes"}), 1009, "force_check")]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_check_is_refused(#[case] body: Value, #[case] code: u64, #[case] word: &str) {
    let guest = Guest::arrive().await;

    let answer = guest.api.post("/v1/contacts", &body).await;

    assert_refused(&answer, (400, code), &[word]);
}
