//! A seeded scheduler: histories of sending over the store in memory, with lost answers, refusals, crashes and takeovers.
//!
//! The same `Lanes` and the same batches as in the shells, driven one step at a time in an order that the seed chooses. A
//! failing seed is printed and can be replayed with `LANDLINE_SEED`.

use std::collections::{HashMap, HashSet, VecDeque};

use futures_util::FutureExt;
use store::{
    Batch, BoxFuture, Change, Fence, Key, Lane, LineName, MessageState, Outcome, Queue,
    SharedStore, StoreError,
};

use super::lanes::{Entry, Lanes};

/// How long a message that may have left waits for word of it, in ticks.
const RECONCILE: i64 = 50;
const LANES: u64 = 4;

/// What the network does with statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statuses {
    /// They come before the reconcile wait is over.
    Prompt,
    /// They never come.
    Never,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A try under way: claimed, and perhaps at the network.
struct Flight {
    lane: Lane,
    entry: Entry,
    message: Key,
    arrived: bool,
}

struct History {
    dice: Dice,
    store: SharedStore,
    line: LineName,
    now: i64,
    statuses: Statuses,
    accepted: Vec<(Lane, Key)>,
    /// What the network got, in order, with repeats.
    network: Vec<(Lane, Key)>,
    pending: VecDeque<Key>,
    resent: usize,
    // One incarnation of the core:
    fence: Fence,
    lanes: Lanes,
    after: Key,
    flights: Vec<Flight>,
}

/// The store in memory never waits.
fn now<T>(future: BoxFuture<'_, T>) -> T {
    future.now_or_never().expect("an answer without waiting")
}

impl History {
    fn new(seed: u64, statuses: Statuses) -> Self {
        let (store, line) = (store::memory::open(), LineName::main());
        let token = now(store.take_over(&line, "first")).unwrap();
        Self {
            dice: Dice(seed),
            line: line.clone(),
            store,
            now: 1,
            statuses,
            accepted: Vec::new(),
            network: Vec::new(),
            pending: VecDeque::new(),
            resent: 0,
            fence: Fence { line, token },
            lanes: Lanes::new(3),
            after: 0,
            flights: Vec::new(),
        }
    }

    fn apply(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        now(self
            .store
            .apply(Batch::of(changes).fenced(self.fence.clone())))
    }

    fn step(&mut self) {
        match self.dice.below(20) {
            0..4 => self.accept(),
            4..7 => self.feed(),
            7..11 => self.begin(),
            11..14 => self.arrive(),
            14..17 => self.answer(),
            17 => self.status(),
            18 => self.pass(),
            _ if self.dice.below(6) == 0 => self.crash(),
            _ => self.lose_answer(),
        }
    }

    fn accept(&mut self) {
        let lane = Lane::new(&format!("1202555010{}", self.dice.below(LANES)));
        let accept = Change::Accept {
            line: self.line.clone(),
            lane: lane.clone(),
            wa_id: lane.to_string(),
            kind: "text".to_owned(),
            body: Vec::new(),
            opaque: None,
            at_ms: self.now,
            expires_ms: i64::MAX,
        };
        // The web is another process: it knows nothing of the core's token.
        let applied = now(self.store.apply(Batch::of(vec![accept]))).unwrap();
        let Outcome::Accepted { message, .. } = applied[0] else {
            panic!("{applied:?}")
        };
        self.accepted.push((lane, message));
    }

    fn feed(&mut self) {
        for row in now(self.store.take(Queue::Outbox, &self.line, self.after, 3)).unwrap() {
            self.after = row.key;
            self.lanes.push(&row, self.now);
            if row.claimed_by.is_some() {
                self.lanes.hold_uncertain(self.now + RECONCILE, self.now);
            }
        }
    }

    fn begin(&mut self) {
        let Some((lane, entry)) = self.lanes.next(self.now) else {
            return;
        };
        let Some(row) = now(self.store.outbox(vec![entry.key])).unwrap().pop() else {
            return self.lanes.finish(&lane, entry.key, self.now);
        };
        self.resent += usize::from(entry.uncertain);
        self.apply(vec![Change::Claim {
            outbox: entry.key,
            token: self.fence.token,
        }])
        .unwrap();
        assert!(
            self.flights.iter().all(|flight| flight.lane != lane),
            "two in flight for {lane}"
        );
        self.flights.push(Flight {
            lane,
            entry,
            message: row.message,
            arrived: false,
        });
    }

    fn arrive(&mut self) {
        let Some(at) = self.any_flight() else { return };
        let flight = &mut self.flights[at];
        if !flight.arrived {
            flight.arrived = true;
            self.network.push((flight.lane.clone(), flight.message));
            if self.statuses == Statuses::Prompt {
                self.pending.push_back(flight.message);
            }
        }
    }

