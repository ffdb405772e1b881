//! The database of the mailbox: all of its SQL.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _};
use store::clock;

use super::{DepotError, Item, Parcel, Standing};

/// `synchronous=FULL`: 200 is answered for what a power loss does not take back.
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 8388608;
";

/// `mail` is what is kept; `known` tells repetitions, also of what has gone to a core; `app` is what a core told.
const SCHEMA: &str = "
    CREATE TABLE mail (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kept_ms INTEGER NOT NULL,
        events INTEGER NOT NULL,
        refused INTEGER NOT NULL DEFAULT 0,
        sealed BLOB NOT NULL) STRICT;
    CREATE INDEX mail_refused ON mail (seq) WHERE refused = 1;
    CREATE TABLE known (digest BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX known_seq ON known (seq);
    CREATE TABLE app (app_id TEXT PRIMARY KEY, verify_token BLOB NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
";
const VERSION: i64 = 1;

const KNOWN: &str = "SELECT 1 FROM known WHERE digest = ?1";
const APPEND: &str = "INSERT INTO mail (kept_ms, events, sealed) VALUES (?1, ?2, ?3)";
const REMEMBER: &str = "INSERT INTO known (digest, seq) VALUES (?1, ?2)";
// By `known_seq`.
const FORGET: &str = "DELETE FROM known WHERE seq <= ?1";
// By the primary key, as everything below but for the refused ones.
const AFTER: &str = "SELECT seq, sealed FROM mail WHERE seq > ?1 ORDER BY seq";
const REFUSE: &str = "UPDATE mail SET refused = 1 WHERE seq = ?1";
const ACKNOWLEDGE: &str = "DELETE FROM mail WHERE seq > ?1 AND seq < ?2 RETURNING events, refused";
const OF_ONE: &str = "SELECT refused FROM mail WHERE seq = ?1";
// By `mail_refused`, oldest first.
const REFUSED: &str =
    "SELECT seq, kept_ms, events, length(sealed) FROM mail WHERE refused = 1 ORDER BY seq DESC";
const DROP: &str = "DELETE FROM mail WHERE seq = ?1";
const COUNT: &str = "SELECT count(*), coalesce(sum(events), 0), coalesce(sum(refused), 0), coalesce(max(seq), 0) FROM mail";
const OLDEST: &str = "SELECT kept_ms FROM mail ORDER BY seq LIMIT 1";

/// How many webhooks that have gone to a core are still told as repetitions.
const REMEMBERED: i64 = 100_000;
/// What a core refused is kept this long: it may be the core that is wrong. The network itself forgets after seven days.
const REFUSED_MS: i64 = 8 * 24 * 3600 * 1000;
/// The share of the bound that what was refused may take, percent; the oldest goes first.
const REFUSED_SHARE: u64 = 10;
/// Pages that a webhook may need beside its own bytes.
const SLACK_PAGES: u64 = 8;

/// The open database.
pub(super) struct Table {
    connection: Connection,
    max_bytes: u64,
    page_size: u64,
    counted: Counted,
}

/// What is counted along, so that nobody has to read the whole table.
#[derive(Clone, Copy, Default)]
struct Counted {
    webhooks: u64,
    events: u64,
    refused: u64,
    newest: u64,
}

impl Counted {
    /// One webhook less, with so many events; `refused` is 1 for one that was refused.
    fn lose(&mut self, events: u64, refused: u64) {
        self.refused = self.refused.saturating_sub(refused);
        self.webhooks = self.webhooks.saturating_sub(1);
        self.events = self.events.saturating_sub(events);
    }
}

impl Table {
    pub(super) fn open(path: &Path, max_bytes: u64) -> Result<Self, DepotError> {
        private(path)?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(SETTINGS)?;
        let version: i64 = pragma(&connection, "PRAGMA user_version")?;
        match version {
            0 => connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))?,
            VERSION => {}
            newer => return Err(DepotError::TooNew(newer)),
        }
        let page_size = unsigned(pragma(&connection, "PRAGMA page_size")?);
        let mut table = Self {
            connection,
            max_bytes,
            page_size,
            counted: Counted::default(),
        };
        table.recount()?;
        Ok(table)
    }

    /// Counts anew: at the start, and after a transaction that came to nothing.
    pub(super) fn recount(&mut self) -> Result<(), DepotError> {
        self.counted = self
            .connection
            .prepare_cached(COUNT)?
            .query_row((), |row| {
                Ok(Counted {
                    webhooks: unsigned(row.get(0)?),
                    events: unsigned(row.get(1)?),
                    refused: unsigned(row.get(2)?),
                    newest: unsigned(row.get(3)?),
                })
            })?;
        Ok(())
    }

    /// One transaction around everything that `work` does.
    pub(super) fn transaction(&mut self, work: impl FnOnce(&mut Self)) -> Result<(), DepotError> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        work(self);
        let committed = self.connection.execute_batch("COMMIT");
        if committed.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        if committed.is_err() {
            self.recount()?;
        }
        Ok(committed?)
    }

    pub(super) fn keep(&mut self, parcel: &Parcel) -> Result<(), DepotError> {
        let known = self
            .connection
            .prepare_cached(KNOWN)?
            .query_row([&parcel.digest], |_| Ok(()))
            .optional()?;
        if known.is_some() {
            return Ok(());
        }
        let needed = u64::try_from(parcel.sealed.len()).unwrap_or(u64::MAX);
        let needed = needed.saturating_add(SLACK_PAGES * self.page_size);
        if self.bytes()?.saturating_add(needed) > self.max_bytes {
            return Err(DepotError::Full);
        }
        self.connection.prepare_cached(APPEND)?.execute((
            parcel.kept_ms,
            parcel.events,
            &parcel.sealed,
        ))?;
        let seq = self.connection.last_insert_rowid();
        self.connection
            .prepare_cached(REMEMBER)?
            .execute((&parcel.digest, seq))?;
        self.connection
            .prepare_cached(FORGET)?
            .execute([seq - REMEMBERED])?;
        self.counted.webhooks += 1;
        self.counted.events += u64::from(parcel.events);
        self.counted.newest = unsigned(seq);
        Ok(())
    }

    pub(super) fn after(
        &self,
        seq: u64,
        rows: usize,
        bytes: usize,
    ) -> Result<Vec<Item>, DepotError> {
        let (mut items, mut length) = (Vec::new(), 0);
        let mut statement = self.connection.prepare_cached(AFTER)?;
        let mut found = statement.query([signed(seq)])?;
        while items.len() < rows && length < bytes {
            let Some(row) = found.next()? else { break };
            let sealed: Vec<u8> = row.get(1)?;
            length += sealed.len();
            items.push(Item {
                seq: unsigned(row.get(0)?),
                sealed: Bytes::from(sealed),
            });
        }
        Ok(items)
    }

    /// A core has what comes after `from`, up to `up_to`, but for what it refused. What an earlier core refused and
    /// this one took is gone, too.
    pub(super) fn settle(
        &mut self,
        from: u64,
        up_to: u64,
        mut refused: Vec<u64>,
    ) -> Result<(), DepotError> {
        refused.retain(|seq| *seq > from && *seq <= up_to);
        refused.sort_unstable();
        let mut from = from;
        for seq in &refused {
            self.acknowledge(from, *seq)?;
            self.refuse(*seq)?;
            from = *seq;
        }
        self.acknowledge(from, up_to.saturating_add(1))?;
        if !refused.is_empty() {
            self.drop_refused(clock::now_ms())?;
        }
        Ok(())
    }

    fn refuse(&mut self, seq: u64) -> Result<(), DepotError> {
        let was: Option<i64> = self
            .connection
            .prepare_cached(OF_ONE)?
            .query_row([signed(seq)], |row| row.get(0))
            .optional()?;
        if was == Some(0) {
            self.connection
                .prepare_cached(REFUSE)?
                .execute([signed(seq)])?;
            self.counted.refused += 1;
        }
        Ok(())
    }

    /// Strikes off what is between two numbers, both excluded.
    fn acknowledge(&mut self, from: u64, before: u64) -> Result<(), DepotError> {
        let mut statement = self.connection.prepare_cached(ACKNOWLEDGE)?;
        let mut gone = statement.query([signed(from), signed(before)])?;
        while let Some(row) = gone.next()? {
            self.counted
                .lose(unsigned(row.get(0)?), unsigned(row.get(1)?));
        }
        Ok(())
    }

    /// What was refused does not fill the mailbox: it is kept for a while, and in its share.
    pub(super) fn drop_refused(&mut self, now_ms: i64) -> Result<(), DepotError> {
        let room = self.max_bytes / 100 * REFUSED_SHARE;
        let mut taken = 0;
        let mut dropped = Vec::new();
        {
            let mut statement = self.connection.prepare_cached(REFUSED)?;
            let mut newest_first = statement.query(())?;
            while let Some(row) = newest_first.next()? {
                let (seq, kept_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
                taken += unsigned(row.get(3)?);
                if now_ms - kept_ms > REFUSED_MS || taken > room {
                    dropped.push((seq, unsigned(row.get(2)?)));
                }
            }
        }
        for (seq, events) in &dropped {
            self.connection.prepare_cached(DROP)?.execute([seq])?;
            self.counted.lose(*events, 1);
        }
        if !dropped.is_empty() {
            let webhooks = dropped.len();
            tracing::warn!(
                webhooks,
                "webhooks that a core had refused are dropped for good"
            );
        }
        Ok(())
    }

    pub(super) fn apps(&self) -> Result<Vec<(String, [u8; 32])>, DepotError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT app_id, verify_token FROM app")?;
        let apps = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(apps.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn set_apps(&self, apps: &[(String, [u8; 32])]) -> Result<(), DepotError> {
        self.connection.execute("DELETE FROM app", ())?;
        for (app_id, verify_token) in apps {
            self.connection.execute(
                "INSERT OR REPLACE INTO app (app_id, verify_token) VALUES (?1, ?2)",
                (app_id, verify_token),
            )?;
        }
        Ok(())
    }

    pub(super) fn standing(&self) -> Result<Standing, DepotError> {
        let oldest_ms = self
            .connection
            .prepare_cached(OLDEST)?
            .query_row((), |row| row.get(0))
            .optional()?;
        let Counted {
            webhooks,
            events,
            refused,
            newest,
        } = self.counted;
        Ok(Standing {
            webhooks,
            events,
            refused,
            newest,
            oldest_ms,
            bytes: self.bytes()?,
            max_bytes: self.max_bytes,
            is_failing: false,
        })
    }

    /// What is in use of the file: pages that are free are used again.
    fn bytes(&self) -> Result<u64, DepotError> {
        let pages = pragma(&self.connection, "PRAGMA page_count")?;
        let free = pragma(&self.connection, "PRAGMA freelist_count")?;
        Ok(unsigned(pages.saturating_sub(free)).saturating_mul(self.page_size))
    }
}

/// Makes the file if there is none, for its owner only (the journal inherits that). An empty file is an empty database.
fn private(path: &Path) -> Result<(), DepotError> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(path);
    made.map(drop)
        .map_err(|error| DepotError::Database(format!("{}: {error}", path.display())))
}

fn pragma(connection: &Connection, text: &str) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(text)?
        .query_row((), |row| row.get(0))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
