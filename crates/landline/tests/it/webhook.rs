//! Delivery to the webhook: order, backoff, the gate, what is set aside.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Dev, Sink};

fn body_of(notification: &Value) -> String {
    notification["messages"][0]["text"]["body"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_ever_delays_only_its_customer_and_that_only_for_a_while() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let settings = json!({"callback_backoff_delay_ms": 20, "max_callback_backoff_delay_ms": 200});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    sink.answer(|body| if body_of(body) == "poison" { 500 } else { 200 });
    phones.add("12025550181", "Poisoner").await;
    phones.add("12025550182", "Bystander").await;

    phones.write("12025550181", "poison", 1).await;
    phones.write("12025550181", "after", 1).await;
    phones.write("12025550182", "by {n}", 20).await;

    sink.message("all of the bystander's", |message| {
        message["text"]["body"] == "by 20"
    })
    .await;
    let refused = |bodies: &[_]| {
        bodies
            .iter()
            .filter(|body| body_of(body) == "poison")
            .count()
    };
    let before = sink
        .all()
        .iter()
        .position(|taken| body_of(&taken.body) == "by 20");
    sink.message("the message after the poison", |message| {
        message["text"]["body"] == "after"
    })
    .await;
    let all: Vec<Value> = sink.all().into_iter().map(|taken| taken.body).collect();
    let after = all
        .iter()
        .position(|body| body_of(body) == "after")
        .unwrap();
    assert!(before.unwrap() < after);
    assert!(
        refused(&all[..after]) >= 10,
        "set aside after ten failures, not before"
    );

    // It is not dropped: as soon as the receiver takes it, it is there.
    sink.answer(|_| 200);
    sink.message("the poison", |message| message["text"]["body"] == "poison")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_url_takes_effect_at_once() {
    let (dead, alive) = (Sink::start().await, Sink::start().await);
    dead.answer(|_| 503);
    let dev = Dev::with(&dead).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    phones.write(&customer, "waiting", 1).await;
    dead.until("nothing is accepted", Duration::from_secs(30), |_| {
        (!dead.all().is_empty()).then_some(())
    })
    .await;

    let changed = api
        .patch(
            "/v1/settings/application",
            &json!({"webhooks": {"url": alive.url()}}),
        )
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");

    alive
        .message("what waited", |message| {
            message["text"]["body"] == "waiting"
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_carry_a_length_and_json() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let phones = dev.phones();
    let customer = phones.customer().await;
    phones.write(&customer, "length", 1).await;

    sink.message("the message", |message| message["text"]["body"] == "length")
        .await;

    let all = sink.all();
    let taken = all
        .iter()
        .find(|taken| body_of(&taken.body) == "length")
        .unwrap();
    let header = |name: &str| taken.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(
        header("content-length"),
        serde_json::to_vec(&taken.body).unwrap().len().to_string()
    );
    assert!(header("user-agent").starts_with("landline/"));
}
