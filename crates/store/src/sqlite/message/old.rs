//! Messages that nobody needs any more: found in short reads, and taken out when that still holds.

use rusqlite::Connection;

use crate::name::{Key, LineName};
use crate::row::OldMessages;
use crate::sqlite::batch::Stop;

/// What makes a message old and not pending, of line `?1` before `?2`: by the indexes of what waits alone.
macro_rules! old {
    () => {
        "line = ?1 AND (direction = 1 OR state > 0) AND coalesce(changed_ms, created_ms) < ?2
        AND NOT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_message
            WHERE outbox.message = message.key)
        AND NOT EXISTS (SELECT 1 FROM callback INDEXED BY callback_message
            WHERE callback.message = message.key)
        AND NOT EXISTS (SELECT 1 FROM inbox INDEXED BY inbox_about
            WHERE inbox.line = message.line AND inbox.about = message.network_id)"
    };
}

// By the primary key, all of them.
const LOOKED_AT: &str = "SELECT count(*), max(key) FROM
    (SELECT key FROM message WHERE key > ?1 ORDER BY key LIMIT ?2)";
const FIND: &str = concat!(
    "SELECT key FROM message WHERE key > ?3 AND key <= ?4 AND ",
    old!(),
    " ORDER BY key"
);
const COLLECT: &str = concat!("DELETE FROM message WHERE key = ?3 AND ", old!());

/// Old messages among the next ones after a key.
pub(in crate::sqlite) fn old(
    connection: &Connection,
    line: &LineName,
    after: Key,
    before_ms: i64,
    limit: i64,
) -> rusqlite::Result<OldMessages> {
    let snapshot = connection.unchecked_transaction()?;
    let (rows, last): (i64, Option<Key>) = snapshot
        .prepare_cached(LOOKED_AT)?
        .query_row((after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last else {
        return Ok(OldMessages::default());
    };
    let keys = snapshot
        .prepare_cached(FIND)?
        .query_map((line, before_ms, after, last), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(OldMessages {
        keys,
        next: (rows == limit).then_some(last),
    })
}

/// Takes out those of some messages that are old; how many.
pub(in crate::sqlite) fn collect(
    connection: &Connection,
    line: &LineName,
    messages: &[Key],
    before_ms: i64,
) -> Result<usize, Stop> {
    let mut statement = connection.prepare_cached(COLLECT)?;
    let mut gone = 0;
    for key in messages {
        gone += statement.execute((line, before_ms, key))?;
    }
    Ok(gone)
}
