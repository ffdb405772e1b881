//! What the network keeps of a business besides its profile: compliance, encryption (`cloud-api.md` 1.15).

use serde::{Deserialize, Serialize};

use crate::tolerant;

/// `business_compliance_info`: read and written in the same shape.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ComplianceInfo {
    /// The legal name.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub entity_name: Option<String>,
    /// A token: `PARTNERSHIP`, …
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub entity_type: Option<String>,
    /// In its own words, for `OTHER`.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub entity_type_custom: Option<String>,
    /// For `PARTNERSHIP` and `OTHER`.
    #[serde(
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub is_registered: Option<bool>,
    /// Whom customers may complain to.
    #[serde(
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub grievance_officer_details: Option<Contact>,
    /// Whom customers may ask.
    #[serde(
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub customer_care_details: Option<Contact>,
}

/// Whom customers may turn to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Only of the grievance officer.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// An e-mail address.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// With `+` and country code.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub landline_number: Option<String>,
    /// With `+` and country code.
    #[serde(
        deserialize_with = "tolerant::option_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub mobile_number: Option<String>,
}

/// `whatsapp_business_encryption`: the key that flows encrypt with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct BusinessKey {
    /// PEM; `""` when none is set.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub business_public_key: String,
    /// `VALID` or `MISMATCH`.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub business_public_key_signature_status: Option<String>,
}
