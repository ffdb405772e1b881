//! Many callers, the doorbells they listen to, and the store as a whole.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{
    ALICE, BOB, NOW, Open, accept, accept_on, apply, callback, create, event, is_conflict, key,
    keys, main_line, one, outbox_row, put_back, remember,
};
use crate::batch::{Batch, Change};
use crate::name::{Lane, Token};
use crate::row::{MessageState, Queue};
use crate::{Store, StoreError};

/// Appending and putting back ring; the rest, and refused batches, do not. Who was answered finds it rung.
pub async fn the_doorbell_rings_for_what_can_be_taken(open: Open<'_>) {
    let store = open();
    let queues = [Queue::Outbox, Queue::Inbox, Queue::Callbacks];
    let mut bells = queues.map(|queue| store.doorbell(queue));
    let mut rung = || {
        let mut rung = Vec::new();
        for (bell, queue) in bells.iter_mut().zip(queues) {
            let before = *bell.borrow();
            if bell.has_changed().expect("open") {
                assert!(*bell.borrow_and_update() >= before);
                rung.push(queue);
            }
        }
        rung
    };
    assert!(rung().is_empty());

    let (message, outbox) = keys(&store, accept(ALICE)).await;
    assert_eq!(rung(), [Queue::Outbox]);
    let inbox = key(&store, event()).await;
    assert_eq!(rung(), [Queue::Inbox]);
    let row = key(&store, callback()).await;
    assert_eq!(rung(), [Queue::Callbacks]);
    for (queue, key) in [
        (Queue::Outbox, outbox),
        (Queue::Inbox, inbox),
        (Queue::Callbacks, row),
    ] {
        one(&store, put_back(queue, key)).await;
        assert_eq!(rung(), [queue]);
    }
    apply(&store, vec![event(), callback()])
        .await
        .expect("applied");
    assert_eq!(rung(), [Queue::Inbox, Queue::Callbacks]);

    let refused = vec![
        event(),
        callback(),
        accept(ALICE),
        Change::FinishInbox { inbox: 999 },
    ];
    assert!(is_conflict(&apply(&store, refused).await));
    let quiet = vec![
        Change::Claim {
            outbox,
            token: Token(1),
        },
        Change::Raise {
            message,
            state: MessageState::Read,
            at_ms: NOW,
        },
        Change::FinishInbox { inbox },
        Change::FinishCallback { callback: row },
        Change::FinishOutbox { outbox },
        create("thing"),
        remember("a", NOW),
    ];
    apply(&store, quiet).await.expect("applied");
    store
        .take_over(&main_line(), "node")
        .await
        .expect("taken over");
    assert!(rung().is_empty());
}

/// 64 callers, each one after the other: no key comes twice, and each sees its own rise.
pub async fn many_callers_at_once_get_different_rising_keys(open: Open<'_>) {
    let fresh = open();
    let store = &fresh;

    let callers = (0..64).map(|caller| async move {
        let mut mine = Vec::new();
        for _ in 0..10 {
            let customer = format!("120255501{caller:02}");
            mine.push(keys(store, accept_on(main_line(), &customer, "body")).await);
        }
        assert!(mine.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "{mine:?}");
        mine
    });
    let all: Vec<_> = join_all(callers).await.into_iter().flatten().collect();

    let messages: BTreeSet<_> = all.iter().map(|(message, _)| *message).collect();
    let outbox: BTreeSet<_> = all.iter().map(|(_, outbox)| *outbox).collect();
    assert_eq!((messages.len(), outbox.len()), (640, 640));
    for (message, outbox) in all {
        let row = outbox_row(store, outbox).await.expect("the row");
        assert_eq!(row.message, message);
    }
}

/// Of many batches at once those that are refused leave nothing, and the others are all there.
pub async fn a_refused_batch_among_many_is_answered_alone(open: Open<'_>) {
    let store = open();
    one(&store, create("taken")).await;
    let good = |n: usize| vec![create(&format!("good {n}")), event(), accept(ALICE)];
    let bad = |n: usize| {
        vec![
            create(&format!("bad {n}")),
            event(),
            accept(BOB),
            create("taken"),
        ]
    };

    let mut pending: FuturesUnordered<_> = (0..300)
        .map(|n| {
            let is_bad = n % 3 == 0;
            let outcome = store.apply(Batch::of(if is_bad { bad(n) } else { good(n) }));
            async move { (is_bad, outcome.await) }
        })
        .collect();
    while let Some((is_bad, outcome)) = pending.next().await {
        assert_eq!(is_conflict(&outcome), is_bad, "{outcome:?}");
        assert_eq!(outcome.is_ok(), !is_bad, "{outcome:?}");
    }

    let names = store
        .records(&main_line(), "thing", "", 1000)
        .await
        .expect("read");
    assert_eq!(names.len(), 201);
    assert!(names.iter().all(|(name, _)| !name.starts_with("bad")));
    assert_eq!(
        store.depth(Queue::Inbox, &main_line()).await.expect("read"),
        200
    );
    assert_eq!(
        store
            .depth(Queue::Outbox, &main_line())
            .await
            .expect("read"),
        200
    );
    assert_eq!(store.check().await.expect("checked"), [""; 0]);
}

/// What was handed in is finished, what comes later is refused; closing twice is fine.
pub async fn a_closed_store_says_so(open: Open<'_>) {
    let fresh = open();
    let store: &dyn Store = &*fresh;

    let handed_in = store.apply(Batch::of(vec![event()])).await;
    store.close().await;
    store.close().await;

    assert!(handed_in.is_ok());
    let line = main_line();
    assert!(matches!(
        store.apply(Batch::of(Vec::new())).await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(
        store.take_over(&line, "node").await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(
        store.take(Queue::Inbox, &line, 0, 1).await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(store.message(1).await, Err(StoreError::Closed)));
    assert!(matches!(store.check().await, Err(StoreError::Closed)));
}

/// A store in use is sound.
pub async fn a_sound_store_has_no_findings(open: Open<'_>) {
    let store = open();
    store
        .take_over(&main_line(), "node")
        .await
        .expect("taken over");
    apply(
        &store,
        vec![
            accept(ALICE),
            event(),
            callback(),
            create("a"),
            remember("a", NOW),
        ],
    )
    .await
    .expect("applied");

    assert_eq!(store.check().await.expect("checked"), [""; 0]);
}

/// A row of the outbox that carries nothing is reported.
pub async fn an_outbox_row_without_a_message_is_found(open: Open<'_>) {
    let store = open();
    let orphan = Change::AppendReceipt {
        line: main_line(),
        lane: Lane::new(ALICE),
        message: 999,
        body: Vec::new(),
        at_ms: NOW,
        expires_ms: NOW,
    };
    let outbox = key(&store, orphan).await;

    let findings = store.check().await.expect("checked");
    assert_eq!(findings, [format!("outbox row {outbox} has no message")]);
}
