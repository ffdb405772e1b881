//! Application settings (`rest-api.md` section 6).

use std::sync::Arc;

use onprem::Refusal;
use onprem::settings::ApplicationSettings;
use tokio::sync::{Mutex, MutexGuard};

use super::store_refusal;
use crate::line::Line;
use crate::record;

/// The settings record's name.
const NAME: &str = "application";

/// Where calls that change one thing of a line wait for each other: a second one begins from what the first one left.
#[derive(Default)]
pub struct Desk {
    settings: Mutex<()>,
    pub(super) account: Mutex<()>,
    pub(super) certificates: Mutex<()>,
    pub(crate) media: Mutex<()>,
    pub(super) providers: Mutex<()>,
    pub(super) stickers: Mutex<()>,
}

impl Desk {
    /// Every turn that a restore needs: meanwhile no call changes what a backup holds.
    pub(super) async fn all(&self) -> [MutexGuard<'_, ()>; 4] {
        [
            self.settings.lock().await,
            self.account.lock().await,
            self.certificates.lock().await,
            self.providers.lock().await,
        ]
    }
}

impl Line {
    /// `GET /v1/settings/application`: the value of `settings.application`.
    pub fn settings_json(&self) -> serde_json::Value {
        self.settings().to_json(self.number().as_deref())
    }

    /// `PATCH /v1/settings/application`: in the store first, then in force.
    pub async fn patch_settings(&self, body: &[u8]) -> Result<(), Refusal> {
        let _turn = self.desk.settings.lock().await;
        // From the store: a change whose caller went away before it was in force must not be undone.
        let current = self
            .records
            .get(&self.config.name, NAME)
            .await
            .map_err(|error| store_refusal(&error))?
            .map_or_else(ApplicationSettings::default, |record::Settings(stored)| {
                stored
            });
        let changed = current.patched(body, self.config.webhook_policy)?;
        self.adopt_settings(changed).await
    }

    /// `DELETE /v1/settings/application`: all fields back to their defaults.
    pub async fn reset_settings(&self) -> Result<(), Refusal> {
        let _turn = self.desk.settings.lock().await;
        self.adopt_settings(ApplicationSettings::default()).await
    }

    /// Stores settings, then puts them in force. The caller has the turn.
    async fn adopt_settings(&self, settings: ApplicationSettings) -> Result<(), Refusal> {
        let record = record::Settings(settings);
        self.records
            .save(&self.config.name, NAME, &record)
            .await
            .map_err(|error| store_refusal(&error))?;
        self.settings.send_replace(Arc::new(record.0));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use onprem::Code;
    use serde_json::json;

    use super::*;
    use crate::link::fake;

    #[tokio::test]
    async fn a_patch_is_stored_and_in_force() {
        let (line, _dir) = fake::line().await;
        let mut follower = line.settings.subscribe();

        line.patch_settings(br#"{"callback_backoff_delay_ms": "250"}"#)
            .await
            .unwrap();

        let stored: Option<record::Settings> =
            line.records.get(&line.config.name, NAME).await.unwrap();
        assert_eq!(stored.unwrap().0.callback_backoff_delay_ms, 250);
        assert_eq!(line.settings().callback_backoff_delay_ms, 250);
        assert!(follower.has_changed().unwrap());
        assert_eq!(follower.borrow_and_update().callback_backoff_delay_ms, 250);
    }

    #[tokio::test]
    async fn patches_at_the_same_time_lose_nothing() {
        let (line, _dir) = fake::line().await;

        let patches = [
            json!({"callback_backoff_delay_ms": 250}),
            json!({"webhooks": {"max_concurrent_requests": 24}}),
            json!({"heartbeat_interval": 7}),
            json!({"webhooks": {"message": {"sent": true}}}),
        ]
        .map(|body| body.to_string());
        let (a, b, c, d) = tokio::join!(
            line.patch_settings(patches[0].as_bytes()),
            line.patch_settings(patches[1].as_bytes()),
            line.patch_settings(patches[2].as_bytes()),
            line.patch_settings(patches[3].as_bytes()),
        );
        for outcome in [a, b, c, d] {
            outcome.unwrap();
        }

        let expected = ApplicationSettings {
            callback_backoff_delay_ms: 250,
            max_concurrent_requests: 24,
            heartbeat_interval: 7,
            sent: true,
            ..ApplicationSettings::default()
        };
        assert_eq!(*line.settings(), expected);
        let stored: Option<record::Settings> =
            line.records.get(&line.config.name, NAME).await.unwrap();
        assert_eq!(stored, Some(record::Settings(expected)));
    }

    #[tokio::test]
    async fn a_refused_patch_changes_nothing() {
        let (line, _dir) = fake::line().await;

        let refusal = line
            .patch_settings(br#"{"webhooks": {"max_concurrent_requests": 7}}"#)
            .await
            .unwrap_err();

        assert_eq!(refusal.code, Code::INVALID);
        assert_eq!(*line.settings(), ApplicationSettings::default());
    }

    #[tokio::test]
    async fn a_reset_brings_the_defaults_back() {
        let (line, _dir) = fake::line().await;
        line.patch_settings(br#"{"heartbeat_interval": 7}"#)
            .await
            .unwrap();

        line.reset_settings().await.unwrap();

        assert_eq!(*line.settings(), ApplicationSettings::default());
        assert_eq!(line.settings_json()["webhooks"]["url"], "");
    }
}
