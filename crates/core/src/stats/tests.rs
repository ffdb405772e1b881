//! The pages of a line whose core does not run.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use store::{Batch, Change, Direction, Lane, LineName, MessageState, clock};

use super::Meter;
use crate::line::{Line, LineState, Step};
use crate::link::fake;
use crate::record;

const CUSTOMER: &str = "12025550143";

/// The value of a series, found by its label values; null when there is none.
fn value(page: &meter::Page, name: &str, labels: &[&str]) -> Value {
    let json = serde_json::to_value(page).unwrap();
    let has = |sample: &&Value| {
        let found = sample["labels"].as_object().unwrap();
        found.len() == labels.len()
            && labels
                .iter()
                .all(|label| found.values().any(|v| v == label))
    };
    let data = json[name]["data"].as_array().unwrap();
    data.iter()
        .find(has)
        .map_or(Value::Null, |sample| sample["value"].clone())
}

async fn apply(line: &Line, changes: Vec<Change>) {
    line.store().apply(Batch::of(changes)).await.unwrap();
}

fn accept(kind: &str, at_ms: i64) -> Change {
    Change::Accept {
        line: LineName::main(),
        lane: Lane::new(CUSTOMER),
        wa_id: CUSTOMER.into(),
        kind: kind.into(),
        body: Vec::new(),
        opaque: None,
        at_ms,
        expires_ms: at_ms + 60_000,
    }
}

fn incoming(kind: &str) -> Change {
    Change::Message {
        line: LineName::main(),
        direction: Direction::Incoming,
        wa_id: CUSTOMER.into(),
        network_id: None,
        kind: kind.into(),
        at_ms: 1,
    }
}

#[tokio::test]
async fn the_store_is_counted_by_type_state_and_kind() {
    let (line, _dir) = fake::line().await;
    apply(
        &line,
        vec![
            accept("text", 1),
            accept("text", 1),
            accept("template", 1),
            incoming("text"),
            incoming("something the network has made up"),
        ],
    )
    .await;
    for (message, state) in [(1, MessageState::Delivered), (3, MessageState::Read)] {
        let at_ms = 1;
        apply(
            &line,
            vec![Change::Raise {
                message,
                state,
                at_ms,
            }],
        )
        .await;
    }
    let media = record::Media {
        content_type: "image/png".into(),
        bytes: 7_000,
        sha256: String::new(),
        created_ms: 1,
        upstream_id: None,
        upstream_until_ms: 0,
        detected: onprem::media::Detected::default(),
        used_ms: 0,
    };
    for name in ["a", "b"] {
        let name_of_line = &line.config.name;
        line.records.save(name_of_line, name, &media).await.unwrap();
    }
    let contact = record::Contact::default();
    let saved = line.records.save(&line.config.name, CUSTOMER, &contact);
    saved.await.unwrap();

    let page = line.db_stats(true).await.unwrap();

    for (name, labels, expected) in [
        ("db_messages", &["text"][..], 3),
        ("db_messages", &["template"], 1),
        ("db_messages", &["undefined"], 1),
        ("db_messages", &["video"], 0),
        ("db_message_receipts", &[], 2),
        ("db_contacts", &["whatsapp_user"], 1),
        ("db_contacts", &["non_whatsapp_user"], 0),
        ("db_pending_messages", &[], 3),
        ("db_pending_callbacks", &[], 0),
        ("landline_db_messages", &["outgoing", "read"], 1),
        ("landline_db_messages", &["outgoing", "accepted"], 1),
        ("landline_db_messages", &["incoming", "accepted"], 2),
        ("landline_db_records", &["media"], 2),
        ("landline_db_records", &["users"], 1),
        ("landline_db_media_bytes", &[], 14_000),
        ("landline_db_schema_version", &[], 1),
    ] {
        assert_eq!(value(&page, name, labels), expected, "{name} {labels:?}");
    }
    let public = serde_json::to_value(line.db_stats(false).await.unwrap()).unwrap();
    assert_eq!(public.as_object().unwrap().len(), 5, "{public}");
}

#[tokio::test]
async fn a_store_of_many_slices_is_counted_whole() {
    let (line, _dir) = fake::line().await;
    for _ in 0..12 {
        let thousand = (0..1_000).map(|_| incoming("text")).collect();
        apply(&line, thousand).await;
    }

    let counts = super::census::take(&line).await.unwrap();

    assert_eq!(counts.types.get("text"), Some(&12_000));
}

