//! The schema: numbered SQL files, embedded, applied in order, each once.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::connection::refusal;
use crate::{StoreError, clock, hex};

/// All migrations in order; a file that was released never changes, a new one is added.
const FILES: [&str; 2] = [
    include_str!("migration/0001_first.sql"),
    include_str!("migration/0002_about.sql"),
];

const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT";
const NEWEST: &str = "SELECT coalesce(max(version), 0) FROM schema_migration";
// Both by the primary key.
const CHECKSUM: &str = "SELECT checksum FROM schema_migration WHERE version = ?1";
const APPLIED: &str =
    "INSERT INTO schema_migration (version, checksum, applied_ms) VALUES (?1, ?2, ?3)";

/// Brings the schema up to this program, in one transaction: an interrupted migration leaves nothing.
///
/// `TooNew` when a newer program was here; `Damaged` when a file differs from the one that was applied.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    apply(connection, &FILES)
}

/// The version of the schema.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection
        .prepare_cached(NEWEST)?
        .query_row((), |row| row.get(0))
}

fn apply(connection: &mut Connection, files: &[&str]) -> Result<(), StoreError> {
    let refused = |error: rusqlite::Error| refusal(&error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(refused)?;
    transaction.execute(CREATE, ()).map_err(refused)?;

    let found: u32 = transaction
        .query_row(NEWEST, (), |row| row.get(0))
        .map_err(refused)?;
    let known = u32::try_from(files.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (version, sql) in (1_u32..).zip(files) {
        let checksum = checksum(sql);
        let applied: Option<String> = transaction
            .query_row(CHECKSUM, [version], |row| row.get(0))
            .optional()
            .map_err(refused)?;
        match applied {
            Some(applied) if applied == checksum => {}
            Some(_) => {
                return Err(StoreError::Damaged(format!(
                    "migration {version} of this program is not the one that was applied"
                )));
            }
            None => {
                transaction.execute_batch(sql).map_err(refused)?;
                transaction
                    .execute(APPLIED, (version, checksum, clock::now_ms()))
                    .map_err(refused)?;
            }
        }
    }
    transaction.commit().map_err(refused)
}

fn checksum(sql: &str) -> String {
    hex::encode(&Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'm_' ORDER BY name")
            .unwrap();
        let names = statement.query_map((), |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    #[test]
    fn each_file_is_applied_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        let first = "CREATE TABLE m1 (a); INSERT INTO m1 VALUES (1);";
        let second = "CREATE TABLE m2 AS SELECT a FROM m1;";

        apply(&mut connection, &[first]).unwrap();
        apply(&mut connection, &[first, second]).unwrap();
        apply(&mut connection, &[first, second]).unwrap();

        assert_eq!(tables(&connection), ["m1", "m2"]);
        let rows: u32 = connection
            .query_row("SELECT count(*) FROM m2", (), |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();

        let outcome = apply(
            &mut connection,
            &["CREATE TABLE m1 (a)", "CREATE TABLE m2 (a); nonsense"],
        );

        assert!(matches!(outcome, Err(StoreError::Backend(_))));
        assert!(tables(&connection).is_empty());
    }

    #[test]
    fn a_file_that_was_changed_after_it_was_applied_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, &["CREATE TABLE m1 (a)"]).unwrap();

        let outcome = apply(&mut connection, &["CREATE TABLE m1 (a, b)"]);

        assert!(matches!(outcome, Err(StoreError::Damaged(_))));
    }

    #[test]
    fn what_waits_in_an_older_store_waits_on() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, &FILES[..1]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO inbox (attempts, due_ms, event_time_s, received_ms, slot, line, lane, body)
                    VALUES (0, 0, 1, 2, 3, 'main', 'a', x'00');
                INSERT INTO callback (attempts, due_ms, set_aside, created_ms, slot, line, lane, kind, body)
                    VALUES (4, 5, 1, 6, 7, 'main', 'b', 'error', x'01');",
            )
            .unwrap();

        run(&mut connection).unwrap();

        let of_none: (Option<String>, Option<i64>) = connection
            .query_row("SELECT about, message FROM inbox, callback", (), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(of_none, (None, None));
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(
            &mut connection,
            &["CREATE TABLE m1 (a)", "CREATE TABLE m2 (a)"],
        )
        .unwrap();

        let outcome = apply(&mut connection, &["CREATE TABLE m1 (a)"]);

        assert!(matches!(
            outcome,
            Err(StoreError::TooNew { found: 2, known: 1 })
        ));
    }
}
