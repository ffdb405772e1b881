//! What Landline posts to the business: the other direction of the API.

use onprem::notification::Notification;
use onprem::schema::Described;
use serde_json::{Map, Value, json};

/// The group that it stands in.
pub(super) const TAG: &str = "Notifications";

/// `webhooks` of the document.
pub(super) fn webhooks() -> Value {
    let examples: Map<String, Value> = Notification::examples()
        .into_iter()
        .map(|(name, example)| (name.to_owned(), json!({"value": example})))
        .collect();
    json!({
        "notification": {"post": {
            "operationId": "notification",
            "summary": "What happened",
            "description": "Posted to `webhooks.url` of the application settings, one event each, in order for each customer. \
                Anything but 200 makes it come again, later and later, until it is 200; so it may come twice, with the same \
                ids.",
            "tags": [TAG],
            "security": [{}],
            "requestBody": {
                "required": true,
                "content": {"application/json": {
                    "schema": {"$ref": format!("#/components/schemas/{}", Notification::NAME)},
                    "examples": examples,
                }},
            },
            "responses": {"200": {"description": "It was taken. The body is ignored."}},
        }},
    })
}

/// Its schema, among the components.
pub(super) fn schema() -> (&'static str, Value) {
    (Notification::NAME, Notification::schema())
}
