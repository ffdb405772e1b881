//! `SQLite` and memory agree: any sequence of batches gives the same answers and the same reads.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;

use crate::batch::{Batch, Body, Change, Fence};
use crate::name::{Key, Lane, LineName, Token};
use crate::row::{Direction, MessageState, Queue};
use crate::{Store, memory, sqlite};

const KINDS: [&str; 2] = ["user", "token"];

fn line() -> impl Strategy<Value = LineName> {
    select(vec!["main", "other"]).prop_map(|name| LineName::new(name).unwrap())
}

fn lane() -> impl Strategy<Value = Lane> {
    select(vec!["12025550143", "12025550144", ""]).prop_map(Lane::new)
}

/// Few keys, so that changes meet; some are of no row.
fn key() -> impl Strategy<Value = Key> {
    1..7_i64
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["", "a", "b", "a\0b", "ä"]).prop_map(Into::into)
}

fn network_id() -> impl Strategy<Value = String> {
    select(vec!["wamid.1", "wamid.2", "wamid.3"]).prop_map(Into::into)
}

/// Often the same, so that a value can be the one that is stored.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"same".to_vec()),
        prop::collection::vec(any::<u8>(), 0..20)
    ]
}

fn time() -> impl Strategy<Value = i64> {
    0..4_i64
}

fn append() -> impl Strategy<Value = Change> {
    let opaque = prop::option::of(name());
    prop_oneof![
        (line(), lane(), name(), bytes(), opaque, time(), time()).prop_map(
            |(line, lane, wa_id, body, opaque, at_ms, expires_ms)| {
                let kind = "text".into();
                Change::Accept {
                    line,
                    lane,
                    wa_id,
                    kind,
                    body,
                    opaque,
                    at_ms,
                    expires_ms,
                }
            }
        ),
        (line(), lane(), key(), bytes(), time(), time()).prop_map(
            |(line, lane, message, body, at_ms, expires_ms)| Change::AppendReceipt {
                line,
                lane,
                message,
                body,
                at_ms,
                expires_ms
            }
        ),
        (
            line(),
            lane(),
            time(),
            prop::option::of(network_id()),
            bytes(),
            time()
        )
            .prop_map(|(line, lane, event_time_s, about, body, at_ms)| {
                Change::AppendInbox {
                    line,
                    lane,
                    event_time_s,
                    about,
                    body,
                    at_ms,
                }
            }),
        (name(), bytes(), time()).prop_map(|(phone_number_id, body, at_ms)| {
            Change::AppendStray {
                phone_number_id,
                body,
                at_ms,
            }
        }),
        (
            line(),
            any::<bool>(),
            name(),
            prop::option::of(network_id()),
            time()
        )
            .prop_map(|(line, out, wa_id, network_id, at_ms)| {
                let direction = if out {
                    Direction::Outgoing
                } else {
                    Direction::Incoming
                };
                let kind = "image".into();
                Change::Message {
                    line,
                    direction,
                    wa_id,
                    network_id,
                    kind,
                    at_ms,
                }
            }),
        (
            line(),
            lane(),
            prop::option::of(key()),
            any::<bool>(),
            bytes(),
            time()
        )
            .prop_map(|(line, lane, message, from_key, body, at_ms)| {
                let body = if from_key {
                    Body::FromMessageKey(Box::new(|key| key.to_string().into_bytes()))
                } else {
                    Body::Bytes(body)
                };
                Change::AppendCallback {
                    line,
                    lane,
                    kind: "error",
                    message,
                    body,
                    at_ms,
                }
            }),
    ]
}

fn settle() -> impl Strategy<Value = Change> {
    let queue = select(vec![Queue::Outbox, Queue::Inbox, Queue::Callbacks]);
    let state = select(MessageState::ALL.to_vec());
    prop_oneof![
        (key(), 0..4_i64).prop_map(|(outbox, token)| Change::Claim {
            outbox,
            token: Token(token)
        }),
        (key(), key(), network_id(), time()).prop_map(|(outbox, message, network_id, at_ms)| {
            Change::Sent {
                outbox,
                message,
                network_id,
                at_ms,
            }
        }),
        key().prop_map(|outbox| Change::FinishOutbox { outbox }),
        key().prop_map(|inbox| Change::FinishInbox { inbox }),
        key().prop_map(|callback| Change::FinishCallback { callback }),
        (queue, key(), time(), 0..4_u32, any::<bool>()).prop_map(
            |(queue, key, due_ms, attempts, set_aside)| Change::PutBack {
                queue,
                key,
                due_ms,
                attempts,
                set_aside
            }
        ),
        (key(), state, time()).prop_map(|(message, state, at_ms)| Change::Raise {
            message,
            state,
            at_ms
        }),
    ]
}

fn keep() -> impl Strategy<Value = Change> {
    let kind = || select(KINDS.to_vec());
    prop_oneof![
        (line(), name(), time()).prop_map(|(line, id, at_ms)| Change::Remember { line, id, at_ms }),
        time().prop_map(|before_ms| Change::Forget { before_ms }),
        time().prop_map(|before_ms| Change::ForgetStrays { before_ms }),
        (1..4_i64).prop_map(|stray| Change::FinishStray { stray }),
        (line(), kind(), name(), bytes()).prop_map(|(line, kind, name, value)| Change::Put {
            line,
            kind,
            name,
            value
        }),
        (line(), kind(), name(), bytes()).prop_map(|(line, kind, name, value)| Change::Create {
            line,
            kind,
            name,
            value
        }),
        (line(), kind(), name()).prop_map(|(line, kind, name)| Change::Delete { line, kind, name }),
        (line(), kind(), name(), bytes()).prop_map(|(line, kind, name, value)| {
            Change::DeleteUnchanged {
                line,
                kind,
                name,
                value,
            }
        }),
        key().prop_map(|message| Change::Require { message }),
        (line(), prop::collection::vec(key(), 0..4), time()).prop_map(
            |(line, messages, before_ms)| Change::Collect {
                line,
                messages,
                before_ms
            }
        ),
    ]
}

