//! What programs stumble over, in every text and every number of every call that the document has: a documented error, or
//! what was taken is told as it was sent.

mod place;
mod token;

use serde_json::{Value, json};

use crate::support::{Answer, Api, Dev, Sink, judge, new_customer, text};
use place::{Call, Place, calls};
use token::{Token, tokens};

/// Resident memory at the end, KiB.
const MEMORY: u64 = 400_000;

/// No body may be longer, bytes.
const LONGEST_BODY: usize = 1 << 20;
const MESSAGES: &str = "/v1/messages";
const LOGIN: &str = "/v1/users/login";
/// Who logs in.
const USER: &str = "ops.login";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_a_message_the_answer_is_documented() {
    let places = answer_all(|call| call.template == MESSAGES).await;

    assert!(places > 150, "{places} texts and numbers");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_another_body_the_answer_is_documented_or_it_comes_back() {
    let places = answer_all(|call| call.template != MESSAGES).await;

    assert!(places > 50, "{places} texts and numbers");
}

/// Puts every token into every place of these calls; how many places they have.
async fn answer_all(is_meant: impl Fn(&Call) -> bool) -> usize {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;
    for username in [USER, "ops.reader"] {
        let user = json!({"username": username, "password": Dev::PASSWORD});
        assert_eq!(api.post("/v1/users", &user).await.status, 201);
    }
    let document = api.get("/v1/openapi.json").await.body;

    let (mut count, mut taken) = (0, 0);
    for call in calls(&document).iter().filter(|call| is_meant(call)) {
        for place in call.places() {
            // What is too long is refused before it is read: now and then will do.
            let with_longest = count % 8 == 0;
            let all = tokens(place.is_number).iter();
            for token in all.filter(|token| with_longest || token.bytes.len() < LONGEST_BODY) {
                let answer = send(&api, call, &place, token).await;
                if judged(&answer, call, &place, token).is_none() {
                    comes_back(&api, &document, call, &place, token, &answer).await;
                    taken += 1;
                }
            }
            count += 1;
        }
        assert!(dev.is_alive(), "{} {}", call.method, call.path);
    }

    assert!(taken > count, "{taken} were taken in {count} places");
    let log = dev.log();
    assert!(!log.to_lowercase().contains("panicked"), "{log}");
    let resident = dev.resident_kib();
    assert!(resident < MEMORY, "{resident} KiB after it");
    still_ready(&dev, &api, &sink).await;
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_a_path_the_answer_is_documented() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;
    let document = api.get("/v1/openapi.json").await.body;

    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some((before, rest)) = path.split_once('{') else {
            continue;
        };
        let after = rest.split_once('}').unwrap().1.replace(['{', '}'], "");
        for method in methods.as_object().unwrap().keys() {
            for part in token::path_parts() {
                let path = format!("{before}{part}{after}");
                let answer = api.call(&method.to_uppercase(), &path, None).await;
                let code = judge(&answer)
                    .unwrap_or_else(|why| panic!("{why}: {method} {path}: {answer:?}"));
                assert!(
                    code.is_some() && answer.status < 500,
                    "{method} {path}: {answer:?}"
                );
            }
        }
    }

    assert!(dev.is_alive());
    still_ready(&dev, &api, &sink).await;
}

async fn send(api: &Api, call: &Call, place: &Place, token: &Token) -> Answer {
    let request = if call.template == LOGIN {
        api.bare(&call.method, &call.path)
            .basic_auth(USER, Some(Dev::PASSWORD))
    } else {
        api.request(&call.method, &call.path)
    };
    let request = request
        .header("content-type", "application/json")
        .body(place.body_with(token));
    Api::finish(request).await
}

/// The code of a documented refusal; `None` for a success.
fn judged(answer: &Answer, call: &Call, place: &Place, token: &Token) -> Option<u16> {
    let of = || {
        format!(
            "{} {} {} = {token}\n{answer:?}",
            call.method, call.path, place.pointer
        )
    };
    let code = judge(answer).unwrap_or_else(|why| panic!("{why}: {}", of()));
    assert!(answer.status < 500, "{}", of());
    if token.is_no_json {
        assert!(matches!(answer.status, 400 | 413), "{}", of());
        assert_eq!(code, Some(1025), "{}", of());
    }
    code
}

/// What was taken is told to the letter by the call that shows it, if there is one, and by the answer.
async fn comes_back(
    api: &Api,
    document: &Value,
    call: &Call,
    place: &Place,
    token: &Token,
    answer: &Answer,
) {
    if call.template == LOGIN {
        let again = json!({"password": Dev::PASSWORD});
        let answer = api.put(&format!("/v1/users/{USER}"), &again).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let Ok(sent) = serde_json::from_slice::<Value>(&token.bytes) else {
        return;
    };
    let shown = &document["paths"][&call.template]["get"];
    let told = if shown.is_object() {
        api.get(&call.path).await.body
    } else {
        answer.body.clone()
    };
    let mut found = Vec::new();
    place::members(&told, call.shown_as(place), &mut found);
    // Secrets are masked, and what is nowhere told cannot come back.
    found.retain(|value| **value != "********" && !value.is_object() && !value.is_array());
    let is_there = found.iter().any(|value| place::is_same(value, &sent));
    assert!(
        found.is_empty() || is_there,
        "{} {} {} = {token} comes back as {found:?}",
        call.method,
        call.path,
        place.pointer
    );
}

/// Whoever behaves does not notice: with the settings of the beginning a message goes out, and one comes in.
async fn still_ready(dev: &Dev, api: &Api, sink: &Sink) {
    let settings = "/v1/settings/application";
    assert_eq!(api.delete(settings).await.status, 200);
    let webhook = json!({"webhooks": {"url": sink.url()}});
    assert_eq!(api.patch(settings, &webhook).await.status, 200);
    api.connected().await;
    let (phones, customer) = (dev.phones(), new_customer());
    phones.add(&customer, "Ada Quist").await;
    phones.write(&customer, "Hello", 1).await;
    sink.message("the greeting", |message| {
        message["from"] == customer.as_str()
    })
    .await;
    let answer = api
        .post("/v1/messages", &text(&customer, "Still here"))
        .await;
    answer.message_id();
    phones.received(&customer, 1).await;
}
