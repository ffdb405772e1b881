//! A business phone number (`cloud-api.md` 1.7), its profile and subscriptions.

use serde::Deserialize;

/// The fields that [`crate::Client::number`] asks for. Unknown ones are ignored, absent ones `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Number {
    /// PHONE_ID.
    pub id: String,
    /// Formatted or digits.
    pub display_phone_number: String,
    /// The approved display name.
    pub verified_name: String,
    /// `CONNECTED`, `PENDING`, …
    pub status: Option<String>,
    /// `CLOUD_API`, `ON_PREMISE`, `NOT_APPLICABLE`.
    pub platform_type: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    pub code_verification_status: Option<String>,
    /// Base64 name certificate, if the network has one.
    pub certificate: Option<String>,
    /// Where this number's webhooks go.
    pub webhook_configuration: Option<WebhookConfiguration>,
}

impl Number {
    /// The number's digits.
    pub fn digits(&self) -> String {
        self.display_phone_number
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    }

    /// Registered on the Cloud API and able to send.
    pub fn is_registered(&self) -> bool {
        self.platform_type.as_deref() == Some("CLOUD_API")
            && matches!(
                self.status.as_deref(),
                Some("CONNECTED" | "FLAGGED" | "RATE_LIMITED" | "RESTRICTED")
            )
    }
}

/// Where webhooks go: the number's override, else the account's, else the app's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct WebhookConfiguration {
    /// The app's URL.
    pub application: Option<String>,
    /// The account's override.
    pub whatsapp_business_account: Option<String>,
    /// The number's override.
    pub phone_number: Option<String>,
}

/// What the connecting call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The number.
    pub number: Number,
    /// The network's own time (the `Date` of the answer), Unix seconds; `None` without the header.
    pub date_s: Option<i64>,
}
