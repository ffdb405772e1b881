//! The message index.

mod old;

use rusqlite::{Connection, OptionalExtension, Row};

pub(super) use self::old::{collect, old};
use super::batch::Stop;
use super::connection::is_duplicate;
use crate::StoreError;
use crate::count::{MessageCount, MessageTally};
use crate::name::{Key, LineName};
use crate::row::{Direction, MessageRow, MessageState};

const INSERT: &str = "INSERT INTO message
    (direction, state, created_ms, line, kind, wa_id, network_id, opaque)
    VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7)";
// By the primary key.
const RAISE: &str = "UPDATE message SET state = ?2, changed_ms = ?3 WHERE key = ?1 AND state < ?2";
// By the primary key; unique by message_network_id.
const SENT: &str =
    "UPDATE message SET network_id = coalesce(network_id, ?2), state = max(state, 1),
    changed_ms = ?3 WHERE key = ?1";
// By the primary key.
const BY_KEY: &str =
    "SELECT key, direction, state, created_ms, coalesce(changed_ms, created_ms), line, kind, wa_id,
    network_id, opaque FROM message WHERE key = ?1";
// By the primary key.
const EXISTS: &str = "SELECT 1 FROM message WHERE key = ?1";
// The last entry of the primary key.
const NEWEST: &str = "SELECT coalesce(max(key), 0) FROM message";
// By message_network_id.
const BY_NETWORK_ID: &str =
    "SELECT key, direction, state, created_ms, coalesce(changed_ms, created_ms), line, kind, wa_id,
    network_id, opaque FROM message INDEXED BY message_network_id WHERE line = ?1 AND network_id = ?2";
// A slice by the primary key; only the head of its rows is read.
const COUNT: &str = "SELECT line = ?1, direction, kind, state, count(*), max(key)
    FROM (SELECT key, direction, state, line, kind FROM message WHERE key > ?2 ORDER BY key LIMIT ?3)
    GROUP BY 1, 2, 3, 4";

/// A message that is new to the index.
pub(super) struct New<'a> {
    pub(super) line: &'a LineName,
    pub(super) direction: Direction,
    pub(super) wa_id: &'a str,
    pub(super) network_id: Option<&'a str>,
    pub(super) kind: &'a str,
    pub(super) opaque: Option<&'a str>,
    pub(super) at_ms: i64,
}

/// Adds a message; `Conflict` when one of the line has its network id.
pub(super) fn insert(connection: &Connection, new: &New<'_>) -> Result<Key, Stop> {
    let inserted = connection.prepare_cached(INSERT)?.insert((
        new.direction,
        new.at_ms,
        new.line,
        new.kind,
        new.wa_id,
        new.network_id,
        new.opaque,
    ));
    inserted.map_err(duplicate_is_conflict)
}

/// Raises a message to a state, unless it is there or higher already.
pub(super) fn raise(
    connection: &Connection,
    key: Key,
    state: MessageState,
    at_ms: i64,
) -> Result<(), Stop> {
    connection
        .prepare_cached(RAISE)?
        .execute((key, state, at_ms))?;
    Ok(())
}

/// Notes that the network has a message, under which id; `Conflict` when another one of the line has that id.
pub(super) fn sent(
    connection: &Connection,
    key: Key,
    network_id: &str,
    at_ms: i64,
) -> Result<(), Stop> {
    let updated = connection
        .prepare_cached(SENT)?
        .execute((key, network_id, at_ms));
    updated.map(|_| ()).map_err(duplicate_is_conflict)
}

/// `Conflict` unless a message is there.
pub(super) fn require(connection: &Connection, key: Key) -> Result<(), Stop> {
    if connection.prepare_cached(EXISTS)?.exists([key])? {
        Ok(())
    } else {
        Err(Stop::Refused(StoreError::Conflict))
    }
}

/// A message by its key.
pub(super) fn by_key(connection: &Connection, key: Key) -> rusqlite::Result<Option<MessageRow>> {
    connection
        .prepare_cached(BY_KEY)?
        .query_row([key], row)
        .optional()
}

/// The greatest key.
pub(super) fn newest(connection: &Connection) -> rusqlite::Result<Key> {
    connection
        .prepare_cached(NEWEST)?
        .query_row([], |row| row.get(0))
}

/// A message by the network's id.
pub(super) fn by_network_id(
    connection: &Connection,
    line: &LineName,
    network_id: &str,
) -> rusqlite::Result<Option<MessageRow>> {
    connection
        .prepare_cached(BY_NETWORK_ID)?
        .query_row((line, network_id), row)
        .optional()
}

/// Counts what a line has in a slice of the index.
pub(super) fn count(
    connection: &Connection,
    line: &LineName,
    after: Key,
    limit: i64,
) -> rusqlite::Result<MessageTally> {
    let mut statement = connection.prepare_cached(COUNT)?;
    let mut groups = statement.query((line, after, limit))?;
    let (mut counts, mut read, mut last) = (Vec::new(), 0_i64, after);
    while let Some(group) = groups.next()? {
        let count: i64 = group.get(4)?;
        read += count;
        last = last.max(group.get(5)?);
        if group.get(0)? {
            counts.push(MessageCount {
                direction: group.get(1)?,
                kind: group.get(2)?,
                state: group.get(3)?,
                count: u64::try_from(count).unwrap_or_default(),
            });
        }
    }
    let next = (read >= limit).then_some(last);
    Ok(MessageTally { counts, next })
}

fn duplicate_is_conflict(error: rusqlite::Error) -> Stop {
    if is_duplicate(&error) {
        Stop::Refused(StoreError::Conflict)
    } else {
        error.into()
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        key: row.get(0)?,
        direction: row.get(1)?,
        state: row.get(2)?,
        created_ms: row.get(3)?,
        changed_ms: row.get(4)?,
        line: row.get(5)?,
        kind: row.get(6)?,
        wa_id: row.get(7)?,
        network_id: row.get(8)?,
        opaque: row.get(9)?,
    })
}
