use serde_json::json;

use super::*;

fn check(object: &Value) -> Result<Found, i64> {
    super::check(&Params(object.as_object().unwrap().clone())).map_err(|error| error.code)
}

/// A message of every type that is sent with its own `action`.
fn good() -> Vec<Value> {
    let product = |id: &str| json!({"product_retailer_id": id});
    vec![
        json!({"type": "button", "header": {"type": "image", "image": {"id": "7"}}, "body": {"text": "x"},
            "footer": {"text": "f"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "1", "title": "one"}},
                {"type": "reply", "reply": {"id": "2", "title": "two"}}]}}),
        json!({"type": "list", "header": {"type": "text", "text": "h"}, "body": {"text": "x".repeat(4096)},
            "action": {"button": "Choose", "sections": [
                {"title": "a", "rows": [{"id": "1", "title": "one", "description": "first"}]},
                {"title": "b", "rows": [{"id": "2", "title": "two"}]}]}}),
        json!({"type": "product", "action": {"catalog_id": "613000142001", "product_retailer_id": "mug-blue"}}),
        json!({"type": "product_list", "header": {"type": "text", "text": "h"}, "body": {"text": "x"},
            "action": {"catalog_id": "613000142001", "sections": [
                {"title": "a", "product_items": [product("mug-blue"), product("filter-250")]}]}}),
        json!({"type": "catalog_message", "body": {"text": "x"}, "action": {"name": "catalog_message",
            "parameters": {"thumbnail_product_retailer_id": "mug-blue"}}}),
        json!({"type": "flow", "body": {"text": "x"}, "action": {"name": "flow", "parameters": {
            "flow_message_version": "3", "flow_token": "t", "flow_id": "720000511001", "flow_cta": "Open",
            "flow_action_payload": {"screen": "S"}}}}),
        json!({"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url", "parameters": {
            "display_text": "Open", "url": "https://shop.example/"}}}),
        json!({"type": "location_request_message", "body": {"text": "x"}, "action": {"name": "send_location"}}),
        json!({"type": "address_message", "body": {"text": "x"}, "action": {"name": "address_message",
            "parameters": {"country": "IN"}}}),
        json!({"type": "order_details", "body": {"text": "x"}, "action": {"name": "review_and_pay", "parameters": {
            "reference_id": "r", "total_amount": {"value": 11, "offset": 100},
            "order": {"status": "pending", "subtotal": {"value": 10, "offset": 100}, "tax": {"value": 1, "offset": 100}}}}}),
        json!({"type": "order_status", "body": {"text": "x"}, "action": {"name": "review_order", "parameters": {
            "reference_id": "r", "order": {"status": "shipped"}}}}),
    ]
}

#[test]
fn each_type_passes_and_says_what_was_found_in_it() {
    for object in good() {
        let found = check(&object).unwrap();

        let file = found.media.map(|media| (media.path, media.kind, media.id));
        let is_picture = object["type"] == "button";
        assert_eq!(
            file,
            is_picture.then(|| (
                "interactive.header.image".to_owned(),
                "image".to_owned(),
                Some("7".to_owned())
            ))
        );
        assert_eq!(found.warning, None);
        let is_form = object["type"] == "address_message";
        assert_eq!(found.prefix, is_form.then_some("91"));
    }
}

#[test]
fn what_only_the_hosted_interface_has_passes_too() {
    let object = json!({"type": "call_permission_request", "body": {"text": "x"},
        "action": {"name": "call_permission_request"}});

    assert_eq!(check(&object), Ok(Found::default()));
}

