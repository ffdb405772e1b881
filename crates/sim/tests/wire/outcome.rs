//! Numbers that need no set-up, limits, quality, toll-free numbers.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Sim, text};

/// The statuses of a message to a number, and the code of the last.
async fn outcome(number: &str, template: bool) -> (Vec<String>, Value) {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let body = if template {
        json!({"messaging_product": "whatsapp", "to": format!("+{number}"), "type": "template",
            "template": {"name": "welcome_back", "language": {"code": "en_US"},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}]}]}})
    } else {
        text(number, "hello")
    };
    sim.send(body).await.ok(200);
    // an hour later everything has happened that happens by itself
    sim.sim(Method::POST, "clock", Some(json!({"advance_s": 3600})))
        .await
        .ok(200);
    sim.sim(Method::POST, "clock", Some(json!({"advance_s": 3600})))
        .await
        .ok(200);
    // a last message marks the end
    sim.write("12025550143", "end", 1).await;
    let events = sink
        .until("the end", |sink| {
            let taken = sink.taken();
            taken
                .iter()
                .any(|event| event["type"] == "text")
                .then_some(taken)
        })
        .await;
    let statuses: Vec<&Value> = events
        .iter()
        .filter(|event| event["status"].is_string())
        .collect();
    let names = statuses
        .iter()
        .map(|event| event["status"].as_str().unwrap().to_owned())
        .collect();
    let code = statuses
        .last()
        .map_or(Value::Null, |last| last["errors"][0]["code"].clone());
    (names, code)
}

#[tokio::test]
async fn the_last_digits_say_what_becomes_of_a_message() {
    for (number, statuses, code) in [
        (
            "12065550150",
            &["sent", "delivered", "read"][..],
            Value::Null,
        ),
        ("12065550151", &["failed"], json!(131_026)),
        ("4930555010152", &["sent", "failed"], json!(131_026)),
        ("12065550153", &["sent", "delivered"], Value::Null),
        ("12065550154", &["sent"], Value::Null),
        ("12065550155", &["sent", "delivered", "read"], Value::Null),
        ("12065550156", &["sent"], Value::Null),
        ("12065550157", &["sent", "read"], Value::Null),
        ("12065550158", &["sent", "delivered", "read"], Value::Null),
    ] {
        let (names, last) = outcome(number, false).await;
        assert_eq!(
            (names, last),
            (
                statuses.iter().map(|name| (*name).to_owned()).collect(),
                code
            ),
            "{number}"
        );
    }
}

#[tokio::test]
async fn a_toll_free_number_gets_no_message_and_no_code() {
    let (names, code) = outcome("18005550123", false).await;
    assert_eq!((names, code), (vec!["failed".to_owned()], json!(131_026)));

    let sim = Sim::start(Retry::Eager);
    let numbers = format!("{}/phone_numbers", sim.world.graph.waba_id);
    let body = json!({"cc": "1", "phone_number": "8885550123", "verified_name": "Free Coffee"});
    let made = sim.post(&numbers, body).await.ok(200);
    let path = format!("{}/request_code", made["id"].as_str().unwrap());
    let refused = sim
        .post(&path, json!({"code_method": "VOICE", "language": "en"}))
        .await;
    assert_eq!(refused.code(), (400, 136_024));
    assert!(
        refused.body["error"]["error_user_msg"]
            .as_str()
            .unwrap()
            .contains("toll-free")
    );
}

#[tokio::test]
async fn too_many_codes_are_refused() {
    let sim = Sim::start(Retry::Eager);
    let path = format!("{}/request_code", sim.world.graph.phone_number_id);
    let ask = json!({"code_method": "SMS", "language": "en"});
    for _ in 0..10 {
        sim.post(&path, ask.clone()).await.success();
    }

    assert_eq!(sim.post(&path, ask.clone()).await.code(), (400, 136_024));
    sim.sim(Method::POST, "clock", Some(json!({"advance_s": 3600})))
        .await
        .ok(200);
    sim.post(&path, ask).await.success();
}

#[tokio::test]
async fn limits_are_minded_once_they_are_switched_on() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write("12025550143", "hi", 1).await;
    let number = format!("numbers/{}", sim.world.number.wa_id);
    sim.sim(Method::POST, "limits", Some(json!({"pair": true})))
        .await
        .ok(200);

    let mut codes = Vec::new();
    for _ in 0..46 {
        codes.push(sim.send(text("12025550143", "x")).await.code().1);
    }
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 45);
    assert_eq!(codes.last(), Some(&131_056));

    sim.sim(Method::POST, "limits", Some(json!({"pair": false})))
        .await
        .ok(200);
    sim.sim(Method::PATCH, &number, Some(json!({"throughput": 1})))
        .await
        .ok(200);
    let level = sim
        .get(&format!(
            "{}?fields=throughput",
            sim.world.graph.phone_number_id
        ))
        .await
        .ok(200);
    assert_eq!(level["throughput"]["level"], "STANDARD");
    let first = sim.send(text("12025550143", "x")).await.code().1;
    let second = sim.send(text("12025550143", "x")).await.code().1;
    assert!(first == 130_429 || second == 130_429);
    let unknown = json!({"weather": true});
    assert_eq!(
        sim.sim(Method::POST, "limits", Some(unknown)).await.status,
        400
    );
}

#[tokio::test]
async fn quality_falls_with_blocks_and_reports_and_the_app_is_told() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let app = format!("{}/subscriptions", sim.world.graph.app_id);
    let body = json!({"object": "whatsapp_business_account", "callback_url": sink.url, "verify_token": "x",
        "fields": "messages,phone_number_quality_update"});
    sim.post(&app, body).await.success();
    let id = sim.world.graph.phone_number_id.clone();

    for area in 201..207 {
        sim.send(text(&format!("1{area}5550154"), "spam"))
            .await
            .ok(200);
    }

    let told = sink
        .until("a flag", |sink| {
            let bodies = sink.posts();
            bodies
                .iter()
                .map(|post| String::from_utf8_lossy(&post.body).into_owned())
                .find(|body| body.contains("FLAGGED"))
        })
        .await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let changes = told["entry"][0]["changes"].as_array().unwrap();
    assert!(
        changes
            .iter()
            .any(|change| change["field"] == "phone_number_quality_update"
                && change["value"]["event"] == "FLAGGED")
    );
    let shown = sim
        .get(&format!("{id}?fields=quality_rating,status"))
        .await
        .ok(200);
    assert_eq!(
        (&shown["quality_rating"], &shown["status"]),
        (&json!("RED"), &json!("FLAGGED"))
    );
}
