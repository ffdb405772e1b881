//! Media providers; defaults.

use serde_json::json;

use crate::postman::step::Step;
use crate::postman::story::notify_here;

/// The webhook is set again after the reset.
pub(super) fn steps() -> Vec<Step> {
    const NAME: &str = "postman-archive";
    vec![
        Step::api("POST", "/v1/settings/application/media/providers")
            .json(json!([{"name": NAME, "type": "www", "config": {"bearer": "t0ken-of-the-archive"}}]))
            .is(&[200]),
        Step::api("GET", "/v1/settings/application/media/providers")
            .is(&[200])
            .holds(
                "it is listed",
                &format!("body.settings.application.media.providers.some((provider) => provider.name === \"{NAME}\")"),
            )
            .then("pm.test(\"its secret is masked\", () => pm.expect(pm.response.text()).to.not.include(\"t0ken-of\"));"),
        Step::api("DELETE", "/v1/settings/application/media/providers/{name}")
            .at("name", NAME)
            .is(&[200]),
        Step::api("DELETE", "/v1/settings/application/media/providers/{name}")
            .named("Delete a media provider that there is none of")
            .at("name", NAME)
            .is(&[404])
            .has_code(1006),
        Step::api("DELETE", "/v1/settings/application").is(&[200]),
        Step::api("GET", "/v1/settings/application")
            .named("Show the defaults")
            .is(&[200])
            .holds("there is no webhook", "body.settings.application.webhooks.url === \"\""),
        notify_here().named("Set the webhook again"),
    ]
}
