//! What the network says has changed is asked for anew while the line is ready: its templates, its number.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::decide::stale::{Question, Stale, Strain};
use crate::line::{Line, LineState};

/// What is to be asked, shared by those who hear of it and the one who asks.
pub(crate) struct News {
    stale: Mutex<Stale>,
    came: Notify,
}

impl Default for News {
    fn default() -> Self {
        Self {
            stale: Mutex::new(Stale::new(0)),
            came: Notify::new(),
        }
    }
}

impl News {
    // Plain data that is valid at every instant: a panic elsewhere does not spoil it.
    fn stale(&self) -> MutexGuard<'_, Stale> {
        self.stale.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All was loaded just now.
    pub(crate) fn loaded(&self, now_ms: i64) {
        self.stale().loaded(now_ms);
    }
}

impl Line {
    /// An event of the account or the number, which has no On-Premises form (`cloud-api.md` 2.3).
    pub(crate) fn hear(&self, field: &str, value: &Value) {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = &self.config.name;
        match field {
            "message_template_status_update"
            | "message_template_quality_update"
            | "message_template_components_update"
            | "template_category_update" => {
                let (template, event) = (text("message_template_name"), text("event"));
                tracing::info!(line = %name, field, template, event, "a template has changed");
                if !template.is_empty() {
                    self.news.stale().template(template);
                }
            }
            "phone_number_quality_update" if !self.is_ours(text("display_phone_number")) => {}
            "phone_number_quality_update" | "account_update" => {
                let event = text("event");
                tracing::warn!(line = %name, field, event, "the network has changed something about the number");
                self.news.stale().number();
            }
            "account_alerts" | "account_review_update" | "security" => {
                tracing::warn!(line = %name, field, event = %value, "the network has a word about the account");
            }
            _ => tracing::debug!(line = %name, field, "an event without an On-Premises form"),
        }
        self.news.came.notify_one();
    }

    /// Whether a number, however it is written, is this line's; one that is not named may be.
    fn is_ours(&self, display: &str) -> bool {
        let digits: String = display.chars().filter(char::is_ascii_digit).collect();
        digits.is_empty() || self.number().is_none_or(|ours| ours == digits)
    }

    /// What the network last said about its limit of calls, on the line's clock.
    fn strain(&self) -> Option<Strain> {
        let usage = self.client.usage()?;
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Some(Strain {
            percent: usage.percent,
            regain_ms: ms(usage.regain),
            said_ms: self.signals.steady_ms() - ms(usage.at.elapsed()),
        })
    }
}

/// Runs until `stop`.
pub(crate) async fn run(line: Arc<Line>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = refresh(&line) => {}
    }
}

async fn refresh(line: &Line) {
    let mut states = line.watch_state();
    loop {
        // Whoever connects loads everything.
        if states
            .wait_for(|state| *state == LineState::Ready)
            .await
            .is_err()
        {
            return;
        }
        let now_ms = line.signals.steady_ms();
        let question = line.news.stale().take(now_ms, line.strain());
        match question {
            Ok(question) => {
                let answered = ask(line, &question).await;
                let now_ms = line.signals.steady_ms();
                line.news.stale().settle(question, answered, now_ms);
            }
            Err(until_ms) => {
                let wait = u64::try_from(until_ms - now_ms).unwrap_or_default();
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(wait)) => {}
                    () = line.news.came.notified() => {}
                    _ = states.changed() => {}
                }
            }
        }
    }
}

/// Whether it was answered.
async fn ask(line: &Line, question: &Question) -> bool {
    match question {
        Question::Templates => match line.load_templates(|_| ()).await {
            Ok(templates) => {
                tracing::debug!(line = %line.config.name, templates, "the templates were loaded anew");
                true
            }
            Err(failure) => {
                tracing::warn!(line = %line.config.name, %failure, "the templates cannot be loaded anew");
                false
            }
        },
        Question::Template(name) => line.reload_template(name).await,
        // Its answer may end the session, which is the connection's affair.
        Question::Number => {
            line.signals.look_again.notify_one();
            true
        }
    }
}
