//! Events of numbers that no line has.

use rusqlite::Connection;

use super::batch::Stop;
use crate::name::Key;
use crate::row::StrayRow;

const INSERT: &str = "INSERT INTO stray (received_ms, phone_number_id, body) VALUES (?1, ?2, ?3)";
// By the primary key.
const OLDEST: &str =
    "SELECT key, received_ms, phone_number_id, body FROM stray ORDER BY key LIMIT ?1";

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

/// The oldest events.
pub(super) fn oldest(connection: &Connection, limit: i64) -> rusqlite::Result<Vec<StrayRow>> {
    connection
        .prepare_cached(OLDEST)?
        .query_map([limit], |row| {
            Ok(StrayRow {
                key: row.get(0)?,
                received_ms: row.get(1)?,
                phone_number_id: row.get(2)?,
                body: row.get(3)?,
            })
        })?
        .collect()
}
