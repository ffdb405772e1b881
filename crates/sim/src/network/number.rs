//! A business number: its registration, name, profile and callback.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::business::Business;
use crate::network::certificate;
use crate::network::error::GraphError;
use crate::network::fault::Standing;
use crate::network::fields::Shape;
use crate::network::lasting::Callback;
use crate::network::limit::{FASTEST, STANDARD};
use crate::network::naming::Naming;
use crate::network::notice;
use crate::network::opening::Opening;
use crate::network::params::Params;
use crate::network::profile::Profile;
use crate::network::quality::Quality;
use crate::network::reach::country;
use crate::network::registration::CodeTries;
use crate::network::short_link::ShortLink;
use crate::network::storefront::Storefront;

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
    /// Customers whom the business has blocked: digits, or business-scoped ids.
    #[serde(default)]
    pub(crate) blocked: Vec<String>,
    /// Short links with a text ready to be sent.
    #[serde(default)]
    pub(crate) links: Vec<ShortLink>,
    #[serde(default)]
    pub(crate) storefront: Storefront,
    /// What a chat begins with.
    #[serde(default)]
    pub(crate) opening: Opening,
    #[serde(default)]
    pub(crate) username: Option<String>,
    /// Messages a second.
    #[serde(default = "usual_throughput")]
    pub(crate) throughput: u32,
    /// Quality and messaging limit.
    #[serde(default)]
    pub(crate) quality: Quality,
    /// The review of display names.
    #[serde(default)]
    pub(crate) naming: Naming,
    /// When codes were requested, and wrong ones tried, as far as it still counts.
    #[serde(default)]
    pub(crate) codes: CodeTries,
}

/// Of a number that nobody has slowed down, messages a second.
pub(crate) fn usual_throughput() -> u32 {
    FASTEST
}

/// A display name that waits to come into force.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct NewName {
    pub(crate) verified_name: String,
    /// Base64.
    pub(crate) certificate: String,
}

impl Number {
    /// A number that nobody has verified yet.
    pub(crate) fn new(id: String, cc: &str, phone_number: &str, name: &str, serial: u64) -> Self {
        Self {
            certificate: certificate::issue(serial, name, &format!("{cc}{phone_number}")),
            id,
            cc: cc.to_owned(),
            phone_number: phone_number.to_owned(),
            verified_name: name.to_owned(),
            registration: Registration::New,
            pin: None,
            code: None,
            registered_ms: Vec::new(),
            deregistered_ms: Vec::new(),
            callback: None,
            profile: Profile::default(),
            identity_check: false,
            business: Business::default(),
            new_name: None,
            wrong_pins_ms: Vec::new(),
            blocked: Vec::new(),
            links: Vec::new(),
            storefront: Storefront::default(),
            opening: Opening::default(),
            username: None,
            throughput: usual_throughput(),
            quality: Quality::default(),
            naming: Naming::default(),
            codes: CodeTries::default(),
        }
    }

    /// Country code and national number.
    pub(crate) fn digits(&self) -> String {
        format!("{}{}", self.cc, self.phone_number)
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.registration == Registration::Registered
    }
}

/// `GET /{PHONE_ID}`.
pub(crate) const SHAPE: Shape = Shape {
    node: "WhatsAppBusinessPhoneNumber",
    default: &[
        "id",
        "display_phone_number",
        "verified_name",
        "quality_rating",
        "code_verification_status",
        "platform_type",
        "throughput",
        "webhook_configuration",
    ],
    sometimes: &[
        "certificate",
        "new_certificate",
        "new_display_name",
        "conversational_automation",
        "username",
        "last_onboarded_time",
    ],
};

impl Network {
    /// The object of a number, whole.
    pub(crate) fn number_object(&self, number: &Number) -> Value {
        let registered = number.is_registered();
        let status = match number.registration {
            Registration::New | Registration::Verified => "PENDING",
            Registration::Registered => self.number_status(number),
            Registration::Deregistered => "DISCONNECTED",
        };
        let (name_status, new_name_status) = number.name_states();
        let mut object = json!({
            "id": number.id,
            "display_phone_number": display(number),
            "verified_name": number.verified_name,
            "name_status": name_status,
            "quality_rating": number.quality.score().name(),
            "quality_score": {"score": number.quality.score().name()},
            "status": status,
            "platform_type": if registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
            "code_verification_status":
                if number.registration == Registration::New { "NOT_VERIFIED" } else { "VERIFIED" },
            "throughput": {"level": number.throughput_level()},
            "messaging_limit_tier": number.quality.tier().name(),
            "whatsapp_business_manager_messaging_limit": number.quality.tier().name(),
            "certificate": number.certificate,
            "new_certificate": number.new_name.as_ref().map(|new| &new.certificate),
            "new_display_name": number.new_display_name(),
            "new_name_status": new_name_status,
            "is_pin_enabled": number.pin.is_some(),
            "is_official_business_account": false,
            "is_on_biz_app": false,
            "is_preverified_number": false,
            "account_mode": "LIVE",
            "search_visibility": "NON_VISIBLE",
            "eligibility_for_api_business_global_search": "NON_ELIGIBLE_UNDEFINED_COUNTRY",
            "country_code": country(&number.cc),
            "country_dial_code": number.cc,
            "username": number.username,
            "conversational_automation": number.opening.shown(&number.id),
            "health_status": self.health(number),
            "webhook_configuration": self.webhook_configuration(number),
        });
        if let (Some(at), Value::Object(members)) = (number.registered_ms.last(), &mut object) {
            members.insert("last_onboarded_time".to_owned(), iso(*at).into());
        }
        object
    }

    /// `GET /{PHONE_ID}`.
    pub(crate) fn show_number(
        &self,
        number: &Number,
        fields: Option<&str>,
    ) -> Result<Value, GraphError> {
        SHAPE.select(self.number_object(number), fields)
    }

    /// `status` of a registered number: what a fault says, else what its quality says.
    fn number_status(&self, number: &Number) -> &'static str {
        match self.standing(number) {
            Standing::Connected if number.quality.is_flagged() => Standing::Flagged.name(),
            standing => standing.name(),
        }
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
        if number == notice::APP {
            return self.app_callback();
        }
        let own = self.lasting.numbers.get(number)?.callback.as_ref();
        own.or(self.lasting.account.callback.as_ref())
            .or(self.lasting.app.callback.as_ref())
            .filter(|_| self.lasting.account.subscribed && self.has_asked_for("messages"))
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

impl Number {
    /// `throughput.level`.
    fn throughput_level(&self) -> &'static str {
        match self.throughput {
            _ if !self.is_registered() => "NOT_APPLICABLE",
            0..=STANDARD => "STANDARD",
            _ => "HIGH",
        }
    }
}

/// As the network writes times in objects: `2026-09-21T14:13:20+0000`.
pub(crate) fn iso(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string())
        .unwrap_or_default()
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
