//! Collections of a whole line: what goes, what stays, what is told.

use std::convert::Infallible;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use onprem::Refusal;
use onprem::sticker::{Pack, Sticker};
use serde_json::{Value, json};
use store::{Direction, Key, MessageState, Outcome, Queue};
use tokio::task::JoinHandle;

use super::*;
use crate::link::fake;

const LONG_AGO_MS: i64 = 31 * DAY_MS;

async fn apply(line: &Line, changes: Vec<Change>) -> Vec<Outcome> {
    line.store().apply(Batch::of(changes)).await.unwrap()
}

/// A customer's message that the webhook knows since `at_ms`.
async fn received(line: &Line, network_id: &str, at_ms: i64) -> Key {
    let message = Change::Message {
        line: line.config.name.clone(),
        direction: Direction::Incoming,
        wa_id: "12025550143".to_owned(),
        network_id: Some(network_id.to_owned()),
        kind: "text".to_owned(),
        at_ms,
    };
    let [Outcome::Key(key)] = apply(line, vec![message]).await[..] else {
        panic!("a key")
    };
    key
}

async fn is_there(line: &Line, message: Key) -> bool {
    line.store().message(message).await.unwrap().is_some()
}

/// A file that was uploaded `age_ms` ago; its id.
async fn uploaded(line: &Line, age_ms: i64) -> String {
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"content"))]);
    let id = line
        .upload_media("text/plain".to_owned(), body)
        .await
        .unwrap();
    let (_, mut record) = line.media_record(&id).await.unwrap().unwrap();
    record.created_ms -= age_ms;
    record.used_ms -= age_ms;
    line.records
        .save(&line.config.name, &id, &record)
        .await
        .unwrap();
    id
}

/// The ids that have a record, and those that have a file.
async fn kept(line: &Line) -> (Vec<String>, Vec<String>) {
    let records = line.records.list::<record::Media>(&line.config.name);
    let records = records.await.unwrap().into_iter().map(|(id, _)| id);
    let files = std::fs::read_dir(&line.config.media_dir).unwrap();
    let mut files: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    (records.collect(), files)
}

fn sorted<const N: usize>(ids: [&String; N]) -> Vec<String> {
    let mut ids = ids.map(String::clone).to_vec();
    ids.sort();
    ids
}

