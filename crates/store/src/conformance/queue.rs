//! What goes into the queues, comes out, waits and leaves.

use super::{
    ALICE, BOB, Fresh, NOW, Open, accept, accept_on, apply, callback, callback_on, event, event_on,
    incoming, is_conflict, key, keys, main_line, one, other_line, outbox_row, put_back, refs,
    stray,
};
use crate::StoreError;
use crate::batch::{Batch, Change, Outcome};
use crate::name::{Lane, Token};
use crate::row::{
    CallbackRow, Direction, InboxRow, MessageRow, MessageState, OutboxRow, Queue, Ref, StrayRow,
};

/// A new message reads back whole from both tables.
pub async fn an_accepted_message_is_in_the_index_and_in_the_outbox(open: Open<'_>) {
    let store = open();

    let (message, outbox) = keys(
        &store,
        Change::Accept {
            line: other_line(),
            lane: Lane::new(ALICE),
            wa_id: "+1 202 555 0143".into(),
            kind: "image".into(),
            body: vec![0, 159, 146, 150],
            opaque: Some("caller's own".into()),
            at_ms: NOW,
            expires_ms: NOW + 60_000,
        },
    )
    .await;

    let row = MessageRow {
        key: message,
        line: other_line(),
        direction: Direction::Outgoing,
        wa_id: "+1 202 555 0143".into(),
        network_id: None,
        kind: "image".into(),
        state: MessageState::Accepted,
        created_ms: NOW,
        changed_ms: NOW,
        opaque: Some("caller's own".into()),
    };
    assert_eq!(store.message(message).await.expect("read"), Some(row));
    assert_eq!(store.message(message + 1).await.expect("read"), None);
    let row = OutboxRow {
        key: outbox,
        line: other_line(),
        lane: Lane::new(ALICE),
        message,
        body: vec![0, 159, 146, 150],
        accepted_ms: NOW,
        expires_ms: NOW + 60_000,
        attempts: 0,
        claimed_by: None,
    };
    assert_eq!(outbox_row(&store, outbox).await, Some(row.clone()));
    assert_eq!(store.outbox_of(message).await.expect("read"), Some(row));
    assert_eq!(store.outbox_of(message + 1).await.expect("read"), None);
    let reference = Ref {
        key: outbox,
        lane: Lane::new(ALICE),
        due_ms: 0,
        attempts: 0,
        claimed_by: None,
        event_time_s: 0,
        set_aside: false,
    };
    let taken = store
        .take(Queue::Outbox, &other_line(), 0, 10)
        .await
        .expect("taken");
    assert_eq!(taken, [reference]);
}

/// A receipt names the inbound message; of several the oldest is found.
pub async fn a_receipt_is_in_the_outbox(open: Open<'_>) {
    let store = open();
    let message = key(&store, incoming(Some("wamid.1"))).await;
    let receipt = || Change::AppendReceipt {
        line: main_line(),
        lane: Lane::new(ALICE),
        message,
        body: b"read".into(),
        at_ms: NOW,
        expires_ms: NOW + 1,
    };

    let first = key(&store, receipt()).await;
    let second = key(&store, receipt()).await;

    let row = outbox_row(&store, first).await.expect("the receipt");
    assert_eq!(
        (row.message, row.expires_ms, &row.body[..]),
        (message, NOW + 1, &b"read"[..])
    );
    assert_eq!(store.outbox_of(message).await.expect("read"), Some(row));
    assert_eq!(
        store
            .depth(Queue::Outbox, &main_line())
            .await
            .expect("read"),
        2
    );
    one(&store, Change::FinishOutbox { outbox: first }).await;
    let left = store.outbox_of(message).await.expect("read");
    assert_eq!(left.map(|row| row.key), Some(second));
}

