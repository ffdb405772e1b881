//! Notifications of every kind.

use serde_json::{Value, json};

const ADA: &str = "12025550143";
const ID: &str = "ABGGEgJVUBQ_AglbEoMz9N0CPrk";
const SENT: &str = "gBGGEgJVUBQ_AgkW6VQ6Wzszgnk";

pub(super) fn all() -> Vec<(&'static str, Value)> {
    let told = || json!({"profile": {"name": "Ada Quist"}, "wa_id": ADA});
    let message = |members: Value| {
        let mut message = json!({"from": ADA, "id": ID, "timestamp": "1795561643"});
        merge(&mut message, members);
        json!({"contacts": [told()], "messages": [message]})
    };
    let status = |members: Value| {
        let mut status = json!({
            "id": SENT, "message": {"recipient_id": ADA}, "recipient_id": ADA, "timestamp": "1795561650",
            "type": "message",
        });
        merge(&mut status, members);
        json!({"statuses": [status]})
    };
    vec![
        (
            "a text",
            message(json!({"type": "text", "text": {"body": "Is my parcel here?"}})),
        ),
        (
            "an answer to a message",
            message(json!({
                "type": "text", "text": {"body": "That one, please"},
                "context": {"from": "12025550111", "id": SENT},
            })),
        ),
        (
            "a picture",
            message(json!({"type": "image", "image": {
                "caption": "The broken cup", "id": "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11", "mime_type": "image/jpeg",
                "sha256": "5f0c9d2b7e1a4c38d6f0b2a49c7e5d1380f6a2b4c9e7d5f3a1b08c6e4d2f9a75",
            }})),
        ),
        (
            "a document that was not downloaded",
            message(json!({
                "type": "document",
                "document": {"filename": "lease.pdf", "mime_type": "application/pdf", "status": "undownloaded"},
                "errors": [{"code": 400, "details": "the network answered 500 three times", "title": "Media download error"}],
            })),
        ),
        (
            "a place",
            message(
                json!({"type": "location", "location": {"latitude": 52.5163, "longitude": 13.3777, "name": "The gate"}}),
            ),
        ),
        (
            "a button of a template",
            message(json!({
                "type": "button", "button": {"payload": "slot:keep", "text": "Keep it"},
                "context": {"from": "12025550111", "id": SENT},
            })),
        ),
        (
            "a choice from a list",
            message(json!({
                "type": "interactive",
                "interactive": {"list_reply": {"description": "From 4 to 6", "id": "later", "title": "Later"}, "type": "list_reply"},
                "context": {"from": "12025550111", "id": SENT},
            })),
        ),
        (
            "a reaction",
            message(json!({"type": "reaction", "reaction": {"emoji": "☕", "message_id": SENT}})),
        ),
        (
            "an order",
            message(
                json!({"type": "order", "order": {"catalog_id": "613000142001", "product_items": [
                    {"currency": "EUR", "item_price": 12.5, "product_retailer_id": "mug-blue", "quantity": 2},
                ]}}),
            ),
        ),
        (
            "a text from an advertisement",
            message(json!({
                "type": "text", "text": {"body": "Is this still to be had?"},
                "referral": {"headline": "Blue cups", "source_id": "23840000000", "source_type": "ad",
                    "source_url": "https://shop.example/ad/1"},
            })),
        ),
        (
            "a changed number",
            json!({"messages": [{
                "from": ADA, "id": ID, "timestamp": "1795561643", "type": "system",
                "system": {"body": "12025550143 changed number to 12025550177", "new_wa_id": "12025550177",
                    "type": "user_changed_number"},
            }]}),
        ),
        (
            "a message without an on-prem form",
            message(json!({
                "type": "unknown",
                "errors": [{"code": 501, "details": "Message type is not currently supported",
                    "title": "Message type is not currently supported"}],
            })),
        ),
        (
            "sent",
            status(json!({
                "status": "sent",
                "conversation": {"expiration_timestamp": 1_795_648_050, "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                    "origin": {"type": "service"}},
                "pricing": {"billable": true, "category": "service", "pricing_model": "CBP"},
            })),
        ),
        ("read", status(json!({"status": "read"}))),
        (
            "failed",
            status(json!({
                "status": "failed",
                "errors": [{"code": 470, "details": "More than 24 hours have passed since the customer last wrote",
                    "title": "Re-engagement message"}],
            })),
        ),
        (
            "taken back by the customer",
            status(json!({"id": ID, "status": "deleted"})),
        ),
        (
            "an error that belongs to no message",
            json!({"errors": [{"code": 1015, "details": "the network slows this number down", "title": "Too many requests"}]}),
        ),
        (
            "a collection that has ended",
            json!({"services": [{"message": {"gc": {"messages_deleted": 42, "status": "complete"}}}]}),
        ),
    ]
}

fn merge(object: &mut Value, members: Value) {
    if let (Value::Object(object), Value::Object(members)) = (object, members) {
        object.extend(members);
    }
}
