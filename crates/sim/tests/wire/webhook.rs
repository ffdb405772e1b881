//! How webhooks leave.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use sim::Retry;

use crate::sink::{Mood, Sink, objects};
use crate::support::{Sim, text};

const ADA: &str = "12025550143";
const FANG: &str = "12025550144";
const JOSE: &str = "12025550145";

fn bodies(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["text"]["body"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_webhook_is_signed_ascii_and_complete() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;

    sim.write(FANG, "你好 😀", 1).await;
    sink.events(1).await;

    let post = &sink.posts()[0];
    assert!(post.body.is_ascii());
    let header = |name: &str| post.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("content-length"), post.body.len().to_string());
    assert!(header("user-agent").starts_with("landline-sim/"));
    let mut mac = Hmac::<Sha256>::new_from_slice(sim.world.graph.app_secret.as_bytes()).unwrap();
    mac.update(&post.body);
    let signature = header("x-hub-signature-256");
    let hex = signature.strip_prefix("sha256=").unwrap();
    assert!(
        hex.len() == 64
            && hex
                .bytes()
                .all(|digit| b"0123456789abcdef".contains(&digit))
    );
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2).unwrap(), 16).unwrap())
        .collect();
    mac.verify_slice(&bytes).unwrap();
    let mut body: Value = serde_json::from_slice(&post.body).unwrap();
    let waba_id = body["entry"][0]["id"].take();
    assert_eq!(waba_id, sim.world.graph.waba_id.as_str());
    insta::assert_json_snapshot!(body, {
        ".entry[].changes[].value.metadata.phone_number_id" => "[phone]",
        ".entry[].changes[].value.messages[].id" => "[id]",
        ".entry[].changes[].value.messages[].timestamp" => "[time]",
        ".entry[].changes[].value.messages[].from_user_id" => "[user]",
        ".entry[].changes[].value.contacts[].user_id" => "[user]",
    }, @r#"
    {
      "entry": [
        {
          "changes": [
            {
              "field": "messages",
              "value": {
                "contacts": [
                  {
                    "profile": {
                      "name": "王芳"
                    },
                    "user_id": "[user]",
                    "wa_id": "12025550144"
                  }
                ],
                "messages": [
                  {
                    "from": "12025550144",
                    "from_user_id": "[user]",
                    "id": "[id]",
                    "text": {
                      "body": "你好 😀"
                    },
                    "timestamp": "[time]",
                    "type": "text"
                  }
                ],
                "messaging_product": "whatsapp",
                "metadata": {
                  "display_phone_number": "12025550111",
                  "phone_number_id": "[phone]"
                }
              }
            }
          ],
          "id": null
        }
      ],
      "object": "whatsapp_business_account"
    }
    "#);
}