/// An event reads back whole.
pub async fn an_event_is_in_the_inbox(open: Open<'_>) {
    let store = open();

    let inbox = key(&store, event()).await;

    let row = InboxRow {
        key: inbox,
        line: main_line(),
        lane: Lane::new(ALICE),
        event_time_s: 1_760_000_000,
        received_ms: NOW,
        body: b"event".into(),
        attempts: 0,
        about: None,
    };
    assert_eq!(store.inbox(vec![inbox]).await.expect("read"), [row]);
    let reference = Ref {
        key: inbox,
        lane: Lane::new(ALICE),
        due_ms: 0,
        attempts: 0,
        claimed_by: None,
        event_time_s: 1_760_000_000,
        set_aside: false,
    };
    assert_eq!(refs(&store, Queue::Inbox).await, [reference]);
}

/// A notification reads back whole.
pub async fn a_notification_is_in_the_callbacks(open: Open<'_>) {
    let store = open();

    let callback = key(&store, callback()).await;

    let row = CallbackRow {
        key: callback,
        line: main_line(),
        lane: Lane::new(ALICE),
        kind: "status_change".into(),
        body: b"notification".into(),
        created_ms: NOW,
        attempts: 0,
        set_aside: false,
        message: None,
    };
    assert_eq!(store.callbacks(vec![callback]).await.expect("read"), [row]);
    let reference = Ref {
        key: callback,
        lane: Lane::new(ALICE),
        due_ms: 0,
        attempts: 0,
        claimed_by: None,
        event_time_s: 0,
        set_aside: false,
    };
    assert_eq!(refs(&store, Queue::Callbacks).await, [reference]);
}

/// Strays read back whole, in order, as many as asked for.
pub async fn strays_come_oldest_first(open: Open<'_>) {
    let store = open();
    let mut expected = Vec::new();
    for body in ["one", "two", "three"] {
        expected.push(StrayRow {
            key: key(&store, stray(body)).await,
            phone_number_id: "1009".into(),
            body: body.into(),
            received_ms: NOW,
        });
    }

    assert_eq!(store.strays(0, 10).await.expect("read"), expected);
    assert_eq!(store.strays(0, 2).await.expect("read"), expected[..2]);
    let first = expected[0].key;
    assert_eq!(store.strays(first, 10).await.expect("read"), expected[1..]);
    assert_eq!(store.about().await.expect("read").strays, 3);
}

/// A stray goes once; what is old goes by itself, what is not stays.
pub async fn strays_go_once_or_by_age(open: Open<'_>) {
    let store = open();
    let first = key(&store, stray("one")).await;
    key(&store, stray("two")).await;

    let finish = || Batch::of(vec![Change::FinishStray { stray: first }]);
    store.apply(finish()).await.expect("it is there");
    let again = store.apply(finish()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");

    let forget = |before_ms| Change::ForgetStrays { before_ms };
    assert_eq!(one(&store, forget(NOW)).await, Outcome::Count(0));
    assert_eq!(one(&store, forget(NOW + 1)).await, Outcome::Count(1));
    assert_eq!(store.strays(0, 10).await.expect("read"), []);
    assert_eq!(store.about().await.expect("read").strays, 0);
}

/// A key is gone for good, even when its row was the last.
pub async fn keys_rise_and_are_never_used_again(open: Open<'_>) {
    let store = open();

    let (message, outbox) = keys(&store, accept(ALICE)).await;
    one(&store, Change::FinishOutbox { outbox }).await;
    let (next_message, next_outbox) = keys(&store, accept(BOB)).await;
    assert!(message > 0 && outbox > 0);
    assert!(next_message > message);
    assert!(next_outbox > outbox);

    let inbox = key(&store, event()).await;
    one(&store, Change::FinishInbox { inbox }).await;
    assert!(key(&store, event()).await > inbox);

    let row = key(&store, callback()).await;
    one(&store, Change::FinishCallback { callback: row }).await;
    assert!(key(&store, callback()).await > row);

    let first = key(&store, stray("one")).await;
    assert!(key(&store, stray("two")).await > first);
}

/// Pages follow one another and leave out other lines.
pub async fn taking_pages_through_a_queue_in_key_order(open: Open<'_>) {
    let store = open();
    let make = |queue, line| match queue {
        Queue::Outbox => accept_on(line, ALICE, "body"),
        Queue::Inbox => event_on(line, "body"),
        Queue::Callbacks => callback_on(line, "body"),
    };
    for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
        let mut changes = Vec::new();
        for _ in 0..5 {
            changes.push(make(queue, main_line()));
            changes.push(make(queue, other_line()));
        }
        let applied = apply(&store, changes).await.expect("applied");
        let all = applied.iter().map(|outcome| match outcome {
            Outcome::Key(key) | Outcome::Accepted { outbox: key, .. } => *key,
            other => panic!("a key, not {other:?}"),
        });
        let mine: Vec<_> = all.step_by(2).collect();

        let mut found = Vec::new();
        loop {
            let after = found.last().copied().unwrap_or_default();
            let page = store
                .take(queue, &main_line(), after, 2)
                .await
                .expect("taken");
            assert!(page.len() <= 2);
            if page.is_empty() {
                break;
            }
            found.extend(page.iter().map(|reference| reference.key));
        }

        assert_eq!(found, mine, "{queue:?}");
        assert_eq!(store.depth(queue, &main_line()).await.expect("read"), 5);
        assert_eq!(store.depth(queue, &other_line()).await.expect("read"), 5);
        assert!(
            store
                .take(queue, &main_line(), 0, 0)
                .await
                .expect("taken")
                .is_empty()
        );
        assert!(
            store
                .take(queue, &main_line(), i64::MAX, 9)
                .await
                .expect("taken")
                .is_empty()
        );
        let all = store
            .take(queue, &main_line(), i64::MIN, usize::MAX)
            .await
            .expect("taken");
        assert_eq!(all.len(), 5);
    }
}

