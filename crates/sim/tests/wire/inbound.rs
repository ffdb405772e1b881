//! What virtual customers can cause beyond texts: every type, and who they are.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Reply, Sim, text};

const ADA: &str = "12025550143";
const NEW: &str = "12025550177";

impl Sim {
    /// Ada writes; the message's id.
    async fn ada(&self, message: Value) -> String {
        let path = format!("customers/{ADA}/messages");
        let made = self.sim(Method::POST, &path, Some(message)).await.ok(201);
        made["ids"][0].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn what_stands_beside_the_content_arrives_as_it_was_given() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let first = sim.ada(json!({"text": {"body": "hi"}})).await;
    let referral = json!({"source_url": "https://ad.example/1", "source_type": "ad"});
    let product = json!({"catalog_id": "c", "product_retailer_id": "p"});

    for message in [
        json!({"text": {"body": "from your ad"}, "referral": referral}),
        json!({"text": {"body": "is it in stock?"}, "context": {"referred_product": product}}),
        json!({"text": {"body": "look"}, "context": {"forwarded": true, "frequently_forwarded": true}}),
        json!({"text": {"body": "as I said"}, "context": {"id": first}}),
        json!({"text": {"body": "@all"}, "group_id": "120363"}),
        json!({"type": "unsupported", "unsupported": {"type": "poll_creation"}}),
        json!({"type": "ephemeral"}),
        json!({"type": "unknown", "errors": [{"code": 130_501, "title": "Unsupported message type"}]}),
        json!({"type": "request_welcome"}),
        json!({"type": "edit", "edit": {"original_message_id": first, "message": {"type": "text", "text": {"body": "ho"}}}}),
        json!({"type": "revoke", "revoke": {"original_message_id": first}}),
    ] {
        sim.ada(message).await;
    }

    let mut taken = sink.events(12).await;
    let unsupported = json!([{
        "code": 131_051, "title": "Unsupported message type", "message": "Unsupported message type",
        "error_data": {"details": "Message type is currently not supported."}, "href": "https://graph.example/docs/error-codes",
    }]);
    for message in &mut taken {
        let message = message.as_object_mut().unwrap();
        for common in ["id", "timestamp", "from", "from_user_id"] {
            assert!(
                message
                    .remove(common)
                    .is_some_and(|value| value.is_string())
            );
        }
    }
    assert_eq!(
        taken[1..],
        [
            json!({"type": "text", "text": {"body": "from your ad"}, "referral": referral}),
            json!({"type": "text", "text": {"body": "is it in stock?"}, "context": {"referred_product": product}}),
            json!({"type": "text", "text": {"body": "look"}, "context": {"forwarded": true, "frequently_forwarded": true}}),
            json!({"type": "text", "text": {"body": "as I said"}, "context": {"id": first, "from": ADA}}),
            json!({"type": "text", "text": {"body": "@all"}, "group_id": "120363"}),
            json!({"type": "unsupported", "unsupported": {"type": "poll_creation"}, "errors": unsupported}),
            json!({"type": "ephemeral", "errors": unsupported}),
            json!({"type": "unknown", "errors": [{"code": 130_501, "title": "Unsupported message type"}]}),
            json!({"type": "request_welcome"}),
            json!({"type": "edit", "edit": {"original_message_id": first, "message": {"type": "text", "text": {"body": "ho"}}}}),
            json!({"type": "revoke", "revoke": {"original_message_id": first}}),
        ]
    );
}

#[tokio::test]
async fn only_own_messages_are_taken_back() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.ada(json!({"text": {"body": "hi"}})).await;
    let sent = sim.send(text(ADA, "hello")).await.ok(200);
    let ours = &sent["messages"][0]["id"];

    for (kind, id) in [
        ("revoke", ours),
        ("edit", ours),
        ("revoke", &json!("wamid.x")),
        ("revoke", &json!(7)),
    ] {
        let body = json!({"type": kind, kind: {"original_message_id": id}});
        let path = format!("customers/{ADA}/messages");
        assert_eq!(
            sim.sim(Method::POST, &path, Some(body)).await.status,
            400,
            "{kind} {id}"
        );
    }
}

