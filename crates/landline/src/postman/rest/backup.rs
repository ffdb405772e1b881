//! Registration and settings, out and in.

use serde_json::json;

use crate::postman::step::Step;

const PASSWORD: &str = "Quiet-Harbour-7";

/// What was backed up is restored at once, into the same program.
pub(super) fn steps() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/settings/backup")
            .json(json!({"password": PASSWORD}))
            .is(&[200])
            .keeps("backup", "body.settings.data"),
        Step::api("POST", "/v1/settings/restore")
            .named("Restore with a wrong password")
            .json(json!({"password": "Quiet-Harbour-8", "data": "{{backup}}"}))
            .is(&[400])
            .has_code(1009),
        Step::api("POST", "/v1/settings/restore")
            .json(json!({"password": PASSWORD, "data": "{{backup}}"}))
            .is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Health, once the restored line is connected")
            .is(&[200])
            .until("body.health.gateway_status === \"connected\""),
    ]
}