/// Rows are given in the order of the keys that were asked for, without the missing ones.
pub async fn rows_come_in_the_order_asked_for(open: Open<'_>) {
    let store = open();
    let (_, first) = keys(&store, accept(ALICE)).await;
    let (_, second) = keys(&store, accept(BOB)).await;
    let inbox = [key(&store, event()).await, key(&store, event()).await];
    let callbacks = [key(&store, callback()).await, key(&store, callback()).await];

    let rows = store.outbox(vec![second, 999, first]).await.expect("read");
    assert_eq!(
        rows.iter().map(|row| row.key).collect::<Vec<_>>(),
        [second, first]
    );
    let rows = store
        .inbox(vec![inbox[1], 999, inbox[0]])
        .await
        .expect("read");
    assert_eq!(
        rows.iter().map(|row| row.key).collect::<Vec<_>>(),
        [inbox[1], inbox[0]]
    );
    let rows = store
        .callbacks(vec![callbacks[1], 999, callbacks[0]])
        .await
        .expect("read");
    assert_eq!(
        rows.iter().map(|row| row.key).collect::<Vec<_>>(),
        [callbacks[1], callbacks[0]]
    );
    assert!(store.outbox(Vec::new()).await.expect("read").is_empty());
}

/// A claimed row stays in the queue, with its owner.
pub async fn a_claim_marks_the_row_and_counts_the_try(open: Open<'_>) {
    let store = open();
    let (_, outbox) = keys(&store, accept(ALICE)).await;

    let token = Token(7);
    assert_eq!(
        one(&store, Change::Claim { outbox, token }).await,
        Outcome::Done
    );

    let row = outbox_row(&store, outbox).await.expect("the row");
    assert_eq!((row.claimed_by, row.attempts), (Some(token), 1));
    let reference = refs(&store, Queue::Outbox).await.remove(0);
    assert_eq!((reference.claimed_by, reference.attempts), (Some(token), 1));
}

/// The same owner may claim again, a newer one takes over, an older one comes too late.
pub async fn a_claim_of_an_older_owner_is_refused(open: Open<'_>) {
    let store = open();
    let (_, outbox) = keys(&store, accept(ALICE)).await;
    let claim = |token| Change::Claim { outbox, token };

    one(&store, claim(Token(2))).await;
    one(&store, claim(Token(2))).await;
    one(&store, claim(Token(3))).await;
    let late = apply(&store, vec![claim(Token(2))]).await;

    assert!(is_conflict(&late));
    let row = outbox_row(&store, outbox).await.expect("the row");
    assert_eq!((row.claimed_by, row.attempts), (Some(Token(3)), 3));
    let missing = Change::Claim {
        outbox: outbox + 1,
        token: Token(9),
    };
    assert!(is_conflict(&apply(&store, vec![missing]).await));
}

