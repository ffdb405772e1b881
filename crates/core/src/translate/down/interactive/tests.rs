use onprem::message::{Outgoing, Rules};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::translate::down::{Resolved, media_of, send};

/// A body as a caller sends it, read and translated with these ids of its files.
fn sent(interactive: &Value, media: &[&str]) -> Value {
    let message = read(interactive);
    let resolved = Resolved {
        media: media.iter().map(|id| (*id).to_owned()).collect(),
        ..Resolved::default()
    };
    let mut sent = serde_json::to_value(send(&message, &resolved, "ll1.x.1".to_owned())).unwrap();
    assert_eq!(sent["type"], "interactive");
    sent["interactive"].take()
}

fn read(interactive: &Value) -> Outgoing {
    let body = json!({"to": "12025550143", "type": "interactive", "interactive": interactive});
    Outgoing::parse(body.to_string().as_bytes(), Rules::TOLERANT).unwrap()
}

#[test]
fn only_members_that_the_network_knows_go_down() {
    let object = sent(
        &json!({
            "type": "button", "color": "red",
            "header": {"type": "document", "document": {
                "link": "https://cdn.example/terms.pdf", "provider": "cdn", "filename": "terms.pdf", "caption": "unseen",
            }},
            "body": {"text": "Do you *agree*?", "size": 3},
            "footer": null,
            "action": {"buttons": [{"type": "reply", "x": 1, "reply": {"id": "yes", "title": "Yes", "y": 2}}], "button": "z"},
        }),
        &["880017"],
    );

    insta::assert_json_snapshot!(object, @r#"
    {
      "action": {
        "buttons": [
          {
            "reply": {
              "id": "yes",
              "title": "Yes"
            },
            "type": "reply"
          }
        ]
      },
      "body": {
        "text": "Do you *agree*?"
      },
      "header": {
        "document": {
          "filename": "terms.pdf",
          "id": "880017"
        },
        "type": "document"
      },
      "type": "button"
    }
    "#);
}

#[test]
fn a_file_above_the_body_is_named_by_its_path() {
    for (kind, of) in [
        ("image", MediaKind::Image),
        ("video", MediaKind::Video),
        ("document", MediaKind::Document),
    ] {
        let message = read(&json!({
            "type": "cta_url", "header": {"type": kind, kind: {"id": "7c1f2f0e"}}, "body": {"text": "x"},
            "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://shop.example/"}},
        }));

        let media: Vec<_> = media_of(&message)
            .into_iter()
            .map(|(path, kind, _)| (path, kind))
            .collect();

        assert_eq!(media, [(format!("interactive.header.{kind}"), of)]);
    }
}

#[test]
fn numbers_written_as_texts_go_down_as_numbers_and_times_as_texts() {
    let object = sent(
        &json!({
            "type": "order_details", "body": {"text": "x"},
            "action": {"name": "review_and_pay", "parameters": {
                "reference_id": "r", "type": "digital-goods", "payment_type": "br", "currency": "BRL",
                "total_amount": {"value": "150", "offset": 100},
                "order": {
                    "status": "pending", "expiration": {"timestamp": 1_893_456_000},
                    "subtotal": {"value": "150", "offset": 100}, "tax": {"value": "0", "offset": 100},
                },
            }},
        }),
        &[],
    );

    let parameters = &object["action"]["parameters"];
    assert_eq!(
        parameters["total_amount"],
        json!({"value": 150, "offset": 100})
    );
    assert_eq!(
        parameters["order"]["expiration"],
        json!({"timestamp": "1893456000"})
    );
}

/// A text that is no formatting and has no emoji, of at most so many characters.
fn plain(longest: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9éß预订مرحبا][a-zA-Z0-9 .,!?'éß预订مرحبا]{0,19}",
        // Astral, right-to-left and control characters.
        1 => "[a𝄞\u{202e}א\u{0}]{1,12}",
    ]
    .prop_map(move |text| text.chars().take(longest).collect())
}

/// A text in which formatting and emoji are welcome.
fn rich() -> impl Strategy<Value = String> {
    "[a-z🚀*_]([ a-z🚀*_~`\n\u{0}]|\\PC){0,60}[a-z🚀]"
}

/// An id, another one for each place.
fn id(place: usize) -> impl Strategy<Value = String> {
    "[a-zé:🚀]{0,9}".prop_map(move |id| format!("{id}{place}"))
}