    /// The answer to a send, or the certainty that it never left.
    fn answer(&mut self) {
        let Some(at) = self.any_flight() else { return };
        let Flight {
            lane,
            mut entry,
            message,
            arrived,
        } = self.flights.swap_remove(at);
        if arrived {
            let network_id = format!("wamid.{message}.{}", self.network.len());
            self.apply(vec![Change::Sent {
                outbox: entry.key,
                message,
                network_id,
                at_ms: self.now,
            }])
            .unwrap();
            self.lanes.finish(&lane, entry.key, self.now);
        } else {
            entry.due_ms = self.now + 2;
            if entry.uncertain {
                // An earlier try may have left: it stays claimed.
                entry.due_ms = self.now + RECONCILE;
                return self.lanes.put_back(&lane, entry, self.now);
            }
            entry.attempts += 1;
            let back = Change::PutBack {
                queue: Queue::Outbox,
                key: entry.key,
                due_ms: entry.due_ms,
                attempts: entry.attempts,
                set_aside: false,
            };
            self.apply(vec![back]).unwrap();
            self.lanes.put_back(&lane, entry, self.now);
        }
    }

    fn lose_answer(&mut self) {
        let Some(at) = self.any_flight() else { return };
        let Flight {
            lane, mut entry, ..
        } = self.flights.swap_remove(at);
        entry.due_ms = self.now + RECONCILE;
        entry.uncertain = true;
        self.lanes.put_back(&lane, entry, self.now);
    }

    /// A status names a message: as the receiver does, it settles an outbox row that is still there.
    fn status(&mut self) {
        let Some(message) = self.pending.pop_front() else {
            return;
        };
        let waiting = now(self.store.outbox_of(message)).unwrap();
        let mut changes = vec![Change::Raise {
            message,
            state: MessageState::Sent,
            at_ms: self.now,
        }];
        if let Some(row) = &waiting {
            let network_id = format!("wamid.{message}.status");
            changes.push(Change::Sent {
                outbox: row.key,
                message,
                network_id,
                at_ms: self.now,
            });
        }
        self.apply(changes).unwrap();
        if let Some(row) = waiting {
            self.lanes.remove(&row.lane, row.key, self.now);
        }
    }

    fn pass(&mut self) {
        // Prompt statuses are there before anybody stops waiting for them.
        while !self.pending.is_empty() {
            self.status();
        }
        self.now += 7;
    }

    /// `kill -9`, and another owner: memory is gone, requests on the wire arrive or do not.
    fn crash(&mut self) {
        for at in (0..self.flights.len()).rev() {
            if self.dice.below(2) == 0 {
                let flight = &mut self.flights[at];
                if !flight.arrived {
                    self.network.push((flight.lane.clone(), flight.message));
                    if self.statuses == Statuses::Prompt {
                        self.pending.push_back(flight.message);
                    }
                }
            }
        }
        let old = self.fence.clone();
        self.fence.token = now(self.store.take_over(&self.line, "next")).unwrap();
        let stale = Batch::of(vec![Change::FinishOutbox { outbox: 1 }]).fenced(old);
        assert!(
            matches!(now(self.store.apply(stale)), Err(StoreError::Fenced)),
            "the old owner still writes"
        );
        self.flights.clear();
        self.lanes = Lanes::new(3);
        self.after = 0;
    }

    fn any_flight(&mut self) -> Option<usize> {
        let count = u64::try_from(self.flights.len()).unwrap();
        (count > 0).then(|| usize::try_from(self.dice.below(count)).unwrap())
    }

    /// Lets everything come to rest.
    fn settle(&mut self) {
        for _ in 0..20_000 {
            self.feed();
            self.begin();
            self.arrive();
            self.answer();
            self.pass();
            if now(self.store.depth(Queue::Outbox, &self.line)).unwrap() == 0
                && self.flights.is_empty()
            {
                return;
            }
        }
        panic!("the outbox does not get empty: {:?}", self.lanes);
    }

    fn check(&self) {
        let mut first = HashSet::new();
        let mut order = HashMap::<Lane, Vec<Key>>::new();
        let mut doubled = 0;
        for (lane, message) in &self.network {
            if first.insert(*message) {
                order.entry(lane.clone()).or_default().push(*message);
            } else {
                doubled += 1;
            }
        }
        let mut expected = HashMap::<Lane, Vec<Key>>::new();
        self.accepted
            .iter()
            .for_each(|(lane, message)| expected.entry(lane.clone()).or_default().push(*message));
        assert_eq!(
            order, expected,
            "everything accepted arrives, in order per customer"
        );
        match self.statuses {
            Statuses::Prompt => assert_eq!(doubled, 0, "doubled although statuses came in time"),
            Statuses::Never => assert!(
                doubled <= self.resent,
                "{doubled} doubled, {} counted",
                self.resent
            ),
        }
    }
}

fn histories(statuses: Statuses) {
    let chosen = std::env::var("LANDLINE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = chosen.map_or(0..1_000_u64, |seed: u64| seed..seed + 1);
    for seed in seeds {
        let told = std::panic::catch_unwind(|| {
            let mut history = History::new(seed, statuses);
            (0..400).for_each(|_| history.step());
            history.settle();
            history.check();
        });
        assert!(
            told.is_ok(),
            "the history of seed {seed} fails (LANDLINE_SEED={seed} replays it)"
        );
    }
}

#[test]
fn nothing_is_lost_or_doubled_when_statuses_come_in_time() {
    histories(Statuses::Prompt);
}

#[test]
fn without_statuses_doubles_are_at_most_those_that_are_counted() {
    histories(Statuses::Never);
}
