//! The account: its object, templates, numbers, subscription and callbacks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::fields::{Shape, names};
use crate::network::lasting::Callback;
use crate::network::limit::Limits;
use crate::network::number::Number;
use crate::network::params::Params;
use crate::network::quality::Score;
use crate::network::storefront::truth;
use crate::network::template::Template;

/// `GET /{WABA_ID}`.
const SHAPE: Shape = Shape {
    node: "WhatsAppBusinessAccount",
    default: &["id", "name", "timezone_id", "message_template_namespace"],
    sometimes: &[
        "analytics",
        "pricing_analytics",
        "conversation_analytics",
        "on_behalf_of_business_info",
        "primary_funding_id",
        "purchase_order_number",
        "primary_business_location",
    ],
};
/// `GET /{TEMPLATE_ID}`, and the elements of the list.
const TEMPLATE: Shape = Shape {
    node: "WhatsAppMessageTemplate",
    default: &[
        "id",
        "name",
        "language",
        "status",
        "category",
        "sub_category",
        "parameter_format",
        "components",
        "rejected_reason",
        "previous_category",
        "message_send_ttl_seconds",
    ],
    sometimes: &[
        "sub_category",
        "rejected_reason",
        "previous_category",
        "correct_category",
        "message_send_ttl_seconds",
        "library_template_name",
        "cta_url_link_tracking_opted_out",
        "degrees_of_freedom_spec",
        "quality_score",
    ],
};
/// What [`State`] can be.
const REVIEWS: &[&str] = &["APPROVED", "PENDING", "REJECTED", "DEFERRED"];
const VERIFICATIONS: &[&str] = &["verified", "not_verified", "pending", "rejected", "expired"];
const STATUSES: &[&str] = &["ACTIVE", "RESTRICTED", "DISABLED"];
/// How long a review takes unless it is set, seconds.
const REVIEW_S: u32 = 1;

/// What reviews have found of an account, and what they do of its templates and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// `APPROVED`, `PENDING`, `REJECTED`, `DEFERRED`.
    pub(crate) review: String,
    /// `verified`, `not_verified`, `pending`, `rejected`, `expired`.
    pub(crate) verification: String,
    /// `ACTIVE`, `RESTRICTED`, `DISABLED`.
    pub(crate) status: String,
    /// No marketing templates on the Cloud API.
    pub(crate) no_marketing: bool,
    /// A bill is not paid.
    pub(crate) unpaid: bool,
    /// How long a review of a template or a name takes, seconds of the network's clock.
    pub(crate) review_s: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            review: "APPROVED".to_owned(),
            verification: "verified".to_owned(),
            status: "ACTIVE".to_owned(),
            no_marketing: false,
            unpaid: false,
            review_s: REVIEW_S,
        }
    }
}

impl State {
    pub(crate) fn review_ms(&self) -> i64 {
        i64::from(self.review_s) * 1000
    }
}

impl Network {
    /// `GET /{WABA_ID}`.
    pub(crate) fn show_account(&self, fields: Option<&str>) -> Result<Value, GraphError> {
        let account = &self.lasting.account;
        let can = if account.state.status == "ACTIVE" {
            "AVAILABLE"
        } else {
            "BLOCKED"
        };
        let mut object = json!({
            "id": account.id,
            "name": account.name,
            "timezone_id": "1",
            "currency": "USD",
            "country": "US",
            "message_template_namespace": account.namespace,
            "account_review_status": account.state.review,
            "business_verification_status": account.state.verification,
            "is_enabled_for_insights": true,
            "marketing_messages_lite_api_status": "INELIGIBLE",
            "marketing_messages_onboarding_status": "INELIGIBLE",
            "ownership_type": "SELF",
            "owner_business_info": {"name": account.name, "id": self.business_id()},
            "owner_business": {"name": account.name, "id": self.business_id()},
            "status": account.state.status,
            "disable_marketing_messages_on_cloud_api": account.state.no_marketing,
            "whatsapp_business_manager_messaging_limit":
                self.lasting.numbers.first().map(|number| number.quality.tier().name()),
            "health_status": {
                "can_send_message": can,
                "entities": [
                    {"entity_type": "WABA", "id": account.id, "can_send_message": can},
                    {"entity_type": "BUSINESS", "id": self.business_id(), "can_send_message": "AVAILABLE"},
                    {"entity_type": "APP", "id": self.lasting.app.id, "can_send_message": "AVAILABLE"},
                ],
            },
        });
        if let (Some(fields), Value::Object(members)) = (fields, &mut object) {
            members.extend(self.analytics(fields)?);
            members.extend(self.edges(fields));
        }
        SHAPE.select(object, fields)
    }

