//! Collecting old messages.

use super::{
    ALICE, Fresh, NOW, Open, accept, accept_on, apply, callback, event, incoming, is_conflict, key,
    keys, main_line, one, other_line, put_back, refs,
};
use crate::batch::{Body, Change, Outcome};
use crate::name::{Key, Lane, LineName};
use crate::row::{Direction, MessageState, OldMessages, Queue};

/// Younger than this is what happened at `NOW` or later.
const BEFORE: i64 = NOW + 1;

fn raise(message: Key, state: MessageState, at_ms: i64) -> Change {
    Change::Raise {
        message,
        state,
        at_ms,
    }
}

fn collect(line: LineName, messages: Vec<Key>, before_ms: i64) -> Change {
    Change::Collect {
        line,
        messages,
        before_ms,
    }
}

fn receipt(message: Key) -> Change {
    Change::AppendReceipt {
        line: main_line(),
        lane: Lane::new(ALICE),
        message,
        body: b"read".into(),
        at_ms: NOW,
        expires_ms: NOW + 1,
    }
}

fn callback_about(message: Key) -> Change {
    let Change::AppendCallback {
        line,
        lane,
        kind,
        body,
        at_ms,
        ..
    } = callback()
    else {
        unreachable!("a callback is one");
    };
    Change::AppendCallback {
        line,
        lane,
        kind,
        message: Some(message),
        body,
        at_ms,
    }
}

fn event_about(network_id: &str) -> Change {
    let Change::AppendInbox {
        line,
        lane,
        event_time_s,
        body,
        at_ms,
        ..
    } = event()
    else {
        unreachable!("an event is one");
    };
    Change::AppendInbox {
        line,
        lane,
        event_time_s,
        about: Some(network_id.into()),
        body,
        at_ms,
    }
}

/// A message that left, at `NOW`.
async fn sent(store: &Fresh, network_id: &str) -> Key {
    let (message, outbox) = keys(store, accept(ALICE)).await;
    let sent = Change::Sent {
        outbox,
        message,
        network_id: network_id.into(),
        at_ms: NOW,
    };
    one(store, sent).await;
    message
}

async fn old(store: &Fresh) -> OldMessages {
    store
        .old_messages(&main_line(), 0, BEFORE, 1000)
        .await
        .expect("read")
}

/// Collects some messages whatever their age; those that went, which is what a look had found.
async fn collected(store: &Fresh, messages: &[Key]) -> Vec<Key> {
    let mut found = old(store).await.keys;
    found.retain(|key| messages.contains(key));
    let outcome = one(store, collect(main_line(), messages.to_vec(), i64::MAX)).await;
    let mut gone = Vec::new();
    for key in messages {
        if !exists(store, *key).await {
            gone.push(*key);
        }
    }
    assert_eq!(gone, found);
    assert_eq!(outcome, Outcome::Count(gone.len().try_into().expect("few")));
    gone
}

async fn exists(store: &Fresh, message: Key) -> bool {
    store.message(message).await.expect("read").is_some()
}

/// Every state that a message can rest in; what is outgoing and has not left never is old.
pub async fn old_messages_are_found_and_collected(open: Open<'_>) {
    let store = open();
    let mut at_rest = Vec::new();
    for state in [
        MessageState::Sent,
        MessageState::Failed,
        MessageState::Delivered,
        MessageState::Read,
    ] {
        let message = sent(&store, &format!("wamid.{state:?}")).await;
        one(&store, raise(message, state, NOW)).await;
        at_rest.push(message);
    }
    let failed_at_once = key(
        &store,
        Change::Message {
            line: main_line(),
            direction: Direction::Outgoing,
            wa_id: ALICE.into(),
            network_id: None,
            kind: "text".into(),
            at_ms: NOW,
        },
    )
    .await;
    let unread = key(&store, incoming(Some("wamid.in"))).await;
    at_rest.push(unread);

    assert_eq!(
        old(&store).await,
        OldMessages {
            keys: at_rest.clone(),
            next: None
        }
    );
    let nothing = store
        .old_messages(&main_line(), 0, NOW, 1000)
        .await
        .expect("read");
    assert!(nothing.keys.is_empty(), "all of this very millisecond");

    let mut asked_for = at_rest.clone();
    asked_for.extend([failed_at_once, 999]);
    assert_eq!(
        one(&store, collect(main_line(), asked_for, BEFORE)).await,
        Outcome::Count(5)
    );

    for message in at_rest {
        assert!(!exists(&store, message).await);
    }
    assert!(exists(&store, failed_at_once).await, "not at the network");
    assert_eq!(old(&store).await, OldMessages::default());
}

