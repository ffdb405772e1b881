//! The embedded backend: one file, one thread that writes, two that read.
//!
//! All SQL of a subject is in the file of its name.

mod batch;
mod callback;
mod connection;
mod inbox;
mod lease;
mod message;
mod migration;
mod outbox;
mod reader;
mod record;
mod seen;
mod stray;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use self::connection::refusal;
use self::reader::Read;
use self::writer::{Command, Ends, Work, Writer};
use crate::batch::{Applied, Batch, Outcome};
use crate::bell::Doorbells;
use crate::count::{About, Activity, MOST_STRAYS, MessageTally, RecordTally};
use crate::name::{Key, LineName, Token};
use crate::row::{CallbackRow, InboxRow, MessageRow, OldMessages, OutboxRow, Queue, Ref, StrayRow};
use crate::{BoxFuture, NamedValue, SharedStore, Store, StoreError, file};

/// Opens (or makes) the database file, runs migrations, starts the writer and the readers.
///
/// The file has one user at a time: `Locked` when another process (or another store in this one) has it. `TooNew` when
/// a newer program was here. The store may be dropped without [`Store::close`]; then its threads finish what was
/// handed in and free the file a little later. Blocks on the disk: not for async threads.
pub fn open(path: &Path) -> Result<SharedStore, StoreError> {
    let lock = lock(path)?;
    create(path)?;
    let opened = |error: rusqlite::Error| match refusal(&error) {
        StoreError::Backend(why) => {
            StoreError::Backend(format!("cannot open {}: {why}", path.display()))
        }
        other => other,
    };
    let mut connection = connection::writer(path).map_err(opened)?;
    migration::run(&mut connection)?;

    let (bells, activity) = (Arc::new(Doorbells::new()), Arc::new(Activity::new()));
    let (reads, questions) = mpsc::channel(reader::WAITING);
    let (alive, readers) = mpsc::channel(1);
    let questions = reader::shared(questions);
    for number in 0..reader::THREADS {
        let connection = connection::reader(path).map_err(opened)?;
        let (questions, alive) = (Arc::clone(&questions), alive.clone());
        spawn(format!("store-reader-{number}"), move || {
            reader::run(connection, &questions, alive);
        })?;
    }
    drop(alive);

    let (commands, handed_in) = mpsc::channel(writer::WAITING);
    let (ended, gone) = watch::channel(());
    let writer = Writer::new(
        path.to_owned(),
        connection,
        Arc::clone(&bells),
        Arc::clone(&activity),
    );
    let ends = Ends {
        readers,
        lock,
        gone: ended,
    };
    spawn("store-writer".into(), move || writer.run(handed_in, ends))?;

    Ok(Arc::new(SqliteStore {
        commands: Mutex::new(Some(commands)),
        reads: Mutex::new(Some(reads)),
        bells,
        activity,
        gone,
    }))
}

/// Takes the lock that lives as long as the store; the kernel frees it however the process ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = file::private()
        .create(true)
        .truncate(false)
        .open(&name)
        .map_err(|error| file::refusal("open the lock file", &name, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(file::refusal("lock", &name, &error)),
    }
}

/// Makes the file if there is none, for its owner only (the WAL inherits that), and makes its name durable. An empty
/// file is an empty database.
fn create(path: &Path) -> Result<(), StoreError> {
    let made = file::private().create(true).truncate(false).open(path);
    made.map_err(|error| file::refusal("open", path, &error))?;
    // Each time: the one who made it may have died before it came to this.
    file::sync_directory_of(path)
        .map_err(|error| file::refusal("sync the directory of", path, &error))
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let spawned = thread::Builder::new().name(name).spawn(work);
    spawned
        .map(|_| ())
        .map_err(|error| StoreError::Backend(format!("cannot start a thread: {error}")))
}

struct SqliteStore {
    /// `None` once the store is closing.
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    /// `None` once the store is closing.
    reads: Mutex<Option<mpsc::Sender<Read>>>,
    bells: Arc<Doorbells>,
    activity: Arc<Activity>,
    /// Its sender goes when the file is free.
    gone: watch::Receiver<()>,
}

