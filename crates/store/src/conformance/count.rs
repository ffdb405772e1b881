//! How much there is, and how much is done.

use std::collections::BTreeMap;

use super::{
    ALICE, BOB, NOW, Open, accept, accept_on, apply, create, incoming, is_conflict, key, keys,
    main_line, one, other_line,
};
use crate::batch::Change;
use crate::count::Activity;
use crate::name::LineName;
use crate::row::{Direction, MessageState, Queue};
use crate::{Store, StoreError};

type Alike = (Direction, String, MessageState);

/// Counts all messages of a line, `limit` rows at a time; also how many slices that took.
async fn counted(store: &dyn Store, line: &LineName, limit: usize) -> (BTreeMap<Alike, u64>, u32) {
    let (mut found, mut after, mut slices) = (BTreeMap::new(), 0, 0);
    loop {
        let tally = store
            .count_messages(line, after, limit)
            .await
            .expect("read");
        slices += 1;
        for group in tally.counts {
            assert!(group.count > 0);
            *found
                .entry((group.direction, group.kind, group.state))
                .or_default() += group.count;
        }
        let Some(next) = tally.next else {
            return (found, slices);
        };
        assert!(next > after);
        after = next;
    }
}

/// Every slicing finds the same, lines are apart.
pub async fn messages_are_counted_slice_by_slice(open: Open<'_>) {
    let store = open();
    let state = MessageState::Delivered;
    for customer in [ALICE, BOB, ALICE, BOB] {
        let (message, _) = keys(&store, accept(customer)).await;
        keys(&store, accept_on(other_line(), customer, "body")).await;
        key(&store, incoming(None)).await;
        if customer == BOB {
            let raise = Change::Raise {
                message,
                state,
                at_ms: NOW,
            };
            one(&store, raise).await;
        }
    }

    let alike = |direction, state| (direction, "text".to_owned(), state);
    let expected = BTreeMap::from([
        (alike(Direction::Outgoing, MessageState::Accepted), 2),
        (alike(Direction::Outgoing, MessageState::Delivered), 2),
        (alike(Direction::Incoming, MessageState::Accepted), 4),
    ]);
    for (limit, slices) in [(1, 13), (5, 3), (12, 2), (13, 1), (10_000, 1)] {
        let found = counted(&*store, &main_line(), limit).await;
        assert_eq!(found, (expected.clone(), slices), "{limit} rows a slice");
    }
    let elsewhere = counted(&*store, &other_line(), 5).await.0;
    assert_eq!(
        elsewhere.into_iter().collect::<Vec<_>>(),
        [(alike(Direction::Outgoing, MessageState::Accepted), 4)]
    );
    let nobody = LineName::new("nobody").expect("a name");
    assert!(counted(&*store, &nobody, 5).await.0.is_empty());
}

/// Kinds and lines are apart, and pages follow one another.
pub async fn records_are_counted_slice_by_slice(open: Open<'_>) {
    let store = open();
    for name in ["a", "b", "c", "d", "e"] {
        one(&store, create(name)).await;
    }
    let elsewhere = Change::Create {
        line: other_line(),
        kind: "thing",
        name: "f".into(),
        value: Vec::new(),
    };
    one(&store, elsewhere).await;

    let count = async |kind, after: &str, limit| {
        let tally = store
            .count_records(&main_line(), kind, after, limit)
            .await
            .expect("read");
        (tally.count, tally.next)
    };
    assert_eq!(count("thing", "", 2).await, (2, Some("b".into())));
    assert_eq!(count("thing", "b", 2).await, (2, Some("d".into())));
    assert_eq!(count("thing", "d", 2).await, (1, None));
    assert_eq!(count("thing", "", 100).await, (5, None));
    assert_eq!(count("thin", "", 100).await, (0, None));
}

/// An engine in one word, and a schema.
pub async fn a_store_knows_what_it_is(open: Open<'_>) {
    let store = open();

    let about = store.about().await.expect("read");

    assert!(about.engine.bytes().all(|byte| byte.is_ascii_uppercase()));
    assert!(!about.version.is_empty());
    assert!(about.schema >= 1);
}

/// Questions and batches by what came of them; every batch is in a commit, whole or refused.
pub async fn what_is_asked_is_counted(open: Open<'_>) {
    let store = open();
    let counts = || {
        [Activity::SUCCESS, Activity::REFUSED, Activity::FAILURE]
            .map(|outcome| store.activity().queries.at([outcome]).read().count())
    };
    assert_eq!(counts(), [0, 0, 0]);

    one(&store, create("a")).await;
    store
        .depth(Queue::Outbox, &main_line())
        .await
        .expect("read");
    assert!(is_conflict(&apply(&store, vec![create("a")]).await));
    assert_eq!(counts(), [2, 1, 0]);

    store.close().await;
    let closed = store.depth(Queue::Outbox, &main_line()).await;
    assert!(matches!(closed, Err(StoreError::Closed)));
    assert_eq!(counts(), [2, 1, 1]);
    assert_eq!(store.activity().groups.read().sum(), 2);
    assert_eq!(store.activity().commits.read().count(), 2);
}
