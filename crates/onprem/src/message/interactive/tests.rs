use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::message::{Content, Outgoing, Rules};

fn parse_by(rules: Rules, interactive: &Value) -> Result<Interactive, Refusal> {
    let body = json!({"to": "12025550143", "type": "interactive", "interactive": interactive});
    let message = Outgoing::parse(body.to_string().as_bytes(), rules)?;
    match message.content {
        Content::Interactive(interactive) => Ok(*interactive),
        other => panic!("{other:?}"),
    }
}

fn parse(interactive: &Value) -> Result<Interactive, Refusal> {
    parse_by(Rules::TOLERANT, interactive)
}

fn refused(interactive: &Value) -> (u16, String) {
    let refusal = parse(interactive).unwrap_err();
    (refusal.code.0, refusal.details)
}

/// The first example of a type.
fn example(kind: &str) -> Value {
    let mut all = examples().into_iter();
    all.find(|(_, example)| example["type"] == kind).unwrap().1
}

/// The first example of a type with another value at a place; `null` takes away what is there.
fn with(kind: &str, place: &str, value: &Value) -> Value {
    let mut interactive = example(kind);
    set(&mut interactive, place, value.clone());
    interactive
}

fn set(interactive: &mut Value, place: &str, value: Value) {
    if let Some(at) = interactive.pointer_mut(place) {
        *at = value;
        return;
    }
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = interactive.pointer_mut(parent).unwrap();
    parent[name] = value;
}

/// As details name it: `/action/buttons/0` is `interactive.action.buttons[0]`.
fn path(place: &str) -> String {
    place
        .split('/')
        .skip(1)
        .fold("interactive".to_owned(), |path, part| {
            match part.parse::<usize>() {
                Ok(index) => format!("{path}[{index}]"),
                Err(_) => format!("{path}.{part}"),
            }
        })
}

#[test]
fn every_type_has_an_example_and_every_example_is_read() {
    let all = examples();
    for kind in Action::KINDS {
        assert!(
            all.iter().any(|(_, example)| example["type"] == *kind),
            "{kind}"
        );
    }
    for (name, example) in all {
        let read = parse(&example).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));

        assert_eq!(example["type"], read.action.kind());
        let stored = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Interactive>(&stored).unwrap(), read);
    }
}

#[test]
fn strict_mode_refuses_only_the_extension() {
    for (name, example) in examples() {
        let read = parse_by(Rules::STRICT, &example);

        if example["type"] == "cta_url" {
            let refusal = read.unwrap_err();
            assert_eq!(refusal.code, Code::TYPE_UNSUPPORTED);
            assert_eq!(refusal.status, 400);
            assert_eq!(
                refusal.details,
                "interactive.type: \"cta_url\" is an extension, which strict mode refuses"
            );
        } else {
            assert!(read.is_ok(), "{name}: {read:?}");
        }
    }
}

#[test]
fn an_interactive_object_may_be_a_string_that_holds_it() {
    for (_, example) in examples() {
        assert_eq!(parse(&json!(example.to_string())), parse(&example));
    }
}

