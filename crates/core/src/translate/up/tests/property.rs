use proptest::prelude::*;

use super::super::message;
use super::*;

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
        let names = if known { names() } else { Names::default() };
        let card = with_card.then(ada);
        references(&incoming);
        revoked(&incoming);
        media_of(&incoming);

        let told = message(&incoming, card.as_ref(), &our_id("ABGG"), &names, received.as_ref(), &settings);

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
        let kind = told["type"].as_str().unwrap();
        if kind == "unknown" {
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
