//! The simulated network: a pure state machine (`network`), the Graph server on it, and `/sim` for virtual phones.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

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
    /// PHONE_ID.
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
    /// WABA_ID.
    pub waba_id: String,
    /// PHONE_ID of the first number.
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
}

/// A simulated network.
#[derive(Clone)]
pub struct Simulator {}

impl Simulator {
    /// Opens (or makes) the network in `config.dir`.
    pub fn open(config: SimConfig) -> Result<Self, SimError> {
        let _ = config;
        unimplemented!()
    }

    /// What a gateway has to know.
    pub fn world(&self) -> World {
        unimplemented!()
    }

    /// Runs what happens by itself (deliveries, webhooks, their retries) until cancelled; writes `network.json` at the end.
    pub async fn run(&self, shutdown: CancellationToken) {
        let _ = shutdown;
    }

    /// The Graph API and `/sim`. While the link is down, the service of a Graph request fails, so that its connection
    /// is closed unanswered.
    pub fn service(&self) -> Service {
        Service {}
    }
}

/// The HTTP service of a simulator: `Error` closes the connection.
#[derive(Clone)]
pub struct Service {}

impl tower::Service<http::Request<axum::body::Body>> for Service {
    type Response = axum::response::Response;
    type Error = std::io::Error;
    type Future = std::pin::Pin<
        Box<dyn std::future::Future<Output = Result<Self::Response, Self::Error>> + Send>,
    >;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<axum::body::Body>) -> Self::Future {
        unimplemented!()
    }
}
