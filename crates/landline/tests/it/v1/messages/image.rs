//! `type: image`.

use rstest::rstest;
use serde_json::{Value, json};

use super::super::plain;
use crate::support::{Files, Guest, base64, picture, sha256};

fn image(to: &str, image: &Value) -> Value {
    json!({"to": to, "type": "image", "image": image})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_picture_arrives() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let file = picture("uploaded");
    let media = guest.api.upload("image/png", file.clone()).await;

    let answer = guest
        .api
        .post(
            "/v1/messages",
            &image(&customer, &json!({"id": media, "caption": "So *small*"})),
        )
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

    let inbox = guest.phones.received(&customer, 1).await;
    let upstream = inbox[0]["image"]["id"].as_str().unwrap();
    let expected = json!({
        "id": upstream, "caption": "So *small*", "mime_type": "image/png", "sha256": base64(&sha256(&file)),
    });
    assert_eq!(inbox[0]["image"], expected);
    assert_eq!(guest.dev().graph().file(upstream).await, file);

    // Once more, without a second upload.
    guest
        .send(&image(&customer, &json!({"id": media, "caption": null})))
        .await;
    let inbox = guest.phones.received(&customer, 2).await;
    assert_eq!(inbox[1]["image"]["id"], upstream);
    assert_eq!(inbox[1]["image"]["caption"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_picture_arrives() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let (files, file) = (Files::start().await, picture("linked"));
    let link = files.put("/van.png", "image/png", file.clone());
    let odd = files.put("/download", "application/octet-stream", file.clone());
    let moved = files.redirect("/moved", "/van.png");

    for (n, link) in [link, odd, moved].iter().enumerate() {
        guest
            .send(&image(
                &customer,
                &json!({"link": link, "caption": "The van"}),
            ))
            .await;
        let inbox = guest.phones.received(&customer, n + 1).await;
        assert_eq!(inbox[n]["image"]["caption"], "The van");
        assert_eq!(inbox[n]["image"]["mime_type"], "image/png");
        assert_eq!(
            inbox[n]["image"]["link"],
            Value::Null,
            "the network never sees the link"
        );
        assert_eq!(
            guest
                .dev()
                .graph()
                .file(inbox[n]["image"]["id"].as_str().unwrap())
                .await,
            file
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_brings_no_picture_fails_later() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let files = Files::start().await;
    let page = files.put("/page", "text/html", "<html>no picture</html>");
    let mut large = picture("large").to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);
    let large = files.put("/large.png", "image/png", large);
    let inward = files.redirect("/inward", "http://10.0.0.1/van.png");

    let missing = guest
        .failure(&image(&customer, &json!({"link": files.url("/nothing")})))
        .await;
    insta::assert_json_snapshot!(missing, @r#"
    {
      "statuses": [
        {
          "errors": [
            {
              "code": 1014,
              "details": "image.link: the server answered with status 404",
              "title": "Internal error"
            }
          ],
          "id": "[id]",
          "message": {
            "recipient_id": "[customer]"
          },
          "recipient_id": "[customer]",
          "status": "failed",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
    for (link, code) in [
        (page, 1009),
        (large, 1009),
        (inward, 1014),
        ("http://192.168.0.1/van.png".to_owned(), 1014),
    ] {
        let failure = guest
            .failure(&image(&customer, &json!({"link": link})))
            .await;
        let error = &failure["statuses"][0]["errors"][0];
        assert_eq!(error["code"], code, "{link}: {failure}");
        assert!(
            error["details"]
                .as_str()
                .is_some_and(|details| details.contains("image")),
            "{link}: {failure}"
        );
    }
    assert!(guest.phones.inbox(&customer).await.is_empty());
}

#[rstest]
#[case(json!({}), 400, 1008, "image.id")]
#[case(json!({"id": "", "link": null}), 400, 1008, "image.id")]
#[case(json!({"id": "x", "link": "https://shop.example/van.png"}), 400, 1009, "image")]
#[case(json!({"link": "/van.png"}), 400, 1009, "image.link")]
#[case(json!({"link": "ftp://shop.example/van.png"}), 400, 1009, "image.link")]
#[case(json!({"id": 1}), 400, 1009, "image.id")]
#[case(json!({"link": "https://shop.example/van.png", "caption": "x".repeat(1025)}), 400, 1009, "image.caption")]
#[case(json!({"link": "https://shop.example/van.png", "caption": ["x"]}), 400, 1009, "image.caption")]
#[case(json!({"link": "https://shop.example/van.png", "filename": "van.png"}), 400, 1010, "image.filename")]
#[case(json!({"id": "00000000-0000-4000-8000-000000000000"}), 404, 1006, "image.id")]
#[case(json!({"id": "nonsense"}), 404, 1006, "image.id")]
#[case(json!("https://shop.example/van.png"), 400, 1009, "image")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named(
    #[case] object: Value,
    #[case] status: u16,
    #[case] code: u64,
    #[case] word: &str,
) {
    let guest = Guest::arrive().await;

    guest
        .refused(&image("12025550143", &object), (status, code), &[word])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pictures_of_a_pictures_size_are_pictures() {
    let guest = Guest::arrive().await;
    let mut large = picture("large").to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);

    let text = guest.api.upload("text/plain", "no picture").await;
    let large = guest.api.upload("image/png", large).await;

    guest
        .refused(
            &image("12025550143", &json!({"id": text})),
            (400, 1009),
            &["image", "image/jpeg", "image/png"],
        )
        .await;
    guest
        .refused(
            &image("12025550143", &json!({"id": large})),
            (400, 1009),
            &["image", "5242880"],
        )
        .await;
}
