//! The end of every tour: what it changed for its own sake is as it was before.

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Tour;

/// The title of this last step.
pub(super) const TITLE: &str = "Put everything back";

/// The call that settings are read and changed with.
pub(super) const SETTINGS: &str = "/v1/settings/application";
/// Where they stand in its answer.
pub(super) const SHOWN: [&str; 3] = ["settings", "application", "webhooks"];
/// A change that was cut off by Ctrl-C may still be carried out after the first try.
const TRIES: usize = 3;

/// What is to be put back.
#[derive(Debug, Default)]
pub(super) struct PutBack {
    /// The changed settings as they were: the body of a PATCH.
    pub(super) settings: Option<Value>,
    /// The core was stopped and not started again.
    pub(super) core_stopped: bool,
}

impl PutBack {
    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_none() && !self.core_stopped
    }
}

/// The settings that the tour changes, out of an answer of GET: the body of the PATCH that brings them about.
pub(super) fn changed_settings(answer: &Value) -> anyhow::Result<Value> {
    let at = |pointer: &str| {
        let pointer = format!("/settings/application{pointer}");
        let value = answer.pointer(&pointer).cloned();
        value.with_context(|| format!("the settings have no {pointer}"))
    };
    Ok(json!({
        "callback_backoff_delay_ms": at("/callback_backoff_delay_ms")?,
        "max_callback_backoff_delay_ms": at("/max_callback_backoff_delay_ms")?,
        "webhooks": {
            "url": at("/webhooks/url")?,
            "message": {
                "sent": at("/webhooks/message/sent")?,
                "delivered": at("/webhooks/message/delivered")?,
                "read": at("/webhooks/message/read")?,
            },
        },
    }))
}

impl Tour {
    /// Starts the core, restores the settings, logs out. Tries all of them, whatever fails.
    pub(super) async fn put_back(&mut self) -> anyhow::Result<()> {
        let core = self.start_core().await;
        let settings = self.restore_settings().await;
        let logout = self.log_out().await;
        core.context("the core is still stopped")?;
        settings.context("webhook and settings are not as before")?;
        logout.context("the tour's token is still good")
    }

    async fn start_core(&mut self) -> anyhow::Result<()> {
        if self.putback.core_stopped {
            let body = json!({"running": true});
            self.client.post("/dev/core", &body).await?.expect(200)?;
            self.putback.core_stopped = false;
        }
        Ok(())
    }

    async fn restore_settings(&mut self) -> anyhow::Result<()> {
        let Some(before) = self.putback.settings.clone() else {
            return Ok(());
        };
        for _ in 0..TRIES {
            let patched = self.client.call("PATCH", SETTINGS, Some(&before)).await?;
            patched.expect(200)?;
            let now = self.client.get_part(SETTINGS, &SHOWN).await?.expect(200)?;
            if changed_settings(&now.body)? == before {
                self.putback.settings = None;
                return Ok(());
            }
        }
        bail!("they were put back, but GET does not show them")
    }

    async fn log_out(&mut self) -> anyhow::Result<()> {
        if self.client.has_token() {
            let answer = self.client.call("POST", "/v1/users/logout", None).await?;
            answer.expect(200)?;
            self.client.forget_token();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_change_become_a_patch() {
        let answer = json!({"settings": {"application": {
            "callback_backoff_delay_ms": 3000,
            "heartbeat_interval": 5,
            "max_callback_backoff_delay_ms": 900_000,
            "webhooks": {
                "max_concurrent_requests": 6,
                "message": {"delivered": true, "read": true, "sent": false},
                "url": "https://crm.example/hook"
            }
        }}});

        insta::assert_json_snapshot!(changed_settings(&answer).expect("complete"), @r#"
        {
          "callback_backoff_delay_ms": 3000,
          "max_callback_backoff_delay_ms": 900000,
          "webhooks": {
            "message": {
              "delivered": true,
              "read": true,
              "sent": false
            },
            "url": "https://crm.example/hook"
          }
        }
        "#);
    }

    #[test]
    fn a_setting_that_is_missing_is_named() {
        let error =
            changed_settings(&json!({"settings": {"application": {}}})).expect_err("refused");

        assert!(error.to_string().contains("callback_backoff_delay_ms"));
    }
}
