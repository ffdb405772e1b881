//! A session with the network, and its start-up flow: templates, then offline messages, then ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use graph::Failure;
use graph::error::Retry;
use graph::number::{Connected, Number};
use store::{Key, Queue, StoreError};
use tokio::time::Instant;

use super::End;
use super::identity_check::IdentityCheck;
use crate::alert::Alert;
use crate::decide::offline::{Limits, Offline, Verdict};
use crate::line::{Line, LineState, Step};
use crate::record;
use crate::signal::{Renewed, Trouble};

/// Rows of the inbox read at once.
const PAGE: usize = 1_000;
/// After this time an older list of templates is used.
const TEMPLATES_PATIENCE: Duration = Duration::from_mins(1);

/// The account is locked or restricted: the network's codes.
const LOCKED: [i64; 2] = [368, 131_031];

/// One session, from the connecting call to its end.
pub(super) struct Session {
    line: Arc<Line>,
    /// The upstream that it began with.
    renewed: Renewed,
    /// The last probe was not answered.
    was_silent: AtomicBool,
}

impl Session {
    pub(super) fn new(line: &Arc<Line>) -> Self {
        Self {
            line: line.clone(),
            renewed: *line.signals.renewed.borrow(),
            was_silent: AtomicBool::new(false),
        }
    }

