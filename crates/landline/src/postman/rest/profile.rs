//! What customers see of the business.

use serde_json::json;

use crate::postman::step::Step;

/// Set, and shown as it was set. A picture has no place in a collection: the photo is left as it is.
pub(super) fn steps() -> Vec<Step> {
    vec![
        Step::api("PATCH", "/v1/settings/profile/about")
            .json(json!({"text": "Open 9 to 5"}))
            .is(&[200]),
        Step::api("GET", "/v1/settings/profile/about")
            .is(&[200])
            .holds(
                "it is the text",
                "body.settings.profile.about.text === \"Open 9 to 5\"",
            ),
        Step::api("POST", "/v1/settings/profile/photo")
            .named("Set a photo that is none")
            .text("image/png", "no picture")
            .is(&[400])
            .has_code(1009),
        Step::api("GET", "/v1/settings/profile/photo").is(&[200, 404]),
        Step::api("GET", "/v1/settings/profile/photo?format=link")
            .named("Where the photo is")
            .is(&[200, 404]),
        Step::api("DELETE", "/v1/settings/profile/photo").is(&[200, 404]),
        Step::api("POST", "/v1/settings/business/profile")
            .json(json!({
                "address": "1 Quay Street, Example Harbour", "description": "Books old and new",
                "email": "hello@harbour.example", "vertical": "Shopping and Retail",
                "websites": ["https://harbour.example"],
            }))
            .is(&[200]),
        Step::api("GET", "/v1/settings/business/profile")
            .is(&[200])
            .holds(
                "it is the address",
                "body.settings.business.profile.address.startsWith(\"1 Quay Street\")",
            ),
        Step::api("POST", "/v1/settings/business/profile")
            .named("Set a vertical that there is none of")
            .json(json!({"vertical": "Lighthouses"}))
            .is(&[400])
            .has_code(1009),
    ]
}