#[test]
fn the_outbox_form_never_changes() {
    insta::assert_json_snapshot!(parse(&example("list")).unwrap(), @r#"
    {
      "header": {
        "text": "Our week"
      },
      "body": "When would you like to come?",
      "footer": "We keep your table for 15 minutes",
      "action": {
        "list": {
          "button": "Choose a time",
          "sections": [
            {
              "title": "Morning",
              "items": [
                {
                  "id": "09",
                  "title": "9 o'clock",
                  "description": "Breakfast is served"
                },
                {
                  "id": "11",
                  "title": "11 o'clock",
                  "description": null
                }
              ]
            },
            {
              "title": "Afternoon",
              "items": [
                {
                  "id": "15",
                  "title": "3 o'clock",
                  "description": null
                }
              ]
            }
          ]
        }
      }
    }
    "#);
}

/// Every text with a limit: the type, its place, the limit.
const LIMITS: &[(&str, &str, usize)] = &[
    ("button", "/header/text", 60),
    ("button", "/body/text", 1024),
    ("button", "/footer/text", 60),
    ("button", "/action/buttons/1/reply/id", 256),
    ("button", "/action/buttons/1/reply/title", 20),
    ("list", "/header/text", 60),
    ("list", "/body/text", 1024),
    ("list", "/footer/text", 60),
    ("list", "/action/button", 20),
    ("list", "/action/sections/0/title", 24),
    ("list", "/action/sections/1/rows/0/id", 200),
    ("list", "/action/sections/1/rows/0/title", 24),
    ("list", "/action/sections/1/rows/0/description", 72),
    ("product", "/body/text", 1024),
    ("product", "/action/product_retailer_id", 100),
    ("product_list", "/header/text", 60),
    ("product_list", "/action/sections/0/title", 24),
    (
        "product_list",
        "/action/sections/0/product_items/1/product_retailer_id",
        100,
    ),
    ("catalog_message", "/footer/text", 60),
    (
        "catalog_message",
        "/action/parameters/thumbnail_product_retailer_id",
        100,
    ),
    ("flow", "/header/text", 60),
    ("flow", "/action/parameters/flow_cta", 20),
    ("location_request_message", "/body/text", 1024),
    ("address_message", "/body/text", 1024),
    ("order_details", "/footer/text", 60),
    ("order_details", "/action/parameters/reference_id", 35),
    ("order_details", "/action/parameters/order/items/0/name", 60),
    (
        "order_details",
        "/action/parameters/order/tax/description",
        60,
    ),
    (
        "order_details",
        "/action/parameters/order/shipping/description",
        60,
    ),
    ("order_status", "/action/parameters/reference_id", 35),
    ("cta_url", "/header/text", 60),
    ("cta_url", "/action/parameters/display_text", 20),
];

#[test]
fn a_text_at_its_limit_is_read_and_a_longer_one_is_told_with_its_length() {
    for (kind, place, limit) in LIMITS {
        let of = |length: usize| with(kind, place, &json!("é".repeat(length)));

        assert!(parse(&of(*limit)).is_ok(), "{kind} {place}");
        let longer = limit + 1;
        assert_eq!(
            refused(&of(longer)),
            (
                1009,
                format!(
                    "{}: has {longer} characters, must have at most {limit}",
                    path(place)
                )
            )
        );
    }
}

/// Every member that must be there: the type, and its place.
const REQUIRED: &[(&str, &str)] = &[
    ("button", "/type"),
    ("button", "/body"),
    ("button", "/body/text"),
    ("button", "/footer/text"),
    ("button", "/header/type"),
    ("button", "/header/text"),
    ("button", "/action"),
    ("button", "/action/buttons"),
    ("button", "/action/buttons/0/type"),
    ("button", "/action/buttons/0/reply"),
    ("button", "/action/buttons/0/reply/id"),
    ("button", "/action/buttons/0/reply/title"),
    ("list", "/body"),
    ("list", "/action/button"),
    ("list", "/action/sections"),
    ("list", "/action/sections/0/title"),
    ("list", "/action/sections/0/rows"),
    ("list", "/action/sections/0/rows/0/id"),
    ("list", "/action/sections/0/rows/0/title"),
    ("product", "/action/catalog_id"),
    ("product", "/action/product_retailer_id"),
    ("product_list", "/header"),
    ("product_list", "/body"),
    ("product_list", "/action/catalog_id"),
    ("product_list", "/action/sections"),
    ("product_list", "/action/sections/1/title"),
    ("product_list", "/action/sections/1/product_items"),
    (
        "product_list",
        "/action/sections/1/product_items/0/product_retailer_id",
    ),
    ("catalog_message", "/body"),
    ("catalog_message", "/action/name"),
    ("flow", "/body"),
    ("flow", "/action/name"),
    ("flow", "/action/parameters"),
    ("flow", "/action/parameters/flow_message_version"),
    ("flow", "/action/parameters/flow_token"),
    ("flow", "/action/parameters/flow_id"),
    ("flow", "/action/parameters/flow_cta"),
    ("flow", "/action/parameters/flow_action_payload"),
    ("flow", "/action/parameters/flow_action_payload/screen"),
    ("location_request_message", "/body"),
    ("location_request_message", "/action/name"),
    ("address_message", "/body"),
    ("address_message", "/action/name"),
    ("address_message", "/action/parameters"),
    ("address_message", "/action/parameters/country"),
    ("address_message", "/action/parameters/saved_addresses/0/id"),
    (
        "address_message",
        "/action/parameters/saved_addresses/0/value",
    ),
    ("order_details", "/body"),
    ("order_details", "/action/name"),
    ("order_details", "/action/parameters/reference_id"),
    ("order_details", "/action/parameters/type"),
    ("order_details", "/action/parameters/currency"),
    ("order_details", "/action/parameters/total_amount"),
    ("order_details", "/action/parameters/total_amount/value"),
    ("order_details", "/action/parameters/total_amount/offset"),
    ("order_details", "/action/parameters/order"),
    ("order_details", "/action/parameters/order/status"),
    ("order_details", "/action/parameters/order/items"),
    (
        "order_details",
        "/action/parameters/order/items/0/retailer_id",
    ),
    ("order_details", "/action/parameters/order/items/0/name"),
    ("order_details", "/action/parameters/order/items/0/amount"),
    ("order_details", "/action/parameters/order/items/0/quantity"),
    ("order_details", "/action/parameters/order/subtotal"),
    ("order_details", "/action/parameters/order/tax"),
    (
        "order_details",
        "/action/parameters/order/expiration/timestamp",
    ),
    ("order_status", "/body"),
    ("order_status", "/action/name"),
    ("order_status", "/action/parameters/reference_id"),
    ("order_status", "/action/parameters/order"),
    ("order_status", "/action/parameters/order/status"),
    ("cta_url", "/body"),
    ("cta_url", "/action/name"),
    ("cta_url", "/action/parameters/display_text"),
    ("cta_url", "/action/parameters/url"),
];

#[test]
fn what_must_be_there_is_told_with_its_place() {
    for (kind, place) in REQUIRED {
        assert_eq!(
            refused(&with(kind, place, &Value::Null)),
            (1008, format!("{} is required", path(place)))
        );
    }
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    for (kind, places) in [
        ("button", &["/header", "/footer"][..]),
        (
            "list",
            &[
                "/header",
                "/footer",
                "/action/sections/0/rows/0/description",
            ],
        ),
        ("product", &["/body", "/footer"]),
        ("product_list", &["/footer"]),
        (
            "catalog_message",
            &[
                "/footer",
                "/action/parameters/thumbnail_product_retailer_id",
                "/action/parameters",
            ],
        ),
        (
            "flow",
            &[
                "/header",
                "/action/parameters/mode",
                "/action/parameters/flow_action",
                "/action/parameters/flow_action_payload/data",
            ],
        ),
        (
            "address_message",
            &[
                "/action/parameters/values",
                "/action/parameters/saved_addresses",
                "/action/parameters/validation_errors",
            ],
        ),
        (
            "order_details",
            &[
                "/header",
                "/footer",
                "/action/parameters/payment_configuration",
                "/action/parameters/order/catalog_id",
                "/action/parameters/order/expiration",
                "/action/parameters/order/items/0/sale_amount",
                "/action/parameters/order/items/0/country_of_origin",
            ],
        ),
        ("order_status", &["/action/parameters/order/description"]),
        ("cta_url", &["/header", "/footer"]),
    ] {
        let mut interactive = example(kind);
        for place in places {
            set(&mut interactive, place, Value::Null);
            assert!(parse(&interactive).is_ok(), "{kind} {place}");
        }
    }
}

#[rstest]
#[case("button", "/type", json!("carousel"), 1009,
    "interactive.type: is \"carousel\", must be button, list, product, product_list, catalog_message, flow, location_request_message, address_message, order_details, order_status or cta_url")]
