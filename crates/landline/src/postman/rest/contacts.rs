//! A customer with a new phone.

use serde_json::json;

use crate::postman::step::Step;

/// Sending is held back until the new identity is acknowledged.
pub(super) fn steps() -> Vec<Step> {
    let send = || {
        Step::api("POST", "/v1/messages").json(
            json!({"to": "{{customer}}", "type": "text", "text": {"body": "Is it still you?"}}),
        )
    };
    vec![
        Step::api("PATCH", "/v1/settings/application")
            .named("Ask for identity changes")
            .json(json!({"show_security_notifications": true}))
            .is(&[200]),
        Step::sim("POST", "/sim/customers/{{customer}}/identity")
            .named("The customer has a new phone")
            .is(&[200, 201]),
        Step::api("GET", "/v1/contacts/{wa_id}/identity")
            .named("Show a contact's identity, once the change is known")
            .at("wa_id", "{{customer}}")
            .is(&[200, 404])
            .until("pm.response.code === 200 && !body.contacts.acknowledged")
            .keeps("identity", "body.contacts.hash"),
        send()
            .named("Send to a contact whose identity is not acknowledged")
            .is(&[403])
            .has_code(1028),
        Step::api("PUT", "/v1/contacts/{wa_id}/identity")
            .at("wa_id", "{{customer}}")
            .json(json!({"hash": "{{identity}}"}))
            .is(&[200]),
        send().named("Send again").is(&[201]),
        Step::api("PATCH", "/v1/settings/application")
            .named("Do not ask for identity changes any more")
            .json(json!({"show_security_notifications": false}))
            .is(&[200]),
    ]
}
