//! The same link in many messages: fetched and uploaded once.

use serde_json::json;

use crate::support::{Files, Guest, base64, picture, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_many_customers_is_fetched_once() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let file = picture("to many");
    let link = files.put("/van.png", "image/png", file.clone());
    let mut customers = Vec::new();
    for _ in 0..8 {
        customers.push(guest.customer().await);
    }

    for customer in &customers {
        let message = json!({"to": customer, "type": "image", "image": {"link": link}});
        guest.send(&message).await;
    }

    for customer in &customers {
        let inbox = guest.phones.received(customer, 1).await;
        assert_eq!(inbox[0]["image"]["sha256"], base64(&sha256(&file)));
    }
    assert_eq!(files.asked("/van.png").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_query_is_another_link() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let link = files.put("/van.png", "image/png", picture("again"));
    let customer = guest.customer().await;
    let other = format!("{link}?v=2");

    for link in [&link, &other, &link] {
        let message = json!({"to": customer, "type": "image", "image": {"link": link}});
        guest.send(&message).await;
    }

    guest.phones.received(&customer, 3).await;
    assert_eq!(files.asked("/van.png").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_other_credentials_does_not_get_what_others_fetched() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let link = files.put("/van.png", "image/png", picture("secret"));
    let customer = guest.customer().await;
    let provider = format!("cache-{customer}");
    let send = async |media: serde_json::Value| {
        let message = json!({"to": customer, "type": "image", "image": media});
        guest.send(&message).await;
    };
    let set = async |token: &str| {
        let body = json!([{"name": provider, "type": "www", "config": {"bearer": token}}]);
        let path = "/v1/settings/application/media/providers";
        assert_eq!(guest.api.post(path, &body).await.status, 200);
    };

    send(json!({"link": link})).await;
    guest.phones.received(&customer, 1).await;
    for (count, token) in [(2, "one"), (3, "two")] {
        set(token).await;
        send(json!({"link": link, "provider": {"name": provider}})).await;
        guest.phones.received(&customer, count).await;
    }

    let told: Vec<_> = files.asked("/van.png");
    let told: Vec<_> = told
        .iter()
        .map(|headers| {
            headers
                .get("authorization")
                .map(|value| value.to_str().unwrap())
        })
        .collect();
    assert_eq!(told, [None, Some("Bearer one"), Some("Bearer two")]);
}
