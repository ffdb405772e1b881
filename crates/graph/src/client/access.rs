//! Where and as whom the client speaks: its configuration, and what is made of it once.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::redirect::Policy;

use super::exchange::failure;
use crate::error::Failure;
use crate::{signature, trust};

/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An idle connection is asked for a sign of life after this time, so that one that died silently is not used.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Idle connections that are kept: as many as a line has sends in flight.
const IDLE_CONNECTIONS: usize = 64;

/// Where and as whom the client speaks. Its debug form hides the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// Without a version and without a slash at its end.
    pub base_url: String,
    /// `v24.0`; `""` for paths without a version.
    pub version: String,
    /// Never logged.
    pub access_token: String,
    /// The header that a provider, who fronts the same API, takes its key in; the token is its whole value then. `None`
    /// for `Authorization: Bearer`.
    pub key_header: Option<String>,
    /// For `appsecret_proof`.
    pub app_secret: Option<String>,
    /// `WABA_ID`.
    pub account_id: String,
    /// `PHONE_ID`.
    pub phone_number_id: String,
    /// Whole exchange, media apart.
    pub timeout: Duration,
}

impl ClientConfig {
    /// Whether both lead to the same number of the same account on the same network, whatever they show there.
    pub fn is_same_number(&self, other: &Self) -> bool {
        self.base_url == other.base_url
            && self.account_id == other.account_id
            && self.phone_number_id == other.phone_number_id
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("base_url", &self.base_url)
            .field("version", &self.version)
            .field("key_header", &self.key_header)
            .field("account_id", &self.account_id)
            .field("phone_number_id", &self.phone_number_id)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A configuration in force.
pub(super) struct Access {
    pub(super) config: ClientConfig,
    pub(super) http: reqwest::Client,
    pub(super) base: Url,
    /// The header with the token, marked as sensitive.
    pub(super) key: (HeaderName, HeaderValue),
    /// `appsecret_proof`.
    pub(super) proof: Option<String>,
}

impl Access {
    /// [`Failure::Unsent`] when the configuration cannot be used. The connections of an earlier one are kept while the
    /// host is the same.
    pub(super) fn new(config: ClientConfig, earlier: Option<&Self>) -> Result<Self, Failure> {
        let base = Url::parse(&config.base_url)
            .ok()
            .filter(|base| matches!(base.scheme(), "http" | "https") && base.has_host())
            .ok_or_else(|| {
                Failure::Unsent(format!("not an http address: {:?}", config.base_url))
            })?;
        let key = key(&config, "Bearer")?;
        let proof = config
            .app_secret
            .as_deref()
            .filter(|secret| !secret.is_empty())
            .map(|secret| signature::proof(secret, &config.access_token));
        let http = match earlier.filter(|earlier| earlier.base == base) {
            Some(earlier) => earlier.http.clone(),
            None => connections(&base)?,
        };
        Ok(Self {
            config,
            http,
            base,
            key,
            proof,
        })
    }

    /// The header of resumable uploads: the documented form has another word before the token.
    pub(super) fn oauth(&self) -> Result<(HeaderName, HeaderValue), Failure> {
        key(&self.config, "OAuth")
    }
}

/// The header that shows who the line is.
fn key(config: &ClientConfig, scheme: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let (name, value) = match &config.key_header {
        None => (AUTHORIZATION, format!("{scheme} {}", config.access_token)),
        Some(name) => {
            let name = HeaderName::try_from(name.as_str()).map_err(|error| {
                Failure::Unsent(format!("not a header's name: {name:?}: {error}"))
            })?;
            (name, config.access_token.clone())
        }
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        Failure::Unsent("the access token has characters that no header carries".into())
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// The connection pool.
fn connections(base: &Url) -> Result<reqwest::Client, Failure> {
    let mut settings = reqwest::Client::builder()
        .user_agent(concat!("landline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_keepalive(KEEPALIVE)
        .http2_keep_alive_interval(KEEPALIVE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        // Followed by hand: the token goes to few hosts.
        .redirect(Policy::none());
    if is_loopback(base) {
        settings = settings.no_proxy();
    }
    let settings = match trust::system() {
        Ok(tls) => settings.tls_backend_preconfigured(tls),
        // A machine without CA certificates can still talk to a simulator without TLS.
        Err(_) if base.scheme() == "http" => settings.tls_certs_only([]),
        Err(why) => return Err(Failure::Unsent(why)),
    };
    settings.build().map_err(failure)
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}
