//! The simulated network, which serves the Graph API with virtual phones behind it.
//!
//! - `network`: the network itself, a pure state machine with time as an input.
//! - `graph`: the Graph API on it. `phone`: `/sim`, the virtual phones and the network's switches.
//! - `courier`: carries webhooks to their callback URLs.
//! - `file`: `network.json`, what lasts.
//! - `shared`: the network behind its lock; `service`: the two APIs as one HTTP service.

mod answer;
mod ascii;
mod clock;
mod courier;
mod file;
mod form;
mod graph;
mod network;
mod phone;
mod picture;
mod qr;
mod service;
mod shared;
mod sticker;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::network::Network;
pub use crate::service::Service;
use crate::shared::Shared;

/// How webhooks that were not taken are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retry {
    /// As `Meta`, and also as soon as the gateway is heard from again.
    #[default]
    Eager,
    /// At once, then after 1, 2, 4 … minutes of the network's clock, for 7 days.
    Meta,
}

/// How the simulator is set up.
pub struct SimConfig {
    /// Where `network.json` is kept.
    pub dir: PathBuf,
    /// How webhooks are tried again.
    pub retry: Retry,
    /// Its own address, for media URLs: `http://127.0.0.1:9080`.
    pub public_url: String,
    /// Called for each message to or from a virtual phone, with one readable line.
    pub on_message: Box<dyn Fn(String) + Send + Sync>,
}

/// What a gateway has to know of this network: `GET /sim/world`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    /// The number that Landline uses.
    pub number: WorldNumber,
    /// The number that must stay untouched.
    pub second: WorldNumber,
    /// The Graph API.
    pub graph: WorldGraph,
    /// The virtual customers.
    pub customers: Vec<WorldCustomer>,
}

/// A business number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldNumber {
    /// Country code.
    pub cc: String,
    /// National number.
    pub phone_number: String,
    /// Both.
    pub wa_id: String,
    /// The name certificate, base64.
    pub cert: String,
    /// `PHONE_ID`.
    pub phone_number_id: String,
    /// The approved display name.
    pub verified_name: String,
}

/// The Graph API's address and credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldGraph {
    /// Without a version.
    pub base_url: String,
    /// `v24.0`.
    pub version: String,
    /// The system user's token.
    pub access_token: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// What Landline's relay expects at verification.
    pub verify_token: String,
    /// The app's id.
    pub app_id: String,
    /// `WABA_ID`.
    pub waba_id: String,
    /// `PHONE_ID` of the first number.
    pub phone_number_id: String,
}

/// A virtual customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldCustomer {
    /// Digits.
    pub wa_id: String,
    /// The profile's name.
    pub name: String,
    /// The customer service window of the first number is open.
    pub window_open: bool,
}

/// Why the simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// `network.json` cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// The HTTP client for webhooks cannot be made.
    #[error("cannot make the HTTP client of the simulator: {0}")]
    Client(String),
}

/// A simulated network. Cheap to clone; all clones are the same network.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

impl Simulator {
    /// Opens (or makes) the network in `config.dir`. Nothing moves by itself until [`Self::run`].
    pub fn open(config: SimConfig) -> Result<Self, SimError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("landline-sim/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| SimError::Client(error.to_string()))?;
        let (lasting, path) = file::open(&config.dir)?;
        let public_url = config.public_url.trim_end_matches('/').to_owned();
        let seed = getrandom::u64().unwrap_or(lasting.epoch);
        let network = Network::new(lasting, config.retry, public_url.clone(), seed);
        Ok(Self {
            shared: Arc::new(Shared::new(
                network,
                path,
                client,
                public_url,
                config.on_message,
            )),
        })
    }

    /// What a gateway has to know.
    pub fn world(&self) -> World {
        self.shared.with(|network, now| network.world(now))
    }

    /// Runs what happens by itself (deliveries, webhooks, their retries) until cancelled; writes `network.json` at the end.
    pub async fn run(&self, shutdown: CancellationToken) {
        tokio::join!(
            courier::run(&self.shared, &shutdown),
            courier::keep(&self.shared, &shutdown),
        );
        self.shared.save_all().await;
    }

    /// The Graph API and `/sim`. While the link is down, the service of a Graph request fails, so that its connection
    /// is closed unanswered.
    pub fn service(&self) -> Service {
        Service::new(Arc::clone(&self.shared))
    }
}
