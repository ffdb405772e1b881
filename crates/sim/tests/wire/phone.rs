//! `/sim`: the contract.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Reply, Sim, text};

const ADA: &str = "12025550143";
const NEW: &str = "12025550160";

#[tokio::test]
async fn customers_are_made_changed_and_listed() {
    let sim = Sim::start(Retry::Eager);

    let made = sim
        .sim(
            Method::POST,
            "customers",
            Some(json!({"wa_id": NEW, "name": "Nour"})),
        )
        .await
        .ok(201);
    let expected = json!({"wa_id": NEW, "name": "Nour", "online": true, "auto_deliver": true,
        "deliver_delay_ms": 0, "auto_read": false, "read_delay_ms": 0, "blocked": false});
    assert_eq!(made, expected);
    let again = json!({"wa_id": NEW, "name": "Nour", "auto_read": true, "deliver_delay_ms": 5});
    let again = sim
        .sim(Method::POST, "customers", Some(again))
        .await
        .ok(200);
    assert_eq!(
        (&again["auto_read"], &again["deliver_delay_ms"]),
        (&json!(true), &json!(5))
    );
    let path = format!("customers/{NEW}");
    let patched = sim
        .sim(Method::PATCH, &path, Some(json!({"online": false})))
        .await
        .ok(200);
    assert_eq!(
        (&patched["online"], &patched["auto_read"]),
        (&json!(false), &json!(true))
    );

    let list = sim.sim(Method::GET, "customers", None).await.ok(200);
    let names: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["Ada Quist", "王芳", "José Ibáñez", "Nour"]);
    assert_eq!(list[3], patched);
}

#[tokio::test]
async fn errors_are_one_sentence_with_400_or_404() {
    let sim = Sim::start(Retry::Eager);
    let messages = format!("customers/{ADA}/messages");
    let hi = json!({"type": "text", "text": {"body": "hi"}});
    for (method, path, body, status) in [
        (Method::POST, "customers", json!([]), 400),
        (Method::POST, "customers", json!({"name": "x"}), 400),
        (Method::POST, "customers", json!({"wa_id": "abc"}), 400),
        (
            Method::POST,
            "customers",
            json!({"wa_id": "12025550111"}),
            400,
        ),
        (
            Method::POST,
            "customers",
            json!({"wa_id": NEW, "online": "yes"}),
            400,
        ),
        (
            Method::POST,
            "customers",
            json!({"wa_id": NEW, "deliver_delay_ms": -1}),
            400,
        ),
        (Method::PATCH, "customers/1202", json!({}), 404),
        (
            Method::PATCH,
            "customers/12025550143",
            json!({"wa_id": NEW}),
            400,
        ),
        (Method::POST, "customers/1202/messages", hi.clone(), 404),
        (
            Method::POST,
            &format!("{messages}?count=0"),
            hi.clone(),
            400,
        ),
        (
            Method::POST,
            &format!("{messages}?count=100001"),
            hi.clone(),
            400,
        ),
        (
            Method::POST,
            &format!("{messages}?count=x"),
            hi.clone(),
            400,
        ),
        (Method::POST, &messages, json!({"type": "text"}), 400),
        (
            Method::POST,
            &messages,
            json!({"type": "text", "text": {"body": ""}}),
            400,
        ),
        (
            Method::POST,
            &messages,
            json!({"type": "song", "song": {}}),
            400,
        ),
        (
            Method::POST,
            &messages,
            json!({"type": "image", "image": {"data": "%"}}),
            400,
        ),
        (
            Method::POST,
            &messages,
            json!({"type": "image", "image": {"link": "http://127.0.0.1:9/"}}),
            400,
        ),
        (
            Method::POST,
            &messages,
            json!({"type": "button", "button": {"text": "a", "payload": "b"}}),
            400,
        ),
        (
            Method::POST,
            &messages,
            json!({"type": "button", "button": {"text": "a", "payload": "b"}, "context": {"id": "wamid.no"}}),
            400,
        ),
        (Method::GET, "customers/1202/inbox", Value::Null, 404),
        (Method::POST, "customers/1202/read", Value::Null, 404),
        (Method::GET, "codes/12025550111", Value::Null, 404),
        (Method::GET, "codes/1", Value::Null, 404),
        (Method::POST, "clock", json!({"advance_s": "soon"}), 400),
        (Method::POST, "clock", json!({"advance_s": 1e300}), 400),
        (Method::POST, "clock", json!({"advance_s": i64::MAX}), 400),
        (Method::POST, "link", json!({"up": 1}), 400),
        (Method::POST, "faults", json!({"rain": true}), 400),
        (Method::GET, "wait", Value::Null, 400),
        (
            Method::GET,
            "wait?customer=1202&received=1",
            Value::Null,
            404,
        ),
        (
            Method::GET,
            "wait?customer=12025550143&received=x",
            Value::Null,
            400,
        ),
        (
            Method::GET,
            "wait?customer=12025550143&timeout_s=-1",
            Value::Null,
            400,
        ),
        (Method::GET, "weather", Value::Null, 404),
        (Method::DELETE, "customers", Value::Null, 404),
        (Method::GET, "", Value::Null, 404),
    ] {
        let reply = sim.sim(method.clone(), path, Some(body)).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.body);
        let members = reply.body.as_object().unwrap();
        assert!(
            members.len() == 1 && members["error"].is_string(),
            "{}",
            reply.body
        );
    }
    let broken = sim
        .client
        .post(format!("{}/sim/customers", sim.base))
        .body("{\"wa_id\": ");
    assert_eq!(Reply::of(broken).await.status, 400);
}

