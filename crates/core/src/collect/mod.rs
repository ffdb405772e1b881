//! Garbage collection (`rest-api.md` 13.3 and 13.4): of messages that are long over, and of media files that nobody uses.
//!
//! - [`message`], [`media`]: what may go, and how it goes. [`pace`]: how much of the store they take.
//! - A collection that is asked for is a record in the store until its end is told: a restart takes it up again, and a
//!   second one cannot begin meanwhile.
//! - By itself, once a day, the core collects what the settings switch on; that is told nobody.

#[cfg(test)]
mod history;
mod media;
mod message;
mod named;
pub mod pace;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onprem::Code;
use onprem::notification::Notification;
use onprem::service::{GcError, Service};
use onprem::settings::ApplicationSettings;
use store::{Batch, Body, Change, Fence, Lane, StoreError, clock};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

pub use self::message::{PIECE, messages};
use self::pace::Pace;
use crate::line::Line;
use crate::record;

/// What nobody has used, or heard of, for so long may go, milliseconds: 30 days.
pub const KEPT_MS: i64 = 30 * DAY_MS;
/// Milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// After the start of a core, before it first collects by itself.
const FIRST: Duration = Duration::from_mins(10);
/// Between two collections by itself.
const EVERY: Duration = Duration::from_hours(24);
/// Between two tries to tell an end, in a store that fails.
const TELL_AGAIN: Duration = Duration::from_millis(500);

/// What is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The message index.
    Messages,
    /// Media files.
    Media,
}

impl Subject {
    /// As it stands in paths and notifications; the name of its record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "message",
            Self::Media => "media",
        }
    }

    /// Whether the settings want it collected without being asked.
    fn is_automatic(self, settings: &ApplicationSettings) -> bool {
        match self {
            Self::Messages => settings.collect_messages,
            Self::Media => settings.collect_media,
        }
    }
}

/// Why a collection broke off.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The media folder failed.
    #[error("the media folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
}

/// Where calls and the core's collectors meet in memory; the records in the store have the facts.
#[derive(Default)]
pub(crate) struct Doors {
    /// Cores at work in this process: one or none, two for an instant at most.
    cores: AtomicUsize,
    messages: Notify,
    media: Notify,
}

impl Doors {
    /// Whether a core is at work.
    pub(crate) fn is_open(&self) -> bool {
        self.cores.load(Ordering::Relaxed) > 0
    }

    /// Tells the collector that there may be something to do.
    pub(crate) fn knock(&self, subject: Subject) {
        self.of(subject).notify_one();
    }

    /// A core is at work until the guard goes.
    pub(crate) fn open(&self) -> Presence<'_> {
        self.cores.fetch_add(1, Ordering::Relaxed);
        Presence(self)
    }

    fn of(&self, subject: Subject) -> &Notify {
        match subject {
            Subject::Messages => &self.messages,
            Subject::Media => &self.media,
        }
    }
}

/// A core that is at work.
pub(crate) struct Presence<'a>(&'a Doors);

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.0.cores.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Collects what is asked for, and what is due by itself, one at a time. May be dropped at any instant.
pub(crate) async fn run(line: &Line, fence: &Fence, subject: Subject) {
    let door = line.signals.doors.of(subject);
    let mut due = Instant::now() + FIRST;
    loop {
        match is_asked_for(line, subject).await {
            Ok(true) => {
                asked_for(line, fence, subject).await;
                continue;
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(line = %line.config.name, %error, "what is to be collected cannot be read");
            }
        }
        tokio::select! {
            () = door.notified() => {}
            () = sleep_until(due) => {
                due += EVERY;
                // What is asked for goes first: it covers the same, faster.
                tokio::select! {
                    () = by_itself(line, subject) => {}
                    () = door.notified() => {}
                    () = switched_off(line, subject) => {}
                }
            }
        }
    }
}

async fn is_asked_for(line: &Line, subject: Subject) -> Result<bool, StoreError> {
    let found: Option<record::Collection> = line
        .records
        .get(&line.config.name, subject.as_str())
        .await?;
    Ok(found.is_some())
}

/// A collection that a call asked for, and the notification of its end.
async fn asked_for(line: &Line, fence: &Fence, subject: Subject) {
    let (gone, outcome) = collect(line, subject, Pace::ASKED_FOR).await;
    let name = &line.config.name;
    let error = outcome.err().map(|trouble| GcError {
        code: Code::INTERNAL,
        details: trouble.to_string(),
    });
    match &error {
        None => tracing::info!(line = %name, subject = subject.as_str(), gone, "collected"),
        Some(error) => {
            tracing::error!(line = %name, subject = subject.as_str(), gone, reason = error.details, "the collection broke off");
        }
    }
    let service = match subject {
        Subject::Messages => Service::message(gone, error),
        Subject::Media => Service::media(gone, error),
    };
    let notification = Notification {
        services: vec![service],
        ..Notification::default()
    };
    tell(line, fence, subject, &notification.to_bytes()).await;
}

/// The end and its notification are one batch: it is told once, however often the store or the core fails.
async fn tell(line: &Line, fence: &Fence, subject: Subject, notification: &[u8]) {
    loop {
        let name = &line.config.name;
        let mut changes = vec![
            line.records
                .delete::<record::Collection>(name, subject.as_str()),
        ];
        if line.has_webhook() {
            changes.push(Change::AppendCallback {
                line: name.clone(),
                lane: Lane::new(""),
                kind: "service",
                message: None,
                body: Body::Bytes(notification.to_vec()),
                at_ms: clock::now_ms(),
            });
        }
        let batch = Batch::of(changes).fenced(fence.clone());
        match line.store().apply(batch).await {
            Ok(_) => return,
            // Another core tells it, or the next start.
            Err(StoreError::Fenced | StoreError::Closed) => return std::future::pending().await,
            Err(error) => {
                tracing::error!(line = %name, %error, "the end of a collection cannot be told yet");
                sleep(TELL_AGAIN).await;
            }
        }
    }
}

/// The daily collection, if the settings want one.
async fn by_itself(line: &Line, subject: Subject) {
    if !subject.is_automatic(&line.settings()) {
        return;
    }
    let (gone, outcome) = collect(line, subject, Pace::BY_ITSELF).await;
    let name = &line.config.name;
    match outcome {
        Ok(()) if gone > 0 => {
            tracing::info!(line = %name, subject = subject.as_str(), gone, "collected");
        }
        Ok(()) => {}
        Err(trouble) => {
            tracing::warn!(line = %name, subject = subject.as_str(), gone, %trouble, "the daily collection broke off");
        }
    }
}

/// Resolves when the settings no longer want a collection.
async fn switched_off(line: &Line, subject: Subject) {
    let mut settings = line.watch_settings();
    let off = settings.wait_for(|settings| !subject.is_automatic(settings));
    if off.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// How many are gone, also when it broke off.
async fn collect(line: &Line, subject: Subject, pace: Pace) -> (u64, Result<(), Trouble>) {
    let now_ms = clock::now_ms();
    let mut gone = 0;
    let outcome = match subject {
        Subject::Messages => messages(line, now_ms, pace, &mut gone).await,
        Subject::Media => media::media(line, now_ms, pace, &mut gone).await,
    };
    (gone, outcome)
}
