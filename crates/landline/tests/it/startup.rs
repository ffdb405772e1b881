//! The start-up flow: templates, offline messages, and only then ready.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, Dev, Network, SOON, Sink, heavy, is_relay_remote, until};

/// Texts of inbound messages by customer, in the order in which they were accepted.
fn texts(sink: &Sink, customer: &str) -> Vec<String> {
    let from = |body: &Value| (body["messages"][0]["from"] == customer).then(|| body.clone());
    let text = |body: Value| {
        body["messages"][0]["text"]["body"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    sink.accepted().iter().filter_map(from).map(text).collect()
}

fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("{prefix} {n}")).collect()
}

async fn refused(api: &Api, to: &str) {
    let answer = api
        .post(
            "/v1/messages",
            &json!({"to": to, "type": "text", "text": {"body": "too early"}}),
        )
        .await;
    assert_eq!((answer.status, answer.code()), (503, 1011), "{answer:?}");
    assert_eq!(answer.body["errors"][0]["title"], "Service not ready");
    assert!(answer.details().contains("not ready"), "{answer:?}");
    assert!(answer.headers.contains_key("retry-after"));
}

async fn all_offline_messages(first: &str, sink: &Sink, count: usize) {
    let expected = numbered(first, count);
    sink.until("all offline messages", Duration::from_mins(2), |bodies| {
        (bodies
            .iter()
            .filter(|body| body["messages"][0]["text"]["body"] == format!("{first} {count}"))
            .count()
            >= 3)
            .then_some(())
    })
    .await;
    for customer in CUSTOMERS {
        let got: Vec<String> = texts(sink, customer)
            .into_iter()
            .filter(|text| text.starts_with(first))
            .collect();
        assert_eq!(got.len(), expected.len(), "{customer}");
        assert!(got == expected, "{customer}: once, and in order");
    }
}

const CUSTOMERS: [&str; 3] = ["12025550171", "12025550172", "12025550173"];

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_offline_messages_come_once_and_in_order_before_ready() {
    let _turn = heavy().await;
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    let phones = network.phones();
    let mut dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .start()
        .await;
    dev.api().await.connected().await;
    dev.kill().await;
    for customer in CUSTOMERS {
        phones.add(customer, "Offline").await;
        phones.write(customer, "offline {n}", 3334).await;
    }

    let dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .folder(&dev.folder)
        .start()
        .await;
    let api = dev.api().await;
    let status = api.gateway_status().await;
    if status == "connecting" {
        refused(&api, CUSTOMERS[0]).await;
    }
    until("connected", Duration::from_mins(2), || async {
        (api.gateway_status().await == "connected").then_some(())
    })
    .await;
    all_offline_messages("offline", &sink, 3334).await;

    // And again after a lost link.
    let settings = json!({"heartbeat_interval": 1, "unhealthy_interval": 2});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    phones.link(false).await;
    until("the loss is noticed", SOON, || async {
        (api.gateway_status().await == "connecting").then_some(())
    })
    .await;
    refused(&api, CUSTOMERS[0]).await;
    for customer in CUSTOMERS {
        phones.write(customer, "cut off {n}", 3334).await;
    }
    phones.link(true).await;
    until("connected again", Duration::from_mins(2), || async {
        (api.gateway_status().await == "connected").then_some(())
    })
    .await;
    all_offline_messages("cut off", &sink, 3334).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waiting_means_ready_in_under_a_second() {
    let _turn = heavy().await;
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;
    let switch = async |running: bool| {
        let answer = api.post("/dev/core", &json!({"running": running})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };

    // Three starts: one of them may meet a disk that stalls.
    for _ in 0..3 {
        switch(false).await;
        assert_eq!(api.gateway_status().await, "disconnected");
        switch(true).await;
        api.connected().await;
    }

    let log = dev.log();
    let starts = log
        .lines()
        .filter_map(|line| line.rsplit_once("startup_ms="));
    let fastest = starts
        .filter_map(|(_, ms)| ms.split_whitespace().next()?.parse::<u64>().ok())
        .min()
        .unwrap();
    assert!(
        (300..1000).contains(&fastest),
        "ready after {fastest} ms at best"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_meta_mode_ready_follows_the_quiet_time_and_the_messages_come_later() {
    let _turn = heavy().await;
    let (sink, network) = (Sink::start().await, Network::start("meta").await);
    let phones = network.phones();
    let mut dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .start()
        .await;
    dev.api().await.connected().await;
    dev.kill().await;
    for customer in CUSTOMERS {
        phones.add(customer, "Patient").await;
        phones.write(customer, "meta {n}", 300).await;
    }

    let dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .folder(&dev.folder)
        .start()
        .await;
    dev.api().await.connected().await;
    // A relay that is there all the time has taken them already.
    assert!(
        is_relay_remote() || texts(&sink, CUSTOMERS[0]).is_empty(),
        "the network waits for its own clock"
    );
    phones.advance(3600).await;
    all_offline_messages("meta", &sink, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_that_never_ends_does_not_keep_it_from_ready() {
    let _turn = heavy().await;
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    network
        .phones()
        .faults(json!({"endless_backlog": true}))
        .await;
    let dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .env("LANDLINE_STARTUP_LIMIT_S", "3")
        .start()
        .await;
    let api = dev.api().await;
    let began = tokio::time::Instant::now();

    refused(&api, CUSTOMERS[0]).await;
    api.connected().await;

    let took = began.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    // The log is written beside what it tells of.
    until("the limit in the log", SOON, || async {
        dev.log().contains("ran into its limit").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_an_hour_apart_change_nothing() {
    let _turn = heavy().await;
    for hours in [-1, 1] {
        let (sink, network) = (Sink::start().await, Network::start("eager").await);
        let phones = network.phones();
        phones.advance(hours * 3600).await;
        let mut dev = Dev::builder()
            .network(&network)
            .webhook(&sink)
            .start()
            .await;
        dev.api().await.connected().await;
        dev.kill().await;
        for customer in CUSTOMERS {
            phones.add(customer, "Elsewhere").await;
            phones.write(customer, "clock {n}", 500).await;
        }

        let dev = Dev::builder()
            .network(&network)
            .webhook(&sink)
            .folder(&dev.folder)
            .start()
            .await;
        dev.api().await.connected().await;
        all_offline_messages("clock", &sink, 500).await;
    }
}
