//! `/sim/faults/…`.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Sim, text};

const ADA: &str = "12025550143";
const FANG: &str = "12025550144";

impl Sim {
    async fn fault(&self, name: &str, body: Value) -> Value {
        let path = format!("faults/{name}");
        let answer = self.sim(Method::POST, &path, Some(body)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        answer.body
    }
}

#[tokio::test]
async fn sends_are_refused_as_often_as_asked() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    sim.write(FANG, "hi", 1).await;

    let shown = sim
        .fault(
            "refuse",
            json!({"code": 130_429, "times": 2, "to": ADA, "details": "too fast"}),
        )
        .await;
    assert_eq!(
        shown,
        json!([{"code": 130_429, "details": "too fast", "times": 2, "to": ADA}])
    );
    let refused = sim.send(text(ADA, "one")).await;
    assert_eq!(refused.code(), (400, 130_429));
    assert_eq!(refused.body["error"]["error_data"]["details"], "too fast");
    assert_eq!(sim.send(text(FANG, "one")).await.status, 200);
    assert_eq!(sim.send(text(ADA, "two")).await.code(), (400, 130_429));
    assert_eq!(sim.send(text(ADA, "three")).await.status, 200);

    sim.fault("refuse", json!({"code": 2, "status": 599})).await;
    for _ in 0..3 {
        assert_eq!(sim.send(text(FANG, "x")).await.code(), (599, 2));
    }
    assert_eq!(sim.fault("refuse", json!({"times": 0})).await, json!([]));
    assert_eq!(sim.send(text(FANG, "x")).await.status, 200);
}

#[tokio::test]
async fn accepted_messages_fail_with_the_code_asked_for() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    sink.events(1).await;

    sim.fault("fail", json!({"code": 130_472, "times": 1}))
        .await;
    for body in ["fails", "goes"] {
        sim.send(text(ADA, body)).await.ok(200);
    }

    let taken = sink.events(4).await;
    let stages: Vec<&Value> = taken[1..].iter().map(|status| &status["status"]).collect();
    assert_eq!(stages, ["failed", "sent", "delivered"]);
    assert_eq!(
        taken[1]["errors"][0],
        json!({
            "code": 130_472, "title": "User's number is part of an experiment",
            "message": "User's number is part of an experiment",
            "error_data": {"details": "switched on by a test"}, "href": "https://graph.example/docs/error-codes",
        })
    );
}

#[tokio::test]
async fn the_account_reports_an_error() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;

    let made = sim
        .fault("error", json!({"code": 131_016, "details": "maintenance"}))
        .await;

    assert_eq!(made, json!({"code": 131_016, "details": "maintenance"}));
    let body = sink
        .until("an error", |sink| {
            sink.posts().first().map(|post| post.body.clone())
        })
        .await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    let value = &body["entry"][0]["changes"][0]["value"];
    assert_eq!(value["errors"][0]["code"], 131_016);
    assert_eq!(value["errors"][0]["error_data"]["details"], "maintenance");
    assert_eq!((value.get("messages"), value.get("contacts")), (None, None));
}

#[tokio::test]
async fn the_token_and_the_number_lose_their_standing_and_get_it_back() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    let id = sim.world.graph.phone_number_id.clone();

    sim.fault("token", json!({"invalid": true})).await;
    assert_eq!(sim.get(&id).await.code(), (401, 190));
    assert_eq!(sim.send(text(ADA, "x")).await.code(), (401, 190));
    sim.fault("token", json!({"invalid": false})).await;
    assert_eq!(sim.get(&id).await.status, 200);

    for (status, answer) in [
        ("BANNED", (403, 131_031)),
        ("DISCONNECTED", (403, 131_031)),
        ("FLAGGED", (200, 0)),
    ] {
        sim.fault("number", json!({"status": status})).await;
        let shown = sim
            .get(&format!("{id}?fields=status,platform_type"))
            .await
            .ok(200);
        assert_eq!(
            (&shown["status"], &shown["platform_type"]),
            (&json!(status), &json!("CLOUD_API"))
        );
        assert_eq!(sim.send(text(ADA, "x")).await.code(), answer, "{status}");
    }
    let back = sim.fault("number", json!({"status": "CONNECTED"})).await;
    assert_eq!(back, json!({"status": "CONNECTED"}));
}

#[tokio::test]
async fn conversations_are_shown_to_newer_versions_on_request() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    sink.events(1).await;

    sim.send(text(ADA, "without")).await.ok(200);
    sim.fault("conversations", json!({"shown": true})).await;
    sim.send(text(ADA, "with")).await.ok(200);

    let taken = sink.events(5).await;
    assert_eq!(taken[1].get("conversation"), None);
    assert_eq!(taken[3]["conversation"]["origin"]["type"], "service");
    assert!(taken[3]["conversation"]["expiration_timestamp"].is_string());
}

#[tokio::test]
async fn what_is_no_fault_is_refused() {
    let sim = Sim::start(Retry::Eager);

    for (name, body, status) in [
        ("rain", json!({}), 404),
        ("refuse", json!({}), 400),
        ("refuse", json!({"code": "x"}), 400),
        ("refuse", json!({"code": 1, "times": -1}), 400),
        ("refuse", json!({"code": 1, "status": 200}), 400),
        ("fail", json!({"code": 1, "to": 7}), 400),
        ("fail", json!({"code": 1, "details": "x".repeat(1001)}), 400),
        ("token", json!({"invalid": "yes"}), 400),
        ("number", json!({"status": "GONE"}), 400),
        ("error", json!({"details": "x"}), 400),
        ("error", json!([]), 400),
    ] {
        let reply = sim
            .sim(Method::POST, &format!("faults/{name}"), Some(body.clone()))
            .await;
        assert_eq!(reply.status, status, "{name} {body}");
        assert!(reply.body["error"].is_string(), "{}", reply.body);
    }
    for name in ["error", "rain"] {
        let reply = sim.sim(Method::GET, &format!("faults/{name}"), None).await;
        assert_eq!(reply.status, 404, "{name}");
    }
    for name in ["refuse", "fail", "token", "number", "conversations"] {
        assert_eq!(
            sim.sim(Method::GET, &format!("faults/{name}"), None)
                .await
                .status,
            200
        );
    }
}