#[case("button", "/header", json!({"type": "gif", "gif": {}}), 2036,
    "interactive.header: is of type \"gif\", a message of type button takes text, image, video or document")]
#[case("list", "/header", json!({"type": "image", "image": {"id": "x"}}), 2036,
    "interactive.header: is of type \"image\", a message of type list takes text")]
#[case("order_details", "/header", json!({"type": "text", "text": "x"}), 2036,
    "interactive.header: is of type \"text\", a message of type order_details takes image")]
#[case("product", "/header", json!({"type": "text", "text": "x"}), 2036,
    "interactive.header: a message of type product has none")]
#[case("catalog_message", "/header", json!({"type": "text", "text": "x"}), 2036,
    "interactive.header: a message of type catalog_message has none")]
#[case("location_request_message", "/header", json!({"type": "text", "text": "x"}), 2036,
    "interactive.header: a message of type location_request_message has none")]
#[case("location_request_message", "/footer", json!({"text": "x"}), 1010,
    "interactive.footer: a message of type location_request_message has none")]
#[case("button", "/header", json!("Hello"), 1009, "interactive.header: is a string, must be an object")]
#[case("button", "/header", json!({"type": "image", "image": {}}), 1008,
    "interactive.header.image.id or interactive.header.image.link is required")]
#[case("button", "/header", json!({"type": "video", "video": {"id": "x", "filename": "x.mp4"}}), 1010,
    "interactive.header.video.filename: this kind of media has none")]
