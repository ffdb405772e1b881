//! What the network posts that virtual phones do not: forgeries, repeats, kinds without a form here.

use serde_json::{Value, json};

use super::plain;
use crate::support::{Dev, Guest, Poster, Sink, network_text, picture};

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_without_the_right_signature_has_no_effect() {
    let guest = Guest::arrive().await;
    let (customer, poster) = (guest.customer().await, Poster::new(guest.dev()));
    let forged = poster.message(&network_text(&customer, "wamid.FORGED", "forged"));
    let right = poster.sign(&forged);
    let other_hash = right.replace("sha256=", "sha1=");
    let nothing = format!("sha256={}", "0".repeat(64));
    let shortened = &right[..right.len() - 1];

    assert_eq!(poster.post(&forged, None).await, 401);
    for signature in [
        "",
        "sha256=",
        &nothing,
        &other_hash,
        shortened,
        "sha256=\u{e9}",
    ] {
        assert_eq!(
            poster.post(&forged, Some(signature)).await,
            401,
            "{signature}"
        );
    }
    assert_eq!(
        poster
            .post(&forged.replace("forged", "Forged"), Some(&right))
            .await,
        401
    );
    assert_eq!(poster.post(&format!("{forged} "), Some(&right)).await, 401);
    assert_eq!(poster.post("", Some(&right)).await, 401);

    // The real one comes through, so the others would have been seen before it.
    poster
        .deliver(&poster.message(&network_text(&customer, "wamid.GENUINE", "genuine")))
        .await;
    guest
        .sink
        .message("the genuine one", |message| {
            message["text"]["body"] == "genuine"
        })
        .await;
    let is_forged = |body: &Value| body.to_string().to_lowercase().contains("forged");
    assert!(!guest.sink.accepted().iter().any(is_forged));
    assert!(
        guest
            .dev()
            .log()
            .contains("without the right signature were refused")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_webhook_is_told_once() {
    let guest = Guest::arrive().await;
    let (customer, poster) = (guest.customer().await, Poster::new(guest.dev()));
    let once = poster.message(&network_text(&customer, "wamid.ONCE", "once"));

    for _ in 0..3 {
        poster.deliver(&once).await;
    }
    poster
        .deliver(&poster.message(&network_text(&customer, "wamid.AFTER", "after")))
        .await;

    guest
        .sink
        .message("the one after", |message| {
            message["from"] == customer && message["text"]["body"] == "after"
        })
        .await;
    let is_once = |body: &&Value| {
        body["messages"][0]["from"] == customer && body["messages"][0]["text"]["body"] == "once"
    };
    assert_eq!(guest.sink.accepted().iter().filter(is_once).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_picture_is_stored_once() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    dev.api().await.connected().await;
    let (customer, poster) = (dev.phones().customer().await, Poster::new(&dev));
    let media = dev
        .graph()
        .upload("image/png", picture("stored once"))
        .await;
    let image = json!({
        "from": customer, "id": "wamid.PICTURE", "timestamp": "1790000000", "type": "image",
        "image": {"id": media, "mime_type": "image/png"},
    });
    let once = poster.message(&image);

    for _ in 0..3 {
        poster.deliver(&once).await;
    }
    poster
        .deliver(&poster.message(&network_text(&customer, "wamid.AFTER", "after")))
        .await;

    sink.message("the one after", |message| {
        message["text"]["body"] == "after"
    })
    .await;
    let told = sink
        .message("the picture", |message| message["type"] == "image")
        .await;
    let id = told["messages"][0]["image"]["id"].as_str().unwrap();
    let stored: Vec<_> = std::fs::read_dir(dev.folder.path().join("media"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(stored, [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_form_here_is_told_as_unknown() {
    let guest = Guest::arrive().await;
    let (customer, poster) = (guest.customer().await, Poster::new(guest.dev()));
    let error = json!({
        "code": 131_051, "title": "Message type unknown", "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    });
    let unsupported = json!({
        "from": customer, "id": "wamid.UNSUPPORTED", "timestamp": "1790000000", "type": "unsupported", "errors": [error],
    });

    poster.deliver(&poster.message(&unsupported)).await;

    let told = guest
        .sink
        .message("it", |message| {
            message["from"] == customer && message["type"] == "unknown"
        })
        .await;
    let id = told["messages"][0]["id"].as_str().unwrap();
    insta::assert_json_snapshot!(plain(&told, &[(id, "[id]"), (&customer, "[customer]")]), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "[customer]"
        }
      ],
      "messages": [
        {
          "errors": [
            {
              "code": 501,
              "details": "Message type is currently not supported.",
              "title": "Message type is not currently supported"
            }
          ],
          "from": "[customer]",
          "id": "[id]",
          "timestamp": "[time]",
          "type": "unknown"
        }
      ]
    }
    "#);

    // A kind that nobody knows yet comes the same way.
    let new = json!({"from": customer, "id": "wamid.NEW", "timestamp": "1790000001", "type": "hologram", "hologram": {"x": 1}});
    poster.deliver(&poster.message(&new)).await;
    let next = guest.sink.message("the next", |message| {
        message["from"] == customer && message["timestamp"] == "1790000001"
    });
    let next = next.await;
    assert_eq!(
        (
            &next["messages"][0]["type"],
            &next["messages"][0]["errors"][0]["code"]
        ),
        (&json!("unknown"), &json!(501))
    );
    assert_eq!(next["messages"][0]["hologram"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_customer_deletes_is_told_as_a_status() {
    let guest = Guest::arrive().await;
    let (customer, poster) = (guest.customer().await, Poster::new(guest.dev()));
    poster
        .deliver(&poster.message(&network_text(&customer, "wamid.REGRET", "regretted")))
        .await;
    let said = guest
        .sink
        .message("what was said", |message| {
            message["text"]["body"] == "regretted"
        })
        .await;
    let id = said["messages"][0]["id"].as_str().unwrap();

    let revoke = json!({
        "from": customer, "id": "wamid.REVOKE", "timestamp": "1790000002", "type": "revoke",
        "revoke": {"original_message_id": "wamid.REGRET"},
    });
    poster.deliver(&poster.message(&revoke)).await;

    let deleted = guest.sink.status(id, "deleted").await;
    insta::assert_json_snapshot!(plain(&deleted, &[(id, "[id]"), (&customer, "[customer]")]), @r#"
    {
      "statuses": [
        {
          "id": "[id]",
          "message": {
            "recipient_id": "[customer]"
          },
          "recipient_id": "[customer]",
          "status": "deleted",
          "timestamp": "[time]",
          "type": "message"
        }
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_a_number_is_heard() {
    let guest = Guest::arrive().await;
    let poster = Poster::new(guest.dev());
    let message = json!({
        "from_user_id": "US.13491208655302741918", "id": "wamid.SCOPED", "timestamp": "1790000000",
        "type": "text", "text": {"body": "no number"},
    });
    let mut body: Value = serde_json::from_str(&poster.message(&message)).unwrap();
    body["entry"][0]["changes"][0]["value"]["contacts"] =
        json!([{"profile": {"name": "Bo"}, "user_id": "US.13491208655302741918"}]);

    poster.deliver(&body.to_string()).await;

    let told = guest
        .sink
        .message("it", |message| message["text"]["body"] == "no number")
        .await;
    assert_eq!(told["messages"][0]["from"], "US.13491208655302741918");
    assert_eq!(
        told["contacts"],
        json!([{"profile": {"name": "Bo"}, "wa_id": "US.13491208655302741918"}])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_another_number_are_taken_and_told_to_nobody() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let second = guest.dev().graph().second_number().await;
    let (poster, other) = (
        Poster::new(guest.dev()),
        Poster::new(guest.dev()).of_number(&second),
    );

    other
        .deliver(&other.message(&network_text(
            &customer,
            "wamid.OTHER",
            "for the other number",
        )))
        .await;
    poster
        .deliver(&poster.message(&network_text(&customer, "wamid.OURS", "for this number")))
        .await;

    guest
        .sink
        .message("ours", |message| {
            message["text"]["body"] == "for this number"
        })
        .await;
    assert!(
        !guest
            .sink
            .accepted()
            .iter()
            .any(|body| body["messages"][0]["text"]["body"] == "for the other number")
    );
}

/// `webhooks.md` 5.1: what the network asks before it posts is answered here, and told to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn the_network_is_answered_its_challenge() {
    let guest = Guest::arrive().await;
    let endpoints = &guest.dev().endpoints;
    let (relay, token) = (
        endpoints["relay"].as_str().unwrap(),
        endpoints["graph"]["verify_token"].as_str().unwrap(),
    );
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = async |mode: &str, token: &str| {
        let mut url = reqwest::Url::parse(relay).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("hub.mode", mode),
            ("hub.challenge", "1158201444"),
            ("hub.verify_token", token),
        ]);
        http.get(url).send().await.unwrap()
    };

    let answer = asked("subscribe", token).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answer.text().await.unwrap(), "1158201444");
    for (mode, token) in [
        ("subscribe", "another"),
        ("subscribe", ""),
        ("unsubscribe", token),
    ] {
        let refused = asked(mode, token).await;
        assert_eq!(refused.status(), 403, "{mode} {token}");
        assert!(!refused.text().await.unwrap().contains("1158201444"));
    }
    assert_eq!(http.get(relay).send().await.unwrap().status(), 403);
}