#[tokio::test]
async fn a_sticker_can_be_made_with_its_pack() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;

    sim.ada(json!({"type": "sticker", "sticker": {"metadata": {"sticker-pack-id": "demo"}, "animated": false}}))
        .await;

    let sticker = &sink.events(1).await[0]["sticker"];
    assert_eq!(
        (
            &sticker["mime_type"],
            &sticker["animated"],
            &sticker["metadata"]
        ),
        (&json!("image/webp"), &json!(false), &Value::Null)
    );
    let node = sim.get(sticker["id"].as_str().unwrap()).await.ok(200);
    let file = sim.client.get(node["url"].as_str().unwrap());
    let file = file
        .bearer_auth(&sim.world.graph.access_token)
        .send()
        .await
        .unwrap();
    let file = file.bytes().await.unwrap();
    assert!(file.starts_with(b"RIFF") && file.ends_with(br#"{"sticker-pack-id":"demo"}"#));
}

#[tokio::test]
async fn a_file_can_be_unavailable_in_four_ways() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    for unavailable in ["gone", "throttled", "broken", "too_large"] {
        sim.ada(json!({"type": "video", "video": {"unavailable": unavailable}}))
            .await;
    }

    let taken = sink.events(4).await;
    let node = |at: usize| sim.get(taken[at]["video"]["id"].as_str().unwrap());
    assert_eq!(node(0).await.code(), (400, 100));
    assert_eq!(node(1).await.code(), (400, 80_007));
    let url = node(2).await.ok(200)["url"].as_str().unwrap().to_owned();
    let broken = sim
        .client
        .get(url)
        .bearer_auth(&sim.world.graph.access_token);
    assert_eq!(broken.send().await.unwrap().status(), 404);
    assert_eq!(taken[3].get("video"), None);
    assert_eq!(taken[3]["errors"][0]["code"], 131_052);
}

#[tokio::test]
async fn a_customer_moves_with_phone_and_window() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.ada(json!({"text": {"body": "hi"}})).await;
    sim.send(text(ADA, "hello")).await.ok(200);

    let path = format!("customers/{ADA}/number");
    let moved = sim
        .sim(Method::POST, &path, Some(json!({"wa_id": NEW})))
        .await
        .ok(200);
    assert_eq!(
        (&moved["wa_id"], &moved["name"]),
        (&json!(NEW), &json!("Ada Quist"))
    );

    let event = &sink.events(4).await[3];
    assert_eq!(
        (&event["from"], &event["type"], &event["system"]),
        (
            &json!(ADA),
            &json!("system"),
            &json!({"body": format!("Ada Quist changed from {ADA} to {NEW}"), "type": "user_changed_number", "wa_id": NEW})
        )
    );
    // Phone and window came along; at the old number there is nobody.
    let inbox = sim
        .sim(Method::GET, &format!("customers/{NEW}/inbox"), None)
        .await
        .ok(200);
    assert_eq!(inbox[0]["text"]["body"], "hello");
    sim.send(text(NEW, "still open?")).await.ok(200);
    sim.send(text(ADA, "anybody?")).await.ok(200);
    let statuses = sink.events(7).await;
    let told = |to: &str| -> Vec<&Value> {
        (statuses[4..].iter())
            .filter(|status| status["recipient_id"] == to)
            .map(|status| &status["status"])
            .collect()
    };
    assert_eq!(
        (told(NEW), told(ADA)),
        (
            vec![&json!("sent"), &json!("delivered")],
            vec![&json!("failed")]
        )
    );
    for (who, new, status) in [
        (ADA, "12025550178", 404),
        (NEW, "12025550144", 400),
        (NEW, "12025550111", 400),
        (NEW, "x", 400),
    ] {
        let reply = sim
            .sim(
                Method::POST,
                &format!("customers/{who}/number"),
                Some(json!({"wa_id": new})),
            )
            .await;
        assert_eq!(reply.status, status, "{who} {new}");
    }
}

impl Sim {
    async fn check_identities(&self, on: bool) {
        let path = format!("{}/settings", self.world.graph.phone_number_id);
        let body = json!({"user_identity_change": {"enable_identity_key_check": on}});
        self.post(&path, body).await.success();
        let shown = self.get(&path).await.ok(200);
        assert_eq!(
            shown["user_identity_change"]["enable_identity_key_check"],
            on
        );
    }

    async fn identity(&self, method: Method) -> Value {
        let path = format!("customers/{ADA}/identity");
        self.sim(method, &path, None).await.ok(200)["hash"].clone()
    }

    fn for_identity(to: &str, hash: &Value) -> Value {
        let mut body = text(to, "secret");
        body["recipient_identity_key_hash"] = hash.clone();
        body
    }
}

