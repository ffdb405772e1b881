//! The names that may stand in a profile and in compliance information (`rest-api.md` 9.1, 9.2).

use serde_json::{Value, json};

use super::{COMPLIANCE, PROFILE, compliance};
use crate::support::Dev;
use crate::v1::empty_success;

const VERTICALS: [&str; 17] = [
    "Automotive",
    "Beauty, Spa and Salon",
    "Clothing and Apparel",
    "Education",
    "Entertainment",
    "Event Planning and Service",
    "Finance and Banking",
    "Food and Grocery",
    "Public Service",
    "Hotel and Lodging",
    "Medical and Health",
    "Non-profit",
    "Professional Services",
    "Shopping and Retail",
    "Travel and Transportation",
    "Restaurant",
    "Other",
];

fn shown(subject: &str, object: &Value) -> Value {
    let mut business = json!({});
    business[subject] = object.clone();
    json!({"status": 200, "body": {
        "settings": {"business": business}, "meta": {"api_status": "stable", "version": "v2.53.1"},
    }})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_vertical_comes_back_to_the_letter() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let mut profile = json!({
        "address": "1 Quay Street", "description": "Coffee", "email": "hello@coffee.example", "vertical": "",
        "websites": ["https://coffee.example/"],
    });
    assert_eq!(
        api.post(PROFILE, &profile).await.whole(),
        empty_success(200)
    );

    for vertical in VERTICALS {
        let set = api.post(PROFILE, &json!({"vertical": vertical})).await;
        assert_eq!(set.whole(), empty_success(200), "{vertical}");
        profile["vertical"] = vertical.into();
        assert_eq!(api.get(PROFILE).await.whole(), shown("profile", &profile));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_of_business_are_compared_without_case_spaces_and_underscores() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;

    for (sent, kept) in [
        (
            "limited liability partnership",
            "LIMITED_LIABILITY_PARTNERSHIP",
        ),
        ("Sole Proprietorship", "SOLE_PROPRIETORSHIP"),
        ("partner ship", "PARTNERSHIP"),
        ("PUBLIC_COMPANY", "PUBLIC_COMPANY"),
        ("privatecompany", "PRIVATE_COMPANY"),
        ("other", "OTHER"),
    ] {
        let mut info = compliance();
        info["entity_type"] = sent.into();
        info["entity_type_custom"] = "A club".into();
        info["grievance_officer_details"]["mobile_number"] = "+12025550144".into();
        let set = api.post(COMPLIANCE, &info).await;
        assert_eq!(set.whole(), empty_success(200), "{sent}");
        info["entity_type"] = kept.into();
        let answer = api.get(COMPLIANCE).await;
        assert_eq!(answer.whole(), shown("compliance_info", &info), "{sent}");
    }
}
