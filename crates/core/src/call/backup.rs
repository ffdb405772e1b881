//! Backup and restore of a line (`rest-api.md` section 10).
//!
//! - [`contents`]: which records; [`envelope`]: how they are written.

mod contents;
mod envelope;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use onprem::backup::{Backup, LONGEST_DATA, Restore};
use onprem::settings::ApplicationSettings;
use onprem::{Code, Refusal};
use store::{Batch, clock};
use tokio::task::spawn_blocking;

use self::contents::{Contents, Unreadable};
use self::envelope::{Cost, Unopened, open, seal};
use super::store_refusal;
use crate::line::{Line, webhook_client};
use crate::record;

/// How long a restore waits for the network to tell its number: it can do without.
const NETWORK_PATIENCE: Duration = Duration::from_secs(5);

/// What a restore puts in force, read before anything is changed.
struct InForce {
    number: String,
    settings: ApplicationSettings,
    webhook: reqwest::Client,
}

impl Line {
    /// `POST /v1/settings/backup`: the text that [`restore`](Self::restore) takes. One backup or restore at a time.
    ///
    /// 503 / 1011 unless the line is registered and ready.
    pub async fn backup(&self, Backup { password }: Backup) -> Result<String, Refusal> {
        self.check_ready()?;
        if self.number().is_none() {
            return Err(Refusal::new(Code::NOT_READY, "no number is registered"));
        }
        let _turns = self.desk.all().await;
        let contents = self.present().await?;
        let plain = serde_json::to_vec(&contents).map_err(|error| internal(&error))?;
        let data = spawn_blocking(move || seal(&password, &plain, Cost::NEW))
            .await
            .map_err(|error| internal(&error))?
            .map_err(|error| internal(&error))?;
        if data.len() > LONGEST_DATA {
            let length = data.len();
            return Err(internal(&format_args!(
                "the backup would have {length} characters, a restore reads {LONGEST_DATA}"
            )));
        }
        Ok(data)
    }

    /// `POST /v1/settings/restore`: everything of the backup in one batch, then in force; the line connects anew.
    ///
    /// 400 / 1009 for a wrong password, for anything but an unchanged backup of this or an older program, and for one
    /// that does not fit this line. Then nothing is changed.
    pub async fn restore(&self, Restore { password, data }: Restore) -> Result<(), Refusal> {
        let _turns = self.desk.all().await;
        let plain = spawn_blocking(move || open(&password, &data))
            .await
            .map_err(|error| internal(&error))??;
        let mut contents: Contents =
            serde_json::from_slice(&plain).map_err(|_| Refusal::invalid("data", UNKNOWN))?;
        let present = self.present().await?;
        join(&mut contents, &present)?;
        let in_force = self.check_contents(&contents).await?;
        let changes = contents.changes(&present, &self.records, &self.config.name)?;
        self.store()
            .apply(Batch::of(changes))
            .await
            .map_err(|error| store_refusal(&error))?;
        self.put_in_force(in_force);
        Ok(())
    }

    /// What the store has of what a backup holds.
    async fn present(&self) -> Result<Contents, Refusal> {
        Contents::read(&self.records, &self.config.name, clock::now_ms())
            .await
            .map_err(|error| store_refusal(&error))
    }

    /// Whether a backup fits this line.
    async fn check_contents(&self, contents: &Contents) -> Result<InForce, Refusal> {
        let account: Option<record::Account> = contents.get("account")?;
        let number = account
            .filter(|account| account.registered)
            .ok_or_else(|| Refusal::invalid("data", "it holds no registration"))?
            .number;
        self.check_nothing_waits("data", &number).await?;
        self.check_restored_number(&number).await?;
        let settings: Option<record::Settings> = contents.get("application")?;
        let settings = settings.map_or_else(ApplicationSettings::default, |stored| stored.0);
        ApplicationSettings::check_url(&settings.webhook_url, self.config.webhook_policy)
            .map_err(|refusal| Refusal::invalid("data", refusal.details))?;
        let authorities: Option<record::Authorities> = contents.get("webhook")?;
        let unusable = |error: reqwest::Error| {
            Refusal::invalid(
                "data",
                format_args!("its certificates for the webhook cannot be used: {error}"),
            )
        };
        let authorities = authorities.map_or_else(
            || Ok(Vec::new()),
            |stored| reqwest::Certificate::from_pem_bundle(stored.pem.as_bytes()),
        );
        let webhook =
            webhook_client(&self.config, authorities.map_err(unusable)?).map_err(unusable)?;
        Ok(InForce {
            number,
            settings,
            webhook,
        })
    }

    /// The registration of another number would leave this line without any. If the network cannot be asked, the
    /// connection finds out.
    async fn check_restored_number(&self, number: &str) -> Result<(), Refusal> {
        let asked = tokio::time::timeout(NETWORK_PATIENCE, self.client.registration());
        let Ok(Ok(own)) = asked.await else {
            return Ok(());
        };
        let own = own.digits();
        if number == own {
            return Ok(());
        }
        Err(Refusal::invalid(
            "data",
            format_args!("it is a backup of the number {number}, this line's number is {own}"),
        ))
    }

    /// At once, without a restart: whoever follows the settings or the number hears of it.
    fn put_in_force(&self, in_force: InForce) {
        let InForce {
            number,
            settings,
            webhook,
        } = in_force;
        tracing::info!(line = %self.config.name, "restored from a backup");
        self.webhook.send_replace(webhook);
        self.settings.send_replace(Arc::new(settings));
        self.number.send_replace(Some(number));
    }
}

/// What this machine did since must not be forgotten: registrations that the network counts, and webhook URLs of its own.
fn join(contents: &mut Contents, present: &Contents) -> Result<(), Unreadable> {
    let name = "account";
    if let (Some(mut account), Some(own)) = (
        contents.get::<record::Account>(name)?,
        present.get::<record::Account>(name)?,
    ) {
        for (times, own) in [
            (&mut account.registrations_ms, own.registrations_ms),
            (&mut account.deregistrations_ms, own.deregistrations_ms),
        ] {
            times.extend(own);
            times.sort_unstable();
            times.dedup();
        }
        contents.set(name, &account)?;
    }
    let name = "override";
    if let (Some(mut urls), Some(own)) = (
        contents.get::<record::Override>(name)?,
        present.get::<record::Override>(name)?,
    ) {
        urls.urls.retain(|url| !own.urls.contains(url));
        urls.urls.extend(own.urls);
        contents.set(name, &urls)?;
    }
    Ok(())
}

const UNKNOWN: &str = "its contents are of a form that this program does not know";

impl From<Unopened> for Refusal {
    fn from(unopened: Unopened) -> Self {
        Self::invalid("data", unopened)
    }
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        Self::invalid("data", unreadable)
    }
}

fn internal(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(Code::INTERNAL, error.to_string())
}