/// A sender for one call; while a caller holds one, the other end waits for what it hands in.
fn sender<T>(of: &Mutex<Option<mpsc::Sender<T>>>) -> Result<mpsc::Sender<T>, StoreError> {
    let sender = of.lock().unwrap_or_else(PoisonError::into_inner);
    sender.clone().ok_or(StoreError::Closed)
}

fn shut<T>(of: &Mutex<Option<mpsc::Sender<T>>>) {
    of.lock().unwrap_or_else(PoisonError::into_inner).take();
}

impl SqliteStore {
    async fn write(&self, work: Work) -> Result<Applied, StoreError> {
        let began = Instant::now();
        let result = self.hand_in(work).await;
        self.activity.note(began, &result);
        result
    }

    async fn hand_in(&self, work: Work) -> Result<Applied, StoreError> {
        let (answer, answered) = oneshot::channel();
        let commands = sender(&self.commands)?;
        if commands.send(Command { work, answer }).await.is_err() {
            return Err(StoreError::Closed);
        }
        drop(commands);
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        let (answer, answered) = oneshot::channel();
        let read: Read = Box::new(move |connection| {
            let result = question(connection).map_err(|error| refusal(&error));
            // The caller may have gone away.
            drop(answer.send(result));
        });
        Box::pin(async move {
            let began = Instant::now();
            let result = match self.ask(read).await {
                Ok(()) => answered.await.unwrap_or(Err(StoreError::Closed)),
                Err(error) => Err(error),
            };
            self.activity.note(began, &result);
            result
        })
    }

    async fn ask(&self, read: Read) -> Result<(), StoreError> {
        let reads = sender(&self.reads)?;
        reads.send(read).await.map_err(|_| StoreError::Closed)
    }

    /// Rows by their keys, in one snapshot.
    fn rows<T: Send + 'static>(
        &self,
        keys: Vec<Key>,
        by_key: fn(&Connection, Key) -> rusqlite::Result<Option<T>>,
    ) -> BoxFuture<'_, Result<Vec<T>, StoreError>> {
        self.read(move |connection| {
            let snapshot = connection.unchecked_transaction()?;
            let found = keys
                .into_iter()
                .filter_map(|key| by_key(&snapshot, key).transpose());
            found.collect()
        })
    }
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

impl Store for SqliteStore {
    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<Applied, StoreError>> {
        Box::pin(self.write(Work::Batch(batch)))
    }

