//! The notifications of `webhooks.md` and `messages.md` as they stand there, made from what the network posts
//! (`webhooks.md` section 5).

mod status;

use serde_json::{Value, json};

use crate::support::{Api, Dev, Graph, Phones, Poster, SOON, Sink, base64, hex, sha256, until};

/// A program whose network says only what a test posts in its name.
struct Scene {
    api: Api,
    phones: Phones,
    poster: Poster,
    sink: Sink,
    graph: Graph,
    _dev: Dev,
}

impl Scene {
    async fn start(settings: &Value) -> Self {
        let sink = Sink::start().await;
        let dev = Dev::with(&sink).await;
        let (api, graph) = (dev.api().await, dev.graph());
        let changed = api.patch("/v1/settings/application", settings).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        api.connected().await;
        let nowhere = json!({"webhook_configuration": {"override_callback_uri": ""}});
        graph.post(&graph.phone_number_id, &nowhere).await;
        Self {
            api,
            phones: dev.phones(),
            poster: Poster::new(&dev),
            sink,
            graph,
            _dev: dev,
        }
    }

    /// The network tells of a message; what the webhook is told, under the sample's id.
    async fn told(&self, message: &Value, id: &str) -> Value {
        self.poster.deliver(&self.poster.message(message)).await;
        self.heard(message, id).await
    }

    /// What the webhook is told of a message.
    async fn heard(&self, message: &Value, id: &str) -> Value {
        let is_it = |told: &Value| {
            told["from"] == message["from"] && told["timestamp"] == message["timestamp"]
        };
        let mut told = self.sink.message("the sample", is_it).await;
        assert!(told["messages"][0]["id"].is_string(), "{told}");
        told["messages"][0]["id"] = id.into();
        told
    }

    /// A message of ours: its id here, and the network's.
    async fn sent(&self, customer: &str) -> (String, Value) {
        let before = self.phones.inbox(customer).await.len();
        let id = self.api.text(customer, "Hello").await;
        let inbox = self.phones.received(customer, before + 1).await;
        // A status that names nothing but the network's id means nothing before that id is noted here.
        until("the network's id is noted", SOON, || async {
            let support = self.api.get("/v1/support").await.body;
            let outbox = &support["support"]["landline"]["queues"]["outbox"];
            (outbox["rows"] == 0).then_some(())
        })
        .await;
        (id, inbox[before]["id"].clone())
    }
}

const CUSTOMER: &str = "4479460001";

fn message(timestamp: &str, content: &Value) -> Value {
    let mut message =
        json!({"from": CUSTOMER, "id": format!("wamid.{timestamp}"), "timestamp": timestamp});
    for (name, member) in content.as_object().unwrap() {
        message[name] = member.clone();
    }
    message
}

/// Section 2.1; what only the Cloud API has stands beside it (5.2, 5.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_text() {
    let scene = Scene::start(&json!({"callback_persist": true})).await;
    let text = json!({
        "type": "text", "text": {"body": "is my parcel here?"}, "from_user_id": "GB.13491208655302741918",
        "from_logical_id": "1", "messaging_product": "whatsapp",
    });
    let text = message("1712000001", &text);
    let card = json!({
        "profile": {"name": "Ada Quist", "username": "@ada"}, "wa_id": CUSTOMER, "user_id": "GB.13491208655302741918",
        "identity_key_hash": "Zm9vYmFyMTI=",
    });
    let body = scene
        .poster
        .body(&json!({"contacts": [card], "messages": [text]}));

    scene.poster.deliver(&body).await;

    assert_eq!(
        scene.heard(&text, "ABGGhH-demo-0001").await,
        json!({
            "contacts": [ { "profile": { "name": "Ada Quist" }, "wa_id": "4479460001" } ],
            "messages": [ {
              "from": "4479460001", "id": "ABGGhH-demo-0001", "timestamp": "1712000001",
              "type": "text", "text": { "body": "is my parcel here?" }
            } ]
        })
    );
}

/// Section 2.3. The network's checksum is base64, here it is hex.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_fetched() {
    let scene = Scene::start(&json!({"media": {"auto_download": []}})).await;
    let sum = sha256(b"the lease");
    let document = json!({
        "id": "2763847362", "filename": "lease.pdf", "mime_type": "application/pdf", "sha256": base64(&sum),
        "url": "https://lookaside.example/2763847362",
    });
    let document = message(
        "1712000002",
        &json!({"type": "document", "document": document}),
    );

    let told = scene.told(&document, "ABGGhH-demo-0002").await;

    assert_eq!(
        told,
        json!({
            "contacts": [{"profile": {"name": "Ada Quist"}, "wa_id": "4479460001"}],
            "messages": [{
                "from": "4479460001", "id": "ABGGhH-demo-0002", "timestamp": "1712000002",
                "type": "document", "document": { "filename": "lease.pdf", "mime_type": "application/pdf",
                "sha256": hex(&sum), "status": "undownloaded" }
            }]
        })
    );
}

