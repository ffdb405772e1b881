//! What somebody has to look at (`webhooks.md` 1.8). The original sent such alerts to the WhatsApp contact named by
//! `on_call_pager`; here they are lines in the log at error level, each with a fixed text, once per outage.

pub(crate) mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onprem::Code;
use store::StoreError;

use crate::line::Line;
use crate::media::WriteError;

/// An event worth an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// The webhook has not taken anything for a while.
    WebhookFailing,
    /// Notifications wait in great number: soon sends are refused.
    CallbacksPilingUp,
    /// The store fails.
    DatabaseUnreachable,
    /// The network refuses the line's credentials.
    CredentialsRefused,
    /// The network does not let the number send.
    NumberBlocked,
    /// Media files cannot be written.
    MediaNotWritable,
}

/// One alert.
#[derive(Debug)]
pub struct Row {
    /// What it is about.
    pub alert: Alert,
    /// Its name, the field `alert` of its lines.
    pub name: &'static str,
    /// What its line says.
    pub text: &'static str,
    /// What the line says that ends it.
    pub over: &'static str,
    /// How long it must go wrong before it is an alert.
    pub after: Duration,
    /// How long it must go well before the alert is over.
    pub calm: Duration,
}

const CALM: Duration = Duration::from_mins(1);

/// Every alert, in the order of [`Alert`].
pub const TABLE: [Row; 6] = [
    Row {
        alert: Alert::WebhookFailing,
        name: "webhook_failing",
        text: "the webhook has been failing for more than 15 minutes",
        over: "the webhook takes notifications again",
        after: Duration::from_mins(15),
        calm: Duration::ZERO,
    },
    Row {
        alert: Alert::CallbacksPilingUp,
        name: "callbacks_piling_up",
        text: "the queue of notifications is more than 80 % full: at its limit sends are refused with 1016",
        over: "the queue of notifications has emptied",
        after: Duration::ZERO,
        calm: CALM,
    },
    Row {
        alert: Alert::DatabaseUnreachable,
        name: "database_unreachable",
        text: "the database cannot be reached, or does not take what is written",
        over: "the database works again",
        after: Duration::ZERO,
        calm: CALM,
    },
    Row {
        alert: Alert::CredentialsRefused,
        name: "credentials_refused",
        text: "the network refuses the line's credentials",
        over: "the network takes the line's credentials again",
        after: Duration::ZERO,
        calm: Duration::ZERO,
    },
    Row {
        alert: Alert::NumberBlocked,
        name: "number_blocked",
        text: "the number is disconnected or banned",
        over: "the number may send again",
        after: Duration::ZERO,
        calm: Duration::ZERO,
    },
    Row {
        alert: Alert::MediaNotWritable,
        name: "media_not_writable",
        text: "the media volume cannot be written",
        over: "the media volume can be written again",
        after: Duration::ZERO,
        calm: CALM,
    },
];

/// Above so many percent of its limit the queue of notifications is an alert, and below so many it is none any more.
const PILING_UP_PERCENT: u64 = 80;
const EMPTIED_PERCENT: u64 = 60;

impl Alert {
    fn place(self) -> usize {
        match self {
            Self::WebhookFailing => 0,
            Self::CallbacksPilingUp => 1,
            Self::DatabaseUnreachable => 2,
            Self::CredentialsRefused => 3,
            Self::NumberBlocked => 4,
            Self::MediaNotWritable => 5,
        }
    }
}

/// Where one alert stands. Times are the line's steady milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Well,
    /// It goes wrong, not long enough yet.
    Failing { since_ms: i64 },
    /// It was told. It goes well since then, if it does.
    Told { well_since_ms: Option<i64> },
}

/// What there is to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Begins,
    Ends,
}

impl State {
    /// Something went wrong, or well.
    fn observe(&mut self, row: &Row, is_well: bool, now_ms: i64) -> Option<Edge> {
        *self = match (*self, is_well) {
            (Self::Well | Self::Failing { .. }, true) => Self::Well,
            (Self::Well, false) => Self::Failing { since_ms: now_ms },
            (failing @ Self::Failing { .. }, false) => failing,
            (Self::Told { well_since_ms }, true) => Self::Told {
                well_since_ms: well_since_ms.or(Some(now_ms)),
            },
            (Self::Told { .. }, false) => Self::Told {
                well_since_ms: None,
            },
        };
        self.pass(row, now_ms)
    }

