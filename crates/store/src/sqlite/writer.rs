//! The one thread that writes, and its group commit.
//!
//! The writer takes all batches that wait, makes their changes in one transaction, commits, then answers all. While it
//! commits, the next group gathers; nothing waits for a timer, so a lone caller pays for one commit and a thousand
//! share one.

use std::fs::File;
use std::path::PathBuf;
use std::slice;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::batch::{self, Stop};
use super::{connection, lease};
use crate::StoreError;
use crate::batch::{Applied, Batch, Change, Outcome};
use crate::bell::Doorbells;
use crate::count::Activity;
use crate::name::LineName;

/// Batches that may wait for the writer, twice a group: one is being committed while the next gathers. Callers beyond
/// that wait their turn to hand in.
pub(super) const WAITING: usize = 1024;

/// Batches in one commit. More would not save much of a sync, and the first of them would wait for the last.
const GROUP: usize = 512;

/// What the writer is asked to do.
pub(super) struct Command {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Result<Applied, StoreError>>,
}

/// What can be done in the writer's transaction.
pub(super) enum Work {
    /// A batch.
    Batch(Batch),
    /// All slots of a line go to a node; the outcome is the token as a key.
    TakeOver(LineName, String),
}

impl Work {
    fn apply(&self, connection: &Connection) -> Result<Applied, Stop> {
        match self {
            Self::Batch(batch) => batch::apply(connection, batch),
            Self::TakeOver(line, node) => {
                lease::take_over(connection, line, node).map(|token| vec![Outcome::Key(token.0)])
            }
        }
    }

    fn needs_savepoint(&self) -> bool {
        match self {
            Self::Batch(batch) => batch::needs_savepoint(batch),
            Self::TakeOver(..) => false,
        }
    }

    fn changes(&self) -> &[Change] {
        match self {
            Self::Batch(batch) => &batch.changes,
            Self::TakeOver(..) => &[],
        }
    }
}

/// Why a whole group came to nothing.
struct Failure {
    error: StoreError,
    /// One of the group is to blame: the others may go through without it.
    spoiled: bool,
    /// The connection is better replaced.
    poisoned: bool,
}

impl Failure {
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
    fn of_all(error: rusqlite::Error) -> Self {
        Self {
            error: connection::refusal(&error),
            spoiled: false,
            poisoned: connection::is_poisoned(&error),
        }
    }
}

/// The writer's state.
pub(super) struct Writer {
    path: PathBuf,
    /// `None` after it was poisoned, until the next group.
    connection: Option<Connection>,
    bells: Arc<Doorbells>,
    activity: Arc<Activity>,
    /// The last group failed; said once, and once when it is over.
    failing: bool,
}

/// What ends with the writer, in this order.
pub(super) struct Ends {
    /// Closes when the readers' connections are closed.
    pub(super) readers: mpsc::Receiver<()>,
    /// The exclusive use of the file.
    pub(super) lock: File,
    /// Tells whoever closes the store.
    pub(super) gone: watch::Sender<()>,
}

impl Writer {
    /// A writer with its connection.
    pub(super) fn new(
        path: PathBuf,
        connection: Connection,
        bells: Arc<Doorbells>,
        activity: Arc<Activity>,
    ) -> Self {
        Self {
            path,
            connection: Some(connection),
            bells,
            activity,
            failing: false,
        }
    }

