//! A line: one business number with its settings, users, queues, upstream credentials and connection.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use onprem::id::Minter;
use onprem::settings::{ApplicationSettings, UrlPolicy};
use store::LineName;
use store::record::Records;
use tokio::sync::watch;

use crate::call::user::Gatekeeper;
use crate::link::Fetcher;
use crate::media::MediaFolder;
use crate::template::Templates;

/// How a line is set up: configuration, not settings.
#[derive(Clone)]
pub struct LineConfig {
    /// Its name.
    pub name: LineName,
    /// The upstream.
    pub upstream: graph::ClientConfig,
    /// The Meta app whose webhooks the relay takes.
    pub app_id: String,
    /// What the relay answers verification with.
    pub verify_token: String,
    /// The relay's public URL for this app; what the number's override is set to. `None` leaves the network's webhooks alone.
    pub relay_url: Option<String>,
    /// Take the number's webhooks even when they point elsewhere.
    pub take_over: bool,
    /// What a webhook URL (and a media link) may be.
    pub url_policy: UrlPolicy,
    /// `admin` / `secret` is accepted as first login from these addresses.
    pub first_login_from: FirstLogin,
    /// How long a message that may have left waits for a status that names it.
    pub reconcile_wait: Duration,
    /// What happens to it then.
    pub on_unknown: OnUnknown,
    /// The offline step of a start-up ends after this time without an old event.
    pub quiet_time: Duration,
    /// The offline step of a start-up never lasts longer.
    pub startup_limit: Duration,
    /// Where media files are kept.
    pub media_dir: PathBuf,
    /// Accepted messages in the outbox; beyond it 1016.
    pub outbox_limit: u64,
    /// Pending callbacks; beyond it new sends get 1016.
    pub callbacks_limit: u64,
}

/// From where the built-in first password is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstLogin {
    /// From everywhere (`dev`).
    Anywhere,
    /// From loopback only (`serve`).
    Loopback,
}

impl FirstLogin {
    /// Whether an address may use the built-in first password.
    pub fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || address.is_loopback()
    }
}

/// What happens to a message that may have left, when no status named it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// Sent again; counted and logged as a possible duplicate.
    Resend,
    /// Reported as failed with 1000.
    Fail,
}

/// The line's session with its network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineState {
    /// No number is registered.
    Unregistered,
    /// Not connected, and somebody has to do something about it.
    Disconnected {
        /// A sentence for people.
        reason: String,
    },
    /// Being connected.
    Connecting {
        /// Why it is not there yet, when a try has failed.
        trouble: Option<String>,
    },
    /// Connected, the start-up flow runs.
    Starting(Step),
    /// The start-up flow is done: sends are accepted.
    Ready,
}

/// A step of the start-up flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// (a) The message templates are loaded.
    Templates {
        /// Loaded so far.
        loaded: usize,
    },
    /// (b) The offline messages are received and processed.
    Offline {
        /// Processed so far in this step.
        processed: u64,
        /// Still in the inbox.
        left: u64,
    },
}

/// `gateway_status` of `/v1/health` (`rest-api.md` 14.1, decided in the reference's point 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Ready.
    Connected,
    /// Being connected, or starting.
    Connecting,
    /// Credentials refused, number points elsewhere, core stopped.
    Disconnected,
    /// No number registered.
    Unregistered,
}

impl GatewayStatus {
    /// The documented word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Connecting => "connecting",
            Self::Disconnected => "disconnected",
            Self::Unregistered => "unregistered",
        }
    }
}

impl LineState {
    /// The state as `/v1/health` tells it.
    pub fn gateway_status(&self) -> GatewayStatus {
        match self {
            Self::Unregistered => GatewayStatus::Unregistered,
            Self::Disconnected { .. } => GatewayStatus::Disconnected,
            Self::Connecting { .. } | Self::Starting(_) => GatewayStatus::Connecting,
            Self::Ready => GatewayStatus::Connected,
        }
    }
}

/// One line. Shared by the web (calls) and the core (loops).
pub struct Line {
    /// How it is set up.
    pub config: LineConfig,
    /// The store's typed records.
    pub(crate) records: Records,
    /// The upstream client.
    pub(crate) client: graph::Client,
    /// Public message ids.
    pub(crate) minter: Minter,
    /// The deployment's name inside opaque callback data.
    pub(crate) deployment: String,
    /// The application settings in force.
    pub(crate) settings: watch::Sender<Arc<ApplicationSettings>>,
    /// The connection's state; the connection task writes it.
    pub(crate) state: watch::Sender<LineState>,
    /// The registered number, digits; `None` before registration.
    pub(crate) number: watch::Sender<Option<String>>,
    /// The template table.
    pub(crate) templates: Templates,
    /// Media files.
    pub(crate) media: MediaFolder,
    /// Fetches strangers' links.
    pub(crate) fetcher: Fetcher,
    /// Logins, tokens and their limits.
    pub(crate) gatekeeper: Gatekeeper,
    /// Where settings and account calls wait for their turn.
    pub(crate) desk: crate::call::setting::Desk,
}

impl Line {
    /// The application settings in force.
    pub fn settings(&self) -> Arc<ApplicationSettings> {
        self.settings.borrow().clone()
    }

    /// The connection's state.
    pub fn state(&self) -> LineState {
        self.state.borrow().clone()
    }

    /// Follows the connection's state.
    pub fn watch_state(&self) -> watch::Receiver<LineState> {
        self.state.subscribe()
    }

    /// The registered number, digits.
    pub fn number(&self) -> Option<String> {
        self.number.borrow().clone()
    }

    /// The store's typed records.
    pub fn records(&self) -> &Records {
        &self.records
    }
}

/// Why a line cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The media folder.
    #[error("the media folder cannot be used: {0}")]
    Media(#[from] std::io::Error),
    /// A client cannot be made (no CA certificates on this machine, for example).
    #[error("an HTTP client cannot be made: {0}")]
    Client(String),
}

impl Line {
    /// Opens a line: reads its records, makes what is missing (deployment id, the built-in admin). Starts nothing.
    /// `secret` is what public ids are scrambled with.
    pub async fn open(
        config: LineConfig,
        records: Records,
        secret: [u8; 32],
    ) -> Result<Arc<Self>, OpenError> {
        let _ = (config, records, secret);
        unimplemented!()
    }
}
