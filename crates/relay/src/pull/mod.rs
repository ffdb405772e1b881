//! The core's side of a relay that has a host of its own: dials it, takes what it keeps, looks at each signature again,
//! appends to the inbox, and acknowledges what the store has made durable.

mod dial;
mod session;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use self::dial::{Address, AddressError, Dial, Pin};
use self::session::Session;
use crate::app::{App, Known};
use crate::frame::{Hello, LentApp};
use crate::hex;
use crate::inbox::Inbox;
use crate::seal::SecretKey;

/// The first pause after a stream that broke, and the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How it stands between the core and its relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// No stream.
    Away {
        /// Why, once a try has failed.
        why: Option<String>,
    },
    /// The stream stands, and the offline messages are coming.
    Backlog {
        /// Counts the streams of this process.
        session: u64,
        /// How many offline messages the relay announced.
        announced: u64,
        /// How many of them are still there.
        left: u64,
    },
    /// The end mark has come: what was announced is in the inbox, what comes is live.
    Live {
        /// Counts the streams of this process.
        session: u64,
        /// How many offline messages the relay announced.
        announced: u64,
    },
    /// Another core has the mailbox. This one does not dial again until it is started anew.
    TakenOver {
        /// What the relay says.
        why: String,
    },
}

/// Whom the core's side tells.
pub type Tell = Arc<dyn Fn(Link) + Send + Sync>;

/// What the core's side is set up with.
#[derive(Clone)]
pub struct Puller {
    /// Where the relay is, and how to know that it is it.
    pub dial: Dial,
    /// What opens its letters.
    pub key: Arc<SecretKey>,
    /// The apps whose webhooks are wanted.
    pub apps: Vec<App>,
    /// Whether the relay is lent the apps' secrets, so that it can turn forged webhooks away itself.
    pub lends_secrets: bool,
    /// Where events go.
    pub inbox: Inbox,
    /// The core's name, for people.
    pub core: String,
    /// Told whenever it stands otherwise.
    pub tell: Tell,
}

/// Why a stream ended.
enum End {
    /// It broke, or was never there.
    Lost(String),
    /// Another core has the mailbox.
    TakenOver(String),
}

impl Puller {
    /// Dials again and again until `stop`, or until another core takes the mailbox over.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.dial_for_ever() => {}
        }
        if !stop.is_cancelled() {
            stop.cancelled().await;
        }
        (self.tell)(Link::Away {
            why: Some("the core is stopped".to_owned()),
        });
    }

    async fn dial_for_ever(&self) {
        let known: Vec<Known> = self.apps.iter().cloned().map(Known::from).collect();
        let (mut failures, mut told) = (0_u32, None);
        for session in 1.. {
            let mut talk = Session::new(self, &known, session);
            match Box::pin(talk.run()).await {
                End::TakenOver(why) => {
                    tracing::error!(
                        reason = why,
                        "another core has the relay's mailbox: this one does not dial again"
                    );
                    (self.tell)(Link::TakenOver { why });
                    return;
                }
                End::Lost(why) => {
                    if talk.was_live() {
                        (failures, told) = (0, None);
                    }
                    if told.as_ref() != Some(&why) {
                        tracing::warn!(relay = %self.dial.address, reason = why, "no stream from the relay");
                        told = Some(why.clone());
                    }
                    (self.tell)(Link::Away { why: Some(why) });
                }
            }
            tokio::time::sleep(pause(failures, dice())).await;
            failures = failures.saturating_add(1);
        }
    }

    /// The answer to a relay's challenge.
    fn hello(&self, challenge: &[u8]) -> Hello {
        let lent = |app: &App| LentApp {
            app_id: app.app_id.clone(),
            verify_token: app.verify_token.clone(),
            app_secrets: if self.lends_secrets {
                app.app_secrets.clone()
            } else {
                Vec::new()
            },
        };
        Hello {
            core: self.core.clone(),
            key: self.key.public().to_string(),
            proof: hex::write(&self.key.open(challenge).unwrap_or_default()),
            apps: self.apps.iter().map(lent).collect(),
        }
    }
}

/// The pause after so many failures: doubled each time, and spread so that many cores do not come at once. `dice` is
/// anything.
fn pause(failures: u32, dice: u8) -> Duration {
    let whole = PAUSE
        .saturating_mul(1 << failures.min(10))
        .min(LONGEST_PAUSE);
    whole / 2 + (whole / 2).mul_f64(f64::from(dice) / 255.0)
}

/// Without random bytes all cores come at once.
fn dice() -> u8 {
    let mut bytes = [0];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes[0],
        Err(_) => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_ten_seconds_and_is_spread() {
        let ms = |failures, dice| pause(failures, dice).as_millis();

        assert_eq!((ms(0, 0), ms(0, 255)), (50, 100));
        assert_eq!((ms(3, 0), ms(3, 255)), (400, 800));
        assert_eq!((ms(u32::MAX, 0), ms(u32::MAX, 255)), (5_000, 10_000));
    }
}
