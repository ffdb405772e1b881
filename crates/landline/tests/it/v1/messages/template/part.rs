//! Every kind of header and button, and every kind of parameter.

use serde_json::{Value, json};

use super::{body, template};
use crate::support::{Files, Guest, picture};

const PDF: &str = "%PDF-1.7\n% a short one\n%%EOF\n";

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn header(kind: &str, object: &Value) -> Value {
    let mut parameter = json!({"type": kind});
    parameter[kind] = object.clone();
    json!({"type": "header", "parameters": [parameter]})
}

/// A button's component; the index is a number, or a text when it is odd.
fn button(sub_type: &str, index: usize, parameters: &Value) -> Value {
    let index = if index.is_multiple_of(2) {
        json!(index)
    } else {
        json!(index.to_string())
    };
    json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": parameters})
}

/// What a customer gets who is sent a template for the first time.
async fn shown(guest: &Guest, name: &str, components: Value) -> Value {
    let customer = guest.stranger().await;
    guest.deliver(&template(&customer, name, &components)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_prices_and_dates_stand_in_header_and_body() {
    let guest = Guest::arrive().await;
    let price = json!({"type": "currency", "currency": {"fallback_value": "€5", "code": "EUR", "amount_1000": "5000"}});
    let date = json!({"type": "date_time", "date_time": {"fallback_value": "Monday", "timestamp": 1_893_456_000}});

    let with_text = shown(
        &guest,
        "refund_issued",
        json!([header("text", &json!("order A-17")), body(&["€5", "three"])]),
    )
    .await;
    let with_price = shown(
        &guest,
        "refund_issued",
        json!([{"type": "header", "parameters": [price]}, {"type": "body", "parameters": [price, date]}]),
    )
    .await;
    let named = shown(
        &guest,
        "appointment_reminder",
        json!([{"type": "body", "parameters": [text("Noor"), date]}]),
    )
    .await;

    assert_eq!(
        with_text["text"]["body"],
        "Refund for order A-17\n€5 will be back in your account within three days."
    );
    assert_eq!(
        with_price["text"]["body"],
        "Refund for €5\n€5 will be back in your account within Monday days."
    );
    assert_eq!(
        named["text"]["body"],
        "Hello Noor, we look forward to seeing you on Monday."
    );
    insta::assert_json_snapshot!(named["template"], @r#"
    {
      "components": [
        {
          "parameters": [
            {
              "parameter_name": "first_name",
              "text": "Noor",
              "type": "text"
            },
            {
              "date_time": {
                "fallback_value": "Monday"
              },
              "parameter_name": "day",
              "type": "date_time"
            }
          ],
          "type": "body"
        }
      ],
      "language": {
        "code": "en_US"
      },
      "name": "appointment_reminder"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_videos_documents_and_places_stand_in_the_header() {
    let guest = Guest::arrive().await;
    let (files, file) = (Files::start().await, picture("van"));
    let video = files.put("/new.mp4", "video/mp4", "no video, and nobody looks");
    let pdf = guest.api.upload("application/pdf", PDF).await;
    let image = guest.api.upload("image/png", file.clone()).await;
    let parameter = |message: &Value| message["template"]["components"][0]["parameters"][0].clone();

    let film = shown(
        &guest,
        "new_collection",
        json!([header("video", &json!({"link": video}))]),
    )
    .await;
    let id = parameter(&film)["video"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        parameter(&film),
        json!({"type": "video", "video": {"id": id}})
    );
    assert_eq!(
        guest.dev().graph().file(&id).await,
        "no video, and nobody looks"
    );

    let invoice = header(
        "document",
        &json!({"id": pdf, "filename": "invoice.pdf", "caption": "nobody sees it"}),
    );
    let invoice = shown(&guest, "invoice_ready", json!([invoice, body(&["May"])])).await;
    let id = parameter(&invoice)["document"]["id"].clone();
    assert_eq!(
        parameter(&invoice),
        json!({"type": "document", "document": {"id": id, "filename": "invoice.pdf"}})
    );
    assert_eq!(guest.dev().graph().file(id.as_str().unwrap()).await, PDF);

    let place = json!({"latitude": "52.5163", "longitude": 13.3777, "name": "Hummingbird Coffee", "address": "Pariser Platz"});
    let point = shown(
        &guest,
        "pickup_point",
        json!([header("location", &place), body(&["A-17"])]),
    )
    .await;
    assert_eq!(
        parameter(&point),
        json!({"type": "location", "location": {
            "latitude": 52.5163, "longitude": 13.3777, "name": "Hummingbird Coffee", "address": "Pariser Platz",
        }})
    );

    let slot = json!([
        header("image", &json!({"id": image})),
        {"type": "body", "parameters": [text("Noor"), text("€5"), text("Monday")]},
    ]);
    let slot = shown(&guest, "delivery_slot", slot).await;
    let id = parameter(&slot)["image"]["id"].as_str().unwrap().to_owned();
    assert_eq!(guest.dev().graph().file(&id).await, file);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_carries_no_document_but_a_pdf() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let table = guest.api.upload("text/csv", "a;b\n").await;
    let linked = files.put("/invoice", "text/csv", "a;b\n");
    let message = |to: &str, document: &Value| {
        let components = json!([header("document", document), body(&["May"])]);
        template(to, "invoice_ready", &components)
    };

    let refused = guest
        .api
        .post(
            "/v1/messages",
            &message("12025550143", &json!({"id": table})),
        )
        .await;
    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 2008,
            "details": "template.components[0].parameters[0].document: is \"text/csv\", must be application/pdf",
            "title": "Template Media Format Unsupported"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    let customer = guest.stranger().await;
    let failure = guest
        .failure(&message(&customer, &json!({"link": linked})))
        .await;
    let error = &failure["statuses"][0]["errors"][0];
    assert_eq!(error["code"], 2008, "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_button_is_given_what_it_takes() {
    let guest = Guest::arrive().await;
    let mpm = json!({"thumbnail_product_retailer_id": "mug-blue", "sections": [
        {"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue"}]},
        {"title": "Coffee", "product_items": [{"product_retailer_id": "espresso-250"}]},
    ]});
    let mut seen = Vec::new();

    for (name, components) in [
        (
            "spring_coupon",
            json!([
                header("text", &json!("20 %")),
                body(&["Sunday", "€5"]),
                button(
                    "copy_code",
                    0,
                    &json!([{"type": "coupon_code", "coupon_code": "SPRING20"}])
                ),
                button(
                    "quick_reply",
                    3,
                    &json!([{"type": "payload", "payload": "no:\nspring"}])
                ),
            ]),
        ),
        (
            "track_parcel",
            json!([
                body(&["LX-204"]),
                button("url", 0, &json!([text("LX-204?from=chat")]))
            ]),
        ),
        (
            "login_code",
            json!([
                body(&["804113"]),
                button("URL", 0, &json!([text("804113")]))
            ]),
        ),
        (
            "one_time_code",
            json!([
                body(&["804113"]),
                button("url", 0, &json!([text("804113")]))
            ]),
        ),
        ("support_callback", json!([body(&["7"])])),
        (
            "book_table",
            json!([
                body(&["Noor"]),
                button(
                    "flow",
                    0,
                    &json!([{"type": "action", "action": {
                "flow_token": "t-1", "flow_action_data": {"guests": 2}}}])
                )
            ]),
        ),
        ("book_table", json!([body(&["Noor"])])),
        (
            "see_catalog",
            json!([
                body(&["Noor"]),
                button(
                    "catalog",
                    0,
                    &json!([{"type": "action", "action": {
                "thumbnail_product_retailer_id": "mug-blue"}}])
                )
            ]),
        ),
        (
            "back_in_stock",
            json!([button(
                "mpm",
                0,
                &json!([{"type": "action", "action": mpm}])
            )]),
        ),
    ] {
        let message = shown(&guest, name, components.clone()).await;
        // The network writes places as texts, and small letters.
        let mut expected = components;
        for component in expected.as_array_mut().unwrap() {
            if component["type"] == "button" {
                let index = component["index"].to_string().replace('"', "");
                component["index"] = index.into();
                component["sub_type"] = component["sub_type"]
                    .as_str()
                    .unwrap()
                    .to_lowercase()
                    .into();
            }
        }
        assert_eq!(message["template"]["components"], expected, "{name}");
        seen.push(json!({"text": message["text"]["body"], "buttons": message["buttons"]}));
    }

    insta::assert_json_snapshot!(seen, @r#"
    [
      {
        "buttons": [
          {
            "code": "SPRING20",
            "text": "Copy code",
            "type": "copy_code"
          },
          {
            "text": "Shop",
            "type": "url",
            "url": "https://shop.example/spring"
          },
          {
            "phone_number": "+12025550111",
            "text": "Call us",
            "type": "phone_number"
          },
          {
            "payload": "no:\nspring",
            "text": "No, thanks",
            "type": "quick_reply"
          }
        ],
        "text": "20 % for you\nUse it until Sunday and save €5.\nAnswer STOP to get no more of these"
      },
      {
        "buttons": [
          {
            "text": "Track",
            "type": "url",
            "url": "https://shop.example/parcels/LX-204?from=chat"
          }
        ],
        "text": "Your parcel LX-204 is on its way."
      },
      {
        "buttons": [
          {
            "text": "Copy code",
            "type": "url",
            "url": "https://codes.example/copy/804113"
          }
        ],
        "text": "804113 is your verification code."
      },
      {
        "buttons": [
          {
            "code": "804113",
            "text": "Copy code",
            "type": "otp"
          }
        ],
        "text": "804113 is your verification code.\nIt expires in 5 minutes"
      },
      {
        "buttons": [
          {
            "phone_number": "+12025550111",
            "text": "Call us",
            "type": "phone_number"
          }
        ],
        "text": "We could not reach you about ticket 7. Please call us back."
      },
      {
        "buttons": [
          {
            "flow_id": "720000511001",
            "text": "Book",
            "type": "flow"
          }
        ],
        "text": "Would you like your usual table, Noor?"
      },
      {
        "buttons": [
          {
            "flow_id": "720000511001",
            "text": "Book",
            "type": "flow"
          }
        ],
        "text": "Would you like your usual table, Noor?"
      },
      {
        "buttons": [
          {
            "text": "View catalog",
            "type": "catalog"
          }
        ],
        "text": "All we have, Noor."
      },
      {
        "buttons": [
          {
            "text": "View items",
            "type": "mpm"
          }
        ],
        "text": "Back in stock\nThese are here again."
      }
    ]
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_or_products_that_the_network_does_not_show_fail() {
    let guest = Guest::arrive().await;
    let products = |ids: &[&str]| {
        let items: Vec<Value> = ids
            .iter()
            .map(|id| json!({"product_retailer_id": id}))
            .collect();
        let action = json!({"type": "action", "action": {"sections": [{"product_items": items}]}});
        json!([button("mpm", 0, &json!([action]))])
    };

    for (name, components, code) in [
        ("survey_blocked", json!([]), 2068),
        ("survey_throttled", json!([]), 2069),
        ("back_in_stock", products(&["tea"]), 2027),
    ] {
        let customer = guest.stranger().await;
        let failure = guest.failure(&template(&customer, name, &components)).await;
        assert_eq!(
            failure["statuses"][0]["errors"][0]["code"], code,
            "{failure}"
        );
    }
    let customer = guest.stranger().await;
    let id = guest
        .send(&template(
            &customer,
            "back_in_stock",
            &products(&["mug-blue", "tea"]),
        ))
        .await;
    let warning = guest.sink.status(&id, "warning").await;
    assert_eq!(
        warning["statuses"][0]["errors"][0]["code"], 2026,
        "{warning}"
    );
}
