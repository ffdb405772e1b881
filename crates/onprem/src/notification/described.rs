//! What the webhook receives, as a schema (`webhooks.md` sections 2 to 4).

mod example;
mod message;

use serde_json::{Value, json};

use super::Notification;
use crate::schema::{
    self, Described, Member, boolean, choice, list, object, optional, required, string,
};

impl Described for Notification {
    const NAME: &'static str = "Notification";

    fn schema() -> Value {
        object([
            optional("contacts", list(contact())).about("The sender of the message."),
            optional("messages", list(message::schema()))
                .about("What a customer wrote, or what happened to a customer."),
            optional("statuses", list(status())).about("What became of a message."),
            optional("errors", list(error())).about(
                "What went wrong and belongs to no message; the same at most once a minute.",
            ),
            optional("services", list(service()))
                .about("A collection that was asked for has ended."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        example::all()
    }
}

fn contact() -> Value {
    object([
        required("profile", object([optional("name", string())]))
            .about("The name is there when it is known."),
        required("wa_id", wa_id()),
    ])
}

/// A customer, as digits; without a number as the network's own id.
fn wa_id() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// Unix seconds, as a text.
fn seconds() -> Value {
    schema::string_like("^[0-9]+$")
}

fn error() -> Value {
    object([
        required("code", json!({"type": "integer"})).about("What programs branch on."),
        required("title", string()).about("The same text for every error of this code."),
        optional("details", string()).about("What exactly."),
        optional("href", string()).about("More information, where there is some."),
    ])
}

/// `errors` of a message or a status.
fn errors(about: &str) -> Member {
    optional("errors", list(error())).about(about)
}

fn status() -> Value {
    let conversation = object([
        optional("id", string()),
        optional("expiration_timestamp", json!({"type": "number"}))
            .about("Unix seconds, a number; on `sent` only."),
        optional("origin", object([optional("type", string())]))
            .about("`type` is authentication, marketing, utility, service or referral_conversion."),
    ]);
    let pricing = object([
        optional("billable", boolean()),
        optional("category", string()),
        optional("pricing_model", string()),
    ]);
    let states = choice(["sent", "delivered", "read", "failed", "deleted", "warning"]);
    object([
        required("id", string())
            .about("The message; for `deleted` the customer's, which was taken back."),
        required("status", states),
        required("timestamp", seconds()).about("When it happened, Unix seconds."),
        required("recipient_id", wa_id()),
        required("message", object([required("recipient_id", wa_id())]))
            .about("The recipient once more."),
        required("type", choice(["message"])),
        optional("conversation", conversation).about("On `sent` and `delivered`."),
        optional("pricing", pricing).about("On `sent` and `delivered`."),
        errors("Of `failed` and `warning`."),
        optional("biz_opaque_callback_data", string())
            .about("What the send carried. An extension."),
    ])
}

fn service() -> Value {
    let why = list(object([
        required("code", json!({"type": "integer"})),
        required("details", string()),
    ]));
    let gc = |counted: &'static str| {
        object([
            required("status", choice(["processing", "complete", "failed"])),
            required(counted, json!({"type": "integer", "minimum": 0})),
            optional("errors", why.clone()).about("Of `failed`."),
        ])
    };
    object([
        optional("message", object([required("gc", gc("messages_deleted"))])),
        optional("media", object([required("gc", gc("items_deleted"))])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_notification() {
        for (name, example) in Notification::examples() {
            let read: Notification = serde_json::from_value(example.clone()).unwrap();

            let written: Value = serde_json::from_slice(&read.to_bytes()).unwrap();
            assert_eq!(written, example, "{name}");
        }
    }
}