    /// Commits group after group until nobody can hand in any more.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>, mut ends: Ends) {
        let mut group = Vec::with_capacity(GROUP);
        while commands.blocking_recv_many(&mut group, GROUP) > 0 {
            self.settle(&mut group);
        }
        // The last connection to close copies the WAL into the database, and only this one may write.
        while ends.readers.blocking_recv().is_some() {}
        drop(self);
        drop(ends.lock);
        drop(ends.gone);
    }

    fn settle(&mut self, group: &mut Vec<Command>) {
        let began = Instant::now();
        let results = self.commit(group);
        self.activity.note_commit(group.len(), began.elapsed());
        let kept = group
            .iter()
            .zip(&results)
            .filter(|(_, result)| result.is_ok());
        // Before the answers: who was answered finds the bell rung.
        self.bells.ring(
            kept.flat_map(|(command, _)| command.work.changes())
                .filter_map(Change::rings),
        );
        for (command, result) in group.drain(..).zip(results) {
            // A caller that went away does not want it any more; the batch is applied all the same.
            drop(command.answer.send(result));
        }
    }

    /// One result per command, when all that could be applied is on disk.
    fn commit(&mut self, group: &[Command]) -> Vec<Result<Applied, StoreError>> {
        match self.together(group) {
            Ok(results) => {
                self.note_success();
                results
            }
            Err(failure) if failure.spoiled && group.len() > 1 => group
                .iter()
                .flat_map(|command| self.commit(slice::from_ref(command)))
                .collect(),
            Err(failure) => {
                self.note(&failure);
                group.iter().map(|_| Err(failure.error.clone())).collect()
            }
        }
    }

    /// Makes the changes of a group in one transaction; whatever goes wrong, none is left open.
    fn together(&mut self, group: &[Command]) -> Result<Vec<Result<Applied, StoreError>>, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connection::writer(&self.path).map_err(Failure::of_all)?,
        };
        let outcome = transact(&connection, group);
        let poisoned = outcome.as_ref().is_err_and(|failure| failure.poisoned);
        // `SQLite` itself rolls back after some errors, such as a full disk.
        let settled = connection.is_autocommit() || execute(&connection, ROLLBACK).is_ok();
        if settled && !poisoned {
            self.connection = Some(connection);
        }
        outcome
    }

    fn note(&mut self, failure: &Failure) {
        if !self.failing {
            tracing::error!(error = %failure.error, "the store cannot write");
            self.failing = true;
        }
    }

    fn note_success(&mut self) {
        if self.failing {
            tracing::info!("the store writes again");
            self.failing = false;
        }
    }
}

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";
const SAVEPOINT: &str = "SAVEPOINT batch";
const UNDO: &str = "ROLLBACK TO batch";
const RELEASE: &str = "RELEASE batch";

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(())?;
    Ok(())
}

/// One transaction for a group; where it fails, or its only batch is refused, it is left open for the caller to end.
fn transact(
    connection: &Connection,
    group: &[Command],
) -> Result<Vec<Result<Applied, StoreError>>, Failure> {
    execute(connection, BEGIN).map_err(Failure::of_all)?;
    let mut results = Vec::with_capacity(group.len());
    for command in group {
        // A lone batch that is refused takes the transaction with it.
        let guarded = group.len() > 1 && command.work.needs_savepoint();
        match apply(connection, &command.work, guarded) {
            Ok(applied) => results.push(Ok(applied)),
            Err(Stop::Refused(error)) if group.len() > 1 => results.push(Err(error)),
            Err(Stop::Refused(error)) => return Ok(vec![Err(error)]),
            Err(Stop::Broken { error, poisoned }) => {
                return Err(Failure {
                    error,
                    spoiled: true,
                    poisoned,
                });
            }
        }
    }
    execute(connection, COMMIT).map_err(Failure::of_all)?;
    Ok(results)
}

/// Applies one batch of a group; refused, it leaves nothing.
///
/// A savepoint copies each page that is changed under it, so only batches get one that may be refused half-way.
fn apply(connection: &Connection, work: &Work, guarded: bool) -> Result<Applied, Stop> {
    if !guarded {
        return work.apply(connection);
    }
    execute(connection, SAVEPOINT)?;
    let outcome = work.apply(connection);
    match outcome {
        Err(Stop::Broken { .. }) => return outcome,
        Err(Stop::Refused(_)) => execute(connection, UNDO)?,
        Ok(_) => {}
    }
    execute(connection, RELEASE)?;
    outcome
}

#[cfg(test)]
mod tests;