#[test]
fn what_is_wrong_is_refused() {
    for (kind, place, value, code) in [
        ("button", "/type", json!("menu"), 100),
        ("button", "/type", json!(null), 131_008),
        ("button", "/action", json!(null), 131_008),
        ("button", "/body", json!(null), 131_008),
        ("button", "/body/text", json!("x".repeat(1025)), 131_009),
        ("button", "/footer/text", json!("x".repeat(61)), 131_009),
        (
            "button",
            "/header",
            json!({"type": "text", "text": "x".repeat(61)}),
            131_009,
        ),
        (
            "button",
            "/header",
            json!({"type": "gif", "gif": {"id": "1"}}),
            131_009,
        ),
        ("button", "/header/image", json!({}), 131_008),
        (
            "button",
            "/header/image",
            json!({"id": "1", "caption": "c"}),
            100,
        ),
        ("button", "/colour", json!("red"), 100),
        ("button", "/action/colour", json!("red"), 100),
        ("button", "/action/buttons", json!([]), 131_009),
        ("button", "/action/buttons", json!(["x"]), 131_009),
        ("button", "/action/buttons/0/type", json!("url"), 131_009),
        (
            "button",
            "/action/buttons/0/reply/title",
            json!("x".repeat(21)),
            131_009,
        ),
        (
            "button",
            "/action/buttons/0/reply/title",
            json!("two"),
            131_009,
        ),
        ("button", "/action/buttons/0/reply/id", json!("2"), 131_009),
        (
            "list",
            "/header",
            json!({"type": "image", "image": {"id": "1"}}),
            131_009,
        ),
        ("list", "/action/sections/0/title", json!(null), 131_008),
        ("list", "/action/sections/0/rows/0/id", json!("2"), 131_009),
        (
            "list",
            "/action/sections/0/rows/0/description",
            json!("x".repeat(73)),
            131_009,
        ),
        (
            "product",
            "/header",
            json!({"type": "text", "text": "h"}),
            131_009,
        ),
        (
            "product",
            "/action/product_retailer_id",
            json!("tea"),
            131_009,
        ),
        ("product_list", "/header", json!(null), 131_008),
        (
            "product_list",
            "/action/catalog_id",
            json!("613000142002"),
            131_009,
        ),
        (
            "product_list",
            "/action/sections/0/product_items",
            json!([]),
            131_009,
        ),
        ("catalog_message", "/action/name", json!("catalog"), 131_009),
        (
            "catalog_message",
            "/action/parameters/thumbnail_product_retailer_id",
            json!("tea"),
            131_009,
        ),
        (
            "flow",
            "/action/parameters/flow_message_version",
            json!("2"),
            131_009,
        ),
        (
            "flow",
            "/action/parameters/flow_cta",
            json!("x".repeat(31)),
            131_009,
        ),
        (
            "flow",
            "/action/parameters/flow_id",
            json!("720000511003"),
            132_068,
        ),
        (
            "flow",
            "/action/parameters/flow_id",
            json!("720000511004"),
            132_069,
        ),
        (
            "flow",
            "/action/parameters/flow_action_payload",
            json!({"data": {}}),
            131_008,
        ),
        (
            "cta_url",
            "/action/parameters/url",
            json!("shop.example"),
            131_009,
        ),
        (
            "location_request_message",
            "/action/name",
            json!("x"),
            131_009,
        ),
        (
            "address_message",
            "/action/parameters/country",
            json!("FR"),
            131_009,
        ),
        (
            "order_details",
            "/action/parameters/total_amount/value",
            json!(12),
            131_009,
        ),
        (
            "order_details",
            "/action/parameters/order/tax/value",
            json!("1"),
            131_009,
        ),
        (
            "order_status",
            "/action/parameters/reference_id",
            json!(null),
            131_008,
        ),
    ] {
        let mut object = good().into_iter().find(|one| one["type"] == kind).unwrap();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match object.pointer_mut(parent).unwrap() {
            Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value,
            members => members[name] = value,
        }

        assert_eq!(check(&object), Err(code), "{kind} {place}");
    }
}

#[test]
fn rows_and_products_are_counted_over_all_sections() {
    let list = |rows: usize| {
        let row = |row: usize| json!({"id": row.to_string(), "title": "x"});
        let (first, second) = (rows / 2, rows - rows / 2);
        json!({"type": "list", "body": {"text": "x"}, "action": {"button": "x", "sections": [
            {"title": "a", "rows": (0..first).map(row).collect::<Vec<_>>()},
            {"title": "b", "rows": (first..first + second).map(row).collect::<Vec<_>>()}]}})
    };
    let products = |count: usize| {
        let items = vec![json!({"product_retailer_id": "mug-blue"}); count / 2];
        let section = json!({"title": "a", "product_items": items});
        json!({"type": "product_list", "header": {"type": "text", "text": "h"}, "body": {"text": "x"},
            "action": {"catalog_id": "613000142001", "sections": [section, section]}})
    };

    assert!(check(&list(10)).is_ok() && check(&products(30)).is_ok());
    assert_eq!(check(&list(11)), Err(131_009));
    assert_eq!(check(&products(32)), Err(131_009));
}
