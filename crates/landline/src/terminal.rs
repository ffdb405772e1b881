//! What the program says to its user: stdout, coloured where that is wanted, never in anybody's way.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::mpsc;
use std::time::Duration;

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

/// Texts that wait for a slow reader of stdout; more are dropped (the queue's memory is taken at once).
const WAITING_TEXTS: usize = 4096;

/// The user's terminal. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    writer: NonBlocking,
    colour: bool,
}

impl Terminal {
    /// Stdout, by way of a thread of its own: a reader that stops reading stops nothing here.
    pub(crate) fn stdout() -> (Self, WorkerGuard) {
        let (writer, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(WAITING_TEXTS)
            .thread_name("terminal")
            .finish(std::io::stdout());
        let colour =
            anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        (Self { writer, colour }, guard)
    }

    /// Prints a text, which may be styled, and a line end.
    pub(crate) fn say(&self, text: &str) {
        let line = if self.colour {
            format!("{text}\n")
        } else {
            format!("{}\n", anstream::adapter::strip_str(text))
        };
        // The writer takes or drops; a stdout that is gone is no reason to end.
        self.writer.clone().write_all(line.as_bytes()).ok();
    }
}

/// A stranger's text on one line: line ends become `⏎`, other control characters (a terminal would obey them) are
/// written out.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => line.push('⏎'),
            '\t' => line.push(' '),
            control if control.is_control() => line.extend(control.escape_default()),
            other => line.push(other),
        }
    }
    Cow::Owned(line)
}

/// Writes what waits, within a limit: a reader that has stopped reading must not hold the end of the program.
pub(crate) fn flush(guards: Vec<WorkerGuard>, limit: Duration) {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        drop(guards);
        done.send(()).ok();
    });
    wait.recv_timeout(limit).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_steer_the_terminal() {
        assert_eq!(printable("a\nb\u{1b}[31mc"), "a⏎b\\u{1b}[31mc");
        assert_eq!(printable("é 你好"), "é 你好");
    }
}
