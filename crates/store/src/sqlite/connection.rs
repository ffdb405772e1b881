//! Connections to the file and what their errors mean.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use crate::StoreError;

/// How long a statement waits for somebody outside (a `sqlite3` shell, a backup) who holds the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than there are statements, so that each is prepared once.
const STATEMENTS: usize = 64;

/// What the writing connection is set to.
///
/// - `synchronous=FULL`: each commit syncs the WAL; with less, a power loss takes back what was acknowledged.
/// - The WAL cannot grow without end. `SQLite` itself copies it into the database after the commit that takes it past
///   1,000 pages (4 MB) and starts it afresh with the next commit that finds no reader in it. Our readers hold a
///   snapshot for the length of one short read, so such a moment always comes; only [`check`](super) reads long, and
///   the growth during it is taken back by `journal_size_limit`.
/// - 2 MB of page cache hold the ends of the queues and the hot inner pages; the whole process idles below 40 MB.
/// - `temp_store=MEMORY`: savepoints keep old pages in memory instead of in a file.
const WRITER: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    PRAGMA cache_size = -2000;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 8388608;
";

/// What a reading connection is set to: a small cache, since most of what is read was just written and is in the
/// system's own cache.
const READER: &str = "
    PRAGMA cache_size = -512;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
";

/// A connection that may write. The file exists already (perhaps empty).
pub(super) fn writer(path: &Path) -> rusqlite::Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER)
}

fn connect(path: &Path, access: OpenFlags, settings: &str) -> rusqlite::Result<Connection> {
    // Each connection stays on one thread, so it needs no mutex of its own.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(settings)?;
    Ok(connection)
}

/// What an error of the database means to the caller.
pub(super) fn refusal(error: &rusqlite::Error) -> StoreError {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, SqliteFailure,
        Utf8Error,
    };
    match error {
        SqliteFailure(cause, _) if is_full(*cause) => StoreError::Full,
        FromSqlConversionFailure(..)
        | IntegralValueOutOfRange(..)
        | InvalidColumnType(..)
        | Utf8Error(..) => StoreError::Damaged(error.to_string()),
        _ => StoreError::Backend(error.to_string()),
    }
}

/// The disk is full, or there was no room for the WAL's index.
fn is_full(cause: ffi::Error) -> bool {
    cause.code == ErrorCode::DiskFull || cause.extended_code == ffi::SQLITE_IOERR_SHMSIZE
}

/// Whether a row with the same unique columns exists.
pub(super) fn is_duplicate(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Whether a connection that said this is better replaced: what it has cached may not be what is on disk.
pub(super) fn is_poisoned(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::ApiMisuse
                | ErrorCode::InternalMalfunction
        )
    )
}