    /// Lives until something ends it. `again`: the one before failed, and the line's state still says how.
    pub(super) async fn run(&self, again: bool) -> End {
        match self.live(again).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn live(&self, again: bool) -> Result<std::convert::Infallible, End> {
        let line = &self.line;
        if !again {
            line.set_state(LineState::Connecting { trouble: None });
        }
        // Trouble of an older session is not this one's.
        line.signals.take_trouble();
        line.meter.sessions.one();
        let began = Instant::now();
        let connected = line.client.number().await.map_err(end_of)?;
        self.check_number(&connected.number)?;
        line.note_throughput(&connected.number);
        self.subscribe(&connected.number).await?;
        let mut identity_check = IdentityCheck::default();
        identity_check.settle(line).await;
        self.begin_offline(&connected).await?;

        line.set_state(LineState::Starting(Step::Templates { loaded: 0 }));
        self.load_templates().await?;
        line.news.loaded(line.signals.steady_ms());
        self.process_offline().await?;
        let startup_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        line.meter.startup_ms.set(startup_ms);
        tracing::info!(line = %line.config.name, startup_ms, "ready");
        line.set_state(LineState::Ready);
        line.all_clear(Alert::CredentialsRefused);
        line.all_clear(Alert::NumberBlocked);
        self.watch(identity_check).await
    }

    fn check_number(&self, number: &Number) -> Result<(), End> {
        let expected = self.line.number().unwrap_or_default();
        if number.digits() != expected {
            let found = number.display_phone_number.clone();
            return Err(End::Disconnected(format!(
                "the network's number for this line is {found}, registered is {expected}"
            )));
        }
        if number.is_blocked() {
            let status = number.status.as_deref().unwrap_or("unknown");
            return Err(End::Blocked(format!(
                "the network does not let this number send: its status is {status}"
            )));
        }
        if !number.is_registered() {
            return Err(End::Unregistered(
                "the network says that the number is not registered".to_owned(),
            ));
        }
        Ok(())
    }

    /// Our app among the subscribed ones, and the number's webhooks pointing here.
    async fn subscribe(&self, number: &Number) -> Result<(), End> {
        let line = &self.line;
        let apps = line.client.subscribed_apps().await.map_err(end_of)?;
        if !apps.contains(&line.config.app_id) {
            line.client.subscribe().await.map_err(end_of)?;
        }
        let Some(ours) = &line.config.relay_url else {
            return Ok(());
        };
        let present = number
            .webhook_configuration
            .as_ref()
            .and_then(|webhooks| webhooks.phone_number.as_deref());
        if present == Some(ours) {
            return Ok(());
        }
        let mut set = line
            .records
            .get::<record::Override>(&line.config.name, "override")
            .await?
            .unwrap_or_default();
        if let Some(elsewhere) =
            present.filter(|url| !url.is_empty() && !set.urls.iter().any(|ours| ours == url))
            && !line.config.take_over
        {
            return Err(End::Disconnected(format!(
                "the number's webhooks point to {elsewhere}: set take_over to have them point here"
            )));
        }
        if !set.urls.contains(ours) {
            set.urls.push(ours.clone());
            line.records
                .save(&line.config.name, "override", &set)
                .await?;
        }
        line.client
            .override_webhook(ours, &line.config.verify_token)
            .await
            .map_err(end_of)
    }

    /// The offline step begins with the connection, before the templates: what comes meanwhile counts.
    async fn begin_offline(&self, connected: &Connected) -> Result<(), End> {
        let line = &self.line;
        let limits = Limits {
            quiet_ms: millis(line.config.quiet_time),
            limit_ms: millis(line.config.startup_limit),
        };
        let step = Offline::begin(
            line.signals.steady_ms(),
            connected.date_s.unwrap_or_default(),
            limits,
        );
        *line.signals.offline() = Some(step);
        let inbox = self.inbox().await?;
        if let Some(step) = line.signals.offline().as_mut() {
            step.counted(inbox);
        }
        Ok(())
    }

    /// What the inbox holds.
    async fn inbox(&self) -> Result<Vec<Key>, StoreError> {
        let mut keys: Vec<Key> = Vec::new();
        loop {
            let after = keys.last().copied().unwrap_or_default();
            let page = self
                .line
                .store()
                .take(Queue::Inbox, &self.line.config.name, after, PAGE)
                .await?;
            keys.extend(page.iter().map(|row| row.key));
            // What comes while this is read is none of what was there before.
            if page.len() < PAGE {
                return Ok(keys);
            }
        }
    }

    /// Step (a). 5xx and unreachable are tried again; after a while an older list is used, none at all keeps waiting.
    async fn load_templates(&self) -> Result<(), End> {
        let line = &self.line;
        let began = Instant::now();
        let mut attempt: u32 = 0;
        loop {
            let progress = |loaded| line.set_state(LineState::Starting(Step::Templates { loaded }));
            let Err(failure) = line.load_templates(progress).await else {
                return Ok(());
            };
            if let Failure::Refused(error) = &failure
                && error.retry() == Retry::AfterRepair
            {
                return Err(End::Refused(format!(
                    "the message templates may not be read: {failure}"
                )));
            }
            let older = if began.elapsed() < TEMPLATES_PATIENCE {
                0
            } else {
                line.recall_templates().await?
            };
            if older > 0 {
                tracing::warn!(line = %line.config.name, templates = older, %failure, "templates cannot be loaded: an older list is used");
                return Ok(());
            }
            if attempt == 0 {
                tracing::warn!(line = %line.config.name, %failure, "templates cannot be loaded yet");
            }
            self.still_there()?;
            attempt += 1;
            tokio::time::sleep(Duration::from_millis(250 << attempt.min(5))).await;
        }
    }

    /// Step (b).
    async fn process_offline(&self) -> Result<(), End> {
        let line = &self.line;
        // The six minutes belong to this step alone; what came while templates were loaded is in its counters.
        if let Some(step) = line.signals.offline().as_mut() {
            step.restart_clock(line.signals.steady_ms());
        }
        loop {
            let now_ms = line.signals.steady_ms();
            let reading = line.is_reading();
            let Some(((processed, left), verdict)) = line
                .signals
                .offline()
                .as_ref()
                .map(|step| (step.progress(), step.verdict(now_ms, reading)))
            else {
                break;
            };
            line.set_state(LineState::Starting(Step::Offline { processed, left }));
            match verdict {
                Verdict::Done => break,
                Verdict::Capped => {
                    line.meter.startups_capped.one();
                    tracing::warn!(line = %line.config.name, processed, left, "the offline step ran into its limit: ready all the same");
                    break;
                }
                Verdict::Wait(until_ms) => {
                    let wait = Duration::from_millis(
                        u64::try_from(until_ms - now_ms)
                            .unwrap_or(0)
                            .clamp(1, 1_000),
                    );
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = line.signals.offline_moved.notified() => {}
                        end = self.trouble() => return Err(end),
                    }
                }
            }
        }
        *line.signals.offline() = None;
        Ok(())
    }

