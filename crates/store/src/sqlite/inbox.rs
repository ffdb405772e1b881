//! The inbox.

use rusqlite::{Connection, OptionalExtension};

use super::batch::{Stop, one_row};
use crate::name::{Key, Lane, LineName};
use crate::row::{InboxRow, Ref};

const INSERT: &str = "INSERT INTO inbox
    (attempts, due_ms, event_time_s, received_ms, slot, line, lane, body, about)
    VALUES (0, 0, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
// By the primary key, all of them.
const DELETE: &str = "DELETE FROM inbox WHERE key = ?1";
const PUT_BACK: &str = "UPDATE inbox SET due_ms = ?2, attempts = ?3 WHERE key = ?1";
const BY_KEY: &str = "SELECT key, attempts, event_time_s, received_ms, line, lane, body, about
    FROM inbox WHERE key = ?1";
// By inbox_line, whose entries of one line are in key order.
const TAKE: &str =
    "SELECT key, lane, due_ms, attempts, event_time_s FROM inbox INDEXED BY inbox_line
    WHERE line = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
// By inbox_line alone.
const DEPTH: &str = "SELECT count(*) FROM inbox INDEXED BY inbox_line WHERE line = ?1";

/// An event that is new to the inbox.
pub(super) struct New<'a> {
    pub(super) line: &'a LineName,
    pub(super) lane: &'a Lane,
    pub(super) event_time_s: i64,
    pub(super) about: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) at_ms: i64,
}

/// Appends an event.
pub(super) fn append(connection: &Connection, new: &New<'_>) -> Result<Key, Stop> {
    let key = connection.prepare_cached(INSERT)?.insert((
        new.event_time_s,
        new.at_ms,
        new.lane.slot().number(),
        new.line,
        new.lane,
        new.body,
        new.about,
    ))?;
    Ok(key)
}

/// Removes an event; `Conflict` when it is gone already.
pub(super) fn finish(connection: &Connection, key: Key) -> Result<(), Stop> {
    one_row(connection.prepare_cached(DELETE)?.execute([key])?)
}

/// Lets an event wait; `Conflict` when it is gone.
pub(super) fn put_back(
    connection: &Connection,
    key: Key,
    due_ms: i64,
    attempts: u32,
) -> Result<(), Stop> {
    one_row(
        connection
            .prepare_cached(PUT_BACK)?
            .execute((key, due_ms, attempts))?,
    )
}

/// A row by its key.
pub(super) fn by_key(connection: &Connection, key: Key) -> rusqlite::Result<Option<InboxRow>> {
    connection
        .prepare_cached(BY_KEY)?
        .query_row([key], |row| {
            Ok(InboxRow {
                key: row.get(0)?,
                attempts: row.get(1)?,
                event_time_s: row.get(2)?,
                received_ms: row.get(3)?,
                line: row.get(4)?,
                lane: row.get(5)?,
                body: row.get(6)?,
                about: row.get(7)?,
            })
        })
        .optional()
}

/// References to rows of a line after a key.
pub(super) fn take(
    connection: &Connection,
    line: &LineName,
    after: Key,
    limit: i64,
) -> rusqlite::Result<Vec<Ref>> {
    connection
        .prepare_cached(TAKE)?
        .query_map((line, after, limit), |row| {
            Ok(Ref {
                key: row.get(0)?,
                lane: row.get(1)?,
                due_ms: row.get(2)?,
                attempts: row.get(3)?,
                claimed_by: None,
                event_time_s: row.get(4)?,
                set_aside: false,
            })
        })?
        .collect()
}

/// How many rows a line has.
pub(super) fn depth(connection: &Connection, line: &LineName) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(DEPTH)?
        .query_row([line], |row| row.get(0))
}
