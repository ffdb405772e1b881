//! Strangers' URLs (media links, webhooks): one guarded resolver, which refuses addresses that are not public.

use std::time::Duration;

use onprem::settings::UrlPolicy;

/// Fetches media links.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    policy: UrlPolicy,
}

/// A client for strangers' URLs: names resolve to public addresses only (loopback too with
/// [`UrlPolicy::PlainLoopback`]), literal addresses are checked likewise, redirects are off.
pub fn guarded_client(
    policy: UrlPolicy,
    connect: Duration,
    total: Duration,
) -> reqwest::Result<reqwest::Client> {
    let _ = (policy, connect, total);
    unimplemented!()
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
    pub body: bytes::Bytes,
}

#[expect(unused_variables, reason = "skeleton")]
impl Fetcher {
    /// A fetcher under a policy.
    pub fn new(policy: UrlPolicy) -> reqwest::Result<Self> {
        Ok(Self {
            client: guarded_client(policy, Duration::from_secs(5), Duration::from_secs(60))?,
            policy,
        })
    }

    /// Fetches a link, at most three redirects (each checked anew), at most `limit` bytes.
    pub async fn fetch(&self, url: &str, limit: u64) -> Result<Fetched, LinkError> {
        let _ = (&self.client, self.policy);
        unimplemented!()
    }
}