    /// Ready: asks after silence, and notices when nothing has answered for too long.
    async fn watch(
        &self,
        mut identity_check: IdentityCheck,
    ) -> Result<std::convert::Infallible, End> {
        let line = &self.line;
        let mut settings = line.watch_settings();
        let mut renewals = line.signals.renewed.subscribe();
        let mut known = self.renewed;
        loop {
            identity_check.settle(line).await;
            let heartbeat =
                Duration::from_secs(u64::from(line.settings().heartbeat_interval.max(1)));
            let renewed = *renewals.borrow_and_update();
            if renewed.moves != self.renewed.moves {
                return Err(End::Moved);
            }
            let is_new = std::mem::replace(&mut known, renewed) != renewed;
            if is_new || self.silent_for() >= heartbeat {
                self.probe(heartbeat).await?;
                self.still_there()?;
            }
            let wait = heartbeat
                .saturating_sub(self.silent_for())
                .max(Duration::from_millis(200));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                Ok(()) = settings.changed() => {}
                Ok(()) = renewals.changed() => {}
                () = line.signals.look_again.notified() => self.look_again().await?,
                end = self.trouble() => return Err(end),
            }
        }
    }

    /// The network has changed something about the number.
    async fn look_again(&self) -> Result<(), End> {
        match self.line.client.number().await {
            Ok(connected) => {
                self.line.note_throughput(&connected.number);
                self.check_number(&connected.number)
            }
            Err(Failure::Refused(error)) if error.retry() == Retry::AfterRepair => {
                Err(end_of(Failure::Refused(error)))
            }
            Err(failure) => {
                tracing::warn!(line = %self.line.config.name, %failure, "the number cannot be looked at again");
                Ok(())
            }
        }
    }

    /// One cheap request. Only a refusal of our credentials ends the session by itself.
    async fn probe(&self, limit: Duration) -> Result<(), End> {
        let answer = tokio::select! {
            answer = tokio::time::timeout(limit, self.line.client.probe()) => answer,
            end = self.trouble() => return Err(end),
        };
        match answer {
            Ok(Err(Failure::Refused(error))) if error.retry() == Retry::AfterRepair => {
                Err(end_of(Failure::Refused(error)))
            }
            Ok(Err(failure)) => {
                self.was_silent.store(true, Ordering::Relaxed);
                tracing::debug!(line = %self.line.config.name, %failure, "the network does not answer");
                // Not in a tight loop when it refuses at once.
                tokio::time::sleep(Duration::from_millis(500)).await;
                Ok(())
            }
            Ok(Ok(())) => {
                if self.was_silent.swap(false, Ordering::Relaxed) {
                    self.line.signals.heard_again.notify_one();
                }
                Ok(())
            }
            Err(_) => {
                self.was_silent.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// How long the network has not answered anything.
    fn silent_for(&self) -> Duration {
        self.line
            .client
            .last_answer()
            .map_or(Duration::MAX, |at| at.elapsed())
    }

    fn still_there(&self) -> Result<(), End> {
        let limit = Duration::from_secs(u64::from(self.line.settings().unhealthy_interval.max(1)));
        let silent_for = self.silent_for();
        if silent_for > limit {
            let seconds = silent_for.as_secs();
            return Err(End::Unreachable(format!(
                "nothing upstream has answered for {seconds} s"
            )));
        }
        Ok(())
    }

    /// Resolves when another part of the line met something that ends the session.
    async fn trouble(&self) -> End {
        loop {
            match self.line.signals.take_trouble() {
                Some(Trouble::Disconnect(reason)) => return End::Refused(reason),
                Some(Trouble::Unregister(reason)) => return End::Unregistered(reason),
                None => self.line.signals.troubled.notified().await,
            }
        }
    }
}

/// What a failed call says about the session.
fn end_of(failure: Failure) -> End {
    match failure {
        Failure::Refused(error) if error.code == 133_010 => End::Unregistered(error.message),
        Failure::Refused(error) if LOCKED.contains(&error.code) => End::Blocked(format!(
            "the network has locked the account: {} (code {})",
            error.message, error.code
        )),
        Failure::Refused(error) if error.retry() == Retry::AfterRepair => End::Refused(format!(
            "the network refuses this line's credentials: {} (code {})",
            error.message, error.code
        )),
        failure => End::Unreachable(failure.to_string()),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