    /// Time passes.
    fn pass(&mut self, row: &Row, now_ms: i64) -> Option<Edge> {
        let lasted = |since_ms: i64, span: Duration| {
            i64::try_from(span.as_millis()).is_ok_and(|span_ms| now_ms - since_ms >= span_ms)
        };
        match *self {
            Self::Failing { since_ms } if lasted(since_ms, row.after) => {
                *self = Self::Told {
                    well_since_ms: None,
                };
                Some(Edge::Begins)
            }
            Self::Told {
                well_since_ms: Some(since_ms),
            } if lasted(since_ms, row.calm) => {
                *self = Self::Well;
                Some(Edge::Ends)
            }
            _ => None,
        }
    }
}

/// Where all alerts of a line stand.
#[derive(Default)]
pub(crate) struct Alerts {
    standing: Mutex<[Standing; TABLE.len()]>,
}

#[derive(Debug, Clone, Default)]
struct Standing {
    state: State,
    /// The last thing that went wrong.
    reason: String,
}

impl Alerts {
    fn standing(&self) -> MutexGuard<'_, [Standing; TABLE.len()]> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it goes wrong at present, told or not.
    pub(crate) fn is_failing(&self, alert: Alert) -> bool {
        let standing = self.standing();
        standing
            .get(alert.place())
            .is_some_and(|standing| standing.state != State::Well)
    }

    /// Whether it was told, and goes well since.
    #[cfg(test)]
    fn is_well_again(&self, alert: Alert) -> bool {
        let standing = self.standing();
        standing.get(alert.place()).is_some_and(|standing| {
            matches!(standing.state, State::Told { well_since_ms } if well_since_ms.is_some())
        })
    }
}

impl Line {
    /// Something went wrong, for this reason.
    pub(crate) fn alert(&self, alert: Alert, reason: &str) {
        self.observe(alert, Some(reason));
    }

    /// It went well.
    pub(crate) fn all_clear(&self, alert: Alert) {
        self.observe(alert, None);
    }

    fn observe(&self, alert: Alert, reason: Option<&str>) {
        let now_ms = self.signals.steady_ms();
        let place = alert.place();
        let mut all = self.alerts.standing();
        let (Some(standing), Some(row)) = (all.get_mut(place), TABLE.get(place)) else {
            return;
        };
        if let Some(reason) = reason {
            reason.clone_into(&mut standing.reason);
        }
        let edge = standing.state.observe(row, reason.is_none(), now_ms);
        let reason = std::mem::take(&mut standing.reason);
        if let Some(edge) = edge {
            self.log_alert(row, edge, &reason);
        }
        standing.reason = reason;
    }

    /// Time has passed: what has gone wrong, or well, for long enough is logged.
    pub(crate) fn pass_alerts(&self) {
        let now_ms = self.signals.steady_ms();
        for (standing, row) in self.alerts.standing().iter_mut().zip(&TABLE) {
            if let Some(edge) = standing.state.pass(row, now_ms) {
                self.log_alert(row, edge, &standing.reason);
            }
        }
    }

    fn log_alert(&self, row: &Row, edge: Edge, reason: &str) {
        let (line, alert) = (&self.config.name, row.name);
        let settings = self.settings.borrow();
        let pager = settings.on_call_pager.as_deref();
        match edge {
            Edge::Begins => tracing::error!(%line, alert, pager, reason, "alert: {}", row.text),
            Edge::Ends => tracing::info!(%line, alert, pager, "alert over: {}", row.over),
        }
    }

    /// The queue of notifications has this length.
    pub(crate) fn watch_callbacks(&self, depth: u64) {
        let limit = self.config.callbacks_limit;
        let percent = depth.saturating_mul(100).checked_div(limit).unwrap_or(100);
        if percent > PILING_UP_PERCENT {
            self.alert(
                Alert::CallbacksPilingUp,
                &format!("{depth} wait, the limit is {limit}"),
            );
        } else if percent < EMPTIED_PERCENT {
            self.all_clear(Alert::CallbacksPilingUp);
        }
    }

    /// The store failed. Refusals that only say something of one batch are no trouble.
    pub(crate) fn note_store_trouble(&self, error: &StoreError) {
        if let StoreError::Full | StoreError::Backend(_) = error {
            let reason = error.to_string();
            self.alert(Alert::DatabaseUnreachable, &reason);
            self.tell(Code::DATABASE, reason);
        }
    }

