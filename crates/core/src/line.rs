//! A line: one business number with its settings, users, queues, upstream credentials and connection.

mod upstream;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use graph::number::STANDARD_PER_SECOND;
use onprem::MessageId;
use onprem::id::Minter;
use onprem::message::Rules;
use onprem::settings::{ApplicationSettings, UrlPolicy};
use onprem::user::Role;
use store::record::Records;
use store::{Batch, Direction, LineName, MessageRow, SharedStore, StoreError};
use tokio::sync::{Semaphore, watch};

use crate::alert::Alerts;
use crate::call::certificate::authorities;
use crate::call::profile::ProfileDesk;
use crate::call::setting::Desk;
use crate::call::user::Gatekeeper;
use crate::customers::Customers;
use crate::identity::HeldBack;
use crate::ids::Ids;
use crate::link::{Fetcher, guarded_client};
use crate::linked::Linked;
use crate::media::MediaFolder;
use crate::out_of_band::OutOfBand;
use crate::record;
use crate::refresh::News;
use crate::sender::upload::Trouble;
use crate::signal::Signals;
use crate::stats::Meter;
use crate::stats::host::System;
use crate::template::Templates;

/// A webhook has to accept a connection within this time, and to answer within the other (`webhooks.md` 1.3).
const WEBHOOK_CONNECT: Duration = Duration::from_secs(5);
const WEBHOOK_TOTAL: Duration = Duration::from_secs(20);
/// Media links fetched at once; each is on disk until it is uploaded.
const LINK_PLACES: usize = 16;

/// How a line is set up: configuration, not settings.
#[derive(Clone)]
pub struct LineConfig {
    /// Its name.
    pub name: LineName,
    /// The upstream to begin with; [`Line::set_upstream`] replaces it.
    pub upstream: graph::ClientConfig,
    /// The Meta app whose webhooks the relay takes.
    pub app_id: String,
    /// What the relay answers verification with.
    pub verify_token: String,
    /// The relay's public URL for this app; what the number's override is set to. `None` leaves the network's webhooks alone.
    pub relay_url: Option<String>,
    /// Take the number's webhooks even when they point elsewhere.
    pub take_over: bool,
    /// What messages are read by: with extensions, or strict.
    pub rules: Rules,
    /// Mint message ids without the customer's number.
    pub blank_number: bool,
    /// What a webhook URL may be.
    pub url_policy: UrlPolicy,
    /// Where a media link may lead.
    pub link_policy: UrlPolicy,
    /// `admin` / `secret` is accepted as first login from these addresses.
    pub first_login_from: FirstLogin,
    /// Messages a second, in and out together, that the network takes from this number; `None` for what it says itself.
    pub throughput: Option<u32>,
    /// How long a message that may have left waits for a status that names it.
    pub reconcile_wait: Duration,
    /// What happens to it then.
    pub on_unknown: OnUnknown,
    /// The offline step of a start-up ends after this time without an old event.
    pub quiet_time: Duration,
    /// The offline step of a start-up never lasts longer.
    pub startup_limit: Duration,
    /// Where the store is.
    pub data_dir: PathBuf,
    /// Where media files are kept.
    pub media_dir: PathBuf,
    /// Accepted messages in the outbox; beyond it 1016.
    pub outbox_limit: u64,
    /// Pending callbacks; beyond it new sends get 1016.
    pub callbacks_limit: u64,
    /// How many webhook bodies the relay is reading at this moment, when it is in the same process.
    pub reading: Option<watch::Receiver<usize>>,
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
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Connected,
        Self::Connecting,
        Self::Disconnected,
        Self::Unregistered,
    ];

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
    /// Our own word for the state.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unregistered => "unregistered",
            Self::Disconnected { .. } => "disconnected",
            Self::Connecting { .. } => "connecting",
            Self::Starting(_) => "starting",
            Self::Ready => "ready",
        }
    }

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
    pub(crate) ids: Ids,
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
    /// Media links that were brought lately.
    pub(crate) linked: Linked<Trouble>,
    /// What the network says has changed.
    pub(crate) news: News,
    /// Media links that may be fetched at once.
    pub(crate) link_places: Semaphore,
    /// Posts notifications; another one when the authorities change that it trusts.
    pub(crate) webhook: watch::Sender<reqwest::Client>,
    /// Logins, tokens and their limits.
    pub(crate) gatekeeper: Gatekeeper,
    /// Customers met lately.
    pub(crate) contacts: Customers,
    /// Customers whose new identity waits for an acknowledgement.
    pub(crate) held_back: HeldBack,
    /// Errors that belong to no message and no call.
    pub(crate) errors: OutOfBand,
    /// What somebody has to look at.
    pub(crate) alerts: Alerts,
    /// What its parts tell each other.
    pub(crate) signals: Signals,
    /// What it counts.
    pub(crate) meter: Meter,
    /// What runs underneath.
    pub(crate) system: System,
    /// Where settings and account calls wait for their turn.
    pub(crate) desk: Desk,
    /// What is known of the profile.
    pub(crate) profile: ProfileDesk,
}

impl Line {
    /// The application settings in force.
    pub fn settings(&self) -> Arc<ApplicationSettings> {
        self.settings.borrow().clone()
    }

