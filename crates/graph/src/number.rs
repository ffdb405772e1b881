//! A business phone number (`cloud-api.md` 1.7), its profile and subscriptions.

use serde::Deserialize;

use crate::tolerant;

/// The fields that [`crate::Client::number`] asks for. Unknown ones are ignored, absent ones `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Number {
    /// `PHONE_ID`.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub id: String,
    /// Formatted or digits.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub display_phone_number: String,
    /// The approved display name.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub verified_name: String,
    /// `CONNECTED`, `PENDING`, …
    #[serde(deserialize_with = "tolerant::option_text")]
    pub status: Option<String>,
    /// `CLOUD_API`, `ON_PREMISE`, `NOT_APPLICABLE`.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub platform_type: Option<String>,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub code_verification_status: Option<String>,
    /// Base64 name certificate, if the network has one.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub certificate: Option<String>,
    /// The certificate of a new name that was approved: in force once the number is registered anew.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub new_certificate: Option<String>,
    /// Two-step verification is on; `None` when the network does not say.
    #[serde(deserialize_with = "tolerant::or_default")]
    pub is_pin_enabled: Option<bool>,
    /// Where this number's webhooks go.
    #[serde(deserialize_with = "tolerant::or_default")]
    pub webhook_configuration: Option<WebhookConfiguration>,
    /// How many messages a second it may have, in and out.
    #[serde(deserialize_with = "tolerant::or_default")]
    pub throughput: Throughput,
    /// It is used in the WhatsApp Business app too.
    #[serde(deserialize_with = "tolerant::or_default")]
    pub is_on_biz_app: bool,
}

/// A number's class of throughput.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Throughput {
    /// `STANDARD`, `HIGH`, `NOT_APPLICABLE`.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub level: Option<String>,
}

/// Messages a second, in and out together, of a number that the network says nothing else of (section 5).
pub const STANDARD_PER_SECOND: u32 = 80;
/// The same, of level `HIGH`.
const HIGH_PER_SECOND: u32 = 1_000;
/// The same, of a number that the WhatsApp Business app uses too.
const SHARED_PER_SECOND: u32 = 20;

impl Number {
    /// Messages a second, in and out together.
    pub fn per_second(&self) -> u32 {
        match self.throughput.level.as_deref() {
            _ if self.is_on_biz_app => SHARED_PER_SECOND,
            Some("HIGH") => HIGH_PER_SECOND,
            _ => STANDARD_PER_SECOND,
        }
    }

    /// The number's digits.
    pub fn digits(&self) -> String {
        self.display_phone_number
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    }

    /// Registered on the Cloud API and able to send.
    pub fn is_registered(&self) -> bool {
        self.is_on_cloud() && self.may_send()
    }

    /// Registered on the Cloud API, and not able to send: `BANNED`, `DISCONNECTED`, …
    pub fn is_blocked(&self) -> bool {
        self.is_on_cloud() && !self.may_send()
    }

    fn is_on_cloud(&self) -> bool {
        self.platform_type.as_deref() == Some("CLOUD_API")
    }

    fn may_send(&self) -> bool {
        matches!(
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
    #[serde(deserialize_with = "tolerant::option_text")]
    pub application: Option<String>,
    /// The account's override.
    #[serde(deserialize_with = "tolerant::option_text")]
    pub whatsapp_business_account: Option<String>,
    /// The number's override.
    #[serde(deserialize_with = "tolerant::option_text")]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_and_null_members_are_the_same() {
        let number: Number = serde_json::from_str(
            r#"{"id": 2201, "display_phone_number": "+1 202-555-0143", "verified_name": null, "certificate": null,
                "status": "CONNECTED", "platform_type": "CLOUD_API", "webhook_configuration": {"application": null}}"#,
        )
        .unwrap();

        assert_eq!(number.id, "2201");
        assert_eq!(number.digits(), "12025550143");
        assert_eq!(
            (number.verified_name.as_str(), &number.certificate),
            ("", &None)
        );
        assert_eq!(
            number.webhook_configuration,
            Some(WebhookConfiguration::default())
        );
        assert!(number.is_registered());
    }

    #[test]
    fn the_level_says_how_many_messages_a_second() {
        for (text, expected) in [
            (r#"{"throughput": {"level": "STANDARD"}}"#, 80),
            (
                r#"{"throughput": {"level": "HIGH"}, "is_on_biz_app": false}"#,
                1_000,
            ),
            (
                r#"{"throughput": {"level": "HIGH"}, "is_on_biz_app": true}"#,
                20,
            ),
            (r#"{"throughput": {"level": "NOT_APPLICABLE"}}"#, 80),
            (r#"{"throughput": "fast", "is_on_biz_app": null}"#, 80),
            ("{}", 80),
        ] {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(number.per_second(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_is_elsewhere_or_cannot_send_is_not_registered() {
        for (platform, status) in [
            ("ON_PREMISE", "CONNECTED"),
            ("CLOUD_API", "PENDING"),
            ("CLOUD_API", "BANNED"),
            ("NOT_APPLICABLE", "DISCONNECTED"),
        ] {
            let number = Number {
                platform_type: Some(platform.into()),
                status: Some(status.into()),
                ..Number::default()
            };
            assert!(!number.is_registered(), "{platform} {status}");
            assert_eq!(number.is_blocked(), platform == "CLOUD_API", "{status}");
        }
    }
}
