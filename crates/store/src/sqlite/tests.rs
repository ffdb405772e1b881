//! What only a store on disk can show.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::open;
use crate::batch::{Batch, Change, Outcome};
use crate::conformance::Fresh;
use crate::name::{Lane, LineName, Token};
use crate::row::Queue;
use crate::{SharedStore, Store, StoreError};

crate::conformance!(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("store.db")).expect("a store");
    Fresh::new(store, folder)
});

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    (folder, path)
}

fn accept(body: &str) -> Batch {
    Batch::of(vec![Change::Accept {
        line: LineName::main(),
        lane: Lane::new("12025550143"),
        wa_id: "12025550143".into(),
        kind: "text".into(),
        body: body.into(),
        opaque: None,
        at_ms: 1,
        expires_ms: 2,
    }])
}

async fn bodies(store: &dyn Store) -> Vec<String> {
    let taken = store
        .take(Queue::Outbox, &LineName::main(), 0, 1000)
        .await
        .unwrap();
    let keys = taken.into_iter().map(|reference| reference.key).collect();
    let rows = store.outbox(keys).await.unwrap();
    rows.into_iter()
        .map(|row| String::from_utf8(row.body).unwrap())
        .collect()
}

async fn reopened(store: SharedStore, path: &Path) -> SharedStore {
    store.close().await;
    open(path).unwrap()
}

#[tokio::test]
async fn what_was_applied_survives_a_reopening() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let line = LineName::main();
    store.apply(accept("one")).await.unwrap();
    let token = store.take_over(&line, "node").await.unwrap();
    let finish = Change::FinishOutbox { outbox: 1 };
    store.apply(Batch::of(vec![finish])).await.unwrap();

    let store = reopened(store, &path).await;
    let applied = store.apply(accept("two")).await.unwrap();

    assert_eq!(
        applied,
        [Outcome::Accepted {
            message: 2,
            outbox: 2
        }],
        "keys go on"
    );
    assert_eq!(bodies(&*store).await, ["two"]);
    assert!(store.message(1).await.unwrap().is_some());
    assert_eq!(
        store.take_over(&line, "node").await.unwrap(),
        Token(token.0 + 1)
    );
    assert!(store.check().await.unwrap().is_empty());
}

#[tokio::test]
async fn closing_leaves_no_wal_and_frees_the_file() {
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store.apply(accept("one")).await.unwrap();
    assert!(folder.path().join("store.db-wal").exists());

    store.close().await;

    assert!(!folder.path().join("store.db-wal").exists());
    assert!(open(&path).is_ok());
}

#[tokio::test]
async fn a_second_store_on_the_same_file_is_refused() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();

    let second = open(&path);

    assert!(
        matches!(second, Err(StoreError::Locked(named)) if named == path.display().to_string())
    );
    store.apply(accept("one")).await.unwrap();
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_and_left_alone() {
    let (_folder, path) = place();
    open(&path).unwrap().close().await;
    let outside = Connection::open(&path).unwrap();
    outside
        .execute("INSERT INTO schema_migration VALUES (99, 'unknown', 0)", ())
        .unwrap();

    for _ in 0..2 {
        let Err(error) = open(&path) else {
            panic!("opened");
        };
        assert!(
            matches!(
                error,
                StoreError::TooNew {
                    found: 99,
                    known: 2
                }
            ),
            "{error}"
        );
    }

    outside
        .execute("DELETE FROM schema_migration WHERE version = 99", ())
        .unwrap();
    assert!(open(&path).is_ok());
}

#[tokio::test]
async fn another_kind_of_file_is_an_error_and_left_alone() {
    let (_folder, path) = place();
    let text = "not a database\n".repeat(1000);
    std::fs::write(&path, &text).unwrap();

    assert!(matches!(open(&path), Err(StoreError::Backend(_))));

    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (folder, _) = place();

    let Err(error) = open(&folder.path().join("missing").join("store.db")) else {
        panic!("opened");
    };

    assert!(error.to_string().contains("missing"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let store = open(&path).unwrap();
    store.apply(accept("one")).await.unwrap();

    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        ["store.db", "store.db-shm", "store.db-wal", "store.db.lock"]
    );
}

#[tokio::test]
async fn commits_are_synced_to_a_wal() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();

    let outside = Connection::open(&path).unwrap();
    let mode: String = outside
        .query_row("PRAGMA journal_mode", (), |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    let connection = super::connection::writer(&path).unwrap();
    let level: u8 = connection
        .query_row("PRAGMA synchronous", (), |row| row.get(0))
        .unwrap();
    assert_eq!(level, 2, "FULL");
    drop(store);
}

#[tokio::test]
async fn a_dropped_caller_takes_nothing_back() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let handed_in = {
        let mut waiting = store.apply(accept("one"));
        // Polled once: handed in, not yet answered (or answered already; both are fine).
        futures_util::future::poll_fn(|context| {
            drop(waiting.as_mut().poll(context));
            std::task::Poll::Ready(true)
        })
        .await
    };

    store.apply(accept("two")).await.unwrap();

    assert!(handed_in);
    assert_eq!(bodies(&*store).await, ["one", "two"]);
}

#[tokio::test]
async fn closing_finishes_what_was_handed_in() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let applies =
        futures_util::future::join_all(names.iter().map(|body| store.apply(accept(body))));

    let (applied, ()) = tokio::join!(applies, store.close());

    assert!(applied.iter().all(Result::is_ok));
    assert_eq!(bodies(&*open(&path).unwrap()).await, names);
}

#[tokio::test]
async fn a_damaged_row_is_reported_and_the_rest_reads_on() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    store.apply(accept("one")).await.unwrap();
    store.apply(accept("two")).await.unwrap();
    let outside = Connection::open(&path).unwrap();
    outside
        .execute("UPDATE message SET state = 77 WHERE key = 1", ())
        .unwrap();

    assert!(matches!(
        store.message(1).await,
        Err(StoreError::Damaged(_))
    ));
    assert!(store.message(2).await.unwrap().is_some());
}

#[tokio::test]
async fn slots_with_several_owners_are_found() {
    let (_folder, path) = place();
    let store = open(&path).unwrap();
    store.take_over(&LineName::main(), "node").await.unwrap();
    let outside = Connection::open(&path).unwrap();
    let rows: u32 = outside
        .query_row("SELECT count(*) FROM lease", (), |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 32);

    outside
        .execute("UPDATE lease SET token = 9 WHERE slot = 31", ())
        .unwrap();

    let findings = store.check().await.unwrap();
    assert_eq!(findings, ["the slots of line main have several owners"]);
}
