//! Whatever comes from outside, every parser answers with a code of the table and says why.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Refusal;
use crate::account::{Registration, ShardChange, TwoStep, Verification};
use crate::business::BusinessProfileChange;
use crate::compliance::ComplianceInfo;
use crate::contact::ContactCheck;
use crate::encryption::PublicKey;
use crate::error::TABLE;
use crate::message::{Content, MarkRead, Outgoing, Rules};
use crate::profile::About;
use crate::settings::{ApplicationSettings, UrlPolicy};
use crate::user::{Login, NewUser, PasswordChange};

type Parser = fn(&[u8]) -> Result<(), Refusal>;

const PARSERS: &[(&str, Parser)] = &[
    ("message", |body| {
        Outgoing::parse(body, Rules::TOLERANT).map(drop)
    }),
    ("message, strictly", |body| {
        Outgoing::parse(body, Rules::STRICT).map(drop)
    }),
    ("mark read", |body| MarkRead::parse(body).map(drop)),
    ("registration", |body| Registration::parse(body).map(drop)),
    ("verify", |body| Verification::parse(body).map(drop)),
    ("contacts", |body| ContactCheck::parse(body).map(drop)),
    ("user", |body| NewUser::parse(body).map(drop)),
    ("password", |body| PasswordChange::parse(body).map(drop)),
    ("login", |body| Login::parse(body).map(drop)),
    ("shards", |body| ShardChange::parse(body).map(drop)),
    ("two-step", |body| TwoStep::parse(body).map(drop)),
    ("about", |body| About::parse(body).map(drop)),
    ("business profile", |body| {
        BusinessProfileChange::parse(body).map(drop)
    }),
    ("compliance", |body| ComplianceInfo::parse(body).map(drop)),
    ("public key", |body| PublicKey::parse(body).map(drop)),
    ("settings", |body| {
        ApplicationSettings::default()
            .patched(body, UrlPolicy::PlainLoopback)
            .map(drop)
    }),
];

fn all_answer(body: &[u8]) -> Result<(), TestCaseError> {
    for (name, parser) in PARSERS {
        if let Err(refusal) = parser(body) {
            let known = TABLE.iter().find(|row| row.code == refusal.code);
            prop_assert!(known.is_some(), "{name}: {refusal}");
            prop_assert!(!refusal.details.trim().is_empty(), "{name}");
            prop_assert!(refusal.details.len() < 2000, "{name}: {refusal}");
            // A fault of the caller is never told as one of ours.
            prop_assert!((400..500).contains(&refusal.status), "{name}: {refusal}");
        }
    }
    Ok(())
}

/// JSON whose members have names that the parsers know, so that it gets past the first check.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "",
        "text",
        "image",
        "document",
        "template",
        "individual",
        "group",
        "whatsapp",
        "12025550143",
        "read",
        "sms",
        "header",
        "body",
        "button",
        "url",
        "P2D",
        "https://crm.example/",
        "currency",
        "date_time",
        "location",
        "video",
        "1990-02-28",
        "deterministic",
        "👍",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "to",
        "type",
        "text",
        "body",
        "preview_url",
        "image",
        "document",
        "id",
        "link",
        "provider",
        "name",
        "caption",
        "filename",
        "template",
        "namespace",
        "language",
        "policy",
        "code",
        "components",
        "parameters",
        "sub_type",
        "index",
        "currency",
        "fallback_value",
        "amount_1000",
        "date_time",
        "month",
        "day_of_week",
        "location",
        "latitude",
        "longitude",
        "payload",
        "action",
        "header",
        "footer",
        "buttons",
        "reply",
        "title",
        "sections",
        "rows",
        "product_items",
        "product_retailer_id",
        "catalog_id",
        "audio",
        "video",
        "sticker",
        "formatted_name",
        "first_name",
        "addresses",
        "country_code",
        "birthday",
        "phones",
        "phone",
        "wa_id",
        "emails",
        "org",
        "urls",
        "ims",
        "reaction",
        "emoji",
        "hsm",
        "element_name",
        "localizable_params",
        "default",
        "currency_code",
        "component",
        "unix_epoch",
        "timestamp",
        "context",
        "message_id",
        "ttl",
        "status",
        "recipient_type",
        "biz_opaque_callback_data",
        "messaging_product",
        "cc",
        "phone_number",
        "method",
        "cert",
        "pin",
        "contacts",
        "blocking",
        "force_check",
        "username",
        "password",
        "new_password",
        "webhooks",
        "url",
        "media",
        "auto_download",
        "message",
        "sent",
        "max_concurrent_requests",
        "heartbeat_interval",
        "log_level",
        "callback_backoff_delay_ms",
        "on_call_pager",
        "shards",
        "address",
        "email",
        "vertical",
        "websites",
        "entity_name",
        "entity_type",
        "is_registered",
        "grievance_officer_details",
        "customer_care_details",
        "mobile_number",
        "public_key",
    ]);
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..12).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Value>()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        all_answer(&body)?;
    }

    #[test]
    fn arbitrary_json_is_answered(body in any_json()) {
        all_answer(body.to_string().as_bytes())?;
    }

    #[test]
    fn an_arbitrary_message_of_each_type_is_answered(
        kind in prop::sample::select(Content::KINDS),
        content in any_json(),
        rest in any_json(),
    ) {
        let mut body = if rest.is_object() { rest } else { json!({"context": rest}) };
        body["to"] = json!("12025550143");
        body["type"] = json!(kind);
        body[kind] = content;
        all_answer(body.to_string().as_bytes())?;
    }

    #[test]
    fn truncated_json_is_answered(body in any_json(), cut in any::<prop::sample::Index>()) {
        let text = body.to_string();
        let (head, _) = text.as_bytes().split_at(cut.index(text.len()));
        all_answer(head)?;
    }
}

#[test]
fn deep_nesting_is_answered() {
    for depth in [100, 127, 128, 1_000_000] {
        let body = format!("{{\"text\":{}", "[".repeat(depth));
        all_answer(body.as_bytes()).unwrap();
        // The same inside the one member that may be encoded twice.
        let twice = json!({"to": "12025550143", "type": "template", "template": body});
        all_answer(twice.to_string().as_bytes()).unwrap();
    }
}

#[test]
fn a_body_of_many_mistakes_is_answered() {
    let components = vec![json!({"type": "body"}); 30_000];
    let body =
        json!({"to": "x", "type": "template", "template": {"name": "", "components": components}});

    all_answer(body.to_string().as_bytes()).unwrap();
}

/// A body of the greatest size, made of what costs the most to read, takes no longer than it should.
#[test]
fn the_smallest_objects_in_the_greatest_number_are_answered() {
    let phones = vec![json!({"phone": "1"}); 70_000];
    let card = json!({"name": {"formatted_name": "Ada", "first_name": "Ada"}, "phones": phones});
    let body = json!({"to": "12025550143", "type": "contacts", "contacts": [card]}).to_string();
    assert!(body.len() < 1024 * 1024);

    for rules in [Rules::TOLERANT, Rules::STRICT] {
        assert!(Outgoing::parse(body.as_bytes(), rules).is_ok());
    }
}
