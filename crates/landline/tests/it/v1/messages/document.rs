//! `type: document`.

use serde_json::{Value, json};

use super::super::plain;
use crate::support::{Files, Guest, base64, sha256};

const PDF: &[u8] = b"%PDF-1.7\n% a short one\n%%EOF\n";

fn document(to: &str, document: &Value) -> Value {
    json!({"to": to, "type": "document", "document": document})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_arrives_with_its_name_and_caption() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let media = guest.api.upload("application/pdf", PDF).await;

    let object = json!({"id": media, "filename": "Rechnung März.pdf", "caption": "Your invoice"});
    let answer = guest
        .api
        .post("/v1/messages", &document(&customer, &object))
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

    let inbox = guest.phones.received(&customer, 1).await;
    let upstream = inbox[0]["document"]["id"].as_str().unwrap();
    let expected = json!({
        "id": upstream, "filename": "Rechnung März.pdf", "caption": "Your invoice",
        "mime_type": "application/pdf", "sha256": base64(&sha256(PDF)),
    });
    assert_eq!(inbox[0]["document"], expected);
    assert_eq!(guest.dev().graph().file(upstream).await, PDF);
    guest.sink.status(&id, "delivered").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_needs_neither() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let media = guest.api.upload("text/csv", "a;b\n1;2\n").await;

    let inbox = guest
        .deliver(&document(
            &customer,
            &json!({"id": media, "filename": null, "caption": ""}),
        ))
        .await;

    assert_eq!(inbox["document"]["caption"], Value::Null);
    assert_eq!(inbox["document"]["filename"], Value::Null);
    assert_eq!(inbox["document"]["mime_type"], "text/csv");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_document_arrives() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let files = Files::start().await;
    let link = files.put("/invoice", "application/pdf", PDF);

    let inbox = guest
        .deliver(&document(
            &customer,
            &json!({"link": link, "filename": "invoice.pdf"}),
        ))
        .await;

    assert_eq!(inbox["document"]["filename"], "invoice.pdf");
    assert_eq!(
        guest
            .dev()
            .graph()
            .file(inbox["document"]["id"].as_str().unwrap())
            .await,
        PDF
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let guest = Guest::arrive().await;
    let link = "https://shop.example/invoice.pdf";

    for (object, refusal, word) in [
        (json!({}), (400, 1008), "document.id"),
        (json!({"id": "x", "link": link}), (400, 1009), "document"),
        (
            json!({"link": link, "filename": 1}),
            (400, 1009),
            "document.filename",
        ),
        (
            json!({"link": link, "caption": "x".repeat(1025)}),
            (400, 1009),
            "document.caption",
        ),
        (
            json!({"id": "00000000-0000-4000-8000-000000000000"}),
            (404, 1006),
            "document.id",
        ),
    ] {
        guest
            .refused(&document("12025550143", &object), refusal, &[word])
            .await;
    }
    guest
        .refused(
            &json!({"to": "12025550143", "type": "document"}),
            (400, 1008),
            &["document"],
        )
        .await;
}