#[case("button", "/header/text", json!("*Sale*"), 2017,
    "interactive.header.text: has formatting (*…*), which has no effect here")]
#[case("button", "/body/text", json!(""), 1009, "interactive.body.text: is empty")]
#[case("button", "/body/text", json!(" \n"), 1009, "interactive.body.text: has nothing but white space")]
#[case("button", "/body", json!("Hello"), 1009, "interactive.body: is a string, must be an object")]
#[case("button", "/action/buttons", json!([]), 1009, "interactive.action.buttons: has 0 elements, must have 1 to 3")]
#[case("button", "/action/buttons", json!({}), 1009, "interactive.action.buttons: is an object, must be an array")]
#[case("button", "/action/buttons/0/type", json!("url"), 1009,
    "interactive.action.buttons[0].type: is \"url\", must be reply")]
#[case("button", "/action/buttons/0/reply/id", json!("slot:move"), 1009,
    "interactive.action.buttons: two ids are \"slot:move\", each must be another")]
#[case("button", "/action/buttons/0/reply/title", json!("Another day"), 1009,
    "interactive.action.buttons: two titles are \"Another day\", each must be another")]
#[case("button", "/action/buttons/0/reply/id", json!(" a"), 2017,
    "interactive.action.buttons[0].reply.id: begins or ends with white space")]
#[case("button", "/action/buttons/0/reply/title", json!("_Yes_"), 2017,
    "interactive.action.buttons[0].reply.title: has formatting (_…_), which has no effect here")]
#[case("list", "/action/sections", json!([]), 2015, "interactive.action.sections: has 0 elements, must have 1 to 10")]
#[case("list", "/action/sections/0/rows", json!([]), 2016,
    "interactive.action.sections[0].rows: has 0 elements, must have at least 1")]
#[case("list", "/action/sections/0/rows/0/id", json!("15"), 1009,
    "interactive.action.sections: two ids of rows are \"15\", each must be another")]
#[case("list", "/action/button", json!("~Choose~"), 2017,
    "interactive.action.button: has formatting (~…~), which has no effect here")]
#[case("product", "/action/catalog_id", json!(7), 1009, "interactive.action.catalog_id: is a number, must be a string")]
#[case("product_list", "/action/sections", json!([]), 2015,
    "interactive.action.sections: has 0 elements, must have 1 to 10")]
#[case("product_list", "/action/sections/1/product_items", json!([]), 2023,
    "interactive.action.sections[1].product_items: has 0 elements, must have at least 1")]
#[case("catalog_message", "/action/name", json!("catalog"), 1009,
    "interactive.action.name: is \"catalog\", must be catalog_message")]
#[case("flow", "/action/parameters/flow_message_version", json!("2"), 1009,
    "interactive.action.parameters.flow_message_version: is \"2\", must be 3")]
#[case("flow", "/action/parameters/flow_cta", json!("Book 🍽"), 2017,
    "interactive.action.parameters.flow_cta: has an emoji, which is not allowed here")]
#[case("flow", "/action/parameters/mode", json!("live"), 1009,
    "interactive.action.parameters.mode: is \"live\", must be draft or published")]
#[case("flow", "/action/parameters/flow_action", json!("open"), 1009,
    "interactive.action.parameters.flow_action: is \"open\", must be navigate or data_exchange")]
#[case("flow", "/action/parameters/flow_action_payload/data", json!({}), 1009,
    "interactive.action.parameters.flow_action_payload.data: is empty, must have a member")]
#[case("location_request_message", "/action/name", json!("location"), 1009,
    "interactive.action.name: is \"location\", must be send_location")]
#[case("address_message", "/action/parameters/country", json!("India"), 1009,
    "interactive.action.parameters.country: is \"India\", must be two capital letters such as IN")]
