//! Shards, the two-step PIN, and the end of a registration.

use serde_json::json;

use crate::postman::step::Step;
use crate::postman::story::registration;

const PIN: &str = "493817";

/// The registration is ended and made again, if everything is wanted.
pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::api("POST", "/v1/account/shards")
            .json(json!({"cc": "{{cc}}", "phone_number": "{{phone_number}}", "cert": "{{cert}}", "shards": 4}))
            .is(&[201]),
        Step::api("GET", "/v1/account/shards")
            .is(&[200])
            .holds("there are four", "body.account.shards === 4"),
        Step::api("POST", "/v1/settings/account/two-step")
            .json(json!({"pin": PIN}))
            .is(&[200]),
        Step::api("POST", "/v1/account/shards")
            .named("Set the number of shards without the PIN")
            .json(json!({"cc": "{{cc}}", "phone_number": "{{phone_number}}", "cert": "{{cert}}", "shards": 1}))
            .is(&[403])
            .has_code(1005),
        Step::api("POST", "/v1/account/shards")
            .named("Set the number of shards with the PIN")
            .json(json!({"cc": "{{cc}}", "phone_number": "{{phone_number}}", "cert": "{{cert}}", "shards": 1, "pin": PIN}))
            .is(&[201]),
        Step::api("DELETE", "/v1/settings/account/two-step").is(&[200]),
    ];
    let end = vec![
        Step::api("POST", "/v1/account/deregister").is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Health without a registration")
            .is(&[200])
            .holds(
                "it is unregistered",
                "body.health.gateway_status === \"unregistered\"",
            ),
        Step::api("GET", "/v1/settings/profile/about")
            .named("Ask for the profile without a registration")
            .is(&[503])
            .has_code(1011),
    ];
    let again = registration("again");
    steps.extend(end.into_iter().chain(again).map(Step::only_with_everything));
    steps
}
