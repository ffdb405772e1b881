//! A seeded scheduler: histories of sends, receives, statuses, receipts, a webhook that refuses, long waits, crashes and
//! takeovers, with collections in between, over both stores. Nothing pending is ever collected, and in the end everything
//! else is.
//!
//! The same batches as in the shells, one step at a time in an order that the seed chooses. A failing seed is printed and
//! can be replayed with `LANDLINE_SEED`.

use std::collections::{BTreeMap, HashMap};

use store::{
    Batch, Body, Change, Direction, Fence, Key, Lane, LineName, MessageState, Outcome, Queue,
    SharedStore, StoreError,
};

use super::{DAY_MS, KEPT_MS};

const CUSTOMER: &str = "12025550143";

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}

/// A message as it has to be.
#[derive(Debug, Clone)]
struct Known {
    direction: Direction,
    state: MessageState,
    changed_ms: i64,
    network_id: Option<String>,
    is_collected: bool,
}

/// What waits in the inbox.
#[derive(Debug, Clone)]
enum Event {
    Status(Key, MessageState),
    /// Perhaps with a quoted message.
    Message(Option<Key>),
}

struct History {
    dice: Dice,
    store: SharedStore,
    line: LineName,
    now_ms: i64,
    ids: u32,
    // What has to be in the store:
    messages: BTreeMap<Key, Known>,
    outbox: BTreeMap<Key, Key>,
    inbox: BTreeMap<Key, Event>,
    callbacks: BTreeMap<Key, Key>,
    /// Notifications that the webhook took.
    told: usize,
    // One incarnation of the core:
    fence: Fence,
    /// What a look has found: it may have changed since.
    found: Vec<Key>,
    after: Key,
}

impl History {
    async fn new(seed: u64, store: SharedStore) -> Self {
        let line = LineName::main();
        let token = store.take_over(&line, "first").await.unwrap();
        Self {
            dice: Dice(seed),
            store,
            line: line.clone(),
            now_ms: 1_000 * DAY_MS,
            ids: 0,
            messages: BTreeMap::new(),
            outbox: BTreeMap::new(),
            inbox: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            told: 0,
            fence: Fence { line, token },
            found: Vec::new(),
            after: 0,
        }
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        let batch = Batch::of(changes).fenced(self.fence.clone());
        self.store.apply(batch).await
    }

    async fn step(&mut self) {
        match self.dice.below(24) {
            0..3 => self.accept().await,
            3..6 => self.send().await,
            6..8 => self.status_comes().await,
            8..11 => self.customer_writes().await,
            11..14 => self.receive().await,
            14..17 => self.webhook_takes().await,
            17 => self.webhook_refuses().await,
            18 => self.mark_read().await,
            19 => self.now_ms += DAY_MS * i64::try_from(self.dice.below(20)).unwrap(),
            20 => self.look().await,
            21..23 => self.collect().await,
            _ => self.crash().await,
        }
    }

    fn lane() -> Lane {
        Lane::new(CUSTOMER)
    }

    fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("wamid.{}", self.ids)
    }

    /// The messages for which something holds.
    fn those(&self, hold: impl Fn(&Known) -> bool) -> Vec<Key> {
        let holding = self.messages.iter().filter(|(_, known)| hold(known));
        holding.map(|(key, _)| *key).collect()
    }

    async fn accept(&mut self) {
        let accept = Change::Accept {
            line: self.line.clone(),
            lane: Self::lane(),
            wa_id: CUSTOMER.to_owned(),
            kind: "text".to_owned(),
            body: Vec::new(),
            opaque: None,
            at_ms: self.now_ms,
            expires_ms: i64::MAX,
        };
        // The web is another process: it knows nothing of the core's token.
        let applied = self.store.apply(Batch::of(vec![accept])).await.unwrap();
        let Outcome::Accepted { message, outbox } = applied[0] else {
            panic!("{applied:?}")
        };
        let known = Known {
            direction: Direction::Outgoing,
            state: MessageState::Accepted,
            changed_ms: self.now_ms,
            network_id: None,
            is_collected: false,
        };
        self.messages.insert(message, known);
        self.outbox.insert(outbox, message);
    }

    /// Whatever waits in the outbox leaves, or fails and is told.
    async fn send(&mut self) {
        let waiting: Vec<_> = self.outbox.clone().into_iter().collect();
        let Some((outbox, message)) = self.dice.pick(&waiting) else {
            return;
        };
        let row = self.store.outbox(vec![outbox]).await.unwrap().pop();
        assert_eq!(row.unwrap().message, message, "what is accepted waits");
        let known = self.messages[&message].clone();
        assert!(!known.is_collected);
        self.outbox.remove(&outbox);
        if known.direction == Direction::Incoming {
            self.apply(vec![Change::FinishOutbox { outbox }])
                .await
                .unwrap();
        } else if self.dice.below(4) == 0 {
            let changes = vec![
                Change::FinishOutbox { outbox },
                self.raise(message, MessageState::Failed),
                self.callback(Some(message)),
            ];
            let applied = self.apply(changes).await.unwrap();
            self.note_callback(&applied, message);
        } else {
            let network_id = self.new_id();
            let sent = Change::Sent {
                outbox,
                message,
                network_id: network_id.clone(),
                at_ms: self.now_ms,
            };
            self.apply(vec![sent]).await.unwrap();
            let known = self.messages.get_mut(&message).unwrap();
            known.network_id = Some(network_id);
            known.state = known.state.max(MessageState::Sent);
            known.changed_ms = self.now_ms;
        }
    }

    fn raise(&mut self, message: Key, state: MessageState) -> Change {
        let known = self.messages.get_mut(&message).unwrap();
        if known.state < state {
            known.state = state;
            known.changed_ms = self.now_ms;
        }
        Change::Raise {
            message,
            state,
            at_ms: self.now_ms,
        }
    }

    fn callback(&self, message: Option<Key>) -> Change {
        let body = match message {
            Some(_) => Body::Bytes(Vec::new()),
            None => Body::FromMessageKey(Box::new(|key| key.to_string().into_bytes())),
        };
        Change::AppendCallback {
            line: self.line.clone(),
            lane: Self::lane(),
            kind: "status_change",
            message,
            body,
            at_ms: self.now_ms,
        }
    }

    fn note_callback(&mut self, applied: &[Outcome], message: Key) {
        let Some(Outcome::Key(callback)) = applied.last() else {
            panic!("{applied:?}")
        };
        self.callbacks.insert(*callback, message);
    }

    async fn event(&mut self, event: Event, about: Option<Key>) {
        let about = about.and_then(|key| self.messages[&key].network_id.clone());
        let append = Change::AppendInbox {
            line: self.line.clone(),
            lane: Self::lane(),
            event_time_s: 0,
            about,
            body: Vec::new(),
            at_ms: self.now_ms,
        };
        // So is the relay.
        let applied = self.store.apply(Batch::of(vec![append])).await.unwrap();
        let Outcome::Key(inbox) = applied[0] else {
            panic!("{applied:?}")
        };
        self.inbox.insert(inbox, event);
    }

    async fn status_comes(&mut self) {
        let sent = self.those(|known| {
            known.direction == Direction::Outgoing
                && known.network_id.is_some()
                && !known.is_collected
        });
        let states = [MessageState::Delivered, MessageState::Read];
        if let (Some(message), Some(state)) = (self.dice.pick(&sent), self.dice.pick(&states)) {
            self.event(Event::Status(message, state), Some(message))
                .await;
        }
    }

    async fn customer_writes(&mut self) {
        let known = self.those(|known| known.network_id.is_some() && !known.is_collected);
        let quoted = self.dice.pick(&known).filter(|_| self.dice.below(3) == 0);
        self.event(Event::Message(quoted), quoted).await;
    }

    /// As the receiver does.
    async fn receive(&mut self) {
        let waiting: Vec<_> = self.inbox.clone().into_iter().collect();
        let Some((inbox, event)) = self.dice.pick(&waiting) else {
            return;
        };
        self.inbox.remove(&inbox);
        let mut changes = vec![Change::FinishInbox { inbox }];
        let message = match event {
            Event::Status(message, state) => {
                self.is_found_by_network(message).await;
                changes.push(self.raise(message, state));
                changes.push(self.callback(Some(message)));
                Some(message)
            }
            Event::Message(quoted) => {
                if let Some(quoted) = quoted {
                    self.is_found_by_network(quoted).await;
                }
                let network_id = self.new_id();
                changes.push(Change::Message {
                    line: self.line.clone(),
                    direction: Direction::Incoming,
                    wa_id: CUSTOMER.to_owned(),
                    network_id: Some(network_id),
                    kind: "text".to_owned(),
                    at_ms: self.now_ms,
                });
                changes.push(self.callback(None));
                None
            }
        };
        let applied = self.apply(changes).await.unwrap();
        let message = message.unwrap_or_else(|| {
            let Outcome::Key(message) = applied[1] else {
                panic!("{applied:?}")
            };
            let known = Known {
                direction: Direction::Incoming,
                state: MessageState::Accepted,
                changed_ms: self.now_ms,
                network_id: Some(format!("wamid.{}", self.ids)),
                is_collected: false,
            };
            self.messages.insert(message, known);
            message
        });
        self.note_callback(&applied, message);
    }

    /// What an event named when it came is there when it is processed.
    async fn is_found_by_network(&self, message: Key) {
        let network_id = self.messages[&message].network_id.clone().unwrap();
        let found = self.store.message_by_network_id(&self.line, &network_id);
        let found = found.await.unwrap().expect("named by an event");
        assert_eq!(found.key, message);
    }

    async fn webhook_takes(&mut self) {
        let Some((callback, message)) = self.any_callback() else {
            return;
        };
        let row = self.store.callbacks(vec![callback]).await.unwrap().pop();
        assert_eq!(row.expect("not delivered yet").message, Some(message));
        self.apply(vec![Change::FinishCallback { callback }])
            .await
            .unwrap();
        self.callbacks.remove(&callback);
        self.told += 1;
    }

    async fn webhook_refuses(&mut self) {
        if let Some((key, _)) = self.any_callback() {
            let refused = Change::PutBack {
                queue: Queue::Callbacks,
                key,
                due_ms: self.now_ms + 1,
                attempts: 11,
                set_aside: self.dice.below(2) == 0,
            };
            self.apply(vec![refused]).await.unwrap();
        }
    }

    fn any_callback(&mut self) -> Option<(Key, Key)> {
        let waiting: Vec<_> = self.callbacks.clone().into_iter().collect();
        self.dice.pick(&waiting)
    }

    /// A business that reads late: what was collected is unknown, and no receipt goes out for it.
    async fn mark_read(&mut self) {
        let incoming = self.those(|known| known.direction == Direction::Incoming);
        let Some(message) = self.dice.pick(&incoming) else {
            return;
        };
        let changes = vec![
            Change::Require { message },
            Change::Raise {
                message,
                state: MessageState::Read,
                at_ms: self.now_ms,
            },
            Change::AppendReceipt {
                line: self.line.clone(),
                lane: Self::lane(),
                message,
                body: Vec::new(),
                at_ms: self.now_ms,
                expires_ms: i64::MAX,
            },
        ];
        let applied = self.store.apply(Batch::of(changes)).await;
        if self.messages[&message].is_collected {
            assert!(matches!(applied, Err(StoreError::Conflict)));
            return;
        }
        let Some(Outcome::Key(outbox)) = applied.unwrap().pop() else {
            panic!("a receipt has a key")
        };
        self.raise(message, MessageState::Read);
        self.outbox.insert(outbox, message);
    }

    async fn look(&mut self) {
        let limit = 1 + self.dice.below(10);
        let before_ms = self.now_ms - KEPT_MS;
        let found = self
            .store
            .old_messages(&self.line, self.after, before_ms, limit);
        let found = found.await.unwrap();
        self.after = found.next.unwrap_or_default();
        self.found.extend(found.keys);
    }

    /// Of what was found, at another time perhaps; and of anything at all, which must do no harm.
    async fn collect(&mut self) {
        let mut messages = std::mem::take(&mut self.found);
        let all: Vec<Key> = self.messages.keys().copied().collect();
        messages.extend(self.dice.pick(&all));
        messages.dedup();
        let collect = Change::Collect {
            line: self.line.clone(),
            messages,
            before_ms: self.now_ms - KEPT_MS,
        };
        let applied = self.store.apply(Batch::of(vec![collect])).await.unwrap();
        let mut gone = 0;
        for key in all {
            let is_there = self.store.message(key).await.unwrap().is_some();
            if !is_there && !self.messages[&key].is_collected {
                self.may_be_gone(key);
                self.messages.get_mut(&key).unwrap().is_collected = true;
                gone += 1;
            }
        }
        assert_eq!(applied, [Outcome::Count(gone)]);
    }

    /// The promise, from what has to be rather than from what the store says.
    fn may_be_gone(&self, key: Key) {
        let known = &self.messages[&key];
        assert!(
            known.changed_ms < self.now_ms - KEPT_MS,
            "young: {key} {known:?}"
        );
        assert!(
            known.direction == Direction::Incoming || known.state > MessageState::Accepted,
            "on its way: {key} {known:?}"
        );
        assert!(
            !self.outbox.values().any(|of| *of == key),
            "in the outbox: {key}"
        );
        assert!(
            !self.callbacks.values().any(|of| *of == key),
            "not told: {key}"
        );
        let names = |event: &Event| match event {
            Event::Status(message, _) => *message == key,
            Event::Message(quoted) => *quoted == Some(key),
        };
        assert!(!self.inbox.values().any(names), "named: {key}");
    }

    /// `kill -9`, and another owner: only the store is left.
    async fn crash(&mut self) {
        self.fence.token = self.store.take_over(&self.line, "next").await.unwrap();
        self.found.clear();
        self.after = 0;
    }

    /// Everything that waits is done; then all is over for long, and everything may go.
    async fn settle(&mut self) {
        while !(self.outbox.is_empty() && self.inbox.is_empty() && self.callbacks.is_empty()) {
            self.send().await;
            self.receive().await;
            self.webhook_takes().await;
        }
        for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
            assert_eq!(self.store.depth(queue, &self.line).await.unwrap(), 0);
        }
        self.now_ms += KEPT_MS + 1;
        self.found.clear();
        self.after = 0;
        loop {
            self.look().await;
            self.collect().await;
            if self.after == 0 {
                break;
            }
        }
        let left = self.those(|known| !known.is_collected);
        assert!(left.is_empty(), "what nobody needs stays: {left:?}");
        assert!(self.store.check().await.unwrap().is_empty());
    }
}