    /// Edges that `fields` asks for as if they were members.
    fn edges(&self, fields: &str) -> Vec<(String, Value)> {
        let mut shown = Vec::new();
        for name in names(fields) {
            let items: Vec<Value> = match name.as_str() {
                "phone_numbers" => (self.lasting.numbers.iter())
                    .map(|number| self.number_object(number))
                    .collect(),
                "message_templates" => (self.lasting.templates.iter())
                    .map(Template::shown)
                    .collect(),
                "subscribed_apps" => {
                    let listed = self.list_subscribed().into_iter();
                    listed.map(|(_, object)| object).collect()
                }
                _ => continue,
            };
            shown.push((name, json!({ "data": items })));
        }
        shown
    }

    /// The business that the account belongs to.
    pub(crate) fn business_id(&self) -> String {
        format!("55{}", self.lasting.account.id)
    }

    /// `GET /{BUSINESS_ID}`.
    pub(crate) fn show_business(&self, fields: Option<&str>) -> Result<Value, GraphError> {
        const BUSINESS: Shape = Shape {
            node: "Business",
            default: &["id", "name"],
            sometimes: &["primary_page"],
        };
        let account = &self.lasting.account;
        let object = json!({
            "id": self.business_id(),
            "name": account.name,
            "verification_status": account.state.verification,
            "timezone_id": 1,
            "whatsapp_business_manager_messaging_limit":
                self.lasting.numbers.first().map(|number| number.quality.tier().name()),
        });
        BUSINESS.select(object, fields)
    }

    /// Whether the account may send at all.
    pub(crate) fn check_account(&self) -> Result<(), GraphError> {
        let state = &self.lasting.account.state;
        match state.status.as_str() {
            "DISABLED" => Err(GraphError::new(
                131_031,
                "the WhatsApp Business account is disabled",
            )),
            "RESTRICTED" => Err(GraphError::new(
                368,
                "the WhatsApp Business account is restricted for violating policies",
            )),
            _ => Ok(()),
        }
    }

