//! Batches: whole or not at all, fenced, remembered.

use super::{
    ALICE, BOB, Fresh, NOW, Open, accept, apply, callback, create, event, incoming, is_repeat, key,
    keys, main_line, one, other_line, put_back, refs, remember, stray,
};
use crate::StoreError;
use crate::batch::{Batch, Body, Change, Fence, Outcome};
use crate::name::{Key, Lane, Token};
use crate::row::{MessageState, Queue};

/// Nothing to do is done.
pub async fn an_empty_batch_is_applied(open: Open<'_>) {
    let store = open();

    assert_eq!(apply(&store, Vec::new()).await.expect("applied"), []);
}

/// Each change has its outcome.
pub async fn outcomes_come_in_the_order_of_the_changes(open: Open<'_>) {
    let store = open();

    let applied = apply(
        &store,
        vec![
            remember("a", NOW),
            accept(ALICE),
            event(),
            Change::FinishOutbox { outbox: 999 },
            callback(),
            Change::Forget { before_ms: NOW },
        ],
    )
    .await
    .expect("applied");

    let expected = [
        Outcome::Done,
        Outcome::Accepted {
            message: 1,
            outbox: 1,
        },
        Outcome::Key(1),
        Outcome::Done,
        Outcome::Key(1),
        Outcome::Count(0),
    ];
    assert_eq!(applied, expected);
}

/// Everything that reads can tell, for comparing before and after.
async fn picture(store: &Fresh) -> String {
    let mut lines = Vec::new();
    for queue in [Queue::Outbox, Queue::Inbox, Queue::Callbacks] {
        lines.push(format!("{:?}", refs(store, queue).await));
    }
    for message in 0..10 {
        lines.push(format!("{:?}", store.message(message).await));
        lines.push(format!("{:?}", store.outbox_of(message).await));
    }
    lines.push(format!(
        "{:?}",
        store.records(&main_line(), "thing", "", 100).await
    ));
    lines.push(format!("{:?}", store.strays(0, 100).await));
    lines.join("\n")
}

/// Every kind of refusal takes back every kind of write before it.
pub async fn a_refused_batch_leaves_nothing(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept(ALICE)).await;
    let (other, other_outbox) = keys(&store, accept(BOB)).await;
    let inbox = key(&store, event()).await;
    let row = key(&store, callback()).await;
    one(&store, create("old")).await;
    one(&store, remember("old", NOW)).await;
    let sent = |outbox, message| Change::Sent {
        outbox,
        message,
        network_id: "wamid.1".into(),
        at_ms: NOW,
    };
    one(&store, sent(other_outbox, other)).await;
    let before = picture(&store).await;

    let refusals: Vec<fn() -> Change> = vec![
        || create("old"),
        || remember("old", NOW),
        || Change::FinishInbox { inbox: 999 },
        || Change::Claim {
            outbox: 999,
            token: Token(1),
        },
        || put_back(Queue::Outbox, 999),
        || put_back(Queue::Inbox, 999),
        || put_back(Queue::Callbacks, 999),
        || incoming(Some("wamid.1")),
    ];
    let last_of_all = sent(outbox, message);
    let refused = refusals
        .into_iter()
        .map(|refusal| refusal())
        .chain([last_of_all]);
    for refusal in refused {
        let told = format!("{refusal:?}");
        let batch = vec![
            accept(ALICE),
            Change::Claim {
                outbox,
                token: Token(1),
            },
            put_back(Queue::Inbox, inbox),
            put_back(Queue::Callbacks, row),
            Change::Raise {
                message,
                state: MessageState::Read,
                at_ms: NOW,
            },
            event(),
            callback(),
            stray("stray"),
            incoming(Some("wamid.2")),
            create("new"),
            Change::Put {
                line: main_line(),
                kind: "thing",
                name: "old".into(),
                value: b"changed".into(),
            },
            Change::Delete {
                line: main_line(),
                kind: "thing",
                name: "old".into(),
            },
            create("old"),
            remember("new", NOW),
            Change::FinishCallback { callback: row },
            Change::FinishInbox { inbox },
            Change::FinishOutbox { outbox },
            refusal,
        ];

        let outcome = apply(&store, batch).await;

        assert!(outcome.is_err(), "{told}");
        assert_eq!(picture(&store).await, before, "{told}");
    }
    let found = store
        .message_by_network_id(&main_line(), "wamid.2")
        .await
        .expect("read");
    assert_eq!(found, None);
    one(&store, remember("new", NOW)).await;
    assert!(key(&store, event()).await > inbox);
}

