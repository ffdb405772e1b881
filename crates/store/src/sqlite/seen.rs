//! Ids of events that were seen.

use rusqlite::Connection;

use super::batch::Stop;
use crate::StoreError;
use crate::name::LineName;

// By the primary key.
const REMEMBER: &str =
    "INSERT INTO seen (line, id, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
// By seen_at, then by the primary key.
const FORGET: &str =
    "DELETE FROM seen WHERE (line, id) IN (SELECT line, id FROM seen INDEXED BY seen_at
    WHERE at_ms < ?1 ORDER BY at_ms, line, id LIMIT 1000)";

/// Remembers an id; `Repeat` when it was seen before.
pub(super) fn remember(
    connection: &Connection,
    line: &LineName,
    id: &str,
    at_ms: i64,
) -> Result<(), Stop> {
    match connection
        .prepare_cached(REMEMBER)?
        .execute((line, id, at_ms))?
    {
        0 => Err(Stop::Refused(StoreError::Repeat)),
        _ => Ok(()),
    }
}

/// Forgets the oldest 1,000 ids that were seen before a time.
pub(super) fn forget(connection: &Connection, before_ms: i64) -> Result<usize, Stop> {
    Ok(connection.prepare_cached(FORGET)?.execute([before_ms])?)
}
