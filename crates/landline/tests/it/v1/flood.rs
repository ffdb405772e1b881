//! Ten thousand bad requests, made from good ones by a seeded generator.

mod dice;
mod spoil;

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use self::dice::Dice;
use self::spoil::{Auth, Request};
use crate::support::{Answer, Api, Dev, Sink, judge, new_customer, seed, text};

const CONNECTIONS: u64 = 8;
/// Refusals that each connection waits for.
const REFUSALS: usize = 1250;
/// Codes that no run goes without.
const MET: [u16; 7] = [501, 1005, 1006, 1008, 1009, 1014, 1025];

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_bad_requests() {
    let seed = seed();
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;

    let mut connections = JoinSet::new();
    for n in 0..CONNECTIONS {
        // A client of its own, and so a connection of its own.
        let api = dev.anonymous().with_token(api.token());
        connections.spawn(async move { refusals(&api, Dice::new(seed.wrapping_add(n))).await });
    }
    let mut refused = BTreeMap::new();
    while let Some(connection) = connections.join_next().await {
        for (code, count) in connection.unwrap() {
            *refused.entry(code).or_insert(0) += count;
        }
    }

    eprintln!("refused with: {refused:?}");
    assert!(refused.values().sum::<usize>() >= 10_000);
    assert!(
        MET.iter().all(|code| refused.contains_key(code)),
        "the generator is not what it was"
    );
    assert!(dev.is_alive());
    let log = dev.log();
    assert!(!log.to_lowercase().contains("panic"), "{log}");
    let resident = dev.resident_kib();
    assert!(resident < 400_000, "{resident} KiB after it");
    // Whoever behaves does not notice.
    let (phones, customer) = (dev.phones(), new_customer());
    phones.add(&customer, "Ada Quist").await;
    phones.write(&customer, "Hello", 1).await;
    let answer = api
        .post("/v1/messages", &text(&customer, "Still here"))
        .await;
    sink.status(&answer.message_id(), "delivered").await;
}

/// Sends spoilt requests until enough of them are refused; how many with each code.
async fn refusals(api: &Api, mut dice: Dice) -> BTreeMap<u16, usize> {
    let mut refused = BTreeMap::new();
    let (mut tried, mut count) = (0, 0);
    while count < REFUSALS {
        let request = Request::spoilt(&mut dice);
        let answer = send(api, &request).await;
        match judge(&answer) {
            Ok(None) => {}
            Ok(Some(code)) => {
                count += 1;
                *refused.entry(code).or_insert(0) += 1;
            }
            Err(why) => panic!("{why}\n{request:#?}\n{answer:#?}"),
        }
        tried += 1;
        assert!(
            tried < 3 * REFUSALS,
            "most of them are meant to be bad: {count} of {tried}"
        );
    }
    refused
}

async fn send(api: &Api, request: &Request) -> Answer {
    let mut built = match &request.auth {
        Auth::Good => api.request(&request.method, &request.path),
        Auth::None => api.bare(&request.method, &request.path),
        Auth::Header(value) => api
            .bare(&request.method, &request.path)
            .header("authorization", value.as_slice()),
    };
    if let Some(content_type) = &request.content_type {
        built = built.header("content-type", content_type);
    }
    Api::finish(built.body(request.body.clone())).await
}
