//! Who owns the slots of a line.

use rusqlite::{Connection, OptionalExtension};

use super::batch::Stop;
use crate::name::{LineName, Slot, Token};

// By the primary key, all of them. All slots of a line change hands together, so slot 0 tells about all.
const NEWEST: &str = "SELECT token FROM lease WHERE line = ?1 AND slot = 0";
const NEXT: &str = "SELECT coalesce(max(token), 0) + 1 FROM lease WHERE line = ?1";
const TAKE: &str = "INSERT INTO lease (line, slot, token, node) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (line, slot) DO UPDATE SET token = excluded.token, node = excluded.node";
// Over the whole table.
const UNEVEN: &str =
    "SELECT line FROM lease GROUP BY line HAVING count(*) <> ?1 OR min(token) <> max(token)";

/// The newest owner's token, if the line ever had an owner.
pub(super) fn newest(connection: &Connection, line: &LineName) -> Result<Option<Token>, Stop> {
    let token = connection
        .prepare_cached(NEWEST)?
        .query_row([line], |row| row.get(0));
    Ok(token.optional()?)
}

/// Gives all slots of a line to a node, under a new token.
pub(super) fn take_over(
    connection: &Connection,
    line: &LineName,
    node: &str,
) -> Result<Token, Stop> {
    let token: Token = connection
        .prepare_cached(NEXT)?
        .query_row([line], |row| row.get(0))?;
    let mut take = connection.prepare_cached(TAKE)?;
    for slot in 0..Slot::COUNT {
        take.execute((line, slot, token, node))?;
    }
    Ok(token)
}

/// Lines whose slots do not have one owner.
pub(super) fn uneven(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(UNEVEN)?
        .query_map([Slot::COUNT], |row| row.get(0))?
        .collect()
}