    fn take(
        &self,
        queue: Queue,
        line: &LineName,
        after: Key,
        rows: usize,
    ) -> BoxFuture<'_, Result<Vec<Ref>, StoreError>> {
        let (line, limit) = (line.clone(), limit(rows));
        self.read(move |connection| match queue {
            Queue::Outbox => outbox::take(connection, &line, after, limit),
            Queue::Inbox => inbox::take(connection, &line, after, limit),
            Queue::Callbacks => callback::take(connection, &line, after, limit),
        })
    }

    fn outbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.rows(keys, outbox::by_key)
    }

    fn inbox(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<InboxRow>, StoreError>> {
        self.rows(keys, inbox::by_key)
    }

    fn callbacks(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<Vec<CallbackRow>, StoreError>> {
        self.rows(keys, callback::by_key)
    }

    fn outbox_of(&self, message: Key) -> BoxFuture<'_, Result<Option<OutboxRow>, StoreError>> {
        self.read(move |connection| outbox::by_message(connection, message))
    }

    fn message(&self, key: Key) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        self.read(move |connection| message::by_key(connection, key))
    }

    fn newest_message(&self) -> BoxFuture<'_, Result<Key, StoreError>> {
        self.read(message::newest)
    }

    fn message_by_network_id(
        &self,
        line: &LineName,
        network_id: &str,
    ) -> BoxFuture<'_, Result<Option<MessageRow>, StoreError>> {
        let (line, network_id) = (line.clone(), network_id.to_owned());
        self.read(move |connection| message::by_network_id(connection, &line, &network_id))
    }

    fn old_messages(
        &self,
        line: &LineName,
        after: Key,
        before_ms: i64,
        rows: usize,
    ) -> BoxFuture<'_, Result<OldMessages, StoreError>> {
        let (line, limit) = (line.clone(), limit(rows));
        self.read(move |connection| message::old(connection, &line, after, before_ms, limit))
    }

    fn depth(&self, queue: Queue, line: &LineName) -> BoxFuture<'_, Result<u64, StoreError>> {
        let line = line.clone();
        self.read(move |connection| {
            let rows = match queue {
                Queue::Outbox => outbox::depth(connection, &line),
                Queue::Inbox => inbox::depth(connection, &line),
                Queue::Callbacks => callback::depth(connection, &line),
            };
            rows.map(|rows| u64::try_from(rows).unwrap_or_default())
        })
    }

    fn record(
        &self,
        line: &LineName,
        kind: &'static str,
        name: &str,
    ) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>> {
        let (line, name) = (line.clone(), name.to_owned());
        self.read(move |connection| record::by_name(connection, &line, kind, &name))
    }

    fn records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        rows: usize,
    ) -> BoxFuture<'_, Result<Vec<NamedValue>, StoreError>> {
        let (line, after, limit) = (line.clone(), after.to_owned(), limit(rows));
        self.read(move |connection| record::page(connection, &line, kind, &after, limit))
    }

    fn count_messages(
        &self,
        line: &LineName,
        after: Key,
        rows: usize,
    ) -> BoxFuture<'_, Result<MessageTally, StoreError>> {
        let (line, limit) = (line.clone(), limit(rows));
        self.read(move |connection| message::count(connection, &line, after, limit))
    }

    fn count_records(
        &self,
        line: &LineName,
        kind: &'static str,
        after: &str,
        rows: usize,
    ) -> BoxFuture<'_, Result<RecordTally, StoreError>> {
        let (line, after, limit) = (line.clone(), after.to_owned(), limit(rows));
        self.read(move |connection| record::count(connection, &line, kind, &after, limit))
    }

    fn about(&self) -> BoxFuture<'_, Result<About, StoreError>> {
        self.read(about)
    }

    fn activity(&self) -> &Activity {
        &self.activity
    }

    fn strays(&self, after: Key, rows: usize) -> BoxFuture<'_, Result<Vec<StrayRow>, StoreError>> {
        let limit = limit(rows);
        self.read(move |connection| stray::after(connection, after, limit))
    }

    fn take_over(&self, line: &LineName, node: &str) -> BoxFuture<'_, Result<Token, StoreError>> {
        let work = Work::TakeOver(line.clone(), node.to_owned());
        Box::pin(async move {
            match self.write(work).await?.first() {
                Some(Outcome::Key(token)) => Ok(Token(*token)),
                _ => Err(StoreError::Backend("taking over gave no token".into())),
            }
        })
    }

    fn doorbell(&self, queue: Queue) -> watch::Receiver<u64> {
        self.bells.listen(queue)
    }

    fn check(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        self.read(check)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            shut(&self.commands);
            shut(&self.reads);
            let mut gone = self.gone.clone();
            // Nothing is ever sent: it ends when the writer drops its end.
            while gone.changed().await.is_ok() {}
        })
    }
}

fn about(connection: &Connection) -> rusqlite::Result<About> {
    let number = |pragma| connection.query_row(pragma, (), |row| row.get::<_, i64>(0));
    let bytes = number("PRAGMA page_count")?.saturating_mul(number("PRAGMA page_size")?);
    Ok(About {
        engine: "SQLITE",
        version: rusqlite::version().to_owned(),
        schema: migration::version(connection)?,
        bytes: u64::try_from(bytes).unwrap_or_default(),
        strays: stray::count(connection, MOST_STRAYS)?,
    })
}

/// Looks at every page of the file, then at what must be true among our own rows.
fn check(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut findings: Vec<String> = connection
        .prepare("PRAGMA integrity_check")?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    findings.retain(|finding| finding != "ok");
    let orphans = outbox::orphans(connection)?;
    findings.extend(
        orphans
            .iter()
            .map(|key| format!("outbox row {key} has no message")),
    );
    let uneven = lease::uneven(connection)?;
    findings.extend(
        uneven
            .iter()
            .map(|line| format!("the slots of line {line} have several owners")),
    );
    Ok(findings)
}
