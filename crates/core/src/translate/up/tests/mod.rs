use graph::webhook;
use serde_json::json;

use super::*;

mod form;
mod message;
mod property;
mod status;

fn our_id(text: &str) -> MessageId {
    serde_json::from_value(json!(text)).unwrap()
}

fn incoming(kind: &str, content: Value) -> webhook::Message {
    let Value::Object(content) = content else {
        panic!("the content is an object");
    };
    webhook::Message {
        from: Some("+12025550143".to_owned()),
        from_user_id: Some("US.48151623421234567".to_owned()),
        id: "wamid.in".to_owned(),
        timestamp: "1790000000".to_owned(),
        kind: kind.to_owned(),
        context: None,
        errors: Vec::new(),
        content,
    }
}

fn network_error(code: i64, details: &str) -> webhook::ErrorObject {
    webhook::ErrorObject {
        code,
        title: "a title".to_owned(),
        error_data: Some(webhook::ErrorData {
            details: details.to_owned(),
        }),
    }
}

fn ada() -> webhook::Contact {
    webhook::Contact {
        profile: webhook::Profile {
            name: Some("Ada Quist".to_owned()),
        },
        wa_id: Some("12025550143".to_owned()),
        user_id: Some("US.48151623421234567".to_owned()),
        identity_key_hash: None,
    }
}

fn names() -> Names {
    Names {
        context_id: Some(our_id("gBGHEiAlVQFDAgkA")),
        reaction_id: Some(our_id("gBGHEiAlVQFDAgkB")),
        business: "12025550100".to_owned(),
    }
}

fn known(media: Option<&ReceivedMedia>) -> Known {
    Known {
        names: names(),
        media: media.cloned(),
        ..Known::default()
    }
}

fn everything_on() -> ApplicationSettings {
    ApplicationSettings {
        sent: true,
        notify_user_change_number: true,
        show_security_notifications: true,
        ..ApplicationSettings::default()
    }
}

fn translated_with(incoming: &webhook::Message, media: Option<&ReceivedMedia>) -> Option<Value> {
    let notification = message(
        incoming,
        Some(&ada()),
        &our_id("ABGGEiAlVQFDAgkC"),
        &known(media),
        &everything_on(),
    )?;
    Some(serde_json::from_slice(&notification.to_bytes()).unwrap())
}

/// The notification's JSON; titles are left to the error table.
fn translated(incoming: &webhook::Message) -> Value {
    translated_with(incoming, None).unwrap()
}

fn first(notification: &Value) -> &Value {
    &notification["messages"][0]
}

fn stored() -> ReceivedMedia {
    ReceivedMedia::Stored {
        id: "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77".to_owned(),
        sha256: "ab".repeat(32),
        mime_type: "image/jpeg".to_owned(),
        metadata: None,
    }
}

fn network_status(kind: &str) -> webhook::Status {
    webhook::Status {
        id: "wamid.out".to_owned(),
        status: kind.to_owned(),
        timestamp: "1790000100".to_owned(),
        recipient_id: Some("12025550143".to_owned()),
        recipient_user_id: None,
        recipient_type: None,
        recipient_participant_id: None,
        recipient_identity_key_hash: None,
        kind: None,
        biz_opaque_callback_data: Some("ll1.k3v9x0ab.17".to_owned()),
        conversation: Some(json!({
            "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "expiration_timestamp": "1790086400",
            "origin": {"type": "utility"}
        })),
        pricing: Some(json!({
            "billable": true, "pricing_model": "PMP", "type": "regular", "category": "utility"
        })),
        errors: Vec::new(),
    }
}

fn told(network: &webhook::Status, settings: &ApplicationSettings) -> Option<Value> {
    let notification = status(
        network,
        &our_id("gBGHEiAlVQFDAgkA"),
        "12025550143",
        None,
        settings,
    )?;
    Some(serde_json::from_slice(&notification.to_bytes()).unwrap())
}
