//! `type: interactive`, every `interactive.type`: what is sent is on the phone, whole.

mod commerce;
mod refused;

use serde_json::{Value, json};

use super::super::plain;
use crate::support::{Files, Guest, new_customer, picture};

const CATALOG: &str = "613000142001";

fn interactive(to: &str, object: &Value) -> Value {
    json!({"to": to, "recipient_type": "individual", "type": "interactive", "interactive": object})
}

/// A message of each type, which the simulated network shows.
fn every_type() -> Vec<Value> {
    vec![
        json!({
            "type": "button",
            "header": {"type": "text", "text": "Delivery 🚚"},
            "body": {"text": "We come *tomorrow* between 9 and 11: https://shop.example/map. All right?"},
            "footer": {"text": "Hummingbird Coffee ☕"},
            "action": {"buttons": [
                {"type": "reply", "reply": {"id": "slot:keep", "title": "Yes 👍"}},
                {"type": "reply", "reply": {"id": "slot:move", "title": "Another day"}},
                {"type": "reply", "reply": {"id": "slot:stop", "title": "No"}},
            ]},
        }),
        json!({
            "type": "list",
            "header": {"type": "text", "text": "Our week"},
            "body": {"text": "When would you like to come?"},
            "footer": {"text": "We keep your table for 15 minutes"},
            "action": {"button": "Choose a time", "sections": [
                {"title": "Morning", "rows": [
                    {"id": "09", "title": "9 o'clock", "description": "Breakfast is served"},
                    {"id": "11", "title": "11 o'clock"},
                ]},
                {"title": "Afternoon", "rows": [{"id": "15", "title": "3 o'clock"}]},
            ]},
        }),
        json!({
            "type": "product",
            "body": {"text": "This is the one you asked for"},
            "footer": {"text": "Freshly roasted"},
            "action": {"catalog_id": CATALOG, "product_retailer_id": "espresso-250"},
        }),
        json!({"type": "product", "action": {"catalog_id": CATALOG, "product_retailer_id": "mug-blue"}}),
        product_list(&["espresso-250", "mug-blue"]),
        json!({
            "type": "catalog_message",
            "body": {"text": "Have a look at all we have."},
            "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "mug-blue"}},
        }),
        json!({
            "type": "flow",
            "header": {"type": "text", "text": "Your table"},
            "body": {"text": "Book in less than a minute."},
            "footer": {"text": "Hummingbird Coffee"},
            "action": {"name": "flow", "parameters": {
                "flow_message_version": "3", "flow_token": "booking-1042", "flow_id": "720000511001",
                "flow_cta": "Book a table", "mode": "published", "flow_action": "navigate",
                "flow_action_payload": {"screen": "WHEN", "data": {"guests": 2, "notes": null}},
            }},
        }),
        json!({
            "type": "location_request_message",
            "body": {"text": "Where should the parcel go?"},
            "action": {"name": "send_location"},
        }),
        json!({
            "type": "order_details",
            "body": {"text": "Your order is packed."},
            "footer": {"text": "Hummingbird Coffee"},
            "action": {"name": "review_and_pay", "parameters": {
                "reference_id": "HB-1042", "type": "physical-goods", "payment_type": "upi",
                "payment_configuration": "hummingbird-upi", "currency": "INR",
                "total_amount": {"value": 48_900, "offset": 100},
                "order": {
                    "status": "pending", "catalog_id": CATALOG,
                    "expiration": {"timestamp": "1893456000", "description": "This offer has ended"},
                    "items": [{
                        "retailer_id": "espresso-250", "name": "Espresso, 250 g", "quantity": 1,
                        "amount": {"value": 45_000, "offset": 100}, "sale_amount": {"value": 40_000, "offset": 100},
                        "country_of_origin": "Ethiopia",
                    }],
                    "subtotal": {"value": 40_000, "offset": 100},
                    "tax": {"value": 8_900, "offset": 100, "description": "GST"},
                    "shipping": {"value": 5_000, "offset": 100},
                    "discount": {"value": 5_000, "offset": 100, "description": "Welcome back"},
                },
            }},
        }),
        json!({
            "type": "order_status",
            "body": {"text": "Your coffee has left the roastery."},
            "action": {"name": "review_order", "parameters": {
                "reference_id": "HB-1042", "order": {"status": "shipped", "description": "Parcel LX-204"},
            }},
        }),
        json!({
            "type": "cta_url",
            "header": {"type": "text", "text": "Our week"},
            "body": {"text": "See what is on."},
            "action": {"name": "cta_url", "parameters": {
                "display_text": "Open the calendar", "url": "https://shop.example/calendar?week=7",
            }},
        }),
    ]
}