/// What is on its way out, whatever its state says.
pub async fn what_is_in_the_outbox_is_never_collected(open: Open<'_>) {
    let store = open();
    let (accepted, _) = keys(&store, accept(ALICE)).await;
    let (claimed, outbox) = keys(&store, accept(ALICE)).await;
    let token = store.take_over(&main_line(), "node").await.expect("taken");
    one(&store, Change::Claim { outbox, token }).await;
    // A status overtook the answer: the state says that it left, its row is still there.
    let (overtaken, last) = keys(&store, accept(ALICE)).await;
    one(&store, raise(overtaken, MessageState::Delivered, NOW)).await;
    let read = key(&store, incoming(Some("wamid.read"))).await;
    let receipt = key(&store, receipt(read)).await;
    let all = [accepted, claimed, overtaken, read];

    assert!(collected(&store, &all).await.is_empty());

    one(&store, Change::FinishOutbox { outbox: receipt }).await;
    one(&store, Change::FinishOutbox { outbox: last }).await;
    assert_eq!(collected(&store, &all).await, [overtaken, read]);
    assert!(store.check().await.expect("checked").is_empty());
}

/// An event that waits names it by the network's id.
pub async fn what_an_event_names_is_never_collected(open: Open<'_>) {
    let store = open();
    let named = sent(&store, "wamid.named").await;
    let naming = key(&store, event_about("wamid.named")).await;
    let unnamed = key(&store, incoming(None)).await;
    one(&store, event()).await;

    assert_eq!(
        collected(&store, &[named, unnamed]).await,
        [unnamed],
        "an event about nothing holds nothing"
    );

    let row = store.inbox(vec![naming]).await.expect("read");
    assert_eq!(row[0].about.as_deref(), Some("wamid.named"));
    one(&store, Change::FinishInbox { inbox: naming }).await;
    assert_eq!(collected(&store, &[named]).await, [named]);
}

/// A notification that was not delivered yet, of a message that is new with it or of an older one.
pub async fn what_a_notification_tells_of_is_never_collected(open: Open<'_>) {
    let store = open();
    let told = sent(&store, "wamid.told").await;
    let telling = key(&store, callback_about(told)).await;
    let from_key = Body::FromMessageKey(Box::new(|key| key.to_string().into_bytes()));
    let inbound = Change::AppendCallback {
        line: main_line(),
        lane: Lane::new(ALICE),
        kind: "inbound_message",
        message: None,
        body: from_key,
        at_ms: NOW,
    };
    let applied = apply(&store, vec![incoming(Some("wamid.new")), inbound])
        .await
        .expect("applied");
    let [Outcome::Key(new), Outcome::Key(new_telling)] = applied[..] else {
        panic!("two keys, not {applied:?}");
    };
    one(&store, callback()).await;

    assert!(collected(&store, &[told, new]).await.is_empty());

    let rows = store
        .callbacks(vec![telling, new_telling])
        .await
        .expect("read");
    assert_eq!(
        rows.iter().map(|row| row.message).collect::<Vec<_>>(),
        [Some(told), Some(new)]
    );
    one(&store, put_back(Queue::Callbacks, telling)).await;
    one(
        &store,
        Change::FinishCallback {
            callback: new_telling,
        },
    )
    .await;
    assert_eq!(collected(&store, &[told, new]).await, [new]);
    one(&store, Change::FinishCallback { callback: telling }).await;
    assert_eq!(collected(&store, &[told]).await, [told]);
}