    /// Follows the application settings.
    pub fn watch_settings(&self) -> watch::Receiver<Arc<ApplicationSettings>> {
        self.settings.subscribe()
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

    /// The store.
    pub fn store(&self) -> &SharedStore {
        self.records.store()
    }

    /// The node's name: the host's, in a container the container's id.
    pub fn node(&self) -> &str {
        &self.system.node
    }

    /// Whether notifications have somewhere to go; without a URL statuses are not made.
    pub(crate) fn has_webhook(&self) -> bool {
        !self.settings.borrow().webhook_url.is_empty()
    }

    /// The public id of a message.
    pub(crate) fn public_id(&self, message: &MessageRow) -> MessageId {
        self.ids.mint(
            message.direction == Direction::Outgoing,
            &message.wa_id,
            message.key,
        )
    }

    /// The message of this line that a public id names. Ids of other deployments may open by chance: it has to be the id
    /// that the message was given.
    pub(crate) async fn message_named(&self, id: &str) -> Result<Option<MessageRow>, StoreError> {
        let Some(opened) = self.ids.read(id) else {
            return Ok(None);
        };
        let found = self.store().message(opened.key).await?;
        Ok(found.filter(|message| {
            message.line == self.config.name && self.public_id(message).as_str() == id
        }))
    }

    /// Whether the relay is reading a webhook body at this moment.
    pub(crate) fn is_reading(&self) -> bool {
        self.config
            .reading
            .as_ref()
            .is_some_and(|reading| *reading.borrow() > 0)
    }

    /// Takes the line for ready although no core runs: messages are accepted and stay in the outbox. For measurements.
    pub fn assume_ready(&self) {
        self.set_state(LineState::Ready);
    }

    pub(crate) fn set_state(&self, state: LineState) {
        self.state.send_if_modified(|present| {
            let differs = *present != state;
            if present.word() != state.word() {
                self.meter.note_state();
            }
            *present = state;
            differs
        });
    }
}

/// What posts notifications.
pub(crate) fn webhook_client(
    config: &LineConfig,
    authorities: Vec<reqwest::Certificate>,
) -> reqwest::Result<reqwest::Client> {
    guarded_client(
        config.url_policy,
        authorities,
        WEBHOOK_CONNECT,
        WEBHOOK_TOTAL,
    )
}

/// Why a line cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
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
        let name = &config.name;
        let deployment = deployment(&records).await?;
        if records
            .get::<record::User>(name, onprem::user::ADMIN)
            .await?
            .is_none()
        {
            let admin = record::User {
                role: Role::Admin,
                password_hash: None,
            };
            records.save(name, onprem::user::ADMIN, &admin).await?;
        }
        let settings = records
            .get::<record::Settings>(name, "application")
            .await?
            .map(|stored| stored.0);
        let account = records.get::<record::Account>(name, "account").await?;
        let number = account
            .filter(|account| account.registered)
            .map(|account| account.number);
        let client = |error: &dyn std::fmt::Display| OpenError::Client(error.to_string());
        let webhook = webhook_client(&config, authorities(&records, name).await?)
            .map_err(|error| client(&error))?;
        let state = if number.is_some() {
            LineState::Connecting { trouble: None }
        } else {
            LineState::Unregistered
        };
        let line = Self {
            client: graph::Client::new(config.upstream.clone()).map_err(|error| client(&error))?,
            ids: Ids::open(&records, name, Minter::new(secret), config.blank_number).await?,
            deployment,
            settings: watch::Sender::new(Arc::new(settings.unwrap_or_default())),
            state: watch::Sender::new(state),
            number: watch::Sender::new(number),
            templates: Templates::default(),
            media: MediaFolder::open(config.media_dir.clone())?,
            fetcher: Fetcher::new(config.link_policy).map_err(|error| client(&error))?,
            webhook: watch::Sender::new(webhook),
            link_places: Semaphore::new(LINK_PLACES),
            linked: Linked::default(),
            news: News::default(),
            gatekeeper: Gatekeeper::default(),
            desk: Desk::default(),
            profile: ProfileDesk::default(),
            contacts: Customers::default(),
            held_back: HeldBack::load(&records, name).await?,
            errors: OutOfBand::default(),
            alerts: Alerts::default(),
            signals: Signals::new(config.throughput.unwrap_or(STANDARD_PER_SECOND)),
            meter: Meter::new(),
            system: System::read(),
            records,
            config,
        };
        // An older list is better than none until the network has been asked.
        line.recall_templates().await?;
        Ok(Arc::new(line))
    }
}

/// The deployment's id; made at the first start.
async fn deployment(records: &Records) -> Result<String, OpenError> {
    let main = LineName::main();
    if let Some(found) = records
        .get::<record::Deployment>(&main, "deployment")
        .await?
    {
        return Ok(found.id);
    }
    let id: String = uuid::Uuid::new_v4()
        .simple()
        .to_string()
        .chars()
        .take(8)
        .collect();
    let create = records.create(&main, "deployment", &record::Deployment { id: id.clone() })?;
    match records.store().apply(Batch::of(vec![create])).await {
        Ok(_) => Ok(id),
        // Another node was faster.
        Err(StoreError::Conflict) => {
            let found = records
                .get::<record::Deployment>(&main, "deployment")
                .await?;
            Ok(found.map_or(id, |found| found.id))
        }
        Err(error) => Err(error.into()),
    }
}
