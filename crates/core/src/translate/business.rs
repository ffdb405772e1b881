//! Business profile and compliance, both ways (`cloud-api.md` 1.9, 1.15, 4.2).

use graph::business as cloud;
use graph::profile::{Profile, ProfileChange};
use onprem::business::{BusinessProfile, BusinessProfileChange, Vertical};
use onprem::compliance::{ComplianceAnswer, ComplianceInfo, Contact};

/// The network's word for no vertical.
const UNDEFINED: &str = "UNDEFINED";

/// The network's token of a vertical: the one table.
pub fn token(vertical: Vertical) -> &'static str {
    match vertical {
        Vertical::Automotive => "AUTO",
        Vertical::Beauty => "BEAUTY",
        Vertical::Apparel => "APPAREL",
        Vertical::Education => "EDU",
        Vertical::Entertainment => "ENTERTAIN",
        Vertical::EventPlanning => "EVENT_PLAN",
        Vertical::Finance => "FINANCE",
        Vertical::Grocery => "GROCERY",
        Vertical::PublicService => "GOVT",
        Vertical::Hotel => "HOTEL",
        Vertical::Health => "HEALTH",
        Vertical::NonProfit => "NONPROFIT",
        Vertical::Professional => "PROF_SERVICES",
        Vertical::Retail => "RETAIL",
        Vertical::Travel => "TRAVEL",
        Vertical::Restaurant => "RESTAURANT",
        Vertical::Other => "OTHER",
    }
}

/// The vertical of a token; `None` when none is set. Tokens that came after the On-Premises API are [`Vertical::Other`].
pub fn vertical(found: &str) -> Option<Vertical> {
    if found.is_empty() || found == UNDEFINED {
        return None;
    }
    let known = Vertical::ALL
        .into_iter()
        .find(|vertical| token(*vertical) == found);
    Some(known.unwrap_or(Vertical::Other))
}

/// A profile as it is shown.
pub fn profile(found: &Profile) -> BusinessProfile {
    BusinessProfile {
        address: found.address.clone(),
        description: found.description.clone(),
        email: found.email.clone(),
        vertical: vertical(&found.vertical).map_or("", Vertical::name),
        websites: found.websites.clone(),
    }
}

/// A change of the profile. An empty vertical changes nothing.
pub fn profile_change(change: BusinessProfileChange) -> ProfileChange {
    ProfileChange {
        address: change.address,
        description: change.description,
        email: change.email,
        websites: change.websites,
        vertical: change.vertical.flatten().map(token),
        ..ProfileChange::default()
    }
}

/// Compliance on its way to the network.
pub fn compliance(info: ComplianceInfo) -> cloud::ComplianceInfo {
    let contact = |contact: Contact| cloud::Contact {
        name: contact.name,
        email: contact.email,
        landline_number: contact.landline_number,
        mobile_number: contact.mobile_number,
    };
    cloud::ComplianceInfo {
        entity_name: Some(info.entity_name),
        entity_type: Some(info.entity_type.name().to_owned()),
        entity_type_custom: info.entity_type_custom,
        is_registered: info.is_registered,
        grievance_officer_details: Some(contact(info.grievance_officer)),
        customer_care_details: Some(contact(info.customer_care)),
    }
}

/// Compliance as it is shown.
pub fn compliance_answer(found: cloud::ComplianceInfo) -> ComplianceAnswer {
    let contact = |contact: cloud::Contact| Contact {
        name: contact.name,
        email: contact.email,
        landline_number: contact.landline_number,
        mobile_number: contact.mobile_number,
    };
    ComplianceAnswer {
        entity_name: found.entity_name,
        entity_type: found.entity_type,
        entity_type_custom: found.entity_type_custom,
        is_registered: found.is_registered,
        grievance_officer_details: found.grievance_officer_details.map(contact),
        customer_care_details: found.customer_care_details.map(contact),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_of_verticals() {
        let table: Vec<_> = Vertical::ALL
            .into_iter()
            .map(|vertical| format!("{} {}", vertical.name(), token(vertical)))
            .collect();

        insta::assert_snapshot!(table.join("\n"), @r#"
        Automotive AUTO
        Beauty, Spa and Salon BEAUTY
        Clothing and Apparel APPAREL
        Education EDU
        Entertainment ENTERTAIN
        Event Planning and Service EVENT_PLAN
        Finance and Banking FINANCE
        Food and Grocery GROCERY
        Public Service GOVT
        Hotel and Lodging HOTEL
        Medical and Health HEALTH
        Non-profit NONPROFIT
        Professional Services PROF_SERVICES
        Shopping and Retail RETAIL
        Travel and Transportation TRAVEL
        Restaurant RESTAURANT
        Other OTHER
        "#);
    }

    #[test]
    fn every_vertical_comes_back_and_newer_tokens_are_other() {
        for known in Vertical::ALL {
            assert_eq!(vertical(token(known)), Some(known));
        }
        for newer in ["ALCOHOL", "NOT_A_BIZ", "retail", "MATRIX_ORGANIZATION"] {
            assert_eq!(vertical(newer), Some(Vertical::Other), "{newer}");
        }
        for none in ["", "UNDEFINED"] {
            assert_eq!(vertical(none), None);
        }
    }

    #[test]
    fn an_empty_vertical_is_no_change() {
        let change = BusinessProfileChange::parse(br#"{"vertical": ""}"#).unwrap();

        assert!(profile_change(change).is_empty());
    }

    fn contact(with_name: bool) -> impl Strategy<Value = serde_json::Value> {
        (
            prop::option::of("\\PC{1,20}"),
            prop::option::of("\\+[1-9][0-9]{5,14}"),
            "\\+[1-9][0-9]{5,14}",
        )
            .prop_map(move |(name, landline, mobile)| {
                let mut contact = json!({"email": "ada@harbour.example", "mobile_number": mobile});
                if let Some(name) = name.filter(|_| with_name) {
                    contact["name"] = name.into();
                }
                if let Some(landline) = landline {
                    contact["landline_number"] = landline.into();
                }
                contact
            })
    }

    proptest! {
        #[test]
        fn compliance_comes_up_as_it_went_down(
            name in "\\PC{1,256}",
            officer in contact(true),
            care in contact(false),
            registered: bool,
        ) {
            let body = json!({
                "entity_name": name,
                "entity_type": "PARTNERSHIP",
                "is_registered": registered,
                "grievance_officer_details": officer,
                "customer_care_details": care,
            });
            let info = ComplianceInfo::parse(body.to_string().as_bytes()).unwrap();

            let shown = serde_json::to_value(compliance_answer(compliance(info))).unwrap();

            prop_assert_eq!(shown, body);
        }

        #[test]
        fn a_profile_comes_up_as_it_went_down(
            address in "\\PC{0,256}",
            description in "\\PC{0,256}",
            vertical in prop::sample::select(&Vertical::ALL[..]),
        ) {
            let body = json!({"address": address, "description": description, "vertical": vertical.name()});
            let change = profile_change(BusinessProfileChange::parse(body.to_string().as_bytes()).unwrap());

            let found: Profile = serde_json::from_value(serde_json::to_value(change).unwrap()).unwrap();
            let shown = serde_json::to_value(profile(&found)).unwrap();

            prop_assert_eq!(shown, json!({"address": address, "description": description, "email": "",
                "vertical": vertical.name(), "websites": []}));
        }
    }
}
