//! What became of a message.

use serde_json::{Value, json};

use super::Scene;

/// `messages.md` 9.2, `webhooks.md` 3.3 and 5.4. The network's `href` explains the network's codes, which are others.
#[tokio::test(flavor = "multi_thread")]
async fn the_samples() {
    let scene = Scene::start(&json!({"sent_status": true})).await;
    let customer = scene.phones.customer().await;
    let conversation = |id: &str, end: &str, origin: &str| json!({"id": id, "expiration_timestamp": end, "origin": {"type": origin}});
    let service = conversation("5d0c77e1a94b4f0e8c21", "1790086400", "service");
    let utility = conversation("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "1712088000", "utility");

    for (posted, told) in [
        (
            json!({"status": "sent", "timestamp": "1790000100", "conversation": service,
                "pricing": {"billable": true, "pricing_model": "CBP", "category": "service", "type": "regular"}}),
            json!({"status": "sent", "timestamp": "1790000100",
                "conversation": {"id": "5d0c77e1a94b4f0e8c21", "expiration_timestamp": 1_790_086_400, "origin": {"type": "service"}},
                "pricing": {"pricing_model": "CBP", "billable": true, "category": "service"}}),
        ),
        (
            json!({"status": "sent", "timestamp": "1712001600", "conversation": utility,
                "pricing": {"billable": true, "pricing_model": "CBP", "category": "utility"}}),
            json!({"status": "sent", "timestamp": "1712001600",
                "conversation": {"expiration_timestamp": 1_712_088_000, "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                    "origin": {"type": "utility"}},
                "pricing": {"billable": true, "category": "utility", "pricing_model": "CBP"}}),
        ),
        (
            json!({"status": "delivered", "timestamp": "1712001601", "conversation": utility,
                "pricing": {"billable": false, "pricing_model": "PMP", "category": "referral_conversion"}}),
            json!({"status": "delivered", "timestamp": "1712001601",
                "conversation": {"id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "origin": {"type": "utility"}},
                "pricing": {"billable": false, "category": "referral_conversion", "pricing_model": "PMP"}}),
        ),
        (
            json!({"status": "read", "timestamp": 1_712_001_602, "conversation": utility, "pricing": {"billable": true}}),
            json!({"status": "read", "timestamp": "1712001602"}),
        ),
        (
            json!({"status": "failed", "timestamp": "1712001700", "conversation": utility,
                "errors": [{"code": 131_047, "title": "Re-engagement message", "message": "Re-engagement message",
                    "href": "https://developers.example/errors"}]}),
            json!({"status": "failed", "timestamp": "1712001700",
                "errors": [{"code": 470, "title": "Re-engagement message", "details": "Re-engagement message"}]}),
        ),
    ] {
        let (id, network_id) = scene.sent(&customer).await;
        let with = |members: &Value, common: Value| {
            let mut status = common;
            for (name, member) in members.as_object().unwrap() {
                status[name] = member.clone();
            }
            status
        };
        let status = with(
            &posted,
            json!({
                "id": network_id, "recipient_id": customer, "recipient_type": "individual",
                "recipient_participant_id": "x", "recipient_identity_key_hash": "Zm9vYmFyMTI=",
            }),
        );
        scene.poster.deliver(&scene.poster.status(&status)).await;

        let kind = told["status"].as_str().unwrap();
        let expected = with(
            &told,
            json!({
                "id": id, "recipient_id": customer, "message": {"recipient_id": customer}, "type": "message",
            }),
        );
        assert_eq!(
            scene.sink.status(&id, kind).await,
            json!({"statuses": [expected]})
        );
    }
}

/// `messages.md` 9.1: no earlier state after a later one, each at most once; a late `delivered` after `failed` is told.
#[tokio::test(flavor = "multi_thread")]
async fn out_of_order() {
    let scene = Scene::start(&json!({"sent_status": true})).await;
    let customer = scene.phones.customer().await;

    for (posted, told) in [
        (
            &["sent", "delivered", "read"][..],
            &["sent", "delivered", "read"][..],
        ),
        (&["read", "delivered", "sent", "read"], &["read"]),
        (&["delivered", "delivered", "sent"], &["delivered"]),
        (&["failed", "sent", "failed"], &["failed"]),
        (
            &["sent", "failed", "delivered", "read"],
            &["sent", "failed", "delivered", "read"],
        ),
        (&["delivered", "failed", "read"], &["delivered", "read"]),
    ] {
        let (id, network_id) = scene.sent(&customer).await;
        for (n, status) in posted.iter().enumerate() {
            let status = json!({
                "id": network_id, "status": status, "timestamp": (1_712_002_000 + n).to_string(), "recipient_id": customer,
            });
            scene.poster.deliver(&scene.poster.status(&status)).await;
        }
        // What comes after them in the same lane was told after them.
        let (last, last_network_id) = scene.sent(&customer).await;
        let status = json!({
            "id": last_network_id, "status": "read", "timestamp": "1712003000", "recipient_id": customer,
        });
        scene.poster.deliver(&scene.poster.status(&status)).await;
        scene.sink.status(&last, "read").await;
        assert_eq!(scene.sink.statuses(&id), told, "{posted:?}");
    }
}