#[tokio::test]
async fn the_clock_moves_both_ways() {
    let sim = Sim::start(Retry::Eager);
    let now = async || {
        sim.sim(Method::GET, "clock", None).await.ok(200)["now"]
            .as_i64()
            .unwrap()
    };
    let start = now().await;

    for (advance, offset) in [
        (json!(3600), 3600),
        (json!(0.5), 3600),
        (json!(-7200), -3600),
    ] {
        let moved = sim
            .sim(Method::POST, "clock", Some(json!({"advance_s": advance})))
            .await
            .ok(200);
        let moved = moved["now"].as_i64().unwrap() - start;
        assert!((offset..offset + 20).contains(&moved), "{moved}");
    }
}

#[tokio::test]
async fn a_wait_ends_when_enough_messages_have_come() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    sim.write(ADA, "hi", 1).await;
    let wait = |received: u32, timeout: &str| {
        let path = format!("wait?customer={ADA}&received={received}&timeout_s={timeout}");
        async { sim.sim(Method::GET, &{ path }, None).await }
    };
    let late = wait(1, "0.05").await;
    assert_eq!(late.status, 408);
    assert!(late.body["error"].is_string());

    let (waited, ()) = tokio::join!(wait(2, "20"), async {
        sim.send(text(ADA, "one")).await.ok(200);
        sim.send(text(ADA, "two")).await.ok(200);
    });

    let inbox = waited.ok(200);
    assert_eq!(
        (&inbox[0]["text"]["body"], &inbox[1]["text"]["body"]),
        (&json!("one"), &json!("two"))
    );
    assert_eq!(wait(2, "0").await.status, 200);
}

