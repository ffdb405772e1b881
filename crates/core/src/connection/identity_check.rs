//! Whether the network is to tell what customers' identities are known by (`cloud-api.md` 1.8): it follows
//! `show_security_notifications`.

use std::time::Duration;

use tokio::time::Instant;

use crate::line::Line;
use crate::record;

/// The record's name.
const NAME: &str = "identity_check";
/// After a refusal the network is asked again no sooner.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the network was told.
#[derive(Default)]
pub(super) struct IdentityCheck {
    told: Option<bool>,
    not_before: Option<Instant>,
}

impl IdentityCheck {
    /// Tells the network what the settings say, if that is not what it was told last. Of a line that never used the
    /// setting it is told nothing. A failure is logged, and does not hold up the line.
    pub(super) async fn settle(&mut self, line: &Line) {
        let wanted = line.settings().show_security_notifications;
        if self.told == Some(wanted) || self.not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        match tell(line, wanted).await {
            Ok(()) => {
                *self = Self {
                    told: Some(wanted),
                    not_before: None,
                }
            }
            Err(reason) => {
                tracing::warn!(line = %line.config.name, wanted, reason, "the network's identity check is not set");
                self.not_before = Some(Instant::now() + PATIENCE);
            }
        }
    }
}

async fn tell(line: &Line, wanted: bool) -> Result<(), String> {
    let name = &line.config.name;
    let told: Option<record::IdentityCheck> =
        (line.records.get(name, NAME).await).map_err(|error| error.to_string())?;
    let phone_number_id = line.client.config().phone_number_id.clone();
    let told = told
        .filter(|told| told.phone_number_id == phone_number_id || told.phone_number_id.is_empty());
    if told.is_some_and(|told| told.on) == wanted {
        return Ok(());
    }
    (line.client.check_identities(wanted).await).map_err(|failure| failure.to_string())?;
    let told = record::IdentityCheck {
        on: wanted,
        phone_number_id,
    };
    (line.records.save(name, NAME, &told).await).map_err(|error| error.to_string())
}
