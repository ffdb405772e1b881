//! Records, as bytes.

use rusqlite::{Connection, OptionalExtension};

use super::batch::{Stop, one_row};
use crate::count::RecordTally;
use crate::name::LineName;

// By the primary key, all of them; names compare byte by byte.
const PUT: &str = "INSERT INTO record (line, kind, name, value) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (line, kind, name) DO UPDATE SET value = excluded.value";
const CREATE: &str = "INSERT INTO record (line, kind, name, value) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO NOTHING";
const DELETE: &str = "DELETE FROM record WHERE line = ?1 AND kind = ?2 AND name = ?3";
const DELETE_UNCHANGED: &str =
    "DELETE FROM record WHERE line = ?1 AND kind = ?2 AND name = ?3 AND value = ?4";
const BY_NAME: &str = "SELECT value FROM record WHERE line = ?1 AND kind = ?2 AND name = ?3";
const PAGE: &str = "SELECT name, value FROM record WHERE line = ?1 AND kind = ?2 AND name > ?3
    ORDER BY name LIMIT ?4";
// By the index of the primary key alone.
const COUNT: &str = "SELECT count(*), max(name) FROM (SELECT name FROM record
    WHERE line = ?1 AND kind = ?2 AND name > ?3 ORDER BY name LIMIT ?4)";

/// Writes a record.
pub(super) fn put(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    name: &str,
    value: &[u8],
) -> Result<(), Stop> {
    connection
        .prepare_cached(PUT)?
        .execute((line, kind, name, value))?;
    Ok(())
}

/// Writes a record; `Conflict` when it exists.
pub(super) fn create(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    name: &str,
    value: &[u8],
) -> Result<(), Stop> {
    one_row(
        connection
            .prepare_cached(CREATE)?
            .execute((line, kind, name, value))?,
    )
}

/// Removes a record; how many there were, 1 or 0.
pub(super) fn delete(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    name: &str,
) -> Result<usize, Stop> {
    Ok(connection
        .prepare_cached(DELETE)?
        .execute((line, kind, name))?)
}

/// Removes a record that has this value; how many there were, 1 or 0.
pub(super) fn delete_unchanged(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    name: &str,
    value: &[u8],
) -> Result<usize, Stop> {
    Ok(connection
        .prepare_cached(DELETE_UNCHANGED)?
        .execute((line, kind, name, value))?)
}

/// A record.
pub(super) fn by_name(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    name: &str,
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached(BY_NAME)?
        .query_row((line, kind, name), |row| row.get(0))
        .optional()
}

/// Records of a kind after a name.
pub(super) fn page(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    after: &str,
    limit: i64,
) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
    connection
        .prepare_cached(PAGE)?
        .query_map((line, kind, after, limit), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}

/// Counts records of a kind after a name.
pub(super) fn count(
    connection: &Connection,
    line: &LineName,
    kind: &str,
    after: &str,
    limit: i64,
) -> rusqlite::Result<RecordTally> {
    connection
        .prepare_cached(COUNT)?
        .query_row((line, kind, after, limit), |row| {
            let (count, last): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok(RecordTally {
                count: u64::try_from(count).unwrap_or_default(),
                next: last.filter(|_| count >= limit),
            })
        })
}