#[tokio::test]
async fn a_picture_comes_from_data_from_a_link_or_is_ours() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let path = format!("customers/{ADA}/messages");
    let data = STANDARD.encode(b"\xFF\xD8jpeg");
    for image in [
        json!({"data": data, "mime_type": "image/jpeg", "caption": "{n} of 1"}),
        json!({"link": format!("{}/wrong", sink.url.trim_end_matches("/graph/1"))}),
        json!({}),
    ] {
        sim.sim(
            Method::POST,
            &path,
            Some(json!({"type": "image", "image": image})),
        )
        .await
        .ok(201);
    }

    let events = sink.events(3).await;
    let mut files = Vec::new();
    for event in &events {
        let image = &event["image"];
        assert!(image["data"].is_null() && image["link"].is_null());
        assert_eq!(
            STANDARD
                .decode(image["sha256"].as_str().unwrap())
                .unwrap()
                .len(),
            32
        );
        let info = sim.get(image["id"].as_str().unwrap()).await.ok(200);
        let request = sim.client.get(info["url"].as_str().unwrap());
        let response = request
            .bearer_auth(&sim.world.graph.access_token)
            .send()
            .await
            .unwrap();
        files.push(response.bytes().await.unwrap());
    }
    assert_eq!(events[0]["image"]["caption"], "1 of 1");
    assert_eq!(events[0]["image"]["mime_type"], "image/jpeg");
    assert_eq!(files[0], b"\xFF\xD8jpeg"[..]);
    assert_eq!(files[1], b"something else"[..]);
    assert!(files[2].starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_press_quotes_the_message_in_the_inbox() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let sent = json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
        "template": {"name": "feedback_request", "language": {"code": "en_US"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ada"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": "GOOD"}]}]}});
    let id = sim.send(sent).await.ok(200)["messages"][0]["id"].clone();

    let press = json!({"type": "button", "button": {"text": "Good", "payload": "GOOD"}, "context": {"id": id}});
    sim.sim(
        Method::POST,
        &format!("customers/{ADA}/messages"),
        Some(press),
    )
    .await
    .ok(201);

    let events = sink.events(3).await;
    assert_eq!(
        events[2]["button"],
        json!({"text": "Good", "payload": "GOOD"})
    );
    assert_eq!(
        events[2]["context"],
        json!({"from": "12025550111", "id": id})
    );
}

#[tokio::test]
async fn a_quote_by_the_business_is_seen_in_the_inbox() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    let asked = sim.write(ADA, "when?", 1).await;
    let mut answer = text(ADA, "at nine");
    answer["context"] = json!({"message_id": asked[0]});
    sim.send(answer).await.ok(200);
    let mut stray = text(ADA, "stray");
    stray["context"] = json!({"message_id": "wamid.none"});
    sim.send(stray).await.ok(200);

    let inbox = sim
        .sim(Method::GET, &format!("customers/{ADA}/inbox"), None)
        .await
        .ok(200);

    assert_eq!(inbox[0]["context"], json!({"id": asked[0]}));
    assert!(inbox[1]["context"].is_null());
    assert_eq!(inbox[1]["text"]["body"], "stray");
}

#[tokio::test]
async fn the_world_tells_a_gateway_everything() {
    let sim = Sim::start(Retry::Eager);
    sim.write(ADA, "hi", 1).await;

    let world = sim.sim(Method::GET, "world", None).await.ok(200);

    assert_eq!(world, json!(sim.simulator.world()));
    assert_eq!(
        world["customers"][0],
        json!({"wa_id": ADA, "name": "Ada Quist", "window_open": true})
    );
    assert_eq!(world["customers"][1]["window_open"], false);
    assert_eq!(world["number"]["wa_id"], "12025550111");
    assert!(
        STANDARD
            .decode(world["number"]["cert"].as_str().unwrap())
            .is_ok()
    );
}

#[tokio::test]
async fn a_webhook_keeps_what_comes_until_somebody_looks() {
    let sim = Sim::start(Retry::Eager);
    let notification = json!({"statuses": [{"id": "gBGG", "status": "read"}]});

    let waiting = sim.sim(Method::GET, "webhook?contains=gBGG", None);
    let (waited, taken) = tokio::join!(
        waiting,
        sim.sim(Method::POST, "webhook", Some(notification.clone()))
    );

    taken.ok(200);
    assert_eq!(waited.ok(200), json!({"notifications": [notification]}));
    let other = sim.sim(Method::GET, "webhook?contains=ABGG&timeout_s=0", None);
    assert_eq!(
        other.await.ok(408),
        json!({"error": "nothing that contains \"ABGG\" has come within 0 s"})
    );
    sim.sim(Method::DELETE, "webhook", None).await.ok(200);
    let empty = sim.sim(Method::GET, "webhook", None).await.ok(200);
    assert_eq!(empty, json!({"notifications": []}));
}