    /// Sets by hand what reviews find. A sentence says what is wrong.
    pub(crate) fn set_account(
        &mut self,
        change: &Map<String, Value>,
        now: i64,
    ) -> Result<(), String> {
        let before = self.lasting.account.state.clone();
        let mut members = match serde_json::to_value(&before) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        for (name, value) in change {
            if !members.contains_key(name) {
                return Err(format!("there is no member {name}"));
            }
            members.insert(name.clone(), value.clone());
        }
        let state: State = serde_json::from_value(Value::Object(members))
            .map_err(|error| format!("the members do not fit: {error}"))?;
        for (name, value, known) in [
            ("review", &state.review, REVIEWS),
            ("verification", &state.verification, VERIFICATIONS),
            ("status", &state.status, STATUSES),
        ] {
            if !known.contains(&value.as_str()) {
                return Err(format!("{name} must be one of {}", known.join(", ")));
            }
        }
        self.lasting.account.state = state.clone();
        self.saved_at_once();
        if state.review != before.review {
            self.notice(
                "account_review_update",
                &json!({"decision": state.review}),
                now,
            );
        }
        if state.verification != before.verification && state.verification == "verified" {
            self.notice("account_update", &json!({"event": "VERIFIED_ACCOUNT"}), now);
            let value = json!({
                "max_daily_conversations_per_business": "TIER_2K",
                "max_phone_numbers_per_business": 20,
            });
            self.notice("business_capability_update", &value, now);
        }
        if state.status != before.status {
            let day = crate::network::number::iso(now);
            let value = match state.status.as_str() {
                "RESTRICTED" => json!({
                    "event": "ACCOUNT_RESTRICTION",
                    "restriction_info": [{
                        "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                        "expiration": now / 1000 + 7 * 24 * 3600,
                    }],
                }),
                "DISABLED" => json!({
                    "event": "DISABLED_UPDATE",
                    "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": day},
                }),
                _ => json!({
                    "event": "DISABLED_UPDATE",
                    "ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": day},
                }),
            };
            self.notice("account_update", &value, now);
        }
        Ok(())
    }

    /// Switches limits.
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.lasting.limits = limits;
        self.saved_at_once();
    }

    /// `POST /{WABA_ID}`.
    pub(crate) fn change_account(&mut self, params: &Params) -> Result<(), GraphError> {
        if let Some(name) = params.text("name")? {
            self.lasting.account.name = name;
        }
        if let Some(off) = truth(params, "disable_marketing_messages_on_cloud_api")? {
            self.lasting.account.state.no_marketing = off;
        }
        self.saved_at_once();
        Ok(())
    }

    /// The templates that pass the filters, as `(id, object)`.
    pub(crate) fn list_templates(
        &self,
        filter: &Params,
        fields: Option<&str>,
    ) -> Result<Vec<(String, Value)>, GraphError> {
        let passes = |name: &str, value: &str| {
            filter
                .value(name)
                .and_then(Value::as_str)
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        self.lasting
            .templates
            .iter()
            .filter(|template| {
                passes("name", &template.name)
                    && passes("language", &template.language)
                    && passes("status", &template.status)
                    && passes("category", &template.category)
                    && passes(
                        "quality_score",
                        template.life.score().map_or("UNKNOWN", Score::name),
                    )
            })
            .map(|template| {
                Ok((
                    template.id.clone(),
                    TEMPLATE.select(template.shown(), fields)?,
                ))
            })
            .collect()
    }

    /// `GET /{TEMPLATE_ID}`.
    pub(crate) fn show_template(
        &self,
        id: &str,
        fields: Option<&str>,
    ) -> Result<Value, GraphError> {
        let known = (self.lasting.templates.iter()).find(|template| template.id == id);
        match known {
            Some(template) => TEMPLATE.select(template.shown(), fields),
            None => Err(GraphError::unknown_object("get", id)),
        }
    }

    /// `GET /{WABA_ID}/subscribed_apps`, as `(id, object)`.
    pub(crate) fn list_subscribed(&self) -> Vec<(String, Value)> {
        let app = &self.lasting.app;
        if !self.lasting.account.subscribed {
            return Vec::new();
        }
        let mut object = Params::default();
        object.set(
            "whatsapp_business_api_data",
            json!({
                "id": app.id,
                "name": app.name,
                "link": format!("https://apps.example/{}", app.id),
            }),
        );
        if let Some(callback) = &self.lasting.account.callback {
            object.set("override_callback_uri", callback.url.as_str());
        }
        vec![(app.id.clone(), Value::Object(object.0))]
    }

    /// `GET /{APP_ID}/subscriptions`, as `(key, object)`.
    pub(crate) fn list_subscriptions(&self) -> Vec<(String, Value)> {
        const OBJECT: &str = "whatsapp_business_account";
        let app = &self.lasting.app;
        let fields: Vec<Value> = (app.fields.as_deref())
            .unwrap_or(&["messages".to_owned()])
            .iter()
            .map(|name| json!({"name": name, "version": "v24.0"}))
            .collect();
        let shown = app.callback.as_ref().map(|callback| {
            let object = json!({"object": OBJECT, "callback_url": callback.url, "active": true, "fields": fields});
            (OBJECT.to_owned(), object)
        });
        shown.into_iter().collect()
    }

    /// `POST /{WABA_ID}/phone_numbers`: one more number, which has to be verified.
    pub(crate) fn add_number(&mut self, params: &Params) -> Result<Value, GraphError> {
        let most = if self.lasting.account.state.verification == "verified" {
            20
        } else {
            2
        };
        let cc = params.required_text("cc")?;
        let national = params.required_text("phone_number")?;
        let name = params.required_text("verified_name")?;
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let (cc, national) = (digits(&cc), digits(&national));
        let full = format!("{cc}{national}");
        if cc.is_empty() || !(5..=15).contains(&full.len()) {
            return Err(GraphError::parameter(
                "Param phone_number is not a valid phone number.",
            ));
        }
        let is_taken = self.lasting.customers.contains_key(&full)
            || self
                .lasting
                .numbers
                .iter()
                .any(|number| number.digits() == full);
        if is_taken {
            let words = "This phone number is in use already.";
            return Err(GraphError::parameter(words).for_person(2_388_012, words));
        }
        if self.lasting.numbers.len() >= most {
            let words = format!("The business can have {most} phone numbers.");
            return Err(GraphError::parameter(words.clone()).for_person(2_388_012, &words));
        }
        let serial = self.dice.roll() % 1_000_000_000_000;
        let id = format!("108{serial:012}");
        self.lasting
            .numbers
            .push(Number::new(id.clone(), &cc, &national, &name, serial));
        self.saved_at_once();
        Ok(json!({ "id": id }))
    }

    /// Subscribes the app, with this override or none.
    pub(crate) fn subscribe(&mut self, callback: Option<Callback>) {
        self.lasting.account.subscribed = true;
        self.lasting.account.callback = callback;
        self.redirected();
    }

    /// Ends the subscription, and the override with it.
    pub(crate) fn unsubscribe(&mut self) {
        self.lasting.account.subscribed = false;
        self.lasting.account.callback = None;
        self.saved_at_once();
    }

    /// Sets the app's own callback.
    pub(crate) fn set_app_callback(
        &mut self,
        callback: Option<Callback>,
        fields: Option<Vec<String>>,
    ) {
        self.lasting.app.callback = callback;
        self.lasting.app.fields = fields;
        self.redirected();
    }
}
