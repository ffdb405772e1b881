use proptest::prelude::*;

use super::super::message;
use super::*;
use crate::translate::up::tests::form;

const KINDS: [&str; 22] = [
    "text",
    "image",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "contacts",
    "button",
    "interactive",
    "order",
    "reaction",
    "system",
    "revoke",
    "edit",
    "unsupported",
    "unknown",
    "request_welcome",
    "referral",
    "errors",
    "type",
    "",
];

const MEMBERS: [&str; 24] = [
    "body",
    "id",
    "sha256",
    "caption",
    "filename",
    "voice",
    "latitude",
    "payload",
    "text",
    "type",
    "message_id",
    "emoji",
    "wa_id",
    "new_wa_id",
    "identity",
    "hash",
    "created_timestamp",
    "original_message_id",
    "message",
    "source_url",
    "from",
    "timestamp",
    "errors",
    "context",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Exact in every spelling: this is no test of the JSON parser.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 16.0)),
        "\\PC{0,8}".prop_map(Value::from),
        proptest::sample::select(vec![
            "text",
            "user_changed_number",
            "user_identity_changed",
            "user_changed_user_id",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let name = prop_oneof![
            8 => proptest::sample::select(MEMBERS.to_vec()).prop_map(str::to_owned),
            1 => "\\PC{0,6}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_message() -> impl Strategy<Value = webhook::Message> {
    let kind = prop_oneof![
        8 => proptest::sample::select(KINDS.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,10}",
    ];
    let optional = || proptest::option::of("\\PC{0,10}");
    let beside = proptest::collection::hash_map(
        proptest::sample::select(vec![
            "referral",
            "identity",
            "group_id",
            "edit",
            "unsupported",
        ]),
        any_json(),
        0..3,
    );
    let error = (any::<i64>(), "\\PC{0,8}", optional()).prop_map(|(code, title, details)| {
        webhook::ErrorObject {
            code,
            title,
            error_data: details.map(|details| webhook::ErrorData { details }),
        }
    });
    let context = (
        optional(),
        optional(),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        proptest::option::of(any_json()),
    )
        .prop_map(
            |(from, id, forwarded, frequently_forwarded, referred_product)| webhook::Context {
                mentions: from.iter().cloned().collect(),
                group_id: id.clone(),
                from,
                id,
                forwarded,
                frequently_forwarded,
                referred_product,
            },
        );
    (
        kind,
        proptest::option::of(any_json()),
        beside,
        proptest::collection::vec(error, 0..2),
        proptest::option::of(context),
        (optional(), optional(), "\\PC{0,10}"),
    )
        .prop_map(
            |(kind, content, beside, errors, context, (from, from_user_id, timestamp))| {
                let mut members: Map<String, Value> = beside
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect();
                if let Some(content) = content {
                    members.insert(kind.clone(), content);
                }
                webhook::Message {
                    from,
                    from_user_id,
                    id: "wamid.in".to_owned(),
                    timestamp,
                    kind,
                    context,
                    errors,
                    content: members,
                }
            },
        )
}

/// One message of every kind, with everything that it can have.
const SAMPLES: &[&str] = &[
    r#"{"from":"12025550143","from_user_id":"US.1","id":"wamid.1","timestamp":"1790000000","type":"text","text":{"body":"hi"},
        "context":{"from":"12025550100","id":"wamid.0","forwarded":true,"frequently_forwarded":true,
            "referred_product":{"catalog_id":"c","product_retailer_id":"p"}},
        "referral":{"source_url":"https://ad.example","source_type":"ad","source_id":"7","headline":"h","body":"b",
            "media_type":"image","image_url":"https://ad.example/i","thumbnail_url":"t","video_url":"v","ctwa_clid":"x"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"image",
        "image":{"id":"1","mime_type":"image/png","sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","caption":"c","url":"u"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"audio","audio":{"id":"1","mime_type":"audio/ogg","voice":true}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"document",
        "document":{"id":"1","mime_type":"application/pdf","filename":"f","caption":"c"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"sticker",
        "sticker":{"id":"1","mime_type":"image/webp","animated":false,"metadata":{"sticker-pack-id":"p","emojis":["x"],
            "is-first-party-sticker":1}}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"location",
        "location":{"latitude":1.5,"longitude":-2.5,"name":"n","address":"a","url":"u"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"contacts","contacts":[{
        "name":{"formatted_name":"N","first_name":"N"},"phones":[{"phone":"1","type":"CELL","wa_id":"1"}],
        "emails":[{"email":"e","type":"t"}],"addresses":[{"street":"s","zip":"z"}],"org":{"company":"c"},
        "urls":[{"url":"u","type":"t"}],"birthday":"2000-01-01","vcard":"BEGIN:VCARD"}]}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"reaction","reaction":{"message_id":"wamid.0","emoji":"x"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"button","button":{"text":"t","payload":"p"},
        "context":{"from":"12025550100","id":"wamid.0"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"interactive",
        "interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{}"}}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"order","order":{"catalog_id":"c","text":"t",
        "product_items":[{"product_retailer_id":"p","quantity":2,"item_price":3.5,"currency":"EUR"}]}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"system",
        "system":{"type":"user_changed_number","body":"b","wa_id":"12025550177"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"system",
        "system":{"type":"customer_identity_changed","body":"b","customer":"12025550143"},
        "identity":{"hash":"h","created_timestamp":1790000000000,"acknowledged":false}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"revoke","revoke":{"original_message_id":"wamid.0"}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"edit",
        "edit":{"original_message_id":"wamid.0","message":{"type":"text","text":{"body":"new"}}}}"#,
    r#"{"from":"12025550143","id":"wamid.1","timestamp":"1790000000","type":"unsupported","unsupported":{"type":"poll_creation"},
        "errors":[{"code":131051,"title":"t","message":"t","error_data":{"details":"d"}}]}"#,
];
const CARD: &str = r#"{"profile":{"name":"Ada"},"wa_id":"12025550143","user_id":"US.1","identity_key_hash":"q1w2"}"#;

/// One of some JSON objects, with up to four places made something else: nothing, null, any JSON, one more.
fn nearly(samples: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let spoil = (
        any::<prop::sample::Index>(),
        proptest::option::of(any_json()),
        any::<bool>(),
    );
    (
        proptest::sample::select(samples),
        proptest::collection::vec(spoil, 0..5),
    )
        .prop_map(|(sample, spoils)| {
            let mut value: Value = serde_json::from_str(sample).unwrap();
            for (place, other, adds) in spoils {
                let paths = paths(&value, "");
                if paths.is_empty() {
                    break;
                }
                let (parent, name) = paths[place.index(paths.len())].rsplit_once('/').unwrap();
                let members = value.pointer_mut(parent).unwrap();
                match (members, other) {
                    (Value::Object(members), Some(other)) if adds => {
                        members.insert("extra".to_owned(), other);
                    }
                    (Value::Object(members), Some(other)) => {
                        members.insert(name.to_owned(), other);
                    }
                    (Value::Object(members), None) => {
                        members.remove(name);
                    }
                    (Value::Array(elements), Some(other)) => elements.push(other),
                    (Value::Array(elements), None) => elements.clear(),
                    _ => {}
                }
            }
            value
        })
}

/// Where everything inside a value stands, as JSON pointers.
fn paths(value: &Value, at: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.contains(['/', '~']))
            .map(|(name, value)| (format!("{at}/{name}"), value))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(place, value)| (format!("{at}/{place}"), value))
            .collect(),
        _ => Vec::new(),
    };
    let mut all: Vec<String> = inner.iter().map(|(path, _)| path.clone()).collect();
    for (path, value) in inner {
        all.extend(paths(value, &path));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_message_of_any_shape_is_told_or_is_one_of_the_documented_exceptions(
        incoming in any_message(),
        with_card in any::<bool>(),
        known in any::<bool>(),
        received in proptest::option::of(prop_oneof![
            Just(stored()),
            Just(ReceivedMedia::Undownloaded(None)),
        ]),
        loud in any::<bool>(),
    ) {
        let settings = if loud { everything_on() } else { ApplicationSettings::default() };
        let known = if known { super::known(received.as_ref()) } else { Known::default() };
        let card = with_card.then(ada);
        references(&incoming);
        revoked(&incoming);
        media_of(&incoming);

        referral_media_of(&incoming);
        moved_to(&incoming);
        sighting(&incoming, card.as_ref());

        let told = message(&incoming, card.as_ref(), &our_id("ABGG"), &known, &settings);

        let Some(told) = told else {
            prop_assert!(matches!(incoming.kind.as_str(), "revoke" | "system"), "{} is lost", incoming.kind);
            return Ok(());
        };
        let bytes = told.to_bytes();
        prop_assert_eq!(&serde_json::from_slice::<Notification>(&bytes).unwrap(), &told);
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let told = &body["messages"][0];
        prop_assert_eq!(body["messages"].as_array().map(Vec::len), Some(1));
        prop_assert_eq!(&told["id"], "ABGG");
        prop_assert_eq!(told["timestamp"].as_str(), Some(incoming.timestamp.as_str()));
        form::check(&body);
        let kind = told["type"].as_str().unwrap();
        if kind == "unknown" || kind == "ephemeral" {
            prop_assert_eq!(&told["errors"][0]["code"], 501);
            prop_assert_eq!(told["errors"].as_array().map(Vec::len), Some(1));
        } else {
            let is_note = kind == "voice" && incoming.kind == "audio";
            prop_assert!(is_note || kind == incoming.kind);
            prop_assert!(!told[kind].is_null());
        }
        let contacts = if kind == "system" { None } else { Some(1) };
        prop_assert_eq!(body.get("contacts").and_then(Value::as_array).map(Vec::len), contacts);
    }

    #[test]
    fn what_is_nearly_right_is_told_in_the_documented_form(
        (element, card) in (nearly(SAMPLES), nearly(&[CARD])),
        known in any::<bool>(),
        media in any::<bool>(),
    ) {
        let value = json!({"metadata": {"phone_number_id": "2201"}, "contacts": [card], "messages": [element]});
        let body = json!({"entry": [{"id": "9901", "changes": [{"field": "messages", "value": value}]}]});
        let stored = stored();

        for event in webhook::split(body.to_string().as_bytes()).unwrap() {
            let webhook::Kind::Message { message: incoming, contact, .. } = event.kind else {
                continue;
            };
            let media = media.then_some(&stored);
            let known = if known { super::known(media) } else { Known { media: media.cloned(), ..Known::default() } };
            let told = message(&incoming, contact.as_ref(), &our_id("ABGG"), &known, &everything_on());
            if let Some(told) = told {
                form::check(&serde_json::from_slice(&told.to_bytes()).unwrap());
            } else {
                prop_assert!(matches!(incoming.kind.as_str(), "revoke" | "system"), "{} is lost", incoming.kind);
            }
        }
    }

    #[test]
    fn every_text_arrives_to_the_letter(body in "\\PC{0,40}", timestamp in "[0-9]{1,12}") {
        let mut text = incoming("text", json!({"text": {"body": body}}));
        text.timestamp.clone_from(&timestamp);

        let told = translated(&text);

        prop_assert_eq!(first(&told)["text"]["body"].as_str(), Some(body.as_str()));
        prop_assert_eq!(first(&told)["timestamp"].as_str(), Some(timestamp.as_str()));
    }

    #[test]
    fn every_status_of_any_shape_is_told_in_the_documented_form(
        kind in proptest::sample::select(vec!["sent", "delivered", "read", "failed", "deleted", "warning", "played"]),
        timestamp in "\\PC{0,10}",
        conversation in proptest::option::of(any_json()),
        pricing in proptest::option::of(any_json()),
        codes in proptest::collection::vec(any::<i64>(), 0..3),
    ) {
        let network = webhook::Status {
            timestamp: timestamp.clone(),
            conversation,
            pricing,
            errors: codes.into_iter().map(|code| network_error(code, "why")).collect(),
            ..network_status(kind)
        };

        let Some(body) = told(&network, &everything_on()) else {
            prop_assert_eq!(kind, "played");
            return Ok(());
        };
        form::check(&body);
        let told = &body["statuses"][0];
        prop_assert_eq!(told["timestamp"].as_str(), Some(timestamp.as_str()));
        prop_assert_eq!(&told["type"], "message");
        prop_assert_eq!(&told["recipient_id"], &told["message"]["recipient_id"]);
        prop_assert_eq!(told.get("biz_opaque_callback_data"), None);
        let end = &told["conversation"]["expiration_timestamp"];
        prop_assert!(end.is_null() || (end.is_number() && kind == "sent"));
        prop_assert!(told["pricing"]["type"].is_null());
        prop_assert_eq!(kind == "failed", told.get("errors").is_some() && kind != "warning");
    }
}
