//! The documented form of a notification (`webhooks.md` sections 2 to 4), written down once more for tests: which members
//! there may be, and of which type.

use serde_json::Value;

/// Panics unless a notification has the documented form.
pub(super) fn check(notification: &Value) {
    members(
        notification,
        &["contacts", "messages", "statuses", "errors"],
    );
    for contact in list(&notification["contacts"]) {
        members(contact, &["profile", "wa_id"]);
        texts(contact, &["wa_id"]);
        members(&contact["profile"], &["name"]);
        texts(&contact["profile"], &["name"]);
    }
    list(&notification["messages"]).iter().for_each(message);
    list(&notification["statuses"]).iter().for_each(status);
    errors(&notification["errors"]);
}

fn message(message: &Value) {
    let kind = message["type"].as_str().unwrap();
    let common = [
        "from",
        "id",
        "timestamp",
        "type",
        "context",
        "identity",
        "referral",
        "errors",
        "group_id",
    ];
    let allowed: Vec<&str> = common.into_iter().chain([kind]).collect();
    members(message, &allowed);
    texts(message, &["from", "id", "timestamp", "type", "group_id"]);
    assert!(
        message["id"].is_string()
            && message["timestamp"].is_string()
            && message["from"].is_string()
    );
    errors(&message["errors"]);
    context(&message["context"]);
    referral(&message["referral"]);
    identity(&message["identity"]);
    content(kind, &message[kind]);
}

fn content(kind: &str, content: &Value) {
    match kind {
        "text" => {
            members(content, &["body"]);
            assert!(content["body"].is_string());
        }
        "image" | "video" | "document" | "audio" | "voice" | "sticker" => media(kind, content),
        "location" => {
            members(
                content,
                &["latitude", "longitude", "name", "address", "url"],
            );
            texts(content, &["name", "address", "url"]);
            assert!(
                content["latitude"].is_number() && content["longitude"].is_number(),
                "{content}"
            );
        }
        "contacts" => list(content).iter().for_each(card),
        "reaction" => {
            members(content, &["message_id", "emoji"]);
            assert!(content["message_id"].is_string() && content["emoji"].is_string());
        }
        "button" => {
            members(content, &["text", "payload"]);
            texts(content, &["text"]);
        }
        "order" => order(content),
        "interactive" => assert!(content.is_object()),
        "system" => {
            members(content, &["body", "type", "new_wa_id", "identity", "user"]);
            texts(content, &["body", "type", "new_wa_id", "identity", "user"]);
        }
        "unknown" | "ephemeral" => assert!(content.is_null()),
        other => panic!("no documented type: {other}"),
    }
}

fn media(kind: &str, media: &Value) {
    let named = ["id", "mime_type", "sha256", "status"];
    let special: &[&str] = match kind {
        "image" | "video" => &["caption"],
        "document" => &["caption", "filename"],
        "audio" => &["filename"],
        "sticker" => &["metadata"],
        _ => &[],
    };
    let allowed: Vec<&str> = named.iter().chain(special).copied().collect();
    members(media, &allowed);
    texts(
        media,
        &["id", "mime_type", "sha256", "status", "caption", "filename"],
    );
    assert!(
        media["id"].is_string() != (media["status"] == "undownloaded"),
        "{media}"
    );
    if let Some(sum) = media["sha256"].as_str() {
        assert!(
            sum.len() == 64
                && sum
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        );
    }
    let metadata = &media["metadata"];
    let texts_of_it = [
        "sticker-pack-id",
        "sticker-pack-name",
        "sticker-pack-publisher",
        "android-app-store-link",
        "ios-app-store-link",
    ];
    let all: Vec<&str> = texts_of_it
        .into_iter()
        .chain(["emojis", "is-first-party-sticker"])
        .collect();
    members(metadata, &all);
    texts(metadata, &texts_of_it);
    assert!(list(&metadata["emojis"]).iter().all(Value::is_string));
    numbers(metadata, &["is-first-party-sticker"]);
}

fn card(card: &Value) {
    members(
        card,
        &[
            "name",
            "phones",
            "emails",
            "addresses",
            "org",
            "urls",
            "birthday",
            "ims",
        ],
    );
    texts(card, &["birthday"]);
    for name in ["name", "org"] {
        only_texts(&card[name]);
    }
    for name in ["phones", "emails", "addresses", "urls", "ims"] {
        list(&card[name]).iter().for_each(only_texts);
    }
}