/// Found to be old, and something happened before they were taken out.
pub async fn what_became_young_or_pending_meanwhile_stays(open: Open<'_>) {
    let store = open();
    let risen = sent(&store, "wamid.1").await;
    let confirmed = sent(&store, "wamid.2").await;
    let receipted = key(&store, incoming(Some("wamid.3"))).await;
    let named = sent(&store, "wamid.4").await;
    let idle = sent(&store, "wamid.5").await;
    let found = old(&store).await;
    assert_eq!(found.keys, [risen, confirmed, receipted, named, idle]);

    one(&store, raise(risen, MessageState::Read, NOW + 1)).await;
    let again = Change::Sent {
        outbox: 999,
        message: confirmed,
        network_id: "wamid.2".into(),
        at_ms: NOW + 1,
    };
    one(&store, again).await;
    one(&store, receipt(receipted)).await;
    one(&store, event_about("wamid.4")).await;
    one(&store, raise(idle, MessageState::Sent, NOW + 1)).await;

    assert_eq!(
        one(&store, collect(main_line(), found.keys, BEFORE)).await,
        Outcome::Count(1)
    );
    let row = store.message(risen).await.expect("read").expect("it stays");
    assert_eq!((row.created_ms, row.changed_ms), (NOW, NOW + 1));
    assert!(!exists(&store, idle).await, "nothing happened to it");
}

/// Each read looks at so many, whether they are old or not.
pub async fn an_index_is_looked_through_page_by_page(open: Open<'_>) {
    let store = open();
    let mut expected = Vec::new();
    for number in 0..7 {
        if number % 3 == 0 {
            keys(&store, accept(ALICE)).await;
        } else {
            expected.push(sent(&store, &format!("wamid.{number}")).await);
        }
    }

    let (mut found, mut after, mut pages) = (Vec::new(), 0, 0);
    loop {
        let page = store
            .old_messages(&main_line(), after, BEFORE, 2)
            .await
            .expect("read");
        assert!(page.keys.len() <= 2);
        found.extend(page.keys);
        pages += 1;
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }

    assert_eq!((found, pages), (expected, 4));
}

/// A line's collection sees nothing of another line.
pub async fn lines_are_collected_apart(open: Open<'_>) {
    let store = open();
    let (message, outbox) = keys(&store, accept_on(other_line(), ALICE, "body")).await;
    let gone = Change::Sent {
        outbox,
        message,
        network_id: "wamid.1".into(),
        at_ms: NOW,
    };
    one(&store, gone).await;
    // The same id on the other line is another message.
    one(&store, event_about("wamid.1")).await;

    assert_eq!(old(&store).await, OldMessages::default());
    assert_eq!(
        one(&store, collect(main_line(), vec![message], BEFORE)).await,
        Outcome::Count(0)
    );
    assert_eq!(
        one(&store, collect(other_line(), vec![message], BEFORE)).await,
        Outcome::Count(1)
    );
}

/// It is found by nothing any more; its key is never given again.
pub async fn a_collected_message_leaves_its_network_id_free(open: Open<'_>) {
    let store = open();
    let message = sent(&store, "wamid.1").await;
    one(&store, collect(main_line(), vec![message], BEFORE)).await;

    let found = store
        .message_by_network_id(&main_line(), "wamid.1")
        .await
        .expect("read");
    assert_eq!(found, None);
    // What comes too late for it is no error.
    one(&store, raise(message, MessageState::Read, NOW)).await;

    assert!(key(&store, incoming(Some("wamid.1"))).await > message);
}

/// Else the whole batch is refused.
pub async fn a_message_that_has_to_be_there_is_required(open: Open<'_>) {
    let store = open();
    let message = key(&store, incoming(Some("wamid.1"))).await;
    let require = |message| Change::Require { message };

    apply(&store, vec![require(message), receipt(message)])
        .await
        .expect("applied");
    let refused = apply(&store, vec![receipt(message), require(999)]).await;

    assert!(is_conflict(&refused));
    let queue = refs(&store, Queue::Outbox).await;
    assert_eq!(queue.len(), 1);
}