#[case("address_message", "/action/parameters/values/city", json!(5), 1009,
    "interactive.action.parameters.values.city: is 5, must be a string")]
#[case("order_details", "/action/parameters/type", json!("goods"), 1009,
    "interactive.action.parameters.type: is \"goods\", must be digital-goods or physical-goods")]
#[case("order_details", "/action/parameters/payment_type", json!(null), 1008,
    "interactive.action.parameters.payment_type or interactive.action.parameters.payment_settings is required")]
#[case("order_details", "/action/parameters/payment_settings", json!([{}]), 1008,
    "interactive.action.parameters.payment_settings[0].type is required")]
#[case("order_details", "/action/parameters/currency", json!("rupees"), 1009,
    "interactive.action.parameters.currency: is \"rupees\", must be three capital letters such as INR")]
#[case("order_details", "/action/parameters/total_amount/offset", json!(1000), 1009,
    "interactive.action.parameters.total_amount.offset: is 1000, must be 100")]
#[case("order_details", "/action/parameters/total_amount/value", json!(1139.5), 1009,
    "interactive.action.parameters.total_amount.value: is 1139.5, must be a whole number from 0 to 9223372036854775807")]
#[case("order_details", "/action/parameters/total_amount/value", json!(113_901), 1009,
    "interactive.action.parameters.total_amount.value: is 113901, subtotal + tax + shipping - discount is 113900")]
#[case("order_details", "/action/parameters/order/status", json!("shipped"), 1009,
    "interactive.action.parameters.order.status: is \"shipped\", must be pending")]
#[case("order_details", "/action/parameters/order/items", json!([]), 1009,
    "interactive.action.parameters.order.items: is empty, must have at least one element")]
#[case("order_details", "/action/parameters/order/items/0/quantity", json!(0), 1009,
    "interactive.action.parameters.order.items[0].quantity: is 0, must be a whole number from 1 to 9223372036854775807")]
#[case("order_details", "/action/parameters/order/items/0/sale_amount/value", json!(45_000), 1009,
    "interactive.action.parameters.order.items[0].sale_amount: is 45000, must be less than the amount, 45000")]
#[case("order_status", "/action/parameters/order/status", json!("captured"), 1009,
    "interactive.action.parameters.order.status: is \"captured\", must be pending, processing, partially_shipped, shipped, completed or canceled")]
#[case("cta_url", "/action/parameters/url", json!("shop.example"), 1009,
    "interactive.action.parameters.url: is not an absolute URL, must be an absolute http or https URL")]
fn what_is_wrong_is_told_with_its_place(
    #[case] kind: &str,
    #[case] place: &str,
    #[case] value: Value,
    #[case] code: u16,
    #[case] details: &str,
) {
    assert_eq!(
        refused(&with(kind, place, &value)),
        (code, details.to_owned())
    );
}

fn section(title: usize, rows: usize) -> Value {
    let row = |row: usize| json!({"id": format!("{title}-{row}"), "title": format!("row {row}")});
    json!({"title": format!("section {title}"), "rows": (0..rows).map(row).collect::<Vec<_>>()})
}

#[rstest]
#[case(&[10], None)]
#[case(&[11], Some((2016, "interactive.action.sections: have 11 rows in all, must have at most 10")))]
#[case(&[5, 5], None)]
#[case(&[1; 10], None)]
#[case(&[6, 5], Some((2016, "interactive.action.sections: have 11 rows in all, must have at most 10")))]
#[case(&[1; 11], Some((2015, "interactive.action.sections: has 11 elements, must have 1 to 10")))]
fn rows_are_counted_over_all_sections(#[case] rows: &[usize], #[case] told: Option<(u16, &str)>) {
    let sections: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(title, rows)| section(title, *rows))
        .collect();

    let read = parse(&with("list", "/action/sections", &json!(sections)));

    let refusal = read.err().map(|refusal| (refusal.code.0, refusal.details));
    assert_eq!(
        refusal,
        told.map(|(code, details)| (code, details.to_owned()))
    );
}

