//! Events of numbers that no line has, and those that could not be processed.

use rusqlite::Connection;

use super::batch::{Stop, one_row};
use crate::name::Key;
use crate::row::StrayRow;

const INSERT: &str = "INSERT INTO stray (received_ms, phone_number_id, body) VALUES (?1, ?2, ?3)";
// By the primary key.
const AFTER: &str = "SELECT key, received_ms, phone_number_id, body FROM stray
    WHERE key > ?1 ORDER BY key LIMIT ?2";
// By the primary key.
const FINISH: &str = "DELETE FROM stray WHERE key = ?1";
// By the primary key: only the oldest are looked at, and times rise with keys.
const FORGET: &str = "DELETE FROM stray WHERE key IN (SELECT key FROM (
    SELECT key, received_ms FROM stray ORDER BY key LIMIT 1000) WHERE received_ms < ?1)";
// By the primary key, as far as the limit.
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM stray LIMIT ?1)";

/// Keeps an event.
pub(super) fn append(
    connection: &Connection,
    phone_number_id: &str,
    body: &[u8],
    at_ms: i64,
) -> Result<Key, Stop> {
    Ok(connection
        .prepare_cached(INSERT)?
        .insert((at_ms, phone_number_id, body))?)
}

/// A line has it now.
pub(super) fn finish(connection: &Connection, stray: Key) -> Result<(), Stop> {
    one_row(connection.prepare_cached(FINISH)?.execute([stray])?)
}

/// Forgets the oldest, as far as they are from before a time.
pub(super) fn forget(connection: &Connection, before_ms: i64) -> Result<usize, Stop> {
    Ok(connection.prepare_cached(FORGET)?.execute([before_ms])?)
}

/// How many there are, no further than a limit.
pub(super) fn count(connection: &Connection, limit: u32) -> rusqlite::Result<u64> {
    let rows: i64 = connection
        .prepare_cached(COUNT)?
        .query_row([limit], |row| row.get(0))?;
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// The events after a key, oldest first.
pub(super) fn after(
    connection: &Connection,
    key: Key,
    limit: i64,
) -> rusqlite::Result<Vec<StrayRow>> {
    connection
        .prepare_cached(AFTER)?
        .query_map((key, limit), |row| {
            Ok(StrayRow {
                key: row.get(0)?,
                received_ms: row.get(1)?,
                phone_number_id: row.get(2)?,
                body: row.get(3)?,
            })
        })?
        .collect()
}