#[tokio::test]
async fn queues_tell_their_length_and_how_long_the_oldest_waits() {
    let (line, _dir) = fake::line().await;
    let now_ms = clock::now_ms();
    apply(
        &line,
        vec![accept("text", now_ms - 90_000), accept("text", now_ms)],
    )
    .await;

    let page = line.app_stats(true).await;

    assert_eq!(value(&page, "landline_queue_rows", &["outbox"]), 2);
    assert_eq!(value(&page, "landline_queue_rows", &["inbox"]), 0);
    let oldest = value(&page, "landline_queue_oldest_seconds", &["outbox"]);
    let oldest = oldest.as_f64().unwrap();
    assert!((90.0..120.0).contains(&oldest), "{oldest}");
    assert_eq!(
        value(&page, "landline_queue_oldest_seconds", &["callbacks"]),
        0.0
    );
}

#[tokio::test]
async fn the_connection_is_told_by_state_and_step() {
    let (line, _dir) = fake::line().await;
    let page = line.app_stats(true).await;
    assert_eq!(value(&page, "gateway_state", &["unregistered"]), 1);
    assert_eq!(value(&page, "gateway_state", &["connected"]), 0);

    line.set_state(LineState::Starting(Step::Offline {
        processed: 7,
        left: 2,
    }));
    let page = line.app_stats(true).await;

    assert_eq!(value(&page, "gateway_state", &["connecting"]), 1);
    assert_eq!(value(&page, "landline_ready", &[]), 0);
    assert_eq!(value(&page, "landline_startup_step", &["offline"]), 1);
    assert_eq!(value(&page, "landline_startup_step", &["templates"]), 0);
    assert_eq!(value(&page, "landline_offline_messages", &["left"]), 2);
    assert_eq!(value(&page, "landline_offline_messages", &["processed"]), 7);
    let support = serde_json::to_value(line.support().await.unwrap()).unwrap();
    assert_eq!(support["socket_conn"], "UP receiving offline");
    assert_eq!(
        support["landline"]["connection"]["step"],
        serde_json::json!({"name": "offline", "processed": 7, "left": 2})
    );

    line.set_state(LineState::Ready);
    let page = line.app_stats(false).await;
    assert_eq!(value(&page, "landline_ready", &[]), 1);
}

#[tokio::test]
async fn a_store_that_is_closed_is_a_refusal_and_no_hang() {
    let (line, _dir) = fake::line().await;
    line.store().close().await;

    let refusal = line.db_stats(false).await.unwrap_err();

    assert_eq!(refusal.status, 503);
    assert!(line.support().await.is_err());
    // What is counted in memory is told all the same.
    let page = line.app_stats(true).await;
    assert_eq!(value(&page, "callback_queue_size", &[]), 0);
    assert!(value(&page, "db_queries", &["failure"]).as_u64() > Some(0));
    assert_eq!(
        value(&page, "landline_queue_rows", &["outbox"]),
        Value::Null
    );
}

#[tokio::test]
async fn what_a_stranger_may_call_things_never_becomes_a_label() {
    let meter = Meter::new();

    for number in 0..500 {
        meter.note_incoming(&format!("type{number}"));
        meter.note_status(&format!("status{number}"));
        meter.note_outgoing(&format!("type{number}"), "success");
    }

    assert_eq!(meter.incoming.all().len(), 1);
    assert_eq!(meter.statuses.all().len(), 1);
    assert_eq!(meter.outgoing.all().len(), 1);
}

#[tokio::test]
async fn posts_are_told_by_type_and_result() {
    let (line, _dir) = fake::line().await;
    let post = |kind, result, ms| {
        line.meter
            .note_post(kind, result, Duration::from_millis(ms));
    };
    post("inbound_message", "success", 10);
    post("inbound_message", "success", 20);
    post("status_change", "301", 5);
    post("status_change", "7", 1);

    let page = Arc::clone(&line).app_stats(true).await;

    let count = |labels: &[&str]| value(&page, "callback_requests", labels);
    assert_eq!(count(&["inbound_message", "success"]), 2);
    assert_eq!(count(&["status_change", "301"]), 1);
    assert_eq!(count(&["status_change", "7"]), 1);
    let labels = &["inbound_message", "success"];
    let sum = value(&page, "callback_requests_duration_ms_sum", labels);
    assert_eq!(sum, 30);
    let buckets = &["inbound_message", "0.01"];
    let bucket = value(&page, "landline_webhook_request_seconds_bucket", buckets);
    assert_eq!(bucket, 1);
}