#[tokio::test]
async fn a_message_goes_out_and_its_statuses_come_back() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;

    let mut body = text(ADA, "hello");
    body["biz_opaque_callback_data"] = json!("mine");
    let sent = sim.send(body).await.ok(200);
    let read = sim
        .sim(Method::POST, &format!("customers/{ADA}/read"), None)
        .await;
    assert_eq!(read.ok(200), json!({"read": 1}));

    let events = sink.events(4).await;
    let stages: Vec<&str> = events
        .iter()
        .filter(|event| event["id"] == sent["messages"][0]["id"])
        .map(|event| event["status"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["sent", "delivered", "read"]);
    assert!(
        events
            .iter()
            .skip(1)
            .all(|event| event["biz_opaque_callback_data"] == "mine")
    );
    let lines = sim.lines.lock().unwrap().clone();
    assert!(
        lines.contains(&format!("← Ada Quist (+{ADA})  text  hi")),
        "{lines:?}"
    );
    assert!(
        lines.contains(&format!("→ Ada Quist (+{ADA})  text  hello")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn ten_thousand_waiting_messages_go_out_once_in_order_and_quickly() {
    let sink = Sink::start();
    let sim = Sim::start(Retry::Eager);
    sim.subscribe().await;
    for (customer, count) in [(ADA, 5000), (FANG, 3000), (JOSE, 2000)] {
        assert_eq!(sim.write(customer, "no. {n}", count).await.len(), count);
    }
    let began = tokio::time::Instant::now();

    sim.point_to(&sink.url).await;
    let posts = sink
        .until("ten thousand", |sink| {
            let posts = sink.posts();
            (posts.len() >= 100).then_some(posts)
        })
        .await;

    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_eq!(sink.most_at_once(), 1);
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut all = 0;
    for post in posts {
        let events = objects(&post.body);
        assert!(events.len() <= 100);
        for event in events {
            let count = counts
                .entry(event["from"].as_str().unwrap().to_owned())
                .or_default();
            *count += 1;
            all += 1;
            assert_eq!(event["text"]["body"], format!("no. {count}"));
        }
    }
    assert_eq!(all, 10_000);
}

#[tokio::test]
async fn eager_tries_again_when_the_gateway_is_heard_from() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sink.set(Mood::Status(500));
    sim.write(ADA, "one", 1).await;
    sink.tries(2).await;
    sim.write(ADA, "two", 1).await;
    sink.set(Mood::Status(200));
    assert!(sink.taken().is_empty());

    let id = &sim.world.graph.phone_number_id;
    sim.get(&format!("{id}?fields=id")).await.ok(200);

    assert_eq!(bodies(&sink.events(2).await), ["one", "two"]);
}

#[tokio::test]
async fn failing_tries_are_not_a_tight_loop() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sink.set(Mood::Status(503));
    sim.write(ADA, "one", 1).await;
    let began = tokio::time::Instant::now();
    let id = sim.world.graph.phone_number_id.clone();

    for _ in 0..200 {
        sim.get(&id).await.ok(200);
    }
    sink.tries(2).await;
    let tries = sink.posts().len();

    let most = usize::try_from(began.elapsed().as_millis() / 50).unwrap() + 2;
    assert!((2..=most).contains(&tries), "{tries} of {most}");
}

#[tokio::test]
async fn meta_tries_again_after_minutes_of_its_own_clock() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Meta, &sink).await;
    sink.set(Mood::Status(500));
    sim.write(ADA, "one", 1).await;
    sink.tries(2).await;
    sim.write(ADA, "two", 1).await;
    let advance = async |seconds: i64| {
        let body = json!({"advance_s": seconds});
        sim.sim(Method::POST, "clock", Some(body)).await.ok(200);
    };
    sim.get(&sim.world.graph.phone_number_id).await.ok(200);

    // a live event of another customer is tried at once, and taken; Ada's still wait
    sink.set(Mood::Status(200));
    sim.write(FANG, "live", 1).await;
    assert_eq!(bodies(&sink.events(1).await), ["live"]);
    sink.set(Mood::Status(500));
    advance(60).await;
    sink.tries(4).await;
    advance(60).await;
    sink.set(Mood::Status(200));
    assert_eq!(sink.posts().len(), 4);
    // longer than the two minutes that are due: the failure may have been noted only after the clock moved
    advance(120).await;

    assert_eq!(bodies(&sink.events(3).await), ["live", "one", "two"]);
}

#[tokio::test]
async fn only_200_counts_as_taken() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    for status in [201, 204, 301, 404] {
        sink.set(Mood::Status(status));
        let before = sink.posts().len();
        sim.write(ADA, &status.to_string(), 1).await;
        sim.get(&sim.world.graph.phone_number_id).await.ok(200);
        sink.tries(before + 1).await;
    }
    sink.set(Mood::Status(200));
    sim.get(&sim.world.graph.phone_number_id).await.ok(200);

    assert_eq!(bodies(&sink.events(4).await), ["201", "204", "301", "404"]);
}

#[tokio::test]
async fn one_post_at_a_time_carries_what_came_meanwhile() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sink.set(Mood::Hang);
    sim.write(ADA, "first", 1).await;
    sink.tries(1).await;
    sim.write(FANG, "meanwhile {n}", 3).await;
    assert_eq!(sink.posts().len(), 1);

    sink.set(Mood::Status(200));
    let events = sink.events(4).await;

    assert_eq!(sink.most_at_once(), 1);
    assert_eq!(events.len(), 4);
}

#[tokio::test]
async fn the_endless_backlog_runs_from_the_next_connection_until_it_is_switched_off() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let switch = async |on: bool| {
        let body = json!({ "endless_backlog": on });
        sim.sim(Method::POST, "faults", Some(body.clone()))
            .await
            .ok(200)
            == body
    };
    assert!(switch(true).await);
    let apps = format!("{}/subscribed_apps", sim.world.graph.waba_id);

    sim.get(&apps).await.ok(200);

    let events = sink.events(3).await;
    let now = sim.sim(Method::GET, "clock", None).await.ok(200)["now"]
        .as_i64()
        .unwrap();
    let time: i64 = events[0]["timestamp"].as_str().unwrap().parse().unwrap();
    assert!((3595..=3610).contains(&(now - time)), "{}", now - time);
    assert!(switch(false).await);
}
