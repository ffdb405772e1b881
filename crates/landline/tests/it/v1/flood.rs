//! Ten thousand bad requests, made from good ones by a seeded generator.

mod dice;
mod spoil;

use std::collections::BTreeMap;

use onprem::Code;
use onprem::error::TABLE;
use tokio::task::JoinSet;

use self::dice::Dice;
use self::spoil::{Auth, Request};
use crate::support::{Answer, Api, Dev, Sink, new_customer, seed, text};

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

/// The code of a refusal, if it is one that the reference has. Not every change spoils a request: a success has none.
fn judge(answer: &Answer) -> Result<Option<u16>, String> {
    let meta = &answer.body["meta"];
    if meta["version"] != "v2.53.1" || meta["api_status"] != "stable" {
        return Err("no meta".to_owned());
    }
    if matches!(answer.status, 200 | 201) {
        return if answer.body["errors"].is_null() {
            Ok(None)
        } else {
            Err("errors in a success".to_owned())
        };
    }
    let errors = answer.body["errors"].as_array().ok_or("no errors")?;
    let [error] = errors.as_slice() else {
        return Err("one error is told".to_owned());
    };
    let code = error["code"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok())
        .ok_or("no code")?;
    let row = TABLE
        .iter()
        .find(|row| row.code == Code(code))
        .ok_or("not a documented code")?;
    if error["title"] != row.title {
        return Err(format!("the title of {code} is {:?}", row.title));
    }
    if answer.details().is_empty() {
        return Err("no details".to_owned());
    }
    if !statuses(code).contains(&answer.status) {
        return Err(format!("{} is not a status of {code}", answer.status));
    }
    // The one 5xx here that is no matter of load: a picture that cannot be read.
    if answer.status == 500 && !answer.details().contains("picture") {
        return Err("a failure of ours".to_owned());
    }
    let header = match answer.status {
        401 => "www-authenticate",
        405 => "allow",
        429 | 503 => "retry-after",
        _ => "content-type",
    };
    if answer.header(header).is_empty() || answer.header("content-type") != "application/json" {
        return Err(format!("no {header}, or no JSON"));
    }
    Ok(Some(code))
}

/// The documented statuses of a code, as far as bad requests can meet them.
fn statuses(code: u16) -> &'static [u16] {
    match code {
        501 | 1001 | 1002 | 1008 | 1010 | 1021 | 2000 | 2004..=2017 | 2060..=2062 => &[400],
        1005 => &[401, 403],
        1006 | 2001 | 2003 => &[404],
        1009 => &[400, 413],
        1011 | 1016 => &[503],
        1014 => &[404, 500],
        1015 => &[429],
        1025 => &[400, 405, 413, 415],
        _ => &[],
    }
}
