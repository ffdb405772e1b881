use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[test]
fn every_example_is_accepted() {
    for (name, example) in BusinessProfileChange::examples() {
        let parsed = BusinessProfileChange::parse(example.to_string().as_bytes());
        assert!(parsed.is_ok(), "{name}: {parsed:?}");
    }
}

#[test]
fn what_is_absent_or_null_stays_and_what_is_empty_clears() {
    let body = br#"{"address":"","description":null,"websites":[],"vertical":"","email":""}"#;

    assert_eq!(
        BusinessProfileChange::parse(body),
        Ok(BusinessProfileChange {
            address: Some(String::new()),
            description: None,
            email: Some(String::new()),
            vertical: Some(None),
            websites: Some(Vec::new()),
        })
    );
}

#[test]
fn a_profile_of_the_longest_values_is_read() {
    let site = format!("https://harbour.example/{}", "x".repeat(232));
    let body = json!({
        "address": "ü".repeat(ADDRESS_LIMIT),
        "description": "鱼".repeat(DESCRIPTION_LIMIT),
        "email": format!("{}@{}.example", "a".repeat(60), "b".repeat(59)),
        "websites": [site, "http://harbour.example:8080/?x#y"],
    });

    let change = BusinessProfileChange::parse(body.to_string().as_bytes()).unwrap();

    assert_eq!(change.email.unwrap().chars().count(), EMAIL_LIMIT);
    assert_eq!(change.websites.unwrap()[0].chars().count(), WEBSITE_LIMIT);
}

#[rstest]
#[case::nothing(
    json!({"colour": "red", "email": null}),
    1008,
    "at least one of address, description, email, vertical or websites is required"
)]
#[case::long_address(
    json!({"address": "x".repeat(257)}),
    1009,
    "address: has 257 characters, must have at most 256"
)]
#[case::long_description(
    json!({"description": "x".repeat(257)}),
    1009,
    "description: has 257 characters, must have at most 256"
)]
#[case::long_email(
    json!({"email": format!("a@{}.example", "b".repeat(120))}),
    1009,
    "email: has 130 characters, must have at most 128"
)]
#[case::no_email(json!({"email": "harbour"}), 1009, "email: is \"harbour\", must be an e-mail address")]
#[case::a_token(
    json!({"vertical": "RETAIL"}),
    1009,
    "vertical: is \"RETAIL\", must be Automotive, Beauty, Spa and Salon, Clothing and Apparel, Education, Entertainment, \
     Event Planning and Service, Finance and Banking, Food and Grocery, Public Service, Hotel and Lodging, Medical and \
     Health, Non-profit, Professional Services, Shopping and Retail, Travel and Transportation, Restaurant or Other"
)]
#[case::a_text(
    json!({"websites": "https://harbour.example"}),
    1009,
    "websites: is a string, must be an array"
)]
#[case::many(
    json!({"websites": ["https://a.example", "https://b.example", "https://c.example"]}),
    1009,
    "websites: has 3 elements, must have at most 2"
)]
#[case::no_site(
    json!({"websites": ["https://a.example", "ftp://b.example"]}),
    1009,
    "websites[1]: is not an http or https URL, must be an absolute URL with http:// or https://"
)]
#[case::long_site(
    json!({"websites": [format!("https://a.example/{}", "x".repeat(240))]}),
    1009,
    "websites[0]: has 258 characters, must have at most 256"
)]
#[case::empty_site(json!({"websites": [""]}), 1009, "websites[0]: is empty")]
#[case::number(json!({"address": 1}), 1009, "address: is a number, must be a string")]
fn what_is_not_allowed_is_named(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
    let refusal = BusinessProfileChange::parse(body.to_string().as_bytes()).unwrap_err();

    assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
}

#[test]
fn every_name_of_a_vertical_is_read() {
    for vertical in Vertical::ALL {
        let body = json!({"vertical": vertical.name()}).to_string();
        let change = BusinessProfileChange::parse(body.as_bytes()).unwrap();
        assert_eq!(change.vertical, Some(Some(vertical)));
    }
}

proptest! {
    #[test]
    fn every_valid_change_stays_as_it_is(
        address in prop::option::of("\\PC{0,256}"),
        description in "\\PC{0,256}",
        site in prop::option::of("https?://[a-z]{1,20}\\.example(/[a-z0-9?=&]{0,40})?"),
    ) {
        let websites: Option<Vec<String>> = site.map(|site| vec![site]);
        let body = json!({"address": address, "description": description, "websites": websites});

        let change = BusinessProfileChange::parse(body.to_string().as_bytes());

        prop_assert_eq!(change, Ok(BusinessProfileChange {
            address,
            description: Some(description),
            websites,
            ..BusinessProfileChange::default()
        }));
    }
}
