//! The line's connection: one [`session`] after the other, as long as a number is registered.

mod identity_check;
mod session;

use std::sync::Arc;
use std::time::Duration;

use onprem::Code;
use store::StoreError;
use tokio_util::sync::CancellationToken;

use self::session::Session;
use crate::alert::Alert;
use crate::line::{Line, LineState};

/// Why a session ended, or did not begin.
enum End {
    /// Somebody has to do something about it here.
    Disconnected(String),
    /// The network refuses the line's credentials.
    Refused(String),
    /// The network knows the number and does not let it send.
    Blocked(String),
    /// No number is registered here, or upstream.
    Unregistered(String),
    /// The network cannot be reached.
    Unreachable(String),
    /// The line was given another number's upstream.
    Moved,
    /// The store's doing.
    Store(StoreError),
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl End {
    /// Tells those who have to know: the webhook and the pager.
    fn report(&self, line: &Line) {
        match self {
            Self::Refused(reason) => {
                line.alert(Alert::CredentialsRefused, reason);
                line.tell(Code::ACCESS, reason);
            }
            Self::Blocked(reason) | Self::Unregistered(reason) => {
                line.alert(Alert::NumberBlocked, reason);
                line.tell(Code::NOT_READY, reason);
            }
            Self::Disconnected(reason) | Self::Unreachable(reason) => {
                line.tell(Code::NOT_READY, reason);
            }
            Self::Moved => {}
            Self::Store(error) => line.note_store_trouble(error),
        }
    }
}

/// After a store that failed.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// Keeps the line connected until `stop`.
pub(crate) async fn run(line: Arc<Line>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = connect_for_ever(&line) => {}
    }
    *line.signals.offline() = None;
    line.set_state(LineState::Disconnected {
        reason: "the core is stopped".to_owned(),
    });
}

async fn connect_for_ever(line: &Arc<Line>) {
    let mut numbers = line.number.subscribe();
    let mut renewals = line.signals.renewed.subscribe();
    let mut failures = Failures::default();
    loop {
        renewals.mark_unchanged();
        let registered = numbers.borrow_and_update().is_some();
        if !registered {
            line.set_state(LineState::Unregistered);
            failures = Failures::default();
            if numbers.changed().await.is_err() {
                return;
            }
            continue;
        }
        let session = Session::new(line);
        let end = tokio::select! {
            end = session.run(failures.in_a_row > 0) => Some(end),
            _ = numbers.changed() => None,
        };
        *line.signals.offline() = None;
        let Some(end) = end else {
            // Deregistered, or registered anew: a session is one registration's.
            failures = Failures::default();
            continue;
        };
        let Some(pause) = ended(line, end, &mut failures).await else {
            continue;
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = numbers.changed() => {}
            // Other credentials: what went wrong with the old ones is past.
            _ = renewals.changed() => failures = Failures::default(),
        }
    }
}

/// A session has ended: who has to know is told. How long to wait before the next one; `None` for not at all.
async fn ended(line: &Line, end: End, failures: &mut Failures) -> Option<Duration> {
    let was_connected = matches!(line.state(), LineState::Ready | LineState::Starting(_));
    failures.note(was_connected, line.signals.steady_ms());
    end.report(line);
    match end {
        End::Unreachable(trouble) => {
            if failures.is_news(&trouble) {
                tracing::warn!(line = %line.config.name, reason = trouble, "not connected");
            }
            line.set_state(LineState::Connecting {
                trouble: Some(trouble),
            });
            Some(Duration::from_millis(100 << failures.in_a_row.min(5)))
        }
        End::Disconnected(reason) | End::Refused(reason) | End::Blocked(reason) => {
            if failures.is_news(&reason) {
                tracing::error!(line = %line.config.name, reason, "disconnected");
            }
            line.set_state(LineState::Disconnected { reason });
            let heartbeat = line.settings().heartbeat_interval.clamp(1, 60);
            // Management calls are few by the hour: a refusal that lasts is asked about once a minute.
            let pause = Duration::from_secs(u64::from(heartbeat) << failures.disconnected().min(4));
            Some(pause.min(Duration::from_mins(1)))
        }
        End::Store(error) => {
            tracing::error!(line = %line.config.name, %error, "disconnected: the store failed");
            line.set_state(LineState::Disconnected {
                reason: format!("the store: {error}"),
            });
            Some(STORE_PAUSE)
        }
        End::Moved => {
            line.set_state(LineState::Connecting { trouble: None });
            None
        }
        End::Unregistered(reason) => {
            tracing::error!(line = %line.config.name, reason, "the number is not registered");
            line.forget_registration().await;
            None
        }
    }
}

/// What went wrong with the last sessions.
#[derive(Default)]
struct Failures {
    /// Sessions in a row that did not come about.
    in_a_row: u32,
    /// Sessions that ended as disconnected, with no long calm between.
    disconnected: u32,
    ended_ms: i64,
    told: String,
}

impl Failures {
    /// After a session that lasted so long the past is forgotten, milliseconds.
    const CALM_MS: i64 = 2 * 60 * 1000;

    fn note(&mut self, was_connected: bool, now_ms: i64) {
        if was_connected && now_ms - self.ended_ms > Self::CALM_MS {
            *self = Self::default();
        }
        if was_connected {
            self.told.clear();
        }
        self.in_a_row = if was_connected {
            1
        } else {
            self.in_a_row.saturating_add(1)
        };
        self.ended_ms = now_ms;
    }

    /// How many sessions before this one ended as disconnected; counts this one.
    fn disconnected(&mut self) -> u32 {
        self.disconnected = self.disconnected.saturating_add(1);
        self.disconnected - 1
    }

    /// Whether a reason differs from the last one that was logged.
    fn is_news(&mut self, reason: &str) -> bool {
        let is_news = self.told != reason;
        reason.clone_into(&mut self.told);
        is_news
    }
}

#[cfg(test)]
mod tests;