fn header(kinds: &'static [&'static str]) -> impl Strategy<Value = Value> {
    (prop::sample::select(kinds), plain(60)).prop_map(|(kind, text)| match kind {
        "text" => json!({"type": "text", "text": text}),
        kind => json!({"type": kind, kind: {"id": "880017"}}),
    })
}

const TEXT: &[&str] = &["text"];
const IMAGE: &[&str] = &["image"];
const ANY: &[&str] = &["text", "image", "video", "document"];

/// An interactive object around an action.
fn around(
    kind: &'static str,
    headers: Option<&'static [&'static str]>,
    action: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    let header = match headers {
        Some(kinds) if kind == "product_list" => header(kinds).prop_map(Some).boxed(),
        Some(kinds) => prop::option::of(header(kinds)).boxed(),
        None => Just(None).boxed(),
    };
    let footer = if kind == "location_request_message" {
        Just(None).boxed()
    } else {
        prop::option::of(rich()).boxed()
    };
    (header, rich(), footer, action).prop_map(move |(header, body, footer, action)| {
        let mut object = json!({"type": kind, "body": {"text": body}, "action": action});
        if let Some(header) = header {
            object["header"] = header;
        }
        if let Some(footer) = footer {
            let short: String = footer.chars().take(60).collect();
            object["footer"] = json!({"text": short});
        }
        object
    })
}

/// Takes away what is `null`.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn buttons() -> impl Strategy<Value = Value> {
    let button = |n: usize| {
        (id(n), plain(19)).prop_map(
            move |(id, title)| json!({"type": "reply", "reply": {"id": id, "title": format!("{title}{n}")}}),
        )
    };
    (button(0), button(1), button(2), 1..=3_usize).prop_map(|(one, two, three, count)| {
        let buttons: Vec<Value> = [one, two, three].into_iter().take(count).collect();
        json!({"buttons": buttons})
    })
}

fn list() -> impl Strategy<Value = Value> {
    let row = (plain(24), prop::option::of(rich()));
    let section = (plain(24), prop::collection::vec(row, 1..=2));
    (plain(20), prop::collection::vec(section, 1..=5)).prop_map(|(button, sections)| {
        let mut n = 0;
        let sections: Vec<Value> = sections
            .into_iter()
            .map(|(title, rows)| {
                let rows: Vec<Value> = rows
                    .into_iter()
                    .map(|(title, description)| {
                        n += 1;
                        json!({"id": format!("row {n}"), "title": title, "description": description})
                    })
                    .collect();
                json!({"title": title, "rows": rows})
            })
            .collect();
        without_nulls(json!({"button": button, "sections": sections}))
    })
}

fn products() -> impl Strategy<Value = Value> {
    let section = (plain(24), prop::collection::vec("[a-z0-9-]{1,100}", 1..=3));
    ("[0-9]{3,15}", prop::collection::vec(section, 1..=10)).prop_map(|(catalog, sections)| {
        let sections: Vec<Value> = sections
            .into_iter()
            .map(|(title, ids)| {
                let items: Vec<Value> = ids
                    .iter()
                    .map(|id| json!({"product_retailer_id": id}))
                    .collect();
                json!({"title": title, "product_items": items})
            })
            .collect();
        json!({"catalog_id": catalog, "sections": sections})
    })
}

fn flow() -> impl Strategy<Value = Value> {
    let mode = prop::option::of(prop::sample::select(vec!["draft", "published"]));
    let action = prop::option::of(prop::sample::select(vec!["navigate", "data_exchange"]));
    (plain(20), "[a-z0-9]{1,30}", mode, action, prop::option::of("[a-z]{1,9}")).prop_map(
        |(cta, token, mode, action, data)| {
            let payload = match (action, &data) {
                (Some("data_exchange"), _) => Value::Null,
                (_, data) => json!({"screen": "START", "data": data.as_ref().map(|data| json!({"x": [data, null]}))}),
            };
            let mut parameters = json!({
                "flow_message_version": "3", "flow_token": token, "flow_id": "720000511001", "flow_cta": cta,
                "mode": mode, "flow_action": action, "flow_action_payload": payload,
            });
            if data.is_none()
                && let Some(payload) = parameters["flow_action_payload"].as_object_mut()
            {
                payload.remove("data");
            }
            let parameters: Value = parameters
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            json!({"name": "flow", "parameters": parameters})
        },
    )
}

