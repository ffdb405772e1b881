//! The threads that read, each with its own read-only connection.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::mpsc;

/// How many threads read. Two, so that a long check does not hold up the rest.
pub(super) const THREADS: usize = 2;

/// Reads that may wait; callers beyond that wait their turn to ask.
pub(super) const WAITING: usize = 256;

/// One question, which answers on its own. A statement begun now sees everything committed before.
pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Answers questions until nobody can ask any more. `alive` is dropped when the connection is closed.
pub(super) fn run(
    connection: Connection,
    reads: &Mutex<mpsc::Receiver<Read>>,
    alive: mpsc::Sender<()>,
) {
    loop {
        // The lock is for waiting only: whoever gets a question lets the next thread wait.
        let read = reads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        match read {
            Some(read) => read(&connection),
            None => break,
        }
    }
    drop(connection);
    drop(alive);
}

/// The receiving end that the threads share.
pub(super) fn shared(reads: mpsc::Receiver<Read>) -> Arc<Mutex<mpsc::Receiver<Read>>> {
    Arc::new(Mutex::new(reads))
}