#[tokio::test]
async fn identities_are_told_and_checked_while_that_is_on() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let old = sim.identity(Method::GET).await;
    sim.ada(json!({"text": {"body": "quiet"}})).await;
    sink.events(1).await;
    let card = |at: usize| {
        let body: Value = serde_json::from_slice(&sink.posts()[at].body).unwrap();
        let mut card = body["entry"][0]["changes"][0]["value"]["contacts"][0].clone();
        let user_id = card.as_object_mut().unwrap().remove("user_id").unwrap();
        assert!(user_id.as_str().unwrap().starts_with("US."));
        card
    };
    assert_eq!(
        card(0),
        json!({"profile": {"name": "Ada Quist"}, "wa_id": ADA})
    );

    sim.check_identities(true).await;
    sim.ada(json!({"text": {"body": "told"}})).await;
    sink.events(2).await;
    assert_eq!(card(1)["identity_key_hash"], old);
    sim.send(Sim::for_identity(ADA, &old)).await.ok(200);
    let sent = sink.events(4).await;
    assert_eq!(
        (&sent[3]["status"], &sent[3]["recipient_identity_key_hash"]),
        (&json!("delivered"), &old)
    );

    let new = sim.identity(Method::POST).await;
    assert_ne!(new, old);
    assert_eq!(sim.identity(Method::GET).await, new);
    let event = &sink.events(5).await[4];
    assert_eq!(
        (
            &event["system"]["type"],
            &event["system"]["customer"],
            &event["identity"]["hash"]
        ),
        (&json!("customer_identity_changed"), &json!(ADA), &new)
    );
    assert!(event["identity"]["created_timestamp"].is_i64());
    sim.send(Sim::for_identity(ADA, &old)).await.ok(200);
    let failed = &sink.events(6).await[5];
    assert_eq!(
        (&failed["status"], &failed["errors"][0]["code"]),
        (&json!("failed"), &json!(137_000))
    );

    // Switched off, the hash in a send means nothing, and a change is not told.
    sim.check_identities(false).await;
    sim.identity(Method::POST).await;
    sim.send(Sim::for_identity(ADA, &old)).await.ok(200);
    let last = &sink.events(8).await[7];
    assert_eq!(
        (&last["status"], last.get("recipient_identity_key_hash")),
        (&json!("delivered"), None)
    );
}

#[tokio::test]
async fn the_settings_of_a_number_take_one_feature() {
    let sim = Sim::start(Retry::Eager);
    let path = format!("{}/settings", sim.world.graph.phone_number_id);

    for body in [
        json!({}),
        json!({"user_identity_change": {}}),
        json!({"user_identity_change": {"enable_identity_key_check": 2}}),
    ] {
        assert_eq!(sim.post(&path, body).await.code(), (400, 100));
    }
    assert_eq!(
        Reply::of(sim.call(Method::DELETE, &path)).await.code(),
        (400, 100)
    );
}

#[tokio::test]
async fn any_status_can_be_told_of_a_message_of_the_chat() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let theirs = sim.ada(json!({"text": {"body": "hi"}})).await;
    let mut body = text(ADA, "four mugs");
    body["biz_opaque_callback_data"] = json!("order 7");
    let ours = sim.send(body).await.ok(200)["messages"][0]["id"].clone();
    sink.events(3).await;
    let path = format!("customers/{ADA}/statuses");

    let warning = json!({"id": ours, "status": "warning", "errors": [{"code": 2026, "title": "Missing products"}]});
    sim.sim(Method::POST, &path, Some(warning.clone()))
        .await
        .ok(201);
    sim.sim(
        Method::POST,
        &path,
        Some(json!({"id": theirs, "status": "deleted"})),
    )
    .await
    .ok(201);

    let taken = sink.events(5).await;
    assert_eq!(
        (
            &taken[3]["status"],
            &taken[3]["biz_opaque_callback_data"],
            &taken[3]["errors"]
        ),
        (&json!("warning"), &json!("order 7"), &warning["errors"])
    );
    assert_eq!(
        (&taken[4]["id"], &taken[4]["recipient_id"]),
        (&json!(theirs), &json!(ADA))
    );
    for wrong in [
        json!({}),
        json!({"id": ours}),
        json!({"id": "wamid.x", "status": "read"}),
    ] {
        assert_eq!(sim.sim(Method::POST, &path, Some(wrong)).await.status, 400);
    }
}
