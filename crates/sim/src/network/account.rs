//! The account: its object, templates, numbers, subscription and callbacks.

use serde_json::{Value, json};

use crate::network::Network;
use crate::network::lasting::Callback;
use crate::network::params::{Params, select};
use crate::network::template::Template;

/// What `GET /{WABA_ID}` shows without `fields`.
const DEFAULT_FIELDS: &[&str] = &["id", "name", "timezone_id", "message_template_namespace"];
/// What a list of templates shows without `fields`.
const TEMPLATE_FIELDS: &[&str] = &[
    "id",
    "name",
    "language",
    "status",
    "category",
    "parameter_format",
    "components",
    "rejected_reason",
];

impl Network {
    /// `GET /{WABA_ID}`.
    pub(crate) fn show_account(&self, fields: Option<&str>) -> Value {
        let account = &self.lasting.account;
        let object = json!({
            "id": account.id,
            "name": account.name,
            "timezone_id": "1",
            "currency": "USD",
            "country": "US",
            "message_template_namespace": account.namespace,
            "account_review_status": "APPROVED",
            "business_verification_status": "verified",
            "ownership_type": "SELF",
            "status": "ACTIVE",
            "disable_marketing_messages_on_cloud_api": false,
            "health_status": {
                "can_send_message": "AVAILABLE",
                "entities": [{"entity_type": "WABA", "id": account.id, "can_send_message": "AVAILABLE"}],
            },
        });
        select(object, fields, DEFAULT_FIELDS)
    }

    /// The templates that pass the filters, as `(id, object)`.
    pub(crate) fn list_templates(
        &self,
        filter: &Params,
        fields: Option<&str>,
    ) -> Vec<(String, Value)> {
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
            })
            .map(|template| (template.id.clone(), show_template(template, fields)))
            .collect()
    }

    /// `GET /{TEMPLATE_ID}`.
    pub(crate) fn show_template(&self, id: &str, fields: Option<&str>) -> Option<Value> {
        self.lasting
            .templates
            .iter()
            .find(|template| template.id == id)
            .map(|template| show_template(template, fields))
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
    pub(crate) fn set_app_callback(&mut self, callback: Option<Callback>) {
        self.lasting.app.callback = callback;
        self.redirected();
    }
}

fn show_template(template: &Template, fields: Option<&str>) -> Value {
    // a template of ours always serialises
    let object = serde_json::to_value(template).unwrap_or_default();
    select(object, fields, TEMPLATE_FIELDS)
}