    /// A media file was not written. What is the sender's fault is no trouble.
    pub(crate) fn note_media_trouble(&self, error: &WriteError) {
        let WriteError::Folder(cause) = error else {
            return;
        };
        let reason = cause.to_string();
        self.alert(Alert::MediaNotWritable, &reason);
        let code = match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::INTERNAL,
            _ => Code::ACCESS,
        };
        self.tell(
            code,
            format!("the media volume cannot be written: {reason}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use onprem::envelope::ErrorObject;
    use store::{Batch, Fence};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::dispatcher;
    use crate::link::fake;

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_table_is_in_order() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.alert.place(), place, "{}", row.name);
        }
    }

    fn row(alert: Alert) -> &'static Row {
        &TABLE[alert.place()]
    }

    #[test]
    fn a_webhook_that_fails_is_an_alert_after_a_quarter_of_an_hour() {
        let (row, mut state) = (row(Alert::WebhookFailing), State::default());

        assert_eq!(state.observe(row, false, 0), None);
        assert_eq!(state.observe(row, true, 14 * MINUTE), None);
        assert_eq!(state.observe(row, false, 15 * MINUTE), None);
        assert_eq!(state.observe(row, false, 29 * MINUTE), None);
        assert_eq!(state.pass(row, 30 * MINUTE - 1), None);
        assert_eq!(state.pass(row, 30 * MINUTE), Some(Edge::Begins));
        assert_eq!(state.observe(row, false, 90 * MINUTE), None, "once");
        assert_eq!(state.observe(row, true, 91 * MINUTE), Some(Edge::Ends));
        assert_eq!(state.observe(row, true, 92 * MINUTE), None);
    }

    #[test]
    fn what_flickers_is_one_outage() {
        let (row, mut state) = (row(Alert::DatabaseUnreachable), State::default());

        assert_eq!(state.observe(row, false, 0), Some(Edge::Begins));
        for second in 1..300 {
            let is_well = second % 2 == 0;
            assert_eq!(state.observe(row, is_well, second * 1000), None);
        }
        assert_eq!(state.observe(row, true, 300_000), None);
        assert_eq!(state.pass(row, 300_000 + MINUTE - 1), None);
        assert_eq!(state.pass(row, 300_000 + MINUTE), Some(Edge::Ends));
        assert_eq!(state.observe(row, false, 500_000), Some(Edge::Begins));
    }

    #[tokio::test]
    async fn the_queue_of_notifications_counts_from_80_percent_and_down_to_60() {
        let (line, _dir) = fake::line().await;
        assert_eq!(line.config.callbacks_limit, 1000);
        let is_alert = |depth| {
            line.watch_callbacks(depth);
            line.alerts.is_failing(Alert::CallbacksPilingUp)
        };

        assert!(!is_alert(800));
        assert!(is_alert(810));
        assert!(is_alert(700));
        // Told until it has been calm for a minute.
        assert!(is_alert(10));
    }

    /// Waits for a fact about the alerts.
    async fn until(fact: impl Fn() -> bool) {
        let waiting = async {
            while !fact() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_webhook_that_refuses_is_noticed_until_it_takes_something() {
        let refuses = Arc::new(AtomicBool::new(true));
        let mood = refuses.clone();
        let webhook = fake::Server::start(move |_| {
            let status = if mood.load(Ordering::Relaxed) {
                500
            } else {
                200
            };
            fake::answer(status, "", "")
        })
        .await;
        let (line, _dir) = fake::line().await;
        line.settings.send_modify(|settings| {
            let settings = Arc::make_mut(settings);
            settings.webhook_url = webhook.url("/hook");
            settings.callback_backoff_delay_ms = 5;
        });
        let told = crate::out_of_band::callback(&line, ErrorObject::new(Code::GENERIC, "x"));
        line.store().apply(Batch::of(vec![told])).await.unwrap();
        let fence = Fence {
            line: line.config.name.clone(),
            token: line
                .store()
                .take_over(&line.config.name, "here")
                .await
                .unwrap(),
        };
        let stop = CancellationToken::new();
        let running = tokio::spawn(dispatcher::run(
            line.clone(),
            fence,
            stop.clone(),
            Duration::from_secs(1),
        ));

        until(|| line.alerts.is_failing(Alert::WebhookFailing)).await;
        refuses.store(false, Ordering::Relaxed);
        until(|| !line.alerts.is_failing(Alert::WebhookFailing)).await;

        stop.cancel();
        running.await.unwrap();
    }

    #[tokio::test]
    async fn only_trouble_of_the_store_or_the_volume_counts() {
        let (line, _dir) = fake::line().await;
        let database = || line.alerts.is_failing(Alert::DatabaseUnreachable);
        let media = || line.alerts.is_failing(Alert::MediaNotWritable);

        for error in [StoreError::Conflict, StoreError::Fenced, StoreError::Closed] {
            line.note_store_trouble(&error);
        }
        line.note_media_trouble(&WriteError::TooLarge(1));
        line.note_media_trouble(&WriteError::Body("cut".to_owned()));
        assert!(!database() && !media());

        line.note_store_trouble(&StoreError::Full);
        line.note_media_trouble(&WriteError::Folder(std::io::ErrorKind::NotFound.into()));
        assert!(database() && media());
    }
}
