//! Compliance, encryption, and `/sim/numbers`.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use sim::Retry;

use crate::support::{Reply, Sim};

/// A key whose private half was thrown away.
const KEY: &str = include_str!("key.pem");

fn compliance() -> Value {
    json!({
        "messaging_product": "whatsapp",
        "entity_name": "Hummingbird Coffee",
        "entity_type": "PARTNERSHIP",
        "is_registered": true,
        "grievance_officer_details": {"name": "Ada Quist", "email": "ada@coffee.example", "landline_number": "+12025550143"},
        "customer_care_details": {"email": "care@coffee.example", "mobile_number": "+12025550145"},
    })
}

#[tokio::test]
async fn compliance_is_shown_as_it_was_set() {
    let sim = Sim::start(Retry::Eager);
    let path = format!(
        "{}/business_compliance_info",
        sim.world.graph.phone_number_id
    );
    assert_eq!(sim.get(&path).await.ok(200), json!({"data": []}));

    sim.post(&path, compliance()).await.success();

    assert_eq!(
        sim.get(&path).await.ok(200),
        json!({"data": [compliance()]})
    );
    for (member, value) in [
        ("messaging_product", json!(null)),
        ("entity_name", json!(null)),
        ("entity_type", json!("CLUB")),
        ("entity_type", json!("OTHER")),
        ("is_registered", json!(null)),
        ("customer_care_details", json!(null)),
        (
            "customer_care_details",
            json!({"email": "care@coffee.example"}),
        ),
        (
            "customer_care_details",
            json!({"email": "care", "mobile_number": "+12025550145"}),
        ),
        (
            "grievance_officer_details",
            json!({"email": "ada@coffee.example", "mobile_number": "2025550145"}),
        ),
    ] {
        let mut bad = compliance();
        bad[member] = value;
        assert_eq!(
            sim.post(&path, bad.clone()).await.code(),
            (400, 100),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_key_belongs_to_a_registration() {
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();
    let path = format!("{id}/whatsapp_business_encryption");
    let set = async |key: &str| {
        let form = Form::new().text("business_public_key", key.to_owned());
        let call = sim.call(Method::POST, &path).multipart(form);
        Reply::of(call).await
    };
    assert_eq!(set(KEY).await.code(), (400, 133_010));
    sim.register().await;
    assert_eq!(sim.get(&path).await.ok(200), json!({"data": []}));
    for bad in [
        "key",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    ] {
        assert_eq!(set(bad).await.code(), (400, 100), "{bad}");
    }

    set(KEY).await.success();

    let status = async || {
        let shown = sim.get(&path).await.ok(200);
        assert_eq!(shown["data"][0]["business_public_key"], KEY);
        shown["data"][0]["business_public_key_signature_status"].clone()
    };
    assert_eq!(status().await, "VALID");
    sim.post(&format!("{id}/deregister"), json!({}))
        .await
        .success();
    let register = json!({"messaging_product": "whatsapp", "pin": "493817"});
    sim.post(&format!("{id}/register"), register)
        .await
        .success();
    assert_eq!(status().await, "MISMATCH");
    set(KEY).await.success();
    assert_eq!(status().await, "VALID");
}

#[tokio::test]
async fn a_number_shows_what_its_owner_and_its_customers_see() {
    let sim = Sim::start(Retry::Eager);
    let number = sim.world.number.wa_id.clone();
    let path = format!("numbers/+{number}");
    sim.register().await;
    let profile = format!(
        "{}/whatsapp_business_profile",
        sim.world.graph.phone_number_id
    );
    let change = json!({"messaging_product": "whatsapp", "about": "Open", "vertical": "RETAIL"});
    sim.post(&profile, change).await.success();

    let renamed = sim
        .sim(
            Method::PATCH,
            &path,
            Some(json!({"verified_name": "Hummingbird Roasters"})),
        )
        .await
        .ok(200);

    insta::assert_json_snapshot!(renamed, {".cert" => "[cert]", ".phone_number_id" => "[id]"}, @r#"
    {
      "cert": "[cert]",
      "compliance_info": null,
      "encryption": null,
      "messaging_limit": "TIER_250",
      "new_name": "Hummingbird Roasters",
      "phone_number_id": "[id]",
      "photo": null,
      "profile": {
        "about": "Open",
        "vertical": "RETAIL"
      },
      "quality": "GREEN",
      "registered": true,
      "throughput": 1000,
      "two_step": true,
      "verified_name": "Hummingbird Coffee",
      "wa_id": "12025550111"
    }
    "#);
    assert_ne!(renamed["cert"], sim.world.number.cert.as_str());
    assert_eq!(sim.sim(Method::GET, &path, None).await.ok(200), renamed);
    let list = sim.sim(Method::GET, "numbers", None).await.ok(200);
    assert_eq!((list.as_array().unwrap().len(), &list[0]), (2, &renamed));
    for (method, path, body, status) in [
        (Method::GET, "numbers/12025550199", None, 404),
        (
            Method::PATCH,
            "numbers/12025550199",
            Some(json!({"verified_name": "x"})),
            404,
        ),
        (Method::PATCH, &*path, Some(json!({})), 400),
        (
            Method::PATCH,
            &*path,
            Some(json!({"verified_name": ""})),
            400,
        ),
    ] {
        assert_eq!(sim.sim(method, path, body).await.status, status, "{path}");
    }
}
