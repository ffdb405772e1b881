//! Groups as the writer sees them, committed by hand.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::name::{Lane, Token};
use crate::row::{Direction, Queue};
use crate::sqlite::{create, migration};

fn writer() -> (TempDir, Writer) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("store.db");
    create(&path).unwrap();
    let mut connection = connection::writer(&path).unwrap();
    migration::run(&mut connection).unwrap();
    (
        folder,
        Writer::new(
            path,
            connection,
            Arc::new(Doorbells::new()),
            Arc::new(Activity::new()),
        ),
    )
}

fn command(changes: Vec<Change>) -> Command {
    let (answer, _) = oneshot::channel();
    Command {
        work: Work::Batch(Batch::of(changes)),
        answer,
    }
}

fn event(body: &[u8]) -> Change {
    Change::AppendInbox {
        line: LineName::main(),
        lane: Lane::new("12025550143"),
        event_time_s: 0,
        about: None,
        body: body.into(),
        at_ms: 1,
    }
}

fn create_record(name: &str) -> Change {
    Change::Create {
        line: LineName::main(),
        kind: "thing",
        name: name.into(),
        value: Vec::new(),
    }
}

fn count(writer: &Writer, table: &str) -> u32 {
    let sql = format!("SELECT count(*) FROM {table}");
    let connection = writer.connection.as_ref().unwrap();
    connection.query_row(&sql, (), |row| row.get(0)).unwrap()
}