fn address() -> impl Strategy<Value = Value> {
    let texts = || prop::collection::btree_map("[a-z_]{1,12}", "\\PC{0,12}", 0..4);
    let saved = prop::collection::vec(("[a-z]{1,9}", texts()), 0..3);
    ("[A-Z]{2}", prop::option::of(texts()), prop::option::of(saved), prop::option::of(texts())).prop_map(
        |(country, values, saved, errors)| {
            let saved = saved.map(|saved| {
                let one = |(id, value)| json!({"id": id, "value": value});
                saved.into_iter().map(one).collect::<Vec<_>>()
            });
            without_nulls(json!({"name": "address_message", "parameters": {
                "country": country, "values": values, "saved_addresses": saved, "validation_errors": errors,
            }}))
        },
    )
}

fn order() -> impl Strategy<Value = Value> {
    let item = (plain(60), 1..1_000_000_i64, 1..99_i64, any::<bool>());
    (
        "[A-Z0-9-]{1,35}",
        prop::option::of(prop::collection::vec(item, 1..4)),
        [0..1_000_000_i64, 0..1_000_000, 0..1_000_000],
        prop::option::of(plain(60)),
    )
        .prop_map(|(reference, items, [subtotal, tax, shipping], words)| {
            let amount = |value: i64| json!({"value": value, "offset": 100});
            let payment_type = if items.is_some() { "upi" } else { "br" };
            let items = items.map(|items| {
                let one = |(name, value, quantity, sale): (String, i64, i64, bool)| {
                    json!({
                        "retailer_id": "sku", "name": name, "amount": amount(value), "quantity": quantity,
                        "sale_amount": sale.then(|| amount(value - 1)), "country_of_origin": words,
                    })
                };
                items.into_iter().map(one).collect::<Vec<_>>()
            });
            without_nulls(json!({"name": "review_and_pay", "parameters": {
                "reference_id": reference, "type": "physical-goods", "payment_type": payment_type, "currency": "INR",
                "total_amount": amount(subtotal + tax + shipping - subtotal),
                "order": {
                    "status": "pending", "items": items, "subtotal": amount(subtotal),
                    "tax": {"value": tax, "offset": 100, "description": words},
                    "shipping": amount(shipping),
                    "discount": {"value": subtotal, "offset": 100, "description": words},
                },
            }}))
        })
}

fn order_progress() -> impl Strategy<Value = Value> {
    let status = prop::sample::select(vec![
        "pending",
        "processing",
        "partially_shipped",
        "shipped",
        "completed",
        "canceled",
    ]);
    ("[A-Z0-9-]{1,35}", status, prop::option::of(rich())).prop_map(|(reference, status, words)| {
        without_nulls(json!({"name": "review_order", "parameters": {
            "reference_id": reference, "order": {"status": status, "description": words},
        }}))
    })
}

/// Valid interactive objects of every type, as callers and the network write them.
fn any_interactive() -> impl Strategy<Value = Value> {
    let product = "[a-z0-9-]{1,100}"
        .prop_map(|id| json!({"catalog_id": "613000142001", "product_retailer_id": id}));
    let catalog = prop::option::of("[a-z0-9-]{1,100}").prop_map(|thumbnail| match thumbnail {
        None => json!({"name": "catalog_message"}),
        Some(id) => {
            json!({"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": id}})
        }
    });
    let cta = (plain(20), "[a-z/]{0,30}").prop_map(|(text, path)| {
        json!({"name": "cta_url", "parameters": {"display_text": text, "url": format!("https://shop.example/{path}")}})
    });
    prop_oneof![
        around("button", Some(ANY), buttons()),
        around("list", Some(TEXT), list()),
        around("product", None, product),
        around("product_list", Some(TEXT), products()),
        around("catalog_message", None, catalog),
        around("flow", Some(TEXT), flow()),
        around(
            "location_request_message",
            None,
            Just(json!({"name": "send_location"}))
        ),
        around("address_message", Some(TEXT), address()),
        around("order_details", Some(IMAGE), order()),
        around("order_status", Some(IMAGE), order_progress()),
        around("cta_url", Some(ANY), cta),
    ]
}

proptest! {
    /// Both vocabularies have the same object, so nothing may be lost, and nothing may be added.
    #[test]
    fn what_the_customer_sees_is_what_was_sent(interactive in any_interactive()) {
        prop_assert_eq!(sent(&interactive, &["880017"]), interactive);
    }
}

#[test]
fn every_type_is_generated() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds: Vec<&str> = Action::KINDS.to_vec();
    for _ in 0..200 {
        let made = any_interactive().new_tree(&mut runner).unwrap().current();
        kinds.retain(|kind| made["type"] != *kind);
    }
    assert!(kinds.is_empty(), "{kinds:?}");
}
