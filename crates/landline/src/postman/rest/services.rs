//! Collection of what is old.

use crate::postman::step::Step;

/// Asked for, and told at the webhook when it is done.
pub(super) fn steps() -> Vec<Step> {
    let seen = "body.notifications.flatMap((notification) => notification.services || [])";
    vec![
        Step::sim("DELETE", "/sim/webhook")
            .named("Forget earlier notifications")
            .is(&[200]),
        Step::api("PUT", "/v1/services/message/gc")
            .is(&[200])
            .holds(
                "it has begun",
                "body.services.message.gc.status === \"processing\"",
            ),
        Step::api("PUT", "/v1/services/media/gc").is(&[200]).holds(
            "it has begun",
            "body.services.media.gc.status === \"processing\"",
        ),
        Step::sim("GET", "/sim/webhook?contains=\"services\"")
            .named("The notifications of both")
            .is(&[200])
            .until(&format!(
                "{seen}.some((told) => told.message) && {seen}.some((told) => told.media)"
            )),
    ]
}
