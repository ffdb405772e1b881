//! What a restart keeps.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Sim, text};

const ADA: &str = "12025550143";
const NEW: &str = "12025550160";

#[tokio::test]
async fn everything_that_is_set_up_lasts_and_ids_do_not_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let sim = Sim::open(dir.path(), Retry::Eager);
    let world = sim.world.clone();
    sim.register().await;
    sim.subscribe().await;
    sim.point_to(&sink.url).await;
    let made = json!({"wa_id": NEW, "name": "Nour", "auto_read": true});
    sim.sim(Method::POST, "customers", Some(made)).await.ok(201);
    sim.sim(Method::POST, "clock", Some(json!({"advance_s": 86_400})))
        .await
        .ok(200);
    let mut ids: HashSet<String> = sim.write(ADA, "hi", 50).await.into_iter().collect();
    let code = sim
        .sim(Method::GET, "codes/12025550111", None)
        .await
        .ok(200);
    sim.stop().await;

    let sim = Sim::open(dir.path(), Retry::Eager);

    assert_eq!(sim.world.graph.access_token, world.graph.access_token);
    assert_eq!(sim.world.graph.waba_id, world.graph.waba_id);
    assert_eq!(
        (&sim.world.number, &sim.world.second),
        (&world.number, &world.second)
    );
    assert_eq!(sim.world.customers.len(), 4);
    assert!(
        sim.world
            .customers
            .iter()
            .any(|one| one.wa_id == ADA && one.window_open)
    );
    let codes = sim.sim(Method::GET, "codes/12025550111", None).await;
    assert_eq!(codes.ok(200), code);
    let now = sim.sim(Method::GET, "clock", None).await.ok(200)["now"]
        .as_i64()
        .unwrap();
    assert!(now - jiff::Timestamp::now().as_second() > 86_000);
    let number = sim.get(&world.graph.phone_number_id).await.ok(200);
    assert_eq!(
        number["webhook_configuration"]["phone_number"],
        sink.url.as_str()
    );
    assert_eq!(number["platform_type"], "CLOUD_API");
    let sent = sim.send(text(ADA, "still open")).await.ok(200);
    assert!(ids.insert(sent["messages"][0]["id"].as_str().unwrap().to_owned()));
    for id in sim.write(ADA, "hi", 50).await {
        assert!(ids.insert(id));
    }
    let inbox = sim
        .sim(Method::GET, &format!("customers/{NEW}/inbox"), None)
        .await;
    assert_eq!(inbox.ok(200), json!([]));
}

/// As after `kill -9`: nobody has had the time to write anything at the end.
#[tokio::test]
async fn what_was_answered_is_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let sim = Sim::open(dir.path(), Retry::Eager);
    let read = || -> Value {
        serde_json::from_slice(&std::fs::read(dir.path().join("network.json")).unwrap()).unwrap()
    };

    sim.sim(
        Method::POST,
        "customers",
        Some(json!({"wa_id": NEW, "name": "Nour"})),
    )
    .await
    .ok(201);
    assert_eq!(read()["customers"][NEW]["name"], "Nour");
    sim.register().await;
    assert_eq!(read()["numbers"][0]["registration"], "registered");
    sim.write(NEW, "hi", 1).await;
    assert!(read()["customers"][NEW]["windows"][&sim.world.graph.phone_number_id].is_i64());
}
