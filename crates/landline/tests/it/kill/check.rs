//! What has to hold after the kills.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

use super::load::{Book, CUSTOMERS, customer};
use crate::support::{Phones, Sink};

/// Notifications that may be posted and not be struck off at a kill.
const REPEATS_PER_KILL: usize = 64;

pub(super) async fn everything_accepted_has_a_status(book: &Book, sink: &Sink) {
    let accepted: HashSet<String> = book.accepted.lock().unwrap().keys().cloned().collect();
    assert!(
        accepted.len() > 300,
        "only {} accepted: no load",
        accepted.len()
    );
    // A long run has a long queue.
    let limit = Duration::from_secs(90)
        + Duration::from_millis(20) * u32::try_from(accepted.len()).unwrap();
    let (mut looked_at, mut without) = (0, accepted);
    sink.until("a status of everything accepted", limit, |bodies| {
        for body in &bodies[looked_at..] {
            if let Some(id) = body["statuses"][0]["id"].as_str() {
                without.remove(id);
            }
        }
        looked_at = bodies.len();
        without.is_empty().then_some(())
    })
    .await;
}

pub(super) async fn everything_written_came_in_order(book: &Book, sink: &Sink) {
    let written = book.written.lock().unwrap().clone();
    let total: usize = written.values().map(Vec::len).sum();
    let (mut looked_at, mut came) = (0, HashSet::new());
    sink.until(
        "everything that customers wrote",
        Duration::from_secs(90),
        |bodies| {
            let texts = bodies[looked_at..]
                .iter()
                .filter_map(text_of)
                .filter(|text| text.starts_with("up "));
            came.extend(texts.map(str::to_owned));
            looked_at = bodies.len();
            (came.len() == total).then_some(())
        },
    )
    .await;
    let accepted = sink.accepted();
    for (customer, texts) in &written {
        let mut seen = HashSet::new();
        let came: Vec<&str> = accepted
            .iter()
            .filter(|body| body["messages"][0]["from"] == customer.as_str())
            .filter_map(text_of)
            .filter(|text| text.starts_with("up ") && seen.insert(*text))
            .collect();
        assert!(came == *texts, "{customer}: {came:?} against {texts:?}");
    }
}

fn text_of(body: &Value) -> Option<&str> {
    body["messages"][0]["text"]["body"].as_str()
}

pub(super) async fn nothing_is_doubled_on_the_phones(book: &Book, phones: &Phones) {
    let mut on_phones = HashMap::<String, usize>::new();
    for n in 0..CUSTOMERS {
        for message in phones.inbox(&customer(n)).await {
            *on_phones
                .entry(message["text"]["body"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    let accepted = book.accepted.lock().unwrap();
    let missing: Vec<&String> = accepted
        .values()
        .filter(|text| !on_phones.contains_key(*text))
        .collect();
    assert!(
        missing.is_empty(),
        "accepted and never on a phone: {missing:?}"
    );
    let doubled: Vec<_> = on_phones.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "doubled: {doubled:?}");
    let unanswered = book.unanswered.lock().unwrap();
    let known: HashSet<&String> = accepted.values().chain(unanswered.iter()).collect();
    assert!(
        on_phones.keys().all(|text| known.contains(text)),
        "a message nobody sent"
    );
}

pub(super) fn repeats_are_few_and_have_the_same_id(sink: &Sink, kills: usize) {
    let accepted = sink.accepted();
    let mut seen = HashSet::new();
    let repeats = accepted
        .iter()
        .filter(|body| !seen.insert(body.to_string()))
        .count();
    eprintln!(
        "{} notifications accepted, {repeats} of them repeats",
        accepted.len()
    );
    assert!(repeats <= REPEATS_PER_KILL * kills, "{repeats} repeats");
    // The same event with two ids would be two texts (they are all different) with different bodies.
    let mut ids = HashMap::new();
    for body in &accepted {
        if let (Some(text), Some(id)) = (text_of(body), body["messages"][0]["id"].as_str())
            && text.starts_with("up ")
        {
            assert_eq!(
                ids.entry(text.to_owned()).or_insert_with(|| id.to_owned()),
                id,
                "{text} came with two ids"
            );
        }
    }
}

pub(super) fn the_store_is_sound(folder: &std::path::Path) {
    let store = rusqlite::Connection::open(folder.join("landline.db")).unwrap();
    let verdict: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}
