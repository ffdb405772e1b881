//! The link between the gateway and the network.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::{Mood, Sink};
use crate::support::{Sim, text};

const ADA: &str = "12025550143";

async fn switch(sim: &Sim, up: bool) {
    let reply = sim
        .sim(Method::POST, "link", Some(json!({ "up": up })))
        .await;
    assert_eq!(reply.ok(200), json!({ "up": up }));
}

#[tokio::test]
async fn while_it_is_down_calls_are_closed_unanswered_and_have_no_effect() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    sink.events(1).await;
    switch(&sim, false).await;

    let path = format!("{}/messages", sim.world.graph.phone_number_id);
    let call = sim.call(Method::POST, &path).json(&text(ADA, "lost"));
    let error = call.send().await.unwrap_err();
    assert!(error.is_request() && error.status().is_none(), "{error:?}");

    let inbox = sim
        .sim(Method::GET, &format!("customers/{ADA}/inbox"), None)
        .await;
    assert_eq!(inbox.ok(200), json!([]));
    assert_eq!(sink.taken().len(), 1);
    switch(&sim, true).await;
    sim.send(text(ADA, "found")).await.ok(200);
    let inbox = sim
        .sim(Method::GET, &format!("customers/{ADA}/inbox"), None)
        .await
        .ok(200);
    assert_eq!(inbox.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_happens_meanwhile_waits_and_comes_in_order() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    switch(&sim, false).await;
    sim.write(ADA, "no. {n}", 250).await;
    assert!(sink.posts().is_empty());

    switch(&sim, true).await;

    let events = sink.events(250).await;
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["text"]["body"], format!("no. {}", at + 1));
    }
}

#[tokio::test]
async fn a_post_under_way_is_given_up() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sink.set(Mood::Hang);
    sim.write(ADA, "hi", 1).await;
    sink.tries(1).await;

    switch(&sim, false).await;
    switch(&sim, true).await;
    sink.tries(2).await;
    sink.set(Mood::Status(200));
    sim.get(&sim.world.graph.phone_number_id).await.ok(200);

    let events = sink.events(1).await;
    assert_eq!(events[0]["text"]["body"], "hi");
}

#[tokio::test]
async fn media_urls_are_closed_too() {
    let sim = Sim::start(Retry::Eager);
    let written = json!({"type": "image"});
    sim.sim(
        Method::POST,
        &format!("customers/{ADA}/messages"),
        Some(written),
    )
    .await
    .ok(201);
    switch(&sim, false).await;

    let request = sim
        .client
        .get(format!("{}/lookaside/1?ext=1&hash=1", sim.base));

    assert!(request.send().await.is_err());
    let world: Value = sim.sim(Method::GET, "world", None).await.ok(200);
    assert_eq!(world["graph"]["base_url"], sim.base.as_str());
}