/// Whoever finishes an event second learns that somebody else handled it.
pub async fn finishing_twice_is_an_error_in_the_inbox_only(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept(ALICE)).await;
    let inbox = key(&store, event()).await;
    let row = key(&store, callback()).await;

    for _ in 0..2 {
        one(&store, Change::FinishOutbox { outbox }).await;
        one(&store, Change::FinishCallback { callback: row }).await;
    }
    one(&store, Change::FinishInbox { inbox }).await;
    assert!(is_conflict(
        &apply(&store, vec![Change::FinishInbox { inbox }]).await
    ));

    all_are_empty(&store).await;
    assert_eq!(outbox_row(&store, outbox).await, None);
    assert_eq!(store.outbox_of(message).await.expect("read"), None);
    assert!(
        store.message(message).await.expect("read").is_some(),
        "the index keeps it"
    );
}

async fn all_are_empty(store: &Fresh) {
    for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
        assert!(refs(store, queue).await.is_empty(), "{queue:?}");
        assert_eq!(store.depth(queue, &main_line()).await.expect("read"), 0);
    }
}

/// Due time and tries are kept.
pub async fn a_row_that_is_put_back_waits(open: Open<'_>) {
    let store = open();
    let (_, outbox) = keys(&store, accept(ALICE)).await;
    let inbox = key(&store, event()).await;
    let row = key(&store, callback()).await;

    for (queue, key) in [
        (Queue::Outbox, outbox),
        (Queue::Inbox, inbox),
        (Queue::Callbacks, row),
    ] {
        one(&store, put_back(queue, key)).await;

        let reference = refs(&store, queue).await.remove(0);
        assert_eq!(reference.key, key);
        assert_eq!(
            (reference.due_ms, reference.attempts),
            (NOW + 5, 3),
            "{queue:?}"
        );
        assert_eq!(reference.set_aside, queue == Queue::Callbacks);
    }
    assert_eq!(
        outbox_row(&store, outbox).await.map(|row| row.attempts),
        Some(3)
    );
    assert_eq!(store.inbox(vec![inbox]).await.expect("read")[0].attempts, 3);
    assert_eq!(
        store.callbacks(vec![row]).await.expect("read")[0].attempts,
        3
    );
}

/// The claim of a row that is put back is dropped.
pub async fn putting_back_drops_the_claim(open: Open<'_>) {
    let store = open();
    let (_, outbox) = keys(&store, accept(ALICE)).await;
    one(
        &store,
        Change::Claim {
            outbox,
            token: Token(2),
        },
    )
    .await;

    one(&store, put_back(Queue::Outbox, outbox)).await;

    assert_eq!(
        outbox_row(&store, outbox)
            .await
            .and_then(|row| row.claimed_by),
        None
    );
    assert_eq!(refs(&store, Queue::Outbox).await.remove(0).claimed_by, None);
    one(
        &store,
        Change::Claim {
            outbox,
            token: Token(1),
        },
    )
    .await;
}

/// A notification is set aside and taken back.
pub async fn putting_back_sets_aside(open: Open<'_>) {
    let store = open();
    let row = key(&store, callback()).await;

    for set_aside in [true, false] {
        let (queue, due_ms, attempts) = (Queue::Callbacks, 0, 10);
        one(
            &store,
            Change::PutBack {
                queue,
                key: row,
                due_ms,
                attempts,
                set_aside,
            },
        )
        .await;

        let stored = store.callbacks(vec![row]).await.expect("read").remove(0);
        assert_eq!(stored.set_aside, set_aside);
    }
}

/// Nothing can be put back that was finished.
pub async fn putting_back_what_is_gone_is_refused(open: Open<'_>) {
    let store = open();

    for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
        assert!(
            is_conflict(&apply(&store, vec![put_back(queue, 1)]).await),
            "{queue:?}"
        );
    }
}
