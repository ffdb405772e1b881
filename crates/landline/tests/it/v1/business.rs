//! `/v1/settings/business/…`: profile, compliance, encryption.

mod names;

use serde_json::{Value, json};

use super::account::fresh;
use super::assert_refused;
use crate::support::{Api, Dev};

const PROFILE: &str = "/v1/settings/business/profile";
const COMPLIANCE: &str = "/v1/settings/business/compliance_info";
const ENCRYPTION: &str = "/v1/settings/business/whatsapp_business_encryption";
/// A key whose private half was thrown away.
const KEY: &str = include_str!("../../../../onprem/src/encryption/example.pem");
const SHORT_KEY: &str = include_str!("../../../../onprem/src/encryption/rsa-1024.pem");
const CURVE: &str = include_str!("../../../../onprem/src/encryption/p-256.pem");

/// What customers see of this `dev`'s number.
async fn seen(dev: &Dev) -> Value {
    let number = dev.endpoints["number"]["wa_id"].as_str().unwrap();
    let path = format!("/sim/numbers/{number}");
    dev.phones().call("GET", &path, None).await.1
}

fn profile() -> Value {
    json!({
        "address": "1 Quay Street, Example Harbour",
        "description": "Coffee, and books to go with it. 咖啡",
        "email": "hello@coffee.example",
        "vertical": "Food and Grocery",
        "websites": ["https://coffee.example/", "http://shop.coffee.example"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_what_customers_see() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    insta::assert_json_snapshot!(api.get(PROFILE).await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "business": {
            "profile": {
              "address": "",
              "description": "",
              "email": "",
              "vertical": "",
              "websites": []
            }
          }
        }
      },
      "status": 200
    }
    "#);

    let set = api.post(PROFILE, &profile()).await;
    insta::assert_json_snapshot!(set.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    insta::assert_json_snapshot!(api.get(PROFILE).await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "business": {
            "profile": {
              "address": "1 Quay Street, Example Harbour",
              "description": "Coffee, and books to go with it. 咖啡",
              "email": "hello@coffee.example",
              "vertical": "Food and Grocery",
              "websites": [
                "https://coffee.example/",
                "http://shop.coffee.example"
              ]
            }
          }
        }
      },
      "status": 200
    }
    "#);
    insta::assert_json_snapshot!(seen(&dev).await["profile"], @r#"
    {
      "address": "1 Quay Street, Example Harbour",
      "description": "Coffee, and books to go with it. 咖啡",
      "email": "hello@coffee.example",
      "vertical": "GROCERY",
      "websites": [
        "https://coffee.example/",
        "http://shop.coffee.example"
      ]
    }
    "#);

    // What is not given stays; what is empty goes.
    let part =
        json!({"description": "Closed in August", "email": "", "websites": [], "address": null});
    assert_eq!(api.post(PROFILE, &part).await.status, 200);
    let mut expected = profile();
    expected["description"] = "Closed in August".into();
    expected["email"] = "".into();
    expected["websites"] = json!([]);
    let shown = api.get(PROFILE).await;
    assert_eq!(shown.body["settings"]["business"]["profile"], expected);

    dev.terminate().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    let again = dev.api().await.get(PROFILE).await;
    assert_eq!(again.whole(), shown.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vertical_is_not_cleared_once_it_is_set() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let empty = json!({"vertical": "", "address": "1 Quay Street"});
    assert_eq!(api.post(PROFILE, &empty).await.status, 200);
    let set = json!({"vertical": "Hotel and Lodging"});
    assert_eq!(api.post(PROFILE, &set).await.status, 200);

    let refused = api
        .post(
            PROFILE,
            &json!({"vertical": "", "address": "2 Quay Street"}),
        )
        .await;

    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "vertical: is empty, but it cannot be cleared once it is set (it is \"Hotel and Lodging\")",
            "title": "Parameter value is not valid"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    let shown = api.get(PROFILE).await.body["settings"]["business"]["profile"].clone();
    assert_eq!(
        (&shown["vertical"], &shown["address"]),
        (&json!("Hotel and Lodging"), &json!("1 Quay Street"))
    );
    // A branch that came after this API is "Other".
    let graph = dev.graph();
    let path = format!("{}/whatsapp_business_profile", graph.phone_number_id);
    let newer = json!({"messaging_product": "whatsapp", "vertical": "ALCOHOL"});
    graph.post(&path, &newer).await;
    assert_eq!(
        api.post(PROFILE, &json!({"address": "3"})).await.status,
        200
    );
    let shown = api.get(PROFILE).await.body["settings"]["business"]["profile"].clone();
    assert_eq!(shown["vertical"], "Other");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_profile_may_not_have_is_named() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    for (body, code, word) in [
        (json!({}), 1008, "address"),
        (json!({"colour": "red"}), 1008, "at least one of"),
        (
            json!({"address": "x".repeat(257)}),
            1009,
            "address: has 257",
        ),
        (
            json!({"description": "x".repeat(257)}),
            1009,
            "description: has 257",
        ),
        (json!({"email": "coffee"}), 1009, "email"),
        (
            json!({"email": format!("{}@coffee.example", "x".repeat(120))}),
            1009,
            "email: has 135",
        ),
        (
            json!({"vertical": "GROCERY"}),
            1009,
            "vertical: is \"GROCERY\"",
        ),
        (
            json!({"vertical": "food and grocery"}),
            1009,
            "Food and Grocery",
        ),
        (json!({"websites": ["coffee.example"]}), 1009, "websites[0]"),
        (
            json!({"websites": ["https://a.example", "https://b.example", "https://c.example"]}),
            1009,
            "at most 2",
        ),
        (json!({"websites": {}}), 1009, "websites: is an object"),
    ] {
        assert_refused(&api.post(PROFILE, &body).await, (400, code), &[word]);
    }
    assert_refused(&api.call("POST", PROFILE, None).await, (400, 1008), &[]);
    assert_eq!(seen(&dev).await["profile"], json!({}));
}

fn compliance() -> Value {
    json!({
        "entity_name": "Hummingbird Coffee",
        "entity_type": "Partnership",
        "is_registered": true,
        "grievance_officer_details": {
            "name": "Ada Quist",
            "email": "ada@coffee.example",
            "landline_number": "+12025550143",
            "mobile_number": "+1 202-555-0144",
        },
        "customer_care_details": {
            "email": "care@coffee.example",
            "mobile_number": "+12025550145",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn compliance_is_stored_by_the_network() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    insta::assert_json_snapshot!(api.get(COMPLIANCE).await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "business": {
            "compliance_info": {}
          }
        }
      },
      "status": 200
    }
    "#);

    let set = api.post(COMPLIANCE, &compliance()).await;
    insta::assert_json_snapshot!(set.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let shown = api.get(COMPLIANCE).await;
    insta::assert_json_snapshot!(shown.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "business": {
            "compliance_info": {
              "customer_care_details": {
                "email": "care@coffee.example",
                "mobile_number": "+12025550145"
              },
              "entity_name": "Hummingbird Coffee",
              "entity_type": "PARTNERSHIP",
              "grievance_officer_details": {
                "email": "ada@coffee.example",
                "landline_number": "+12025550143",
                "mobile_number": "+12025550144",
                "name": "Ada Quist"
              },
              "is_registered": true
            }
          }
        }
      },
      "status": 200
    }
    "#);
    assert_eq!(
        seen(&dev).await["compliance_info"],
        shown.body["settings"]["business"]["compliance_info"]
    );

    for (pointer, value, code, word) in [
        ("entity_name", json!(null), 1008, "entity_name is required"),
        ("entity_type", json!("club"), 1009, "entity_type"),
        (
            "entity_type",
            json!("OTHER"),
            1008,
            "entity_type_custom is required",
        ),
        (
            "is_registered",
            json!(null),
            1008,
            "is_registered is required",
        ),
        (
            "customer_care_details",
            json!(null),
            1008,
            "customer_care_details is required",
        ),
        (
            "customer_care_details",
            json!({"mobile_number": "+12025550145"}),
            1008,
            "customer_care_details.email is required",
        ),
        (
            "customer_care_details",
            json!({"email": "care@coffee.example"}),
            1008,
            "mobile_number is required",
        ),
        (
            "grievance_officer_details",
            json!({"email": "ada@coffee.example", "landline_number": "2025550143"}),
            1009,
            "grievance_officer_details.landline_number",
        ),
    ] {
        let mut body = compliance();
        body[pointer] = value;
        assert_refused(&api.post(COMPLIANCE, &body).await, (400, code), &[word]);
    }
    dev.terminate().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    let again = dev.api().await.get(COMPLIANCE).await;
    assert_eq!(again.whole(), shown.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_as_json_or_as_a_form() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    insta::assert_json_snapshot!(api.get(ENCRYPTION).await.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "no public key is set",
            "title": "Resource not found"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 404
    }
    "#);

    let set = api.post(ENCRYPTION, &json!({"public_key": KEY})).await;
    insta::assert_json_snapshot!(set.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let shown = api.get(ENCRYPTION).await;
    let pem = serde_json::to_string(KEY).unwrap();
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&shown.whole()).unwrap().replace(&pem, "\"[key]\""),
        @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "business": {
            "whatsapp_business_encryption": {
              "business_public_key": "[key]",
              "business_public_key_signature_status": "VALID"
            }
          }
        }
      },
      "status": 200
    }
    "#
    );
    assert_eq!(seen(&dev).await["encryption"]["business_public_key"], KEY);

    let form = async |key: &str| {
        let escaped: String = key
            .bytes()
            .fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        let request = api
            .request("POST", ENCRYPTION)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("public_key={escaped}"));
        Api::finish(request).await
    };
    assert_eq!(form(KEY).await.whole(), set.whole());
    for (key, word) in [
        ("key", "is no PEM"),
        (SHORT_KEY, "is an RSA key of 1024 bits, must have 2048"),
        (CURVE, "is not an RSA key"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "is a private key",
        ),
    ] {
        assert_refused(&form(key).await, (400, 1009), &["public_key", word]);
        let json = api.post(ENCRYPTION, &json!({"public_key": key})).await;
        assert_refused(&json, (400, 1009), &["public_key", word]);
    }
    assert_refused(
        &api.post(ENCRYPTION, &json!({})).await,
        (400, 1008),
        &["public_key"],
    );
    let plain = api
        .request("POST", ENCRYPTION)
        .header("content-type", "text/plain")
        .body(KEY);
    assert_refused(&Api::finish(plain).await, (415, 1025), &["Content-Type"]);
    assert_eq!(api.get(ENCRYPTION).await.whole(), shown.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn before_registration_there_is_no_business() {
    let (_dev, api) = fresh().await;

    let early = api.get(PROFILE).await;
    insta::assert_json_snapshot!(early.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1011,
            "details": "no number is registered: register it first with POST /v1/account",
            "title": "Service not ready"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 503
    }
    "#);
    for answer in [
        api.post(PROFILE, &profile()).await,
        api.get(COMPLIANCE).await,
        api.post(COMPLIANCE, &compliance()).await,
        api.get(ENCRYPTION).await,
        api.post(ENCRYPTION, &json!({"public_key": KEY})).await,
    ] {
        assert_refused(&answer, (503, 1011), &["registered"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_out_of_reach_changes_nothing() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let before = seen(&dev).await;
    dev.phones().link(false).await;

    for answer in [
        api.get(PROFILE).await,
        api.post(PROFILE, &profile()).await,
        api.get(COMPLIANCE).await,
        api.post(COMPLIANCE, &compliance()).await,
        api.get(ENCRYPTION).await,
        api.post(ENCRYPTION, &json!({"public_key": KEY})).await,
    ] {
        assert_refused(&answer, (503, 1011), &["network"]);
        assert!(!answer.header("retry-after").is_empty());
    }
    dev.phones().link(true).await;
    assert_eq!(seen(&dev).await, before);
    assert_eq!(api.post(PROFILE, &profile()).await.status, 200);
}
