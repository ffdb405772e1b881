//! The callbacks.

use rusqlite::{Connection, OptionalExtension};

use super::batch::{Stop, one_row};
use crate::name::{Key, Lane, LineName};
use crate::row::{CallbackRow, Ref};

const INSERT: &str = "INSERT INTO callback
    (attempts, due_ms, set_aside, created_ms, slot, line, lane, kind, body, message)
    VALUES (0, 0, 0, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
// By the primary key, all of them.
const DELETE: &str = "DELETE FROM callback WHERE key = ?1";
const PUT_BACK: &str =
    "UPDATE callback SET due_ms = ?2, attempts = ?3, set_aside = ?4 WHERE key = ?1";
const BY_KEY: &str = "SELECT key, attempts, set_aside, created_ms, line, lane, kind, body, message
    FROM callback WHERE key = ?1";
// By callback_line, whose entries of one line are in key order.
const TAKE: &str =
    "SELECT key, lane, due_ms, attempts, set_aside FROM callback INDEXED BY callback_line
    WHERE line = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
// By callback_line alone.
const DEPTH: &str = "SELECT count(*) FROM callback INDEXED BY callback_line WHERE line = ?1";

/// A notification that is new to the callbacks.
pub(super) struct New<'a> {
    pub(super) line: &'a LineName,
    pub(super) lane: &'a Lane,
    pub(super) kind: &'a str,
    pub(super) message: Option<Key>,
    pub(super) body: &'a [u8],
    pub(super) at_ms: i64,
}

/// Appends a notification.
pub(super) fn append(connection: &Connection, new: &New<'_>) -> Result<Key, Stop> {
    let key = connection.prepare_cached(INSERT)?.insert((
        new.at_ms,
        new.lane.slot().number(),
        new.line,
        new.lane,
        new.kind,
        new.body,
        new.message,
    ))?;
    Ok(key)
}

/// Removes a notification that may be gone already.
pub(super) fn finish(connection: &Connection, key: Key) -> Result<(), Stop> {
    connection.prepare_cached(DELETE)?.execute([key])?;
    Ok(())
}

/// Lets a notification wait, perhaps set aside; `Conflict` when it is gone.
pub(super) fn put_back(
    connection: &Connection,
    key: Key,
    due_ms: i64,
    attempts: u32,
    set_aside: bool,
) -> Result<(), Stop> {
    let row = (key, due_ms, attempts, set_aside);
    one_row(connection.prepare_cached(PUT_BACK)?.execute(row)?)
}

/// A row by its key.
pub(super) fn by_key(connection: &Connection, key: Key) -> rusqlite::Result<Option<CallbackRow>> {
    connection
        .prepare_cached(BY_KEY)?
        .query_row([key], |row| {
            Ok(CallbackRow {
                key: row.get(0)?,
                attempts: row.get(1)?,
                set_aside: row.get(2)?,
                created_ms: row.get(3)?,
                line: row.get(4)?,
                lane: row.get(5)?,
                kind: row.get(6)?,
                body: row.get(7)?,
                message: row.get(8)?,
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
                event_time_s: 0,
                set_aside: row.get(4)?,
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
