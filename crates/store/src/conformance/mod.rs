//! The tests that every backend passes: each is an async function that is given a way to open empty stores.
//!
//! `store::conformance!(open)` makes one test of each, where `open` is a `Fn() -> Fresh`.

mod batch;
mod caller;
mod collect;
mod count;
mod message;
mod queue;
mod record;

use std::any::Any;
use std::fmt;
use std::ops::Deref;

pub use self::batch::*;
pub use self::caller::*;
pub use self::collect::*;
pub use self::count::*;
pub use self::message::*;
pub use self::queue::*;
pub use self::record::*;
use crate::batch::{Batch, Body, Change, Outcome};
use crate::name::{Key, Lane, LineName};
use crate::row::{Direction, OutboxRow, Queue, Ref};
use crate::{SharedStore, Store, StoreError};

/// An empty store, with what has to live as long as it does (a temporary folder).
pub struct Fresh {
    store: SharedStore,
    _keep: Box<dyn Any>,
}

impl Fresh {
    /// A store and what it stands on.
    pub fn new(store: SharedStore, keep: impl Any) -> Self {
        Self {
            store,
            _keep: Box::new(keep),
        }
    }

    /// The store, to hand on.
    pub fn shared(&self) -> SharedStore {
        SharedStore::clone(&self.store)
    }
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an empty store")
    }
}

impl Deref for Fresh {
    type Target = dyn Store;

    fn deref(&self) -> &dyn Store {
        &*self.store
    }
}

/// Opens empty stores.
pub type Open<'a> = &'a dyn Fn() -> Fresh;

/// Makes a test of every case, for stores that `$open` opens.
#[macro_export]
macro_rules! conformance {
    ($open:expr) => {
        $crate::conformance! { @tests $open =>
            // queues
            an_accepted_message_is_in_the_index_and_in_the_outbox
            a_receipt_is_in_the_outbox
            an_event_is_in_the_inbox
            a_notification_is_in_the_callbacks
            strays_come_oldest_first
            strays_go_once_or_by_age
            keys_rise_and_are_never_used_again
            taking_pages_through_a_queue_in_key_order
            rows_come_in_the_order_asked_for
            a_claim_marks_the_row_and_counts_the_try
            a_claim_of_an_older_owner_is_refused
            finishing_twice_is_an_error_in_the_inbox_only
            a_row_that_is_put_back_waits
            putting_back_drops_the_claim
            putting_back_sets_aside
            putting_back_what_is_gone_is_refused
            // messages
            states_only_rise
            a_sent_message_leaves_the_outbox_and_is_found_by_its_network_id
            sent_needs_no_outbox_row
            a_network_id_names_one_message_of_a_line
            a_message_keeps_its_first_network_id
            an_inbound_message_is_in_the_index
            the_newest_message_has_the_greatest_key
            a_message_that_has_to_be_there_is_required
            // collecting
            old_messages_are_found_and_collected
            what_is_in_the_outbox_is_never_collected
            what_an_event_names_is_never_collected
            what_a_notification_tells_of_is_never_collected
            what_became_young_or_pending_meanwhile_stays
            an_index_is_looked_through_page_by_page
            lines_are_collected_apart
            a_collected_message_leaves_its_network_id_free
            // batches
            an_empty_batch_is_applied
            outcomes_come_in_the_order_of_the_changes
            a_refused_batch_leaves_nothing
            an_id_is_remembered_once
            forgetting_frees_the_oldest_thousand
            an_older_owner_is_fenced_off
            a_body_is_made_from_the_key_of_its_message
            a_body_that_cannot_be_made_fails_its_own_batch
            // callers
            the_doorbell_rings_for_what_can_be_taken
            many_callers_at_once_get_different_rising_keys
            a_refused_batch_among_many_is_answered_alone
            a_closed_store_says_so
            a_sound_store_has_no_findings
            an_outbox_row_without_a_message_is_found
            // counts
            messages_are_counted_slice_by_slice
            records_are_counted_slice_by_slice
            a_store_knows_what_it_is
            what_is_asked_is_counted
            // records
            a_record_is_written_and_replaced
            a_record_is_created_once
            a_deleted_record_is_gone
            a_record_that_was_written_again_is_not_deleted
            records_come_in_order_of_their_names
            typed_records_come_back
            sealed_records_open_at_their_place_only
            a_record_of_another_shape_is_damaged
        }
    };
    (@tests $open:expr => $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                $crate::conformance::$case(&$open).await;
            }
        )*
    };
}

