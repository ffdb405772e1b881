//! The message index.

use super::{
    ALICE, BOB, NOW, Open, accept, accept_on, apply, incoming, is_conflict, key, keys, main_line,
    one, other_line, outbox_row,
};
use crate::batch::{Change, Outcome};
use crate::row::{Direction, MessageRow, MessageState};

fn sent(outbox: i64, message: i64, network_id: &str) -> Change {
    Change::Sent {
        outbox,
        message,
        network_id: network_id.into(),
        at_ms: NOW,
    }
}

/// From every state to every state: the higher one stays.
pub async fn states_only_rise(open: Open<'_>) {
    let store = open();
    for from in MessageState::ALL {
        for to in MessageState::ALL {
            let (message, _) = keys(&store, accept(ALICE)).await;
            let raise = |state| Change::Raise {
                message,
                state,
                at_ms: NOW,
            };

            let applied = apply(&store, vec![raise(from), raise(to)])
                .await
                .expect("applied");

            assert_eq!(applied, [Outcome::Done, Outcome::Done]);
            let row = store
                .message(message)
                .await
                .expect("read")
                .expect("the message");
            assert_eq!(row.state, from.max(to), "{from:?}, then {to:?}");
        }
    }
    let nobody = Change::Raise {
        message: 999_999,
        state: MessageState::Read,
        at_ms: NOW,
    };
    assert_eq!(one(&store, nobody).await, Outcome::Done);
}

/// The hop *sent*.
pub async fn a_sent_message_leaves_the_outbox_and_is_found_by_its_network_id(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept(ALICE)).await;

    assert_eq!(
        one(&store, sent(outbox, message, "wamid.1")).await,
        Outcome::Done
    );

    assert_eq!(outbox_row(&store, outbox).await, None);
    assert_eq!(store.outbox_of(message).await.expect("read"), None);
    let row = store
        .message(message)
        .await
        .expect("read")
        .expect("the message");
    assert_eq!(row.network_id.as_deref(), Some("wamid.1"));
    assert_eq!(row.state, MessageState::Sent);
    let found = store
        .message_by_network_id(&main_line(), "wamid.1")
        .await
        .expect("read");
    assert_eq!(found, Some(row));
    for (line, id) in [(main_line(), "wamid.2"), (other_line(), "wamid.1")] {
        assert_eq!(
            store.message_by_network_id(&line, id).await.expect("read"),
            None
        );
    }
}

/// A status may overtake the answer: then the row is gone and the state is higher.
pub async fn sent_needs_no_outbox_row(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept(ALICE)).await;
    let state = MessageState::Delivered;
    let overtaking = vec![
        sent(outbox, message, "wamid.1"),
        Change::Raise {
            message,
            state,
            at_ms: NOW,
        },
    ];
    apply(&store, overtaking).await.expect("applied");

    assert_eq!(
        one(&store, sent(outbox, message, "wamid.1")).await,
        Outcome::Done
    );

    let row = store
        .message(message)
        .await
        .expect("read")
        .expect("the message");
    assert_eq!(row.state, state);
    assert_eq!(row.network_id.as_deref(), Some("wamid.1"));
}

/// The first message keeps the id; another line may have the same.
pub async fn a_network_id_names_one_message_of_a_line(open: Open<'_>) {
    let store = open();
    let (first, first_outbox) = keys(&store, accept(ALICE)).await;
    let (second, second_outbox) = keys(&store, accept(BOB)).await;
    let (elsewhere, elsewhere_outbox) = keys(&store, accept_on(other_line(), BOB, "body")).await;
    one(&store, sent(first_outbox, first, "wamid.1")).await;

    let twice = apply(&store, vec![sent(second_outbox, second, "wamid.1")]).await;
    let inbound = apply(&store, vec![incoming(Some("wamid.1"))]).await;
    one(&store, sent(elsewhere_outbox, elsewhere, "wamid.1")).await;

    assert!(is_conflict(&twice));
    assert!(is_conflict(&inbound));
    assert!(
        outbox_row(&store, second_outbox).await.is_some(),
        "nothing was applied"
    );
    for (line, key) in [(main_line(), first), (other_line(), elsewhere)] {
        let found = store
            .message_by_network_id(&line, "wamid.1")
            .await
            .expect("read");
        assert_eq!(found.map(|row| row.key), Some(key));
    }
}

/// Sent again after an unknown outcome: the id that is known stays.
pub async fn a_message_keeps_its_first_network_id(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept(ALICE)).await;

    one(&store, sent(outbox, message, "wamid.1")).await;
    one(&store, sent(outbox, message, "wamid.2")).await;

    let found = store
        .message_by_network_id(&main_line(), "wamid.1")
        .await
        .expect("read");
    assert_eq!(found.map(|row| row.key), Some(message));
    assert_eq!(
        store
            .message_by_network_id(&main_line(), "wamid.2")
            .await
            .expect("read"),
        None
    );
}

/// Inbound messages are in the index only.
pub async fn an_inbound_message_is_in_the_index(open: Open<'_>) {
    let store = open();

    let message = key(&store, incoming(Some("wamid.1"))).await;
    key(&store, incoming(None)).await;
    key(&store, incoming(None)).await;

    let row = MessageRow {
        key: message,
        line: main_line(),
        direction: Direction::Incoming,
        wa_id: ALICE.into(),
        network_id: Some("wamid.1".into()),
        kind: "text".into(),
        state: MessageState::Accepted,
        created_ms: NOW,
        changed_ms: NOW,
        opaque: None,
    };
    assert_eq!(
        store.message(message).await.expect("read"),
        Some(row.clone())
    );
    let found = store
        .message_by_network_id(&main_line(), "wamid.1")
        .await
        .expect("read");
    assert_eq!(found, Some(row));
    assert_eq!(store.outbox_of(message).await.expect("read"), None);
}

/// Whatever its direction and line.
pub async fn the_newest_message_has_the_greatest_key(open: Open<'_>) {
    let store = open();
    assert_eq!(store.newest_message().await.expect("read"), 0);

    let (first, _) = keys(&store, accept(ALICE)).await;
    assert_eq!(store.newest_message().await.expect("read"), first);

    let inbound = key(&store, incoming(Some("wamid.1"))).await;
    assert_eq!(store.newest_message().await.expect("read"), inbound);

    let (other, _) = keys(&store, accept_on(other_line(), BOB, "x")).await;
    assert_eq!(store.newest_message().await.expect("read"), other);
    assert!(first < inbound && inbound < other);
}