/// Sections 2.15 and 2.17, under the network's older and newer names for the events.
#[tokio::test(flavor = "multi_thread")]
async fn another_number_and_another_identity() {
    let settings = json!({"notify_user_change_number": true, "show_security_notifications": true});
    let scene = Scene::start(&settings).await;
    scene.phones.identity_told(&scene.graph).await;

    for (name, timestamp) in [
        ("user_changed_number", "1712003000"),
        ("customer_changed_number", "1712003001"),
    ] {
        let change = json!({"type": "system", "system": {
            "body": "Ada Quist changed number", "type": name, "wa_id": "4479460077",
        }});
        let told = scene
            .told(&message(timestamp, &change), "ABGGhH-demo-0009")
            .await;
        assert_eq!(
            told,
            json!({ "messages": [ { "from": "4479460001", "id": "ABGGhH-demo-0009", "timestamp": timestamp, "type": "system",
              "system": { "body": "Ada Quist changed number", "type": "user_changed_number", "new_wa_id": "4479460077" } } ] })
        );
    }

    let card = json!({"profile": {"name": "Ada Quist"}, "wa_id": CUSTOMER, "identity_key_hash": "Zm9vYmFyMTI="});
    let text = message(
        "1712003010",
        &json!({"type": "text", "text": {"body": "me"}}),
    );
    let with_card = scene
        .poster
        .body(&json!({"contacts": [card], "messages": [text]}));
    scene.poster.deliver(&with_card).await;
    let told = scene.heard(&text, "ABGGhH-demo-0010").await;
    let since = told["messages"][0]["identity"]["created_timestamp"].clone();
    assert!(since.as_i64() > Some(1_600_000_000_000), "{told}");
    assert_eq!(
        told,
        json!({
            "contacts": [{"profile": {"name": "Ada Quist"}, "wa_id": "4479460001"}],
            "messages": [{
                "from": "4479460001", "id": "ABGGhH-demo-0010", "timestamp": "1712003010",
                "type": "text", "text": {"body": "me"},
                "identity": {"acknowledged": true, "created_timestamp": since, "hash": "Zm9vYmFyMTI="},
            }]
        })
    );

    let change = json!({"type": "system", "system": {
        "body": "The security code of Ada Quist has changed", "type": "customer_identity_changed",
        "customer": CUSTOMER, "identity": "bmV3IG9uZSE=",
    }});
    let change = message("1712003020", &change);
    let told = scene.told(&change, "ABGGhH-demo-0011").await;
    let since = told["messages"][0]["identity"]["created_timestamp"].clone();
    assert_eq!(
        told,
        json!({"messages": [{
            "from": "4479460001", "id": "ABGGhH-demo-0011", "timestamp": "1712003020", "type": "system",
            "identity": {"acknowledged": false, "created_timestamp": since, "hash": "bmV3IG9uZSE="},
            "system": {
                "body": "The security code of Ada Quist has changed", "type": "user_identity_changed",
                "identity": "bmV3IG9uZSE=", "user": "4479460001",
            },
        }]})
    );
}

/// Sections 2.9 and 2.16.
#[tokio::test(flavor = "multi_thread")]
async fn a_button_without_a_payload_and_an_author_in_print() {
    let scene = Scene::start(&json!({"callback_persist": true})).await;

    for (timestamp, content, told) in [
        (
            "1712000021",
            json!({"type": "button", "button": {"text": "Keep it"}}),
            json!({"type": "button", "button": {"text": "Keep it"}}),
        ),
        (
            "1712000022",
            json!({"type": "button", "button": {"text": "Keep it", "payload": null}}),
            json!({"type": "button", "button": {"text": "Keep it", "payload": null}}),
        ),
        (
            "1712000023",
            json!({"type": "text", "text": {"body": "hm"}, "context": {"from": "+1 202-555-0111", "id": "wamid.OLD"}}),
            json!({"type": "text", "text": {"body": "hm"}, "context": {"from": "12025550111"}}),
        ),
    ] {
        let notification = scene.told(&message(timestamp, &content), "[id]").await;
        let mut expected = message(timestamp, &told);
        expected["id"] = "[id]".into();
        assert_eq!(notification["messages"], json!([expected]));
    }
}

/// Section 5.1: whatever the network puts into one request, each event is a notification of its own.
#[tokio::test(flavor = "multi_thread")]
async fn many_events_in_one_request() {
    let scene = Scene::start(&json!({"sent_status": true})).await;
    let customer = scene.phones.customer().await;
    let (id, network_id) = scene.sent(&customer).await;
    let texts = ["1712000031", "1712000032"]
        .map(|at| message(at, &json!({"type": "text", "text": {"body": at}})));
    let status = json!({"id": network_id, "status": "delivered", "timestamp": "1712000033", "recipient_id": customer});
    let mut body: Value = serde_json::from_str(&scene.poster.body(&json!({
        "contacts": [{"profile": {"name": "Ada Quist"}, "wa_id": CUSTOMER}], "messages": texts,
    })))
    .unwrap();
    let more: Value = serde_json::from_str(&scene.poster.status(&status)).unwrap();
    let account = body["entry"][0]["id"].clone();
    let template =
        json!({"field": "message_template_status_update", "value": {"event": "APPROVED"}});
    body["entry"][0]["changes"]
        .as_array_mut()
        .unwrap()
        .push(template);
    body["entry"].as_array_mut().unwrap().extend([
        more["entry"][0].clone(),
        json!({"id": account, "changes": []}),
    ]);

    scene.poster.deliver(&body.to_string()).await;

    for text in &texts {
        let told = scene.heard(text, "[id]").await;
        let mut expected = text.clone();
        expected["id"] = "[id]".into();
        assert_eq!(
            told,
            json!({
                "contacts": [{"profile": {"name": "Ada Quist"}, "wa_id": CUSTOMER}],
                "messages": [expected],
            })
        );
    }
    assert_eq!(
        scene.sink.status(&id, "delivered").await,
        json!({"statuses": [{
            "id": id, "status": "delivered", "timestamp": "1712000033", "type": "message",
            "recipient_id": customer, "message": {"recipient_id": customer},
        }]})
    );
    // A template's news is none of the business system's (1.9).
    let is_news = |body: &Value| body.to_string().contains("APPROVED");
    assert!(!scene.sink.accepted().iter().any(is_news));
}