fn product_list(ids: &[&str]) -> Value {
    let items: Vec<Value> = ids
        .iter()
        .map(|id| json!({"product_retailer_id": id}))
        .collect();
    json!({
        "type": "product_list",
        "header": {"type": "text", "text": "For your kitchen"},
        "body": {"text": "What goes well with the machine"},
        "footer": {"text": "Prices include VAT"},
        "action": {"catalog_id": CATALOG, "sections": [{"title": "For you", "product_items": items}]},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_type_is_on_the_phone_as_it_was_sent() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let all = every_type();

    for object in &all {
        guest.send(&interactive(&customer, object)).await;
    }

    let inbox = guest.phones.received(&customer, all.len()).await;
    let shown: Vec<&Value> = inbox
        .iter()
        .map(|message| &message["interactive"])
        .collect();
    let sent: Vec<&Value> = all.iter().collect();
    assert_eq!(shown, sent);
    assert!(inbox.iter().all(|message| message["type"] == "interactive"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_and_its_statuses_follow() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;

    let answer = guest
        .api
        .post("/v1/messages", &interactive(&customer, &every_type()[0]))
        .await;
    let id = answer.message_id();
    let names = [(id.as_str(), "[id]"), (customer.as_str(), "[customer]")];
    insta::assert_json_snapshot!(plain(&answer.whole(), &names), @r#"
    {
      "body": {
        "contacts": [
          {
            "input": "[customer]",
            "wa_id": "[customer]"
          }
        ],
        "messages": [
          {
            "id": "[id]"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 201
    }
    "#);
    let delivered = guest.sink.status(&id, "delivered").await;
    insta::assert_json_snapshot!(plain(&delivered, &names), @r#"
    {
      "statuses": [
        {
          "id": "[id]",
          "message": {
            "recipient_id": "[customer]"
          },
          "pricing": {
            "billable": false,
            "category": "service",
            "pricing_model": "PMP"
          },
          "recipient_id": "[customer]",
          "status": "delivered",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_above_the_buttons_is_brought_to_the_network() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let (files, file) = (Files::start().await, picture("beans"));
    let link = files.put("/beans.png", "image/png", file.clone());
    let media = guest.api.upload("image/png", file.clone()).await;
    let pdf = guest
        .api
        .upload("application/pdf", "%PDF-1.7\n%%EOF\n")
        .await;
    let with = |header: Value| {
        json!({
            "type": "button", "header": header, "body": {"text": "The new beans are here."},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "beans", "title": "Tell me more"}}]},
        })
    };

    for header in [
        json!({"type": "image", "image": {"id": media}}),
        json!({"type": "image", "image": {"link": link, "caption": "nobody sees it"}}),
        json!({"type": "document", "document": {"id": pdf, "filename": "beans.pdf"}}),
    ] {
        guest.send(&interactive(&customer, &with(header))).await;
    }

    let inbox = guest.phones.received(&customer, 3).await;
    for message in inbox.iter().take(2) {
        let upstream = message["interactive"]["header"]["image"]["id"]
            .as_str()
            .unwrap();
        let header = json!({"type": "image", "image": {"id": upstream}});
        assert_eq!(message["interactive"], with(header));
        assert_eq!(guest.dev().graph().file(upstream).await, file);
    }
    let document = &inbox[2]["interactive"]["header"]["document"];
    assert_eq!(
        inbox[2]["interactive"],
        with(
            json!({"type": "document", "document": {"id": document["id"], "filename": "beans.pdf"}})
        )
    );

    // What is not there, or no picture, is told as for any other message.
    let unknown = json!({"type": "image", "image": {"id": "00000000-0000-4000-8000-000000000000"}});
    guest
        .refused(
            &interactive(&customer, &with(unknown)),
            (404, 1006),
            &["interactive.header.image.id"],
        )
        .await;
    let no_picture = json!({"type": "image", "image": {"id": pdf}});
    guest
        .refused(
            &interactive(&customer, &with(no_picture)),
            (400, 1009),
            &["interactive.header.image", "image/jpeg"],
        )
        .await;
    let nothing = json!({"type": "video", "video": {"link": files.url("/nothing.mp4")}});
    let failure = guest.failure(&interactive(&customer, &with(nothing))).await;
    let error = &failure["statuses"][0]["errors"][0];
    assert_eq!(error["code"], 1014, "{failure}");
    assert!(
        error["details"]
            .as_str()
            .is_some_and(|details| details.starts_with("interactive.header.video.link")),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_shown_where_it_is_at_home() {
    let guest = Guest::arrive().await;
    // No number in India begins with 0.
    let indian = format!(
        "910000{}",
        new_customer().chars().skip(5).collect::<String>()
    );
    guest.phones.add(&indian, "Asha Rao").await;
    guest.phones.write(&indian, "Hello", 1).await;
    let form = json!({
        "type": "address_message",
        "body": {"text": "Where should the parcel go?"},
        "action": {"name": "address_message", "parameters": {
            "country": "IN",
            "values": {"name": "Asha Rao", "in_pin_code": "000001", "landmark_area": ""},
            "saved_addresses": [{"id": "home", "value": {"building_name": "Lantern House", "floor_number": "2"}}],
            "validation_errors": {"in_pin_code": "We do not deliver there yet."},
        }},
    });

    let shown = guest.deliver(&interactive(&indian, &form)).await;
    assert_eq!(shown["interactive"], form);

    let elsewhere = guest.customer().await;
    let failure = guest.failure(&interactive(&elsewhere, &form)).await;
    insta::assert_json_snapshot!(failure["statuses"][0]["errors"], @r#"
    [
      {
        "code": 1026,
        "details": "the recipient's app cannot show an address form of another country",
        "title": "Receiver incapable"
      }
    ]
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pressed_button_comes_back() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let id = guest.send(&interactive(&customer, &every_type()[0])).await;
    let inbox = guest.phones.received(&customer, 1).await;

    let reply =
        json!({"type": "button_reply", "button_reply": {"id": "slot:keep", "title": "Yes 👍"}});
    guest
        .phones
        .send(
            &customer,
            json!({"type": "interactive", "interactive": reply, "context": {"id": inbox[0]["id"]}}),
        )
        .await;

    let pressed = guest
        .sink
        .message("the press", |message| {
            message["from"] == customer && message["type"] == "interactive"
        })
        .await;
    assert_eq!(pressed["messages"][0]["interactive"], reply);
    assert_eq!(pressed["messages"][0]["context"]["id"], id);
}