#[test]
fn products_are_counted_over_all_sections() {
    let of = |counts: &[usize]| {
        let item = |item: usize| json!({"product_retailer_id": format!("p{item}")});
        let sections: Vec<Value> = counts
            .iter()
            .map(|count| json!({"title": "x", "product_items": (0..*count).map(item).collect::<Vec<_>>()}))
            .collect();
        parse(&with("product_list", "/action/sections", &json!(sections)))
    };

    assert!(of(&[30]).is_ok() && of(&[15, 15]).is_ok());
    for counts in [&[31][..], &[16, 15]] {
        let refusal = of(counts).unwrap_err();
        assert_eq!(refusal.code, Code::PRODUCTS);
        assert_eq!(
            refusal.details,
            "interactive.action.sections: have 31 product_items in all, must have at most 30"
        );
    }
}

#[test]
fn a_section_alone_needs_no_title() {
    let list = with(
        "list",
        "/action/sections",
        &json!([{"rows": [{"id": "1", "title": "one"}]}]),
    );

    assert!(parse(&list).is_ok());
}

#[test]
fn four_buttons_are_too_many() {
    let button = |n: usize| json!({"type": "reply", "reply": {"id": n.to_string(), "title": format!("no. {n}")}});
    let of = |count: usize| {
        with(
            "button",
            "/action/buttons",
            &(0..count).map(button).collect(),
        )
    };

    assert!(parse(&of(3)).is_ok());
    assert_eq!(
        refused(&of(4)),
        (
            1009,
            "interactive.action.buttons: has 4 elements, must have 1 to 3".to_owned()
        )
    );
}

#[test]
fn a_flow_that_exchanges_data_needs_no_screen() {
    let mut flow = with(
        "flow",
        "/action/parameters/flow_action",
        &json!("data_exchange"),
    );
    assert!(parse(&flow).is_ok());
    set(
        &mut flow,
        "/action/parameters/flow_action_payload",
        Value::Null,
    );

    assert!(parse(&flow).is_ok());
}

#[test]
fn amounts_at_their_limits_are_added_without_overflow() {
    let mut order = example("order_details");
    for place in [
        "/total_amount/value",
        "/order/subtotal/value",
        "/order/tax/value",
        "/order/shipping/value",
    ] {
        set(
            &mut order,
            &format!("/action/parameters{place}"),
            json!(i64::MAX),
        );
    }
    set(
        &mut order,
        "/action/parameters/order/discount/value",
        json!(0),
    );

    assert_eq!(
        refused(&order),
        (
            1009,
            "interactive.action.parameters.total_amount.value: is 9223372036854775807, subtotal + tax + shipping - discount is 27670116110564327421"
                .to_owned()
        )
    );
}

#[test]
fn the_first_failing_check_in_the_documented_order_is_answered() {
    let mut list = with(
        "list",
        "/header",
        &json!({"type": "image", "image": {"id": "x"}}),
    );
    set(&mut list, "/action/button", json!("x".repeat(21)));
    set(&mut list, "/action/sections/0/rows/0/id", Value::Null);
    let mut codes = vec![refused(&list).0];
    for (place, value) in [
        ("/action/sections/0/rows/0/id", json!("a")),
        ("/action/button", json!("Choose")),
    ] {
        set(&mut list, place, value);
        codes.push(refused(&list).0);
    }

    assert_eq!(codes, [1008, 1009, 2036]);
}

proptest! {
    #[test]
    fn an_example_with_anything_anywhere_is_answered_with_a_documented_code(
        at in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(Value::Null), Just(json!([])), Just(json!({})), Just(json!(true)), any::<i64>().prop_map(Value::from),
            "\\PC{0,80}".prop_map(Value::from), prop::collection::vec("[a-z]{0,3}", 0..12).prop_map(Value::from),
        ],
    ) {
        let all = examples();
        let (_, mut interactive) = all[at.index(all.len())].clone();
        let places = places(&interactive);
        set(&mut interactive, &places[place.index(places.len())], value);

        if let Err(refusal) = parse(&interactive) {
            prop_assert!(matches!(refusal.code.0, 1008 | 1009 | 1010 | 2015..=2017 | 2023 | 2036), "{}", refusal);
            prop_assert!(refusal.details.starts_with("interactive"), "{}", refusal);
        }
    }
}

/// Every place in a value.
fn places(value: &Value) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    inside
        .into_iter()
        .flat_map(|(name, value)| {
            let deeper = places(value)
                .into_iter()
                .map(|place| format!("/{name}{place}"))
                .collect::<Vec<_>>();
            std::iter::once(format!("/{name}")).chain(deeper)
        })
        .collect()
}
