//! Certificates as text.

use crate::postman::step::Step;

/// Landline's own authority serves as the webhook's private one.
pub(super) fn steps() -> Vec<Step> {
    vec![
        Step::api("GET", "/v1/certificates/external/ca")
            .is(&[200])
            .then("pm.test(\"it is PEM\", () => pm.expect(pm.response.text()).to.include(\"BEGIN CERTIFICATE\"));")
            .then("pm.collectionVariables.set(\"ca\", pm.response.text());"),
        Step::api("POST", "/v1/certificates/external")
            .named("Serve the API with a certificate that is none")
            .text("text/plain", "no certificate")
            .is(&[400])
            .has_code(1009),
        Step::api("DELETE", "/v1/certificates/external").is(&[200]),
        Step::api("POST", "/v1/certificates/webhooks/ca")
            .text("text/plain", "{{ca}}")
            .is(&[200]),
        Step::api("GET", "/v1/certificates/webhooks/ca")
            .is(&[200])
            .then("pm.test(\"it is what was set\", () => pm.expect(pm.response.text().trim()).to.equal(pm.collectionVariables.get(\"ca\").trim()));"),
        Step::api("DELETE", "/v1/certificates/webhooks/ca").is(&[200]),
        Step::api("GET", "/v1/certificates/webhooks/ca")
            .named("Ask for authorities when there are none")
            .is(&[404])
            .has_code(1006),
    ]
}
