//! `kill -9` at random instants under load: nothing accepted is lost, nothing is doubled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Api, Crash, Dev, Network, Phones, Sink, heavy, text};

const SENDERS: u64 = 32;
const CUSTOMERS: u64 = 30;
/// Notifications that may be unsettled at a kill, and the most in flight.
const REPEATS_PER_KILL: usize = 64 + 24;

fn customer(n: u64) -> String {
    format!("1303555{:04}", 100 + n % CUSTOMERS)
}

/// A small generator with a printed seed: the instants of a failing run can be had again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// What the senders know.
#[derive(Default)]
struct Book {
    /// Text by the id that a 201 gave.
    accepted: Mutex<HashMap<String, String>>,
    /// Texts of sends that were never answered.
    unanswered: Mutex<HashSet<String>>,
    counter: AtomicU64,
    over: AtomicBool,
}

async fn sender(book: Arc<Book>, mut api: watch::Receiver<Option<Api>>, me: u64) {
    let mut pace = tokio::time::interval(Duration::from_millis(25));
    while !book.over.load(Ordering::Relaxed) {
        pace.tick().await;
        let Some(present) = api.borrow_and_update().clone() else {
            drop(tokio::time::timeout(Duration::from_millis(200), api.changed()).await);
            continue;
        };
        let n = book.counter.fetch_add(1, Ordering::Relaxed);
        let body = format!("down {n}");
        match present
            .try_call(
                "POST",
                "/v1/messages",
                Some(&text(&customer(me + n), &body)),
            )
            .await
        {
            Ok(answer) if answer.status == 201 => {
                let id = answer.body["messages"][0]["id"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                book.accepted.lock().unwrap().insert(id, body);
            }
            Ok(answer) => {
                assert_eq!(answer.status, 503, "{answer:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(_) => {
                book.unanswered.lock().unwrap().insert(body);
            }
        }
    }
}

async fn inbound(
    book: Arc<Book>,
    phones: Phones,
    written: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    let mut n = 0;
    while !book.over.load(Ordering::Relaxed) {
        pace.tick().await;
        let (from, body) = (customer(n), format!("up {n}"));
        phones.write(&from, &body, 1).await;
        written.lock().unwrap().entry(from).or_default().push(body);
        n += 1;
    }
}

async fn survive(crash: Crash, kills: u64) {
    let seed = std::env::var("LANDLINE_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_124);
    let mut dice = Dice(seed);
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    let phones = network.phones();
    for n in 0..CUSTOMERS {
        phones.add(&customer(n), "Crash witness").await;
        phones.write(&customer(n), "hello", 1).await;
    }
    let mut call = 0;
    sink.answer(move |_| {
        call += 1;
        if call % 3 == 0 { 500 } else { 200 }
    });
    let (book, written) = (Arc::new(Book::default()), Arc::default());
    let (address, addresses) = watch::channel(None);
    let mut tasks = JoinSet::new();
    (0..SENDERS).for_each(|me| {
        tasks.spawn(sender(book.clone(), addresses.clone(), me));
    });
    tasks.spawn(inbound(book.clone(), phones.clone(), Arc::clone(&written)));

    let mut dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .crash(&crash)
        .start()
        .await;
    let folder = dev.folder.clone();
    let first = dev.api().await;
    let settings = json!({"callback_backoff_delay_ms": 50, "max_callback_backoff_delay_ms": 1000});
    assert_eq!(
        first
            .patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    for kill in 0..kills {
        let api = dev.anonymous().with_token(first.token());
        address.send_replace(Some(api.clone()));
        api.connected().await;
        tokio::time::sleep(Duration::from_millis(50 + dice.below(700))).await;
        dev.kill().await;
        address.send_replace(None);
        crash.after_kill().await;
        eprintln!(
            "seed {seed}: kill {kill}, {} accepted",
            book.accepted.lock().unwrap().len()
        );
        dev = Dev::builder()
            .network(&network)
            .webhook(&sink)
            .crash(&crash)
            .folder(&folder)
            .start()
            .await;
    }
    let api = dev.anonymous().with_token(first.token());
    address.send_replace(Some(api.clone()));
    api.connected().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    book.over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }

    everything_accepted_has_a_status(&book, &sink).await;
    everything_written_came_in_order(&written.lock().unwrap(), &sink).await;
    nothing_is_doubled_on_the_phones(&book, &phones).await;
    repeats_are_few_and_have_the_same_id(&sink, kills);
    let (status, _) = dev.terminate().await;
    assert!(status.success());
    the_store_is_sound(folder.path());
}

async fn everything_accepted_has_a_status(book: &Book, sink: &Sink) {
    let accepted: HashSet<String> = book.accepted.lock().unwrap().keys().cloned().collect();
    assert!(
        accepted.len() > 300,
        "only {} accepted: no load",
        accepted.len()
    );
    let (mut looked_at, mut without) = (0, accepted);
    sink.until(
        "a status of everything accepted",
        Duration::from_secs(90),
        |bodies| {
            for body in &bodies[looked_at..] {
                if let Some(id) = body["statuses"][0]["id"].as_str() {
                    without.remove(id);
                }
            }
            looked_at = bodies.len();
            without.is_empty().then_some(())
        },
    )
    .await;
}

async fn everything_written_came_in_order(written: &BTreeMap<String, Vec<String>>, sink: &Sink) {
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
    for (customer, texts) in written {
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

async fn nothing_is_doubled_on_the_phones(book: &Book, phones: &Phones) {
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

fn repeats_are_few_and_have_the_same_id(sink: &Sink, kills: u64) {
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
    assert!(
        repeats <= REPEATS_PER_KILL * kills as usize,
        "{repeats} repeats"
    );
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

fn the_store_is_sound(folder: &std::path::Path) {
    let store = rusqlite::Connection::open(folder.join("landline.db")).unwrap();
    let verdict: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

fn kills() -> u64 {
    std::env::var("LANDLINE_TEST_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(25)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_to_kills() {
    let _turn = heavy().await;
    survive(Crash::kill_only(), kills()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_accepted_is_lost_to_kills_that_throw_unsynced_writes_away() {
    let _turn = heavy().await;
    survive(Crash::lost_writes().await, kills().div_ceil(3)).await;
}

/// Outgoing messages in the store after a kill under `crash`, of 50 that were accepted.
async fn kept_of_fifty(crash: Crash) -> u32 {
    let sink = Sink::start().await;
    let mut dev = Dev::builder().webhook(&sink).crash(&crash).start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    for n in 0..50 {
        api.text(&customer, &format!("kept {n}")).await;
    }
    dev.kill().await;
    crash.after_kill().await;
    let count = "SELECT count(*) FROM message WHERE direction = 0";
    rusqlite::Connection::open(dev.folder.path().join("landline.db"))
        .and_then(|store| store.query_row(count, [], |row| row.get(0)))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_synced_and_a_store_that_does_not_sync_would_be_noticed() {
    let _turn = heavy().await;
    assert_eq!(kept_of_fifty(Crash::lost_writes().await).await, 50);
    assert!(kept_of_fifty(Crash::without_syncs().await).await < 50);
}
