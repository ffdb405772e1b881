//! The business profile of a number (`cloud-api.md` 1.9).

use serde::{Deserialize, Serialize};

use crate::tolerant;

/// What the network shows of a profile. Fields that are not set are left out there, and empty here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What stands below the name.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub about: String,
    /// Where the business is.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub address: String,
    /// What it does.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub description: String,
    /// Where it is written to.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub email: String,
    /// At most two.
    #[serde(deserialize_with = "tolerant::readable")]
    pub websites: Vec<String>,
    /// A token: `RETAIL`, `UNDEFINED`, …; `""` when the network leaves it out.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub vertical: String,
    /// Where the photo is; it works without a token, for some days.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub profile_picture_url: Option<String>,
}

/// A change of a profile: what is `None` stays. An empty text clears.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ProfileChange {
    /// 1 to 139 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// At most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// At most 512 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// At most two of at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub websites: Option<Vec<String>>,
    /// A token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical: Option<&'static str>,
    /// What a resumable upload gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_picture_handle: Option<String>,
}

impl ProfileChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