const NOW: i64 = 1_760_000_000_000;
const ALICE: &str = "12025550143";
const BOB: &str = "12025550144";

fn main_line() -> LineName {
    LineName::main()
}

fn other_line() -> LineName {
    LineName::new("other").expect("a line's name")
}

fn accept_on(line: LineName, customer: &str, body: &str) -> Change {
    Change::Accept {
        line,
        lane: Lane::new(customer),
        wa_id: customer.into(),
        kind: "text".into(),
        body: body.into(),
        opaque: None,
        at_ms: NOW,
        expires_ms: NOW + 60_000,
    }
}

fn accept(customer: &str) -> Change {
    accept_on(main_line(), customer, "body")
}

fn event_on(line: LineName, body: &str) -> Change {
    Change::AppendInbox {
        line,
        lane: Lane::new(ALICE),
        event_time_s: 1_760_000_000,
        about: None,
        body: body.into(),
        at_ms: NOW,
    }
}

fn event() -> Change {
    event_on(main_line(), "event")
}

fn callback_on(line: LineName, body: &str) -> Change {
    Change::AppendCallback {
        line,
        lane: Lane::new(ALICE),
        kind: "status_change",
        message: None,
        body: Body::Bytes(body.into()),
        at_ms: NOW,
    }
}

fn callback() -> Change {
    callback_on(main_line(), "notification")
}

fn stray(body: &str) -> Change {
    Change::AppendStray {
        phone_number_id: "1009".into(),
        body: body.into(),
        at_ms: NOW,
    }
}

fn incoming(network_id: Option<&str>) -> Change {
    Change::Message {
        line: main_line(),
        direction: Direction::Incoming,
        wa_id: ALICE.into(),
        network_id: network_id.map(Into::into),
        kind: "text".into(),
        at_ms: NOW,
    }
}

fn remember(id: &str, at_ms: i64) -> Change {
    Change::Remember {
        line: main_line(),
        id: id.into(),
        at_ms,
    }
}

fn put_back(queue: Queue, key: Key) -> Change {
    Change::PutBack {
        queue,
        key,
        due_ms: NOW + 5,
        attempts: 3,
        set_aside: queue == Queue::Callbacks,
    }
}

fn create(name: &str) -> Change {
    Change::Create {
        line: main_line(),
        kind: "thing",
        name: name.into(),
        value: b"value".into(),
    }
}

async fn apply(store: &Fresh, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
    store.apply(Batch::of(changes)).await
}

/// Applies one change that must not be refused.
async fn one(store: &Fresh, change: Change) -> Outcome {
    let applied = apply(store, vec![change]).await.expect("applied");
    let [outcome] = applied[..] else {
        panic!("one outcome for one change, not {applied:?}");
    };
    outcome
}

/// The key of what a change added.
async fn key(store: &Fresh, change: Change) -> Key {
    match one(store, change).await {
        Outcome::Key(key) => key,
        other => panic!("a key, not {other:?}"),
    }
}

/// The keys of what was accepted: message, outbox row.
async fn keys(store: &Fresh, change: Change) -> (Key, Key) {
    match one(store, change).await {
        Outcome::Accepted { message, outbox } => (message, outbox),
        other => panic!("two keys, not {other:?}"),
    }
}

async fn refs(store: &Fresh, queue: Queue) -> Vec<Ref> {
    store
        .take(queue, &main_line(), 0, 10_000)
        .await
        .expect("taken")
}

async fn outbox_row(store: &Fresh, key: Key) -> Option<OutboxRow> {
    store.outbox(vec![key]).await.expect("read").pop()
}

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

fn is_repeat<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Repeat))
}
