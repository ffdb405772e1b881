//! The typed client: one per line.

mod account;
mod business;
mod call;
mod download;
mod exchange;
mod exchanges;
mod numbers;
mod profile;
mod resumable;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use meter::table::UPSTREAM_SECONDS;
use meter::{Cells, Histogram};
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Url};
use tokio::time::Instant;

pub use self::exchanges::{Exchanges, UNKNOWN, UNSENT};
use crate::error::Failure;
use crate::signature;

/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Whole exchange with media in it.
const MEDIA_TIMEOUT: Duration = Duration::from_mins(2);
/// An idle connection is asked for a sign of life after this time, so that one that died silently is not used.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Idle connections that are kept: as many as a line has sends in flight.
const IDLE_CONNECTIONS: usize = 64;

/// Where and as whom the client speaks. Its debug form hides the secrets.
#[derive(Clone)]
pub struct ClientConfig {
    /// Without a version and without a slash at its end.
    pub base_url: String,
    /// `v24.0`; `""` for paths without a version.
    pub version: String,
    /// Never logged.
    pub access_token: String,
    /// For `appsecret_proof`.
    pub app_secret: Option<String>,
    /// `WABA_ID`.
    pub account_id: String,
    /// `PHONE_ID`.
    pub phone_number_id: String,
    /// Whole exchange, media apart.
    pub timeout: Duration,
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("base_url", &self.base_url)
            .field("version", &self.version)
            .field("account_id", &self.account_id)
            .field("phone_number_id", &self.phone_number_id)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A typed client. Cheap to clone. Every call also notes when the network last answered (anything).
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    config: ClientConfig,
    http: reqwest::Client,
    base: Url,
    /// `Bearer …`, marked as sensitive.
    bearer: HeaderValue,
    /// `appsecret_proof`.
    proof: Option<String>,
    last_answer: Mutex<Option<Instant>>,
    exchanges: Exchanges,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.shared.config).finish()
    }
}

impl Client {
    /// A client with its own connection pool. [`Failure::Unsent`] when the configuration cannot be used.
    pub fn new(config: ClientConfig) -> Result<Self, Failure> {
        let base = Url::parse(&config.base_url)
            .ok()
            .filter(|base| matches!(base.scheme(), "http" | "https") && base.has_host())
            .ok_or_else(|| {
                Failure::Unsent(format!("not an http address: {:?}", config.base_url))
            })?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", config.access_token))
            .map_err(|_| {
                Failure::Unsent("the access token has characters that no header carries".into())
            })?;
        bearer.set_sensitive(true);
        let proof = config
            .app_secret
            .as_deref()
            .filter(|secret| !secret.is_empty())
            .map(|secret| signature::proof(secret, &config.access_token));
        let http = connections(&base)?;
        Ok(Self {
            shared: Arc::new(Shared {
                config,
                http,
                base,
                bearer,
                proof,
                last_answer: Mutex::new(None),
                exchanges: Cells::new(|| Histogram::of(&UPSTREAM_SECONDS)),
            }),
        })
    }

    /// What it was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.shared.config
    }

    /// When the network last answered anything, whatever it said, on tokio's clock; `None` before the first answer.
    pub fn last_answer(&self) -> Option<Instant> {
        *self
            .shared
            .last_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note_answer(&self) {
        *self
            .shared
            .last_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// The connection pool.
fn connections(base: &Url) -> Result<reqwest::Client, Failure> {
    let settings = || -> ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("landline/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(KEEPALIVE)
            .http2_keep_alive_interval(KEEPALIVE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            // Followed by hand: the token goes to few hosts.
            .redirect(Policy::none());
        if is_loopback(base) {
            builder.no_proxy()
        } else {
            builder
        }
    };
    let built = match settings().build() {
        // A machine without CA certificates can still talk to a simulator without TLS.
        Err(_) if base.scheme() == "http" => settings().tls_certs_only([]).build(),
        built => built,
    };
    built.map_err(exchange::failure)
}

/// Whether a URL leads to this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}
