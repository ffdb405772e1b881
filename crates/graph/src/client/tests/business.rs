use rstest::rstest;
use serde_json::json;

use super::*;
use crate::business::{BusinessKey, ComplianceInfo, Contact};

fn info() -> Value {
    json!({
        "entity_name": "Harbour Books",
        "entity_type": "PARTNERSHIP",
        "is_registered": true,
        "grievance_officer_details": {"name": "Ada Quist", "email": "ada@harbour.example", "landline_number": "+12025550143"},
        "customer_care_details": {"email": "care@harbour.example", "mobile_number": "+12025550145"},
    })
}

#[tokio::test]
async fn compliance_is_written_as_it_is_read() {
    let mut shown = info();
    shown["messaging_product"] = "whatsapp".into();
    let mut network =
        Network::answering([ok(&json!({"data": [shown]})), ok(&json!({"success": true}))]).await;
    let client = network.client();

    let found = client.compliance_info().await.unwrap().unwrap();
    assert_eq!(
        found.customer_care_details,
        Some(Contact {
            email: Some("care@harbour.example".into()),
            mobile_number: Some("+12025550145".into()),
            ..Contact::default()
        })
    );
    client.set_compliance_info(&found).await.unwrap();

    let (line, _) = network.asked().await;
    assert!(
        line.starts_with("GET /v24.0/2201/business_compliance_info?"),
        "{line}"
    );
    assert_eq!(network.asked().await.1, shown);
}

#[rstest]
#[case(json!({"data": []}))]
#[case(json!({"data": [{"messaging_product": "whatsapp"}]}))]
#[case(json!({"data": [{"entity_name": null, "is_registered": "?"}]}))]
#[tokio::test]
async fn no_compliance_is_none(#[case] body: Value) {
    let network = Network::answering([ok(&body)]).await;

    assert_eq!(network.client().compliance_info().await, Ok(None));
}

#[test]
fn an_empty_info_has_no_members() {
    let written = serde_json::to_value(ComplianceInfo::default()).unwrap();

    assert_eq!(written, json!({}));
}

#[tokio::test]
async fn a_key_goes_up_as_a_form_and_comes_back() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMII+/==\n-----END PUBLIC KEY-----\n";
    let key = json!({"business_public_key": pem, "business_public_key_signature_status": "VALID"});
    let mut network = Network::answering([
        ok(&json!({"success": true})),
        ok(&json!({"data": [key]})),
        ok(&json!({"data": []})),
    ])
    .await;
    let client = network.client();

    client.set_business_key(pem).await.unwrap();
    let found = client.business_key().await.unwrap();
    let none = client.business_key().await.unwrap();

    assert_eq!(
        found,
        Some(BusinessKey {
            business_public_key: pem.into(),
            business_public_key_signature_status: Some("VALID".into()),
        })
    );
    assert_eq!(none, None);
    let request = network.request().await;
    assert!(
        request.starts_with("POST /v24.0/2201/whatsapp_business_encryption?"),
        "{request}"
    );
    assert!(
        request.contains("content-type: application/x-www-form-urlencoded\r\n"),
        "{request}"
    );
    assert!(
        request.ends_with(
            "\r\n\r\nbusiness_public_key=-----BEGIN+PUBLIC+KEY-----%0AMII%2B%2F%3D%3D%0A-----END+PUBLIC+KEY-----%0A"
        ),
        "{request}"
    );
}