#[derive(Debug)]
enum Step {
    Apply(Vec<Change>, Option<(LineName, i64)>),
    TakeOver(LineName),
}

fn step() -> impl Strategy<Value = Step> {
    let change = prop_oneof![3 => append(), 3 => settle(), 1 => keep()];
    let fence = prop::option::weighted(0.2, (line(), 0..4_i64));
    let changes = prop::collection::vec(change, 0..4);
    prop_oneof![
        9 => (changes, fence).prop_map(|(changes, fence)| Step::Apply(changes, fence)),
        1 => line().prop_map(Step::TakeOver),
    ]
}

/// Gives each value twice: changes cannot be copied (some bodies are functions), and each store wants its own.
#[derive(Debug)]
struct Twice<S>(S);

struct TwiceTree<T>(T);

impl<S: Strategy> Strategy for Twice<S> {
    type Tree = TwiceTree<S::Tree>;
    type Value = [S::Value; 2];

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        self.0.new_tree(runner).map(TwiceTree)
    }
}

impl<T: ValueTree> ValueTree for TwiceTree<T> {
    type Value = [T::Value; 2];

    fn current(&self) -> Self::Value {
        [self.0.current(), self.0.current()]
    }

    fn simplify(&mut self) -> bool {
        self.0.simplify()
    }

    fn complicate(&mut self) -> bool {
        self.0.complicate()
    }
}

/// What the store answered, as text.
async fn take_step(store: &dyn Store, step: Step) -> String {
    match step {
        Step::Apply(changes, fence) => {
            let mut batch = Batch::of(changes);
            if let Some((line, token)) = fence {
                batch = batch.fenced(Fence {
                    line,
                    token: Token(token),
                });
            }
            format!("{:?}", store.apply(batch).await)
        }
        Step::TakeOver(line) => format!("{:?}", store.take_over(&line, "node").await),
    }
}

/// Everything that can be read of a line.
async fn line_picture(store: &dyn Store, line: &LineName) -> Vec<String> {
    let mut seen = Vec::new();
    for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
        seen.push(format!("{:?}", store.take(queue, line, 0, 100).await));
        seen.push(format!("{:?}", store.take(queue, line, 2, 1).await));
        seen.push(format!("{:?}", store.depth(queue, line).await));
    }
    for id in ["wamid.1", "wamid.2", "wamid.3"] {
        seen.push(format!("{:?}", store.message_by_network_id(line, id).await));
    }
    for (after, limit) in [(0, 100), (2, 2)] {
        let old = store.old_messages(line, after, 2, limit).await;
        seen.push(format!("{old:?}"));
    }
    for kind in KINDS {
        seen.push(format!("{:?}", store.records(line, kind, "", 100).await));
        seen.push(format!("{:?}", store.records(line, kind, "a", 1).await));
        seen.push(format!("{:?}", store.record(line, kind, "").await));
    }
    seen
}

/// Everything that can be read.
async fn picture(store: &dyn Store) -> Vec<String> {
    let mut seen = line_picture(store, &LineName::main()).await;
    seen.extend(line_picture(store, &LineName::new("other").unwrap()).await);
    let keys: Vec<Key> = (0..30).rev().collect();
    seen.push(format!("{:?}", store.outbox(keys.clone()).await));
    seen.push(format!("{:?}", store.inbox(keys.clone()).await));
    seen.push(format!("{:?}", store.callbacks(keys.clone()).await));
    for key in keys {
        seen.push(format!("{:?}", store.message(key).await));
        seen.push(format!("{:?}", store.outbox_of(key).await));
    }
    seen.push(format!("{:?}", store.strays(0, 100).await));
    seen.push(format!("{:?}", store.check().await));
    seen
}

/// Everything that can be counted.
async fn counts(store: &dyn Store) -> Vec<String> {
    let mut seen = Vec::new();
    for (after, limit) in [(0, 100), (0, 2), (3, 2)] {
        for line in [LineName::main(), LineName::new("other").unwrap()] {
            let mut tally = store.count_messages(&line, after, limit).await.unwrap();
            tally.counts.sort();
            seen.push(format!("{tally:?}"));
            for kind in KINDS {
                let tally = store.count_records(&line, kind, "a", limit).await;
                seen.push(format!("{tally:?}"));
            }
        }
    }
    seen
}

async fn agree(steps: [Vec<Step>; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let durable = sqlite::open(&folder.path().join("store.db")).unwrap();
    let memory = memory::open();
    let [first, second] = steps;

    for (mine, yours) in first.into_iter().zip(second) {
        let told = format!("{mine:?}");
        let answers = (
            take_step(&*durable, mine).await,
            take_step(&*memory, yours).await,
        );
        assert_eq!(answers.0, answers.1, "{told}");
    }

    assert_eq!(picture(&*durable).await, picture(&*memory).await);
    assert_eq!(counts(&*durable).await, counts(&*memory).await);
    durable.close().await;
}

proptest! {
    // Each step is a commit on a real disk.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_history_reads_the_same_from_disk_and_from_memory(
        steps in Twice(prop::collection::vec(step(), 0..30)),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(agree(steps));
    }
}
