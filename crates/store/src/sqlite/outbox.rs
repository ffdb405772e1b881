//! The outbox.

use rusqlite::{Connection, OptionalExtension, Row};

use super::batch::{Stop, one_row};
use crate::name::{Key, Lane, LineName, Token};
use crate::row::{OutboxRow, Ref};

const INSERT: &str = "INSERT INTO outbox
    (message, attempts, due_ms, accepted_ms, expires_ms, slot, line, lane, body)
    VALUES (?1, 0, 0, ?2, ?3, ?4, ?5, ?6, ?7)";
// By the primary key, all of them.
const CLAIM: &str = "UPDATE outbox SET claimed_by = ?2, attempts = min(attempts + 1, 4294967295)
    WHERE key = ?1 AND (claimed_by IS NULL OR claimed_by <= ?2)";
const DELETE: &str = "DELETE FROM outbox WHERE key = ?1";
const PUT_BACK: &str =
    "UPDATE outbox SET due_ms = ?2, attempts = ?3, claimed_by = NULL WHERE key = ?1";
const BY_KEY: &str =
    "SELECT key, message, claimed_by, attempts, accepted_ms, expires_ms, line, lane, body
    FROM outbox WHERE key = ?1";
// By outbox_message, whose entries of one message are in key order.
const BY_MESSAGE: &str =
    "SELECT key, message, claimed_by, attempts, accepted_ms, expires_ms, line, lane,
    body FROM outbox INDEXED BY outbox_message WHERE message = ?1 ORDER BY key LIMIT 1";
// By outbox_line, whose entries of one line are in key order.
const TAKE: &str =
    "SELECT key, lane, due_ms, attempts, claimed_by FROM outbox INDEXED BY outbox_line
    WHERE line = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
// By outbox_line alone.
const DEPTH: &str = "SELECT count(*) FROM outbox INDEXED BY outbox_line WHERE line = ?1";
// Over all rows, looking up message by its primary key.
const ORPHANS: &str = "SELECT key FROM outbox
    WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.key = outbox.message) ORDER BY key LIMIT 100";

/// A row that is new to the outbox.
pub(super) struct New<'a> {
    pub(super) line: &'a LineName,
    pub(super) lane: &'a Lane,
    pub(super) message: Key,
    pub(super) body: &'a [u8],
    pub(super) at_ms: i64,
    pub(super) expires_ms: i64,
}

/// Appends a row.
pub(super) fn append(connection: &Connection, new: &New<'_>) -> Result<Key, Stop> {
    let key = connection.prepare_cached(INSERT)?.insert((
        new.message,
        new.at_ms,
        new.expires_ms,
        new.lane.slot().number(),
        new.line,
        new.lane,
        new.body,
    ))?;
    Ok(key)
}

/// Claims a row; `Conflict` when it is gone or a newer owner has it.
pub(super) fn claim(connection: &Connection, key: Key, token: Token) -> Result<(), Stop> {
    one_row(connection.prepare_cached(CLAIM)?.execute((key, token))?)
}

/// Removes a row that may be gone already.
pub(super) fn finish(connection: &Connection, key: Key) -> Result<(), Stop> {
    connection.prepare_cached(DELETE)?.execute([key])?;
    Ok(())
}

/// Lets a row wait, unclaimed; `Conflict` when it is gone.
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
pub(super) fn by_key(connection: &Connection, key: Key) -> rusqlite::Result<Option<OutboxRow>> {
    connection
        .prepare_cached(BY_KEY)?
        .query_row([key], row)
        .optional()
}

/// The oldest row of a message.
pub(super) fn by_message(
    connection: &Connection,
    message: Key,
) -> rusqlite::Result<Option<OutboxRow>> {
    connection
        .prepare_cached(BY_MESSAGE)?
        .query_row([message], row)
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
                claimed_by: row.get(4)?,
                event_time_s: 0,
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

/// Rows whose message is not in the index.
pub(super) fn orphans(connection: &Connection) -> rusqlite::Result<Vec<Key>> {
    connection
        .prepare(ORPHANS)?
        .query_map((), |row| row.get(0))?
        .collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        key: row.get(0)?,
        message: row.get(1)?,
        claimed_by: row.get(2)?,
        attempts: row.get(3)?,
        accepted_ms: row.get(4)?,
        expires_ms: row.get(5)?,
        line: row.get(6)?,
        lane: row.get(7)?,
        body: row.get(8)?,
    })
}
