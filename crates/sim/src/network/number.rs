//! A business number: its registration, name, profile and callback.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::business::Business;
use crate::network::error::GraphError;
use crate::network::fault::Standing;
use crate::network::lasting::Callback;
use crate::network::params::{Params, select};
use crate::network::profile::Profile;

/// How far a number's registration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Registration {
    /// Never verified.
    New,
    /// Verified by code, not registered yet.
    Verified,
    /// Registered: the only state that may send.
    Registered,
    /// Was registered.
    Deregistered,
}

/// A code sent to a number's phone.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) value: String,
    pub(crate) sent_ms: i64,
    pub(crate) used: bool,
}

/// A business number.
#[derive(Clone, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the field's own word is phone_number"
)]
pub(crate) struct Number {
    /// `PHONE_ID`.
    pub(crate) id: String,
    pub(crate) cc: String,
    /// National number.
    pub(crate) phone_number: String,
    pub(crate) verified_name: String,
    /// Base64.
    pub(crate) certificate: String,
    pub(crate) registration: Registration,
    /// Two-step verification is on when there is one.
    pub(crate) pin: Option<String>,
    pub(crate) code: Option<Code>,
    /// When `register` and `deregister` were called, as far as it still counts.
    pub(crate) registered_ms: Vec<i64>,
    pub(crate) deregistered_ms: Vec<i64>,
    /// The number's own callback.
    pub(crate) callback: Option<Callback>,
    pub(crate) profile: Profile,
    /// Webhooks tell what customers' identities are known by.
    #[serde(default)]
    pub(crate) identity_check: bool,
    /// Compliance and encryption.
    #[serde(default)]
    pub(crate) business: Business,
    /// Approved, and in force once the number is registered anew.
    #[serde(default)]
    pub(crate) new_name: Option<NewName>,
    /// Wrong PINs in a row.
    #[serde(default)]
    pub(crate) wrong_pins_ms: Vec<i64>,
}

/// A display name that waits to come into force.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct NewName {
    pub(crate) verified_name: String,
    /// Base64.
    pub(crate) certificate: String,
}

impl Number {
    /// Country code and national number.
    pub(crate) fn digits(&self) -> String {
        format!("{}{}", self.cc, self.phone_number)
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.registration == Registration::Registered
    }
}

/// What `GET /{PHONE_ID}` shows without `fields`.
const DEFAULT_FIELDS: &[&str] = &[
    "id",
    "display_phone_number",
    "verified_name",
    "quality_rating",
    "code_verification_status",
    "platform_type",
    "throughput",
    "webhook_configuration",
];

impl Network {
    /// The object of a number.
    pub(crate) fn show_number(&self, number: &Number, fields: Option<&str>) -> Value {
        let registered = number.is_registered();
        let status = match number.registration {
            Registration::New | Registration::Verified => "PENDING",
            Registration::Registered => self.standing(number).name(),
            Registration::Deregistered => "DISCONNECTED",
        };
        let object = json!({
            "id": number.id,
            "display_phone_number": display(number),
            "verified_name": number.verified_name,
            "name_status": "APPROVED",
            "quality_rating": "GREEN",
            "quality_score": {"score": "GREEN"},
            "status": status,
            "platform_type": if registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
            "code_verification_status":
                if number.registration == Registration::New { "NOT_VERIFIED" } else { "VERIFIED" },
            "throughput": {"level": if registered { "STANDARD" } else { "NOT_APPLICABLE" }},
            "messaging_limit_tier": "TIER_250",
            "whatsapp_business_manager_messaging_limit": "TIER_250",
            "certificate": number.certificate,
            "new_certificate": number.new_name.as_ref().map(|new| &new.certificate),
            "new_display_name": number.new_name.as_ref().map(|new| &new.verified_name),
            "new_name_status": if number.new_name.is_some() { "APPROVED" } else { "NONE" },
            "is_pin_enabled": number.pin.is_some(),
            "is_official_business_account": false,
            "is_on_biz_app": false,
            "account_mode": "LIVE",
            "country_dial_code": number.cc,
            "health_status": self.health(number),
            "webhook_configuration": self.webhook_configuration(number),
        });
        select(object, fields, DEFAULT_FIELDS)
    }

    fn standing(&self, number: &Number) -> Standing {
        let is_first = (self.lasting.numbers.first()).is_some_and(|first| first.id == number.id);
        if is_first {
            self.faults.standing
        } else {
            Standing::Connected
        }
    }

    /// `GET /{PHONE_ID}/settings`.
    pub(crate) fn show_number_settings(&self, number: usize) -> Value {
        let on = (self.lasting.numbers.get(number)).is_some_and(|number| number.identity_check);
        json!({
            "storage_configuration": {"status": "IN_COUNTRY_STORAGE_DISABLED"},
            "user_identity_change": {"enable_identity_key_check": on},
        })
    }

    /// `POST /{PHONE_ID}/settings`: of the real network's features only this one is served.
    pub(crate) fn change_number_settings(
        &mut self,
        number: usize,
        params: &Params,
    ) -> Result<(), GraphError> {
        let feature = params
            .object("user_identity_change")?
            .ok_or_else(|| GraphError::required("user_identity_change"))?;
        let on = match feature.value("enable_identity_key_check") {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(word)) if word == "true" => true,
            Some(Value::String(word)) if word == "false" => false,
            _ => {
                return Err(GraphError::parameter(
                    "Param user_identity_change['enable_identity_key_check'] must be a boolean.",
                ));
            }
        };
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.identity_check = on;
        }
        self.saved_at_once();
        Ok(())
    }

    fn health(&self, number: &Number) -> Value {
        let (number_can, all) = if number.is_registered() {
            ("AVAILABLE", "AVAILABLE")
        } else {
            ("BLOCKED", "BLOCKED")
        };
        json!({
            "can_send_message": all,
            "entities": [
                {"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": number_can},
                {"entity_type": "WABA", "id": self.lasting.account.id, "can_send_message": "AVAILABLE"},
                {"entity_type": "APP", "id": self.lasting.app.id, "can_send_message": "AVAILABLE"},
            ],
        })
    }

    fn webhook_configuration(&self, number: &Number) -> Value {
        let mut urls = Params::default();
        for (name, callback) in [
            ("application", &self.lasting.app.callback),
            ("whatsapp_business_account", &self.lasting.account.callback),
            ("phone_number", &number.callback),
        ] {
            if let Some(callback) = callback {
                urls.set(name, callback.url.as_str());
            }
        }
        Value::Object(urls.0)
    }

    /// Where a number's events go: its own callback, else the account's, else the app's; nowhere while the app is not
    /// subscribed.
    pub(crate) fn callback(&self, number: usize) -> Option<&str> {
        let own = self.lasting.numbers.get(number)?.callback.as_ref();
        own.or(self.lasting.account.callback.as_ref())
            .or(self.lasting.app.callback.as_ref())
            .filter(|_| self.lasting.account.subscribed)
            .map(|callback| callback.url.as_str())
    }

    /// Sets or removes a number's own callback.
    pub(crate) fn set_number_callback(&mut self, number: usize, callback: Option<Callback>) {
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.callback = callback;
        }
        self.redirected();
    }
}

/// `+1 202 555 0111`, as the network writes numbers of this country code; others in one piece.
fn display(number: &Number) -> String {
    let digits = &number.phone_number;
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(area), Some(office), Some(line)) if number.cc == "1" && line.len() == 4 => {
            format!("+1 {area}-{office}-{line}")
        }
        _ => format!("+{} {digits}", number.cc),
    }
}