/// How many messages were collected while the history ran, and notifications taken.
async fn run(seed: u64, store: SharedStore, steps: usize) -> (usize, usize) {
    let mut history = History::new(seed, store).await;
    for _ in 0..steps {
        history.step().await;
    }
    let collected = history.those(|known| known.is_collected).len();
    history.settle().await;
    history.store.close().await;
    (collected, history.told)
}

fn histories(
    seeds: u64,
    steps: usize,
    open: impl Fn() -> (SharedStore, Option<tempfile::TempDir>),
) {
    let chosen = std::env::var("LANDLINE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = chosen.map_or(0..seeds, |seed: u64| seed..seed + 1);
    let mut in_all = HashMap::<&str, usize>::new();
    for seed in seeds {
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let (store, _folder) = open();
            runtime.block_on(run(seed, store, steps))
        }));
        let Ok((collected, told)) = ended else {
            panic!("the history of seed {seed} fails (LANDLINE_SEED={seed} replays it)");
        };
        *in_all.entry("collected").or_default() += collected;
        *in_all.entry("told").or_default() += told;
    }
    // A history in which nothing happens proves nothing.
    assert!(
        in_all["collected"] > 10 && in_all["told"] > 10,
        "{in_all:?}"
    );
}

#[test]
fn nothing_pending_is_collected_from_memory() {
    histories(500, 400, || (store::memory::open(), None));
}

#[test]
fn nothing_pending_is_collected_from_disk() {
    histories(5, 400, || {
        let folder = tempfile::tempdir().unwrap();
        let store = store::sqlite::open(&folder.path().join("store.db")).unwrap();
        (store, Some(folder))
    });
}