fn is_conflict(result: &Result<Applied, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

#[test]
fn a_group_is_one_commit() {
    let (_folder, mut writer) = writer();
    let wal = writer.path.with_extension("db-wal");
    let size = || std::fs::metadata(&wal).unwrap().len();
    let before = size();

    let group: Vec<_> = (0..100).map(|_| command(vec![event(b"x")])).collect();
    let results = writer.commit(&group);

    assert!(results.iter().all(Result::is_ok));
    assert_eq!(count(&writer, "inbox"), 100);
    assert!(
        size() - before < 100 * 4096,
        "each commit would write a page at least"
    );
}

#[test]
fn a_refused_batch_in_a_group_leaves_its_neighbours_alone() {
    let (_folder, mut writer) = writer();
    let group = [
        command(vec![event(b"1"), create_record("a")]),
        command(vec![event(b"2"), create_record("b"), create_record("a")]),
        command(vec![create_record("a"), event(b"3")]),
        command(vec![event(b"4"), create_record("b")]),
    ];

    let results = writer.commit(&group);

    assert_eq!(
        results[0].as_deref().unwrap(),
        [Outcome::Key(1), Outcome::Done]
    );
    assert!(is_conflict(&results[1]));
    assert!(is_conflict(&results[2]));
    assert_eq!(
        results[3].as_deref().unwrap(),
        [Outcome::Key(2), Outcome::Done]
    );
    assert_eq!((count(&writer, "inbox"), count(&writer, "record")), (2, 2));
}

#[test]
fn whatever_refuses_half_way_is_taken_back_within_its_group() {
    let (_folder, mut writer) = writer();
    let line = LineName::main;
    let inbound = || Change::Message {
        line: line(),
        direction: Direction::Incoming,
        wa_id: "12025550143".into(),
        network_id: Some("wamid.1".into()),
        kind: "text".into(),
        at_ms: 1,
    };
    let remember = || Change::Remember {
        line: line(),
        id: "a".into(),
        at_ms: 1,
    };
    let put_back = |queue| Change::PutBack {
        queue,
        key: 99,
        due_ms: 1,
        attempts: 1,
        set_aside: false,
    };
    let sent = Change::Sent {
        outbox: 1,
        message: 2,
        network_id: "wamid.1".into(),
        at_ms: 1,
    };
    let second = Change::Message {
        line: line(),
        direction: Direction::Outgoing,
        wa_id: "12025550143".into(),
        network_id: None,
        kind: "text".into(),
        at_ms: 1,
    };
    let before = command(vec![inbound(), second, remember(), create_record("a")]);
    assert!(writer.commit(&[before])[0].is_ok());

    let refusals = [
        create_record("a"),
        remember(),
        inbound(),
        sent,
        Change::Claim {
            outbox: 99,
            token: Token(1),
        },
        Change::FinishInbox { inbox: 99 },
        put_back(Queue::Outbox),
        put_back(Queue::Inbox),
        put_back(Queue::Callbacks),
    ];
    for (done, refusal) in (1..).zip(refusals) {
        let told = format!("{refusal:?}");
        let group = [
            command(vec![event(b"kept")]),
            command(vec![event(b"taken back"), refusal]),
        ];

        let results = writer.commit(&group);

        assert!(results[0].is_ok() && results[1].is_err(), "{told}");
        assert_eq!(count(&writer, "inbox"), done, "{told}");
    }
}

#[test]
fn a_lone_refused_batch_leaves_nothing() {
    let (_folder, mut writer) = writer();

    let results = writer.commit(&[command(vec![
        event(b"1"),
        create_record("a"),
        create_record("a"),
    ])]);

    assert!(is_conflict(&results[0]));
    assert_eq!((count(&writer, "inbox"), count(&writer, "record")), (0, 0));
    assert!(writer.commit(&[command(vec![event(b"2")])])[0].is_ok());
}

#[test]
fn a_batch_that_breaks_is_answered_alone() {
    let (_folder, mut writer) = writer();
    let needs_a_message = Change::AppendCallback {
        line: LineName::main(),
        lane: Lane::new(""),
        kind: "error",
        message: None,
        body: crate::batch::Body::FromMessageKey(Box::new(|_| Vec::new())),
        at_ms: 1,
    };
    let group = [
        command(vec![event(b"1")]),
        command(vec![event(b"2"), needs_a_message]),
        command(vec![event(b"3")]),
    ];

    let results = writer.commit(&group);

    assert!(results[0].is_ok());
    assert!(matches!(results[1], Err(StoreError::Backend(_))));
    assert!(results[2].is_ok());
    assert_eq!(count(&writer, "inbox"), 2);
}

#[test]
fn a_full_disk_refuses_and_passes() {
    let (_folder, mut writer) = writer();
    let limit = |writer: &Writer, pages: u32| {
        let connection = writer.connection.as_ref().unwrap();
        let sql = format!("PRAGMA max_page_count = {pages}");
        connection
            .query_row(&sql, (), |row| row.get::<_, u32>(0))
            .unwrap();
    };
    limit(&writer, 1); // as many as there are
    let big = vec![0; 1_000_000];

    let alone = writer.commit(&[command(vec![event(&big)])]);
    let group = [
        command(vec![event(&big)]),
        command(vec![event(&big), create_record("a")]),
    ];
    let together = writer.commit(&group);

    assert!(matches!(alone[..], [Err(StoreError::Full)]), "{alone:?}");
    assert!(
        matches!(together[..], [Err(StoreError::Full), Err(StoreError::Full)]),
        "{together:?}"
    );
    assert_eq!((count(&writer, "inbox"), count(&writer, "record")), (0, 0));
    assert!(writer.failing);
    limit(&writer, 1_000_000);
    assert!(writer.commit(&group).iter().all(Result::is_ok));
    assert_eq!(count(&writer, "inbox"), 2);
    assert!(!writer.failing);
}

#[test]
fn what_fits_goes_through_when_a_neighbour_is_too_big_for_the_disk() {
    let (_folder, mut writer) = writer();
    let connection = writer.connection.as_ref().unwrap();
    connection
        .query_row("PRAGMA max_page_count = 40", (), |row| row.get::<_, u32>(0))
        .unwrap();

    let group = [
        command(vec![event(b"small")]),
        command(vec![event(&vec![0; 1_000_000])]),
    ];
    let results = writer.commit(&group);

    assert!(results[0].is_ok());
    assert!(matches!(results[1], Err(StoreError::Full)));
    assert_eq!(count(&writer, "inbox"), 1);
}

#[test]
fn a_lost_connection_is_opened_again() {
    let (_folder, mut writer) = writer();
    writer.commit(&[command(vec![event(b"1")])]);
    writer.connection = None;

    let results = writer.commit(&[command(vec![event(b"2")])]);

    assert!(results[0].is_ok());
    assert_eq!(count(&writer, "inbox"), 2);
}

#[test]
fn a_file_that_is_gone_is_not_made_again_empty() {
    let (folder, mut writer) = writer();
    writer.connection = None;
    std::fs::remove_file(folder.path().join("store.db")).unwrap();

    let group = [command(vec![event(b"1")]), command(vec![event(b"2")])];
    let results = writer.commit(&group);

    assert!(
        results
            .iter()
            .all(|result| matches!(result, Err(StoreError::Backend(_))))
    );
    assert!(!folder.path().join("store.db").exists());
}
