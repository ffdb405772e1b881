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

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use onprem::settings::UrlPolicy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Response, Url};

/// To reach the host of a media link.
const CONNECT: Duration = Duration::from_secs(5);
/// For a media link altogether, redirects included.
const TOTAL: Duration = Duration::from_mins(1);
/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// What is reserved for a body before its first byte, at most.
const RESERVED: u64 = 1024 * 1024;

/// Fetches media links.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    policy: UrlPolicy,
}

/// A client for strangers' URLs: names resolve to public addresses only (loopback too with
/// [`UrlPolicy::PlainLoopback`]), redirects are off, no proxy is used.
///
/// URLs are to be passed through [`check`] before each request: a host that is an address is not resolved.
/// [`is_refused`] tells whether a request failed because of its address.
pub fn guarded_client(
    policy: UrlPolicy,
    connect: Duration,
    total: Duration,
) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
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

/// What a link brought.
#[derive(Debug)]
pub struct Fetched {
    /// As the server says it.
    pub content_type: Option<String>,
    /// The bytes.
    pub body: Bytes,
}

impl Fetcher {
    /// A fetcher under a policy.
    pub fn new(policy: UrlPolicy) -> reqwest::Result<Self> {
        Ok(Self {
            client: guarded_client(policy, CONNECT, TOTAL)?,
            policy,
        })
    }

    /// Fetches a link, at most three redirects (each checked anew), at most `limit` bytes, within a minute.
    pub async fn fetch(&self, url: &str, limit: u64) -> Result<Fetched, LinkError> {
        let url = check(url, self.policy)?;
        tokio::time::timeout(TOTAL, self.follow(url, limit))
            .await
            .unwrap_or_else(|_| Err(LinkError::Failed(format!("no end within {TOTAL:?}"))))
    }

    async fn follow(&self, mut url: Url, limit: u64) -> Result<Fetched, LinkError> {
        for _ in 0..=REDIRECTS {
            let response = self.client.get(url.clone()).send().await.map_err(failure)?;
            match response.status() {
                StatusCode::OK => return read(response, limit).await,
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

/// Reads a body, never more than one chunk past the limit.
async fn read(mut response: Response, limit: u64) -> Result<Fetched, LinkError> {
    let too_large = || LinkError::TooLarge { limit };
    let announced = response.content_length().unwrap_or_default();
    if announced > limit {
        return Err(too_large());
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    // The announced length is a stranger's word: it reserves little.
    let mut body =
        BytesMut::with_capacity(usize::try_from(announced.min(RESERVED)).unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        body.extend_from_slice(&chunk);
        if u64::try_from(body.len()).is_ok_and(|bytes| bytes > limit) {
            return Err(too_large());
        }
    }
    Ok(Fetched {
        content_type,
        body: body.freeze(),
    })
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
