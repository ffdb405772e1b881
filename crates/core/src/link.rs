//! Strangers' URLs (media links, webhooks): one guarded resolver, which refuses addresses that are not public.
//!
//! - [`address`]: which addresses are public.
//! - [`guarded_client`]: names are resolved to allowed addresses only. A host that *is* an address is never resolved, so
//!   whoever uses the client passes its URLs through [`check`] first.
//! - [`Fetcher`]: both together, for media links.

pub mod address;
#[cfg(test)]
pub(crate) mod fake;

use std::error::Error;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use onprem::provider::Credentials;
use onprem::settings::UrlPolicy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Response, Url};

/// To reach the host of a media link.
const CONNECT: Duration = Duration::from_secs(5);
/// For a media link altogether, redirects and the body included.
pub(crate) const TOTAL: Duration = Duration::from_mins(1);
/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// Fetches media links.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    policy: UrlPolicy,
}

/// A client for strangers' URLs: names resolve to public addresses only (and to those that the policy allows beside),
/// redirects are off, no proxy is used.
///
/// URLs are to be passed through [`check`] before each request: a host that is an address is not resolved.
/// [`is_refused`] tells whether a request failed because of its address. Hosts may show a certificate by one of
/// `authorities` too, beside those that the system trusts.
pub fn guarded_client(
    policy: UrlPolicy,
    authorities: Vec<reqwest::Certificate>,
    connect: Duration,
    total: Duration,
) -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder();
    // The system's authorities alone are shared by all clients.
    let client = match graph::trust::system() {
        Ok(tls) if authorities.is_empty() => client.tls_backend_preconfigured(tls),
        _ => client.tls_certs_merge(authorities),
    };
    client
        .user_agent(concat!("landline/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(GuardedResolver { policy })
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(connect)
        .timeout(total)
        .pool_idle_timeout(Duration::from_secs(30))
        // As many as one webhook can have requests in flight.
        .pool_max_idle_per_host(24)
        .build()
}

/// Reads a URL and checks what can be told without resolving: `http` or `https`, a host, and no address that is
/// not allowed, in whatever spelling.
pub fn check(url: &str, policy: UrlPolicy) -> Result<Url, LinkError> {
    let url = Url::parse(url).map_err(|error| LinkError::Refused(format!("not a URL: {error}")))?;
    check_parsed(&url, policy)?;
    Ok(url)
}

/// Whether a request of a [`guarded_client`] failed because its host has no address that is allowed.
pub fn is_refused(error: &reqwest::Error) -> bool {
    causes(error).any(<dyn Error>::is::<NotPublic>)
}

/// Why a URL cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not http(s), or an address that is not allowed.
    #[error("{0}")]
    Refused(String),
    /// It does not answer, or not with 200.
    #[error("{0}")]
    Failed(String),
    /// More bytes than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
}

/// What a link brings: the body is still to come.
#[derive(Debug)]
pub struct Fetched {
    response: Response,
}

impl Fetched {
    /// As the server says it.
    pub fn content_type(&self) -> Option<&str> {
        self.response.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The bytes. Whoever reads them stops at the limit: the announced length is a stranger's word.
    pub fn body(self) -> impl Stream<Item = Result<Bytes, LinkError>> + Send {
        self.response.bytes_stream().map_err(failure)
    }
}

impl Fetcher {
    /// A fetcher under a policy.
    pub fn new(policy: UrlPolicy) -> reqwest::Result<Self> {
        Ok(Self {
            client: guarded_client(policy, Vec::new(), CONNECT, TOTAL)?,
            policy,
        })
    }

    /// Asks for a link: at most three redirects, each checked anew; a body that is announced with more than `limit` bytes
    /// is refused. Credentials go to the link's own origin only, whoever sends elsewhere.
    pub async fn fetch(
        &self,
        url: &str,
        credentials: Option<&Credentials>,
        limit: u64,
    ) -> Result<Fetched, LinkError> {
        let first = check(url, self.policy)?;
        let headers = match credentials {
            Some(credentials) => headers(credentials)
                .map_err(|error| LinkError::Refused(format!("the provider's headers: {error}")))?,
            None => HeaderMap::new(),
        };
        let mut url = first.clone();
        for _ in 0..=REDIRECTS {
            let mut request = self.client.get(url.clone());
            if url.origin() == first.origin() {
                request = request.headers(headers.clone());
            }
            let response = request.send().await.map_err(failure)?;
            match response.status() {
                StatusCode::OK if response.content_length().is_some_and(|bytes| bytes > limit) => {
                    return Err(LinkError::TooLarge { limit });
                }
                StatusCode::OK => return Ok(Fetched { response }),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    url = target(&url, &response)?;
                    check_parsed(&url, self.policy)?;
                }
                other => {
                    return Err(LinkError::Failed(format!(
                        "the server answered with status {}",
                        other.as_u16()
                    )));
                }
            }
        }
        Err(LinkError::Failed(format!(
            "more than {REDIRECTS} redirects"
        )))
    }
}

/// The headers that credentials are sent in.
fn headers(credentials: &Credentials) -> Result<HeaderMap, http::Error> {
    let sensitive = |value: &str| -> Result<HeaderValue, http::Error> {
        let mut value = HeaderValue::from_str(value)?;
        value.set_sensitive(true);
        Ok(value)
    };
    match credentials {
        Credentials::Basic { username, password } => {
            let encoded = STANDARD.encode(format!("{username}:{password}"));
            let value = sensitive(&format!("Basic {encoded}"))?;
            Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
        }
        Credentials::Bearer(token) => {
            let value = sensitive(&format!("Bearer {token}"))?;
            Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
        }
        Credentials::Headers(headers) => headers
            .iter()
            .map(|(name, value)| Ok((HeaderName::try_from(name)?, sensitive(value)?)))
            .collect(),
    }
}

/// Where a redirect leads.
fn target(from: &Url, response: &Response) -> Result<Url, LinkError> {
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| LinkError::Failed("a redirect that says not where to".to_owned()))?;
    from.join(location)
        .map_err(|error| LinkError::Failed(format!("a redirect to no URL: {error}")))
}

fn check_parsed(url: &Url, policy: UrlPolicy) -> Result<(), LinkError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(LinkError::Refused(format!(
            "{} is neither http nor https",
            url.scheme()
        )));
    }
    match host_address(url) {
        Some(ip) if !address::is_allowed(ip, policy) => {
            Err(LinkError::Refused(NotPublic.to_string()))
        }
        _ => Ok(()),
    }
}

/// The address that a URL's host is, if it is one. The URL parser has brought every spelling (decimal, octal,
/// hexadecimal, short, other digits) into the usual one.
fn host_address(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(bracketed) => bracketed.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// The error of a host that has no address that is allowed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the host's address is not public")]
struct NotPublic;

/// Resolves names as the system does, and leaves out what is not allowed. The connection is made to the very
/// addresses that were checked here, so a name that changes its mind gains nothing.
struct GuardedResolver {
    policy: UrlPolicy,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|found| address::is_allowed(found.ip(), policy))
                .collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// A failed request in words, without its URL: that may hold credentials.
fn failure(error: reqwest::Error) -> LinkError {
    if is_refused(&error) {
        return LinkError::Refused(NotPublic.to_string());
    }
    if error.is_timeout() {
        return LinkError::Failed("the server did not answer in time".to_owned());
    }
    let error = error.without_url();
    let words: Vec<_> = causes(&error).map(ToString::to_string).collect();
    LinkError::Failed(words.join(": "))
}

/// An error, what caused it, what caused that …
pub(crate) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

#[cfg(test)]
mod tests;