fn order(order: &Value) {
    members(order, &["catalog_id", "text", "product_items"]);
    texts(order, &["catalog_id", "text"]);
    for item in list(&order["product_items"]) {
        members(
            item,
            &["product_retailer_id", "quantity", "item_price", "currency"],
        );
        texts(item, &["product_retailer_id", "currency"]);
        assert!(!item["quantity"].is_null() || item.get("quantity").is_none());
    }
}

fn context(context: &Value) {
    members(
        context,
        &[
            "from",
            "id",
            "forwarded",
            "frequently_forwarded",
            "referred_product",
            "mentions",
            "group_id",
        ],
    );
    texts(context, &["from", "id", "group_id"]);
    for claim in ["forwarded", "frequently_forwarded"] {
        assert!(
            matches!(context.get(claim), None | Some(Value::Bool(true))),
            "{context}"
        );
    }
    members(
        &context["referred_product"],
        &["catalog_id", "product_retailer_id"],
    );
    only_texts(&context["referred_product"]);
    assert!(list(&context["mentions"]).iter().all(Value::is_string));
}

fn referral(referral: &Value) {
    let named = [
        "source_url",
        "source_type",
        "source_id",
        "headline",
        "body",
        "media_type",
        "image_url",
        "video_url",
        "thumbnail_url",
    ];
    let all: Vec<&str> = named.into_iter().chain(["image", "video"]).collect();
    members(referral, &all);
    texts(referral, &named);
    for name in ["image", "video"] {
        members(&referral[name], &["id"]);
        texts(&referral[name], &["id"]);
    }
}

fn identity(identity: &Value) {
    members(identity, &["acknowledged", "created_timestamp", "hash"]);
    if !identity.is_null() {
        assert!(identity["acknowledged"].is_boolean());
        assert!(identity["created_timestamp"].is_i64());
        assert!(identity["hash"].is_string());
    }
}

fn status(status: &Value) {
    members(
        status,
        &[
            "biz_opaque_callback_data",
            "conversation",
            "errors",
            "id",
            "message",
            "pricing",
            "recipient_id",
            "status",
            "timestamp",
            "type",
        ],
    );
    for name in ["id", "recipient_id", "status", "timestamp"] {
        assert!(status[name].is_string(), "{name} of {status}");
    }
    assert_eq!(status["type"], "message");
    assert_eq!(
        status["message"],
        serde_json::json!({"recipient_id": status["recipient_id"]})
    );
    let conversation = &status["conversation"];
    members(conversation, &["id", "expiration_timestamp", "origin"]);
    texts(conversation, &["id"]);
    numbers(conversation, &["expiration_timestamp"]);
    members(&conversation["origin"], &["type"]);
    texts(&conversation["origin"], &["type"]);
    let pricing = &status["pricing"];
    members(pricing, &["billable", "category", "pricing_model"]);
    texts(pricing, &["category", "pricing_model"]);
    assert!(
        pricing.get("billable").is_none_or(Value::is_boolean),
        "{pricing}"
    );
    errors(&status["errors"]);
}

fn errors(errors: &Value) {
    for error in list(errors) {
        members(error, &["code", "title", "details", "href"]);
        assert!(
            error["code"].is_u64() && error["title"].is_string(),
            "{error}"
        );
        texts(error, &["title", "details", "href"]);
    }
}

/// The elements of a list that may be absent; an empty one is absent.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(elements) => {
            assert!(!elements.is_empty(), "an empty list");
            elements
        }
        other => panic!("no list: {other}"),
    }
}

/// No other members than these, none of them null but a button's payload.
fn members(value: &Value, allowed: &[&str]) {
    let Value::Object(members) = value else {
        assert!(value.is_null(), "no object: {value}");
        return;
    };
    for (name, member) in members {
        assert!(allowed.contains(&name.as_str()), "{name} in {value}");
        assert!(!member.is_null() || name == "payload", "{name} in {value}");
    }
}

fn texts(object: &Value, names: &[&str]) {
    for name in names {
        assert!(
            object.get(name).is_none_or(Value::is_string),
            "{name} in {object}"
        );
    }
}

fn only_texts(object: &Value) {
    for (name, value) in object.as_object().into_iter().flatten() {
        assert!(value.is_string(), "{name} in {object}");
    }
}

fn numbers(object: &Value, names: &[&str]) {
    for name in names {
        assert!(
            object.get(name).is_none_or(Value::is_number),
            "{name} in {object}"
        );
    }
}
