//! The load of a crash test: paced senders, customers who write, and a book of what was accepted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Api, Phones, text};

const SENDERS: u64 = 32;
pub(super) const CUSTOMERS: u64 = 30;

pub(super) fn customer(n: u64) -> String {
    format!("1303555{:04}", 100 + n % CUSTOMERS)
}

/// A small generator with a printed seed: the instants of a failing run can be had again.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// What the senders and the customers know.
#[derive(Default)]
pub(super) struct Book {
    /// Text by the id that a 201 gave.
    pub(super) accepted: Mutex<HashMap<String, String>>,
    /// Texts of sends that were never answered.
    pub(super) unanswered: Mutex<HashSet<String>>,
    /// Texts that customers wrote, by customer, in order.
    pub(super) written: Mutex<BTreeMap<String, Vec<String>>>,
    counter: AtomicU64,
    over: AtomicBool,
}

/// Load that goes on until it is ended.
pub(super) struct Load {
    pub(super) book: Arc<Book>,
    address: watch::Sender<Option<Api>>,
    tasks: JoinSet<()>,
}

impl Load {
    pub(super) fn start(phones: &Phones) -> Self {
        let (address, addresses) = watch::channel(None);
        let mut load = Self {
            book: Arc::default(),
            address,
            tasks: JoinSet::new(),
        };
        for me in 0..SENDERS {
            load.tasks
                .spawn(sender(load.book.clone(), addresses.clone(), me));
        }
        load.tasks.spawn(inbound(load.book.clone(), phones.clone()));
        load
    }

    /// Where the API is now; `None` while it is away.
    pub(super) fn point_to(&self, api: Option<&Api>) {
        self.address.send_replace(api.cloned());
    }

    pub(super) async fn end(&mut self) {
        self.book.over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }
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

async fn inbound(book: Arc<Book>, phones: Phones) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    let mut n = 0;
    while !book.over.load(Ordering::Relaxed) {
        pace.tick().await;
        let (from, body) = (customer(n), format!("up {n}"));
        phones.write(&from, &body, 1).await;
        book.written
            .lock()
            .unwrap()
            .entry(from)
            .or_default()
            .push(body);
        n += 1;
    }
}