/// The second time is a repeat, also within one batch; lines do not share ids.
pub async fn an_id_is_remembered_once(open: Open<'_>) {
    let store = open();

    one(&store, remember("a", NOW)).await;

    let again = apply(&store, vec![event(), remember("a", NOW)]).await;
    assert!(is_repeat(&again));
    assert!(refs(&store, Queue::Inbox).await.is_empty());
    let twice = apply(&store, vec![remember("b", NOW), remember("b", NOW)]).await;
    assert!(is_repeat(&twice));
    one(&store, remember("b", NOW)).await;
    let elsewhere = Change::Remember {
        line: other_line(),
        id: "a".into(),
        at_ms: NOW,
    };
    one(&store, elsewhere).await;
}

/// At most 1,000 go at once, the oldest first, none that is young.
pub async fn forgetting_frees_the_oldest_thousand(open: Open<'_>) {
    let store = open();
    // The youngest first, so that the order of arrival is not the order of time.
    let ids = (0..1200)
        .rev()
        .map(|n| remember(&format!("id {n}"), NOW + n))
        .collect();
    apply(&store, ids).await.expect("applied");
    let forget = || Change::Forget {
        before_ms: NOW + 1100,
    };

    assert_eq!(one(&store, forget()).await, Outcome::Count(1000));
    assert!(is_repeat(
        &apply(&store, vec![remember("id 1000", NOW)]).await
    ));
    assert_eq!(one(&store, forget()).await, Outcome::Count(100));
    assert_eq!(one(&store, forget()).await, Outcome::Count(0));

    assert!(is_repeat(
        &apply(&store, vec![remember("id 1100", NOW)]).await
    ));
    one(&store, remember("id 999", NOW)).await;
    one(&store, remember("id 0", NOW)).await;
}

/// A new owner's token is greater, and the old one's batches leave nothing.
pub async fn an_older_owner_is_fenced_off(open: Open<'_>) {
    let store = open();
    let line = main_line();
    let under = |token| Fence {
        line: main_line(),
        token,
    };

    let first = store.take_over(&line, "node-1").await.expect("taken over");
    let mine = store
        .apply(Batch::of(vec![event()]).fenced(under(first)))
        .await;
    let second = store.take_over(&line, "node-2").await.expect("taken over");
    let late = store
        .apply(Batch::of(vec![event()]).fenced(under(first)))
        .await;
    let theirs = store
        .apply(Batch::of(vec![event()]).fenced(under(second)))
        .await;

    assert!(second > first);
    assert!(mine.is_ok());
    assert!(matches!(late, Err(StoreError::Fenced)));
    assert!(theirs.is_ok());
    assert_eq!(refs(&store, Queue::Inbox).await.len(), 2);
    // Another line has its own owner.
    let elsewhere = store
        .take_over(&other_line(), "node-1")
        .await
        .expect("taken over");
    let fence = Fence {
        line: other_line(),
        token: elsewhere,
    };
    assert!(
        store
            .apply(Batch::of(vec![event()]).fenced(fence))
            .await
            .is_ok()
    );
}

fn made(make: impl Fn(Key) -> Vec<u8> + Send + Sync + 'static) -> Change {
    Change::AppendCallback {
        line: main_line(),
        lane: Lane::new(ALICE),
        kind: "inbound_message",
        message: None,
        body: Body::FromMessageKey(Box::new(make)),
        at_ms: NOW,
    }
}

/// A notification may contain the key that the same batch gave.
pub async fn a_body_is_made_from_the_key_of_its_message(open: Open<'_>) {
    let store = open();
    keys(&store, accept(ALICE)).await;

    let named = || made(|key| format!("message {key}").into_bytes());
    let batch = vec![
        incoming(Some("wamid.1")),
        named(),
        incoming(Some("wamid.2")),
        named(),
    ];
    let applied = apply(&store, batch).await.expect("applied");

    let [
        Outcome::Key(first),
        Outcome::Key(a),
        Outcome::Key(second),
        Outcome::Key(b),
    ] = applied[..]
    else {
        panic!("four keys, not {applied:?}");
    };
    let rows = store.callbacks(vec![a, b]).await.expect("read");
    let bodies: Vec<_> = rows
        .iter()
        .map(|row| String::from_utf8_lossy(&row.body))
        .collect();
    assert_eq!(
        bodies,
        [format!("message {first}"), format!("message {second}")]
    );
}

/// Without a message, or with a function that panics, the batch fails and the store goes on.
pub async fn a_body_that_cannot_be_made_fails_its_own_batch(open: Open<'_>) {
    let store = open();

    let without = apply(&store, vec![event(), made(|_| Vec::new())]).await;
    let unmakeable = made(|key| panic!("no body for {key}, and the test expects this message"));
    let panicking = apply(&store, vec![incoming(Some("wamid.1")), unmakeable]).await;

    assert!(matches!(without, Err(StoreError::Backend(_))));
    assert!(matches!(panicking, Err(StoreError::Backend(_))));
    assert!(refs(&store, Queue::Inbox).await.is_empty());
    let found = store
        .message_by_network_id(&main_line(), "wamid.1")
        .await
        .expect("read");
    assert_eq!(found, None);
    key(&store, event()).await;
}
