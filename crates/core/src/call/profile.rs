//! The profile: about (`rest-api.md` 8.1), and what everything of the profile shares: one look at the network for many
//! callers, and one change at a time.

use std::time::Duration;

use graph::profile::{Profile, ProfileChange};
use onprem::Refusal;
use onprem::profile::About;
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tokio::time::Instant;

use crate::line::Line;
use crate::translate::error::{refusal, unread};

/// How long what the network said is believed: somebody else may change the profile too.
const FRESH: Duration = Duration::from_secs(10);

/// Where calls about the profile wait for each other.
pub(crate) struct ProfileDesk {
    known: Mutex<Option<Known>>,
    /// Pictures are unpacked one at a time: each may need some hundred megabytes meanwhile.
    pub(super) pictures: Semaphore,
}

impl Default for ProfileDesk {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            pictures: Semaphore::new(1),
        }
    }
}

/// What the network said, and when.
struct Known {
    profile: Profile,
    at: Instant,
}

/// A call's turn at the profile.
pub(super) struct Turn<'a> {
    line: &'a Line,
    known: MutexGuard<'a, Option<Known>>,
}

impl Line {
    /// Waits for the turn; 503 / 1011 when no number is registered.
    pub(super) async fn profile_turn(&self) -> Result<Turn<'_>, Refusal> {
        self.check_registered()?;
        Ok(Turn {
            line: self,
            known: self.profile.known.lock().await,
        })
    }

    /// `GET /v1/settings/profile/about`; `""` when none is set.
    pub async fn about(&self) -> Result<String, Refusal> {
        let mut turn = self.profile_turn().await?;
        Ok(turn.profile().await?.about.clone())
    }

    /// `PATCH /v1/settings/profile/about`.
    pub async fn change_about(&self, About { text }: About) -> Result<(), Refusal> {
        let mut turn = self.profile_turn().await?;
        turn.change(&ProfileChange {
            about: Some(text),
            ..ProfileChange::default()
        })
        .await
    }
}

impl Turn<'_> {
    /// The profile, as the network has it or had it a moment ago.
    pub(super) async fn profile(&mut self) -> Result<&Profile, Refusal> {
        let found = match self.known.take() {
            Some(known) if known.at.elapsed() < FRESH => known,
            _ => Known {
                profile: self
                    .line
                    .client
                    .profile()
                    .await
                    .map_err(|failure| unread(&failure))?,
                at: Instant::now(),
            },
        };
        Ok(&self.known.insert(found).profile)
    }

    /// The profile as the network has it now.
    pub(super) async fn fresh_profile(&mut self) -> Result<&Profile, Refusal> {
        *self.known = None;
        self.profile().await
    }

    /// Changes the profile at the network. What was known is no more, whatever comes of it.
    pub(super) async fn change(&mut self, change: &ProfileChange) -> Result<(), Refusal> {
        *self.known = None;
        self.line
            .client
            .change_profile(change)
            .await
            .map_err(|failure| refusal(&failure))
    }
}