async fn with_webhook(line: &Line) {
    line.patch_settings(br#"{"webhooks": {"url": "https://crm.example/hook"}}"#)
        .await
        .unwrap();
}

/// The notifications that wait.
async fn notifications(line: &Line) -> Vec<Value> {
    let rows = line
        .store()
        .take(Queue::Callbacks, &line.config.name, 0, 100)
        .await
        .unwrap();
    let keys = rows.iter().map(|row| row.key).collect();
    let rows = line.store().callbacks(keys).await.unwrap();
    rows.iter()
        .map(|row| {
            assert_eq!((&*row.kind, row.lane.as_str()), ("service", ""));
            serde_json::from_slice(&row.body).unwrap()
        })
        .collect()
}

/// The collectors of a core, as the housekeeping runs them.
fn core(line: &Arc<Line>) -> JoinHandle<()> {
    let line = line.clone();
    tokio::spawn(async move {
        let token = line.store().take_over(&line.config.name, "node").await;
        let fence = Fence {
            line: line.config.name.clone(),
            token: token.unwrap(),
        };
        let _presence = line.signals.doors.open();
        tokio::join!(
            run(&line, &fence, Subject::Messages),
            run(&line, &fence, Subject::Media)
        );
    })
}

/// Lets others go on until something is so.
async fn until(line: &Line, what: &str, fact: impl AsyncFn(&Line) -> bool) {
    let patience = tokio::time::timeout(Duration::from_mins(1), async {
        while !fact(line).await {
            sleep(Duration::from_millis(1)).await;
        }
    });
    assert!(patience.await.is_ok(), "{what}");
}

async fn is_told(line: &Line) -> bool {
    !notifications(line).await.is_empty()
}

#[tokio::test]
async fn nothing_is_collected_by_a_core_that_does_not_run() {
    let (line, _dir) = fake::line().await;

    let refusal = line
        .ask_for_collection(Subject::Messages)
        .await
        .unwrap_err();

    assert_eq!((refusal.status, refusal.code), (500, Code::INTERNAL));
    assert_eq!(
        refusal.details,
        "the collector cannot be started: the core is stopped"
    );
    let asked = line.records.list::<record::Collection>(&line.config.name);
    assert!(asked.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn old_messages_go_and_the_end_is_told_once() {
    let (line, _dir) = fake::line().await;
    with_webhook(&line).await;
    let now_ms = clock::now_ms();
    let mut old = Vec::new();
    for number in 0..250 {
        old.push(received(&line, &format!("wamid.{number}"), now_ms - LONG_AGO_MS).await);
    }
    let young = received(&line, "wamid.young", now_ms - KEPT_MS + DAY_MS).await;
    let core = core(&line);
    until(&line, "the core runs", async |line| {
        line.signals.doors.is_open()
    })
    .await;

    // Asked for twice, and done once.
    line.ask_for_collection(Subject::Messages).await.unwrap();
    line.ask_for_collection(Subject::Messages).await.unwrap();
    until(&line, "told", is_told).await;

    for message in old {
        assert!(!is_there(&line, message).await);
    }
    assert!(is_there(&line, young).await);
    insta::assert_json_snapshot!(notifications(&line).await, @r#"
    [
      {
        "services": [
          {
            "message": {
              "gc": {
                "messages_deleted": 250,
                "status": "complete"
              }
            }
          }
        ]
      }
    ]
    "#);

    // After its end another one can be asked for.
    line.ask_for_collection(Subject::Messages).await.unwrap();
    until(&line, "told again", async |line| {
        notifications(line).await.len() == 2
    })
    .await;
    assert_eq!(
        notifications(&line).await[1]["services"][0]["message"]["gc"],
        json!({"messages_deleted": 0, "status": "complete"})
    );
    core.abort();
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_is_done_after_a_restart() {
    let (line, _dir) = fake::line().await;
    with_webhook(&line).await;
    let old = received(&line, "wamid.1", clock::now_ms() - LONG_AGO_MS).await;
    {
        let _presence = line.signals.doors.open();
        line.ask_for_collection(Subject::Messages).await.unwrap();
        // Killed before it began.
    }
    line.ask_for_collection(Subject::Messages)
        .await
        .expect_err("the core is stopped");

    let core = core(&line);

    until(&line, "told", is_told).await;
    assert!(!is_there(&line, old).await);
    core.abort();
}

#[tokio::test(start_paused = true)]
async fn without_a_webhook_the_end_is_told_nobody() {
    let (line, _dir) = fake::line().await;
    let old = received(&line, "wamid.1", clock::now_ms() - LONG_AGO_MS).await;
    let core = core(&line);
    until(&line, "the core runs", async |line| {
        line.signals.doors.is_open()
    })
    .await;

    line.ask_for_collection(Subject::Messages).await.unwrap();
    until(&line, "done", async |line| {
        !is_asked_for(line, Subject::Messages).await.unwrap()
    })
    .await;

    assert!(!is_there(&line, old).await);
    assert_eq!(notifications(&line).await, [Value::Null; 0]);
    core.abort();
}

#[tokio::test]
async fn a_collection_that_breaks_off_is_told_as_failed() {
    let (line, _dir) = fake::line().await;
    with_webhook(&line).await;
    std::fs::remove_dir_all(&line.config.media_dir).unwrap();
    let core = core(&line);
    until(&line, "the core runs", async |line| {
        line.signals.doors.is_open()
    })
    .await;

    line.ask_for_collection(Subject::Media).await.unwrap();
    until(&line, "told", is_told).await;

    insta::assert_json_snapshot!(notifications(&line).await, @r#"
    [
      {
        "services": [
          {
            "media": {
              "gc": {
                "errors": [
                  {
                    "code": 1014,
                    "details": "the media folder cannot be used: No such file or directory (os error 2)"
                  }
                ],
                "items_deleted": 0,
                "status": "failed"
              }
            }
          }
        ]
      }
    ]
    "#);
    core.abort();
}

#[tokio::test(start_paused = true)]
async fn by_itself_it_collects_once_a_day_what_the_settings_want() {
    let (line, _dir) = fake::line().await;
    with_webhook(&line).await;
    let old_ms = clock::now_ms() - LONG_AGO_MS;
    let message = received(&line, "wamid.1", old_ms).await;
    let file = uploaded(&line, LONG_AGO_MS).await;
    let core = core(&line);

    sleep(FIRST / 2).await;
    assert!(is_there(&line, message).await, "not at once");
    sleep(FIRST).await;
    assert!(!is_there(&line, message).await);
    let both = (vec![file.clone()], vec![file]);
    assert_eq!(kept(&line).await, both, "media only when they are told to");

    let settings = br#"{"garbagecollector_enable": {"messages": false, "media": true}}"#;
    line.patch_settings(settings).await.unwrap();
    let later = received(&line, "wamid.2", old_ms).await;
    sleep(EVERY).await;
    assert!(is_there(&line, later).await, "switched off");
    until(&line, "collected", async |line| {
        kept(line).await == (Vec::new(), Vec::new())
    })
    .await;
    assert_eq!(notifications(&line).await, [Value::Null; 0]);
    core.abort();
}

#[tokio::test(start_paused = true)]
async fn switched_off_a_daily_collection_ends() {
    let (line, _dir) = fake::line().await;
    let old_ms = clock::now_ms() - LONG_AGO_MS;
    for number in 0..1_000 {
        received(&line, &format!("wamid.{number}"), old_ms).await;
    }
    let off = switched_off(&line, Subject::Messages);

    let settings = br#"{"db_garbagecollector_enable": false}"#;
    line.patch_settings(settings).await.unwrap();

    // It would never resolve otherwise.
    off.await;
    by_itself(&line, Subject::Messages).await;
    let found = line
        .store()
        .old_messages(&line.config.name, 0, clock::now_ms(), 2_000)
        .await
        .unwrap();
    assert_eq!(found.keys.len(), 1_000);
}

#[tokio::test]
async fn a_late_status_and_a_late_receipt_find_nothing() {
    let (line, _dir) = fake::line().await;
    let old_ms = clock::now_ms() - LONG_AGO_MS;
    let key = received(&line, "wamid.1", old_ms).await;
    let row = line.store().message(key).await.unwrap().unwrap();
    let id = line.public_id(&row);
    let raise = |at_ms| Change::Raise {
        message: key,
        state: MessageState::Read,
        at_ms,
    };
    apply(&line, vec![raise(old_ms)]).await;

    let (gone, outcome) = collect(&line, Subject::Messages, Pace::ASKED_FOR).await;

    outcome.unwrap();
    assert_eq!(gone, 1);
    let refusal = line
        .mark_read(id.as_str(), br#"{"status": "read"}"#)
        .await
        .unwrap_err();
    assert_eq!((refusal.status, refusal.code), (404, Code::NOT_FOUND));
    assert_eq!(apply(&line, vec![raise(1)]).await, [Outcome::Done]);
    assert!(line.store().check().await.unwrap().is_empty());
}

async fn queued(line: &Line, body: Value) {
    let accept = Change::Accept {
        line: line.config.name.clone(),
        lane: Lane::new("12025550143"),
        wa_id: "12025550143".to_owned(),
        kind: "image".to_owned(),
        body: body.to_string().into_bytes(),
        opaque: None,
        at_ms: clock::now_ms(),
        expires_ms: i64::MAX,
    };
    apply(line, vec![accept]).await;
}

#[tokio::test]
async fn unused_media_go_unless_something_that_waits_names_them() {
    let (line, _dir) = fake::line().await;
    let unused = uploaded(&line, LONG_AGO_MS).await;
    let young = uploaded(&line, KEPT_MS - DAY_MS).await;
    let to_be_sent = uploaded(&line, LONG_AGO_MS).await;
    let header =
        json!({"components": [{"parameters": [{"image": {"id": to_be_sent.to_uppercase()}}]}]});
    queued(&line, header).await;
    let to_be_told = uploaded(&line, LONG_AGO_MS).await;
    let body = json!({"messages": [{"image": {"id": to_be_told}}]});
    let callback = Change::AppendCallback {
        line: line.config.name.clone(),
        lane: Lane::new("12025550143"),
        kind: "inbound_message",
        message: None,
        body: Body::Bytes(body.to_string().into_bytes()),
        at_ms: clock::now_ms(),
    };
    apply(&line, vec![callback]).await;

    let in_a_pack = uploaded(&line, LONG_AGO_MS).await;
    let sticker = Sticker {
        image_data_id: in_a_pack.clone(),
        emojis: Vec::new(),
    };
    let pack = Pack {
        publisher: "Hummingbird Coffee".to_owned(),
        name: "Cups".to_owned(),
        ios_app_store_link: None,
        android_app_store_link: None,
    };
    let pack = record::StickerPack {
        pack,
        stickers: [(0, sticker)].into(),
        next_index: 1,
        created_ms: 0,
    };
    line.records
        .save(&line.config.name, "pack", &pack)
        .await
        .unwrap();

    let (gone, outcome) = collect(&line, Subject::Media, Pace::ASKED_FOR).await;

    outcome.unwrap();
    assert_eq!(gone, 1);
    let left = sorted([&young, &to_be_sent, &to_be_told, &in_a_pack]);
    assert_eq!(kept(&line).await, (left.clone(), left));
    assert_eq!(
        line.download_media(&unused).await.unwrap_err().code,
        Code::NOT_FOUND
    );

    // Sent, and told.
    let finished = vec![
        Change::FinishOutbox { outbox: 1 },
        Change::FinishCallback { callback: 1 },
    ];
    apply(&line, finished).await;
    let (gone, outcome) = collect(&line, Subject::Media, Pace::ASKED_FOR).await;
    outcome.unwrap();
    assert_eq!(gone, 2);
    let left = sorted([&young, &in_a_pack]);
    assert_eq!(kept(&line).await, (left.clone(), left));
}

#[tokio::test]
async fn many_media_are_collected_page_by_page() {
    let (line, _dir) = fake::line().await;
    let mut young = Vec::new();
    for number in 0..250 {
        if number % 50 == 0 {
            young.push(uploaded(&line, 0).await);
        } else {
            uploaded(&line, LONG_AGO_MS).await;
        }
    }

    let (gone, outcome) = collect(&line, Subject::Media, Pace::ASKED_FOR).await;

    outcome.unwrap();
    young.sort();
    assert_eq!(gone, 245);
    assert_eq!(kept(&line).await, (young.clone(), young));
}

/// What a crash leaves between a record and its file, and between a file and its record.
#[tokio::test]
async fn files_without_a_record_go_after_a_day() {
    let (line, _dir) = fake::line().await;
    let recorded = uploaded(&line, 0).await;
    let dir = &line.config.media_dir;
    let file = |name: &str, age_h: u64| {
        std::fs::write(dir.join(name), "left over").unwrap();
        let file = File::options().write(true).open(dir.join(name)).unwrap();
        let now = file.metadata().unwrap().modified().unwrap();
        file.set_modified(now - Duration::from_hours(age_h))
            .unwrap();
        name.to_owned()
    };
    file("00000000-0000-4000-8000-000000000001", 25);
    let fresh = file("00000000-0000-4000-8000-000000000002", 23);
    let foreign = file("notes.txt", 1000);
    let unfinished = file("00000000-0000-4000-8000-000000000003.part", 1000);
    let aged = File::options().write(true).open(dir.join(&recorded));
    let long_ago = std::time::UNIX_EPOCH + Duration::from_hours(1);
    aged.unwrap().set_modified(long_ago).unwrap();

    let (gone, outcome) = collect(&line, Subject::Media, Pace::ASKED_FOR).await;

    outcome.unwrap();
    assert_eq!(gone, 1);
    let files = sorted([&recorded, &fresh, &foreign, &unfinished]);
    assert_eq!(kept(&line).await, (vec![recorded], files));
}

/// However an accept and a collection meet: the message finds its file, or is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_message_never_loses_its_file() {
    let (line, _dir) = fake::line().await;
    line.assume_ready();
    let (mut accepted, mut refused) = (0, 0);
    for number in 0..200 {
        let id = uploaded(&line, LONG_AGO_MS).await;
        let body = json!({"to": "12025550143", "type": "document", "document": {"id": id}});
        let accept = {
            let line = line.clone();
            tokio::spawn(async move {
                // Sometimes later than the collection, sometimes sooner.
                for _ in 0..number % 20 {
                    tokio::task::yield_now().await;
                }
                line.accept(body.to_string().as_bytes()).await
            })
        };

        let (_, outcome) = collect(&line, Subject::Media, Pace::ASKED_FOR).await;

        outcome.unwrap();
        let is_kept = line.media_record(&id).await.unwrap().is_some();
        match accept.await.unwrap() {
            Ok(_) => {
                accepted += 1;
                assert!(is_kept, "accepted, and its file is gone");
                line.media.read(&id).await.unwrap();
            }
            Err(Refusal { code, .. }) => {
                refused += 1;
                assert_eq!(code, Code::NOT_FOUND);
            }
        }
    }
    assert_eq!(accepted + refused, 200);
    assert!(accepted > 0, "none was accepted in time");
}
