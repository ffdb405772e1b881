//! Media bytes: the one place where redirects are followed, by hand, so that the token goes to few hosts.

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode, Url};

use super::access::Access;
use super::exchange::{failure, refused};
use super::exchanges::DOWNLOAD;
use super::{Client, MEDIA_TIMEOUT};
use crate::error::Failure;

/// Hops after the first URL.
const REDIRECTS: usize = 3;
/// The network's own hosts, which may have the token besides the base URL's.
const MEDIA_HOSTS: &[&str] = &[".fbsbx.com", ".facebook.com", ".whatsapp.net"];

impl Client {
    /// The bytes behind a media URL, to be streamed; up to three redirects are followed. The token goes only to the base
    /// URL's own host and the network's media hosts, and never over plain HTTP unless the base URL is plain too.
    pub async fn download(&self, url: &str) -> Result<Response, Failure> {
        let mut url = Url::parse(url)
            .map_err(|error| Failure::Unsent(format!("the media URL cannot be read: {error}")))?;
        for _ in 0..=REDIRECTS {
            let access = self.access();
            let mut request = access.http.get(url.clone()).timeout(MEDIA_TIMEOUT);
            if access.trusts(&url) {
                let (name, value) = &access.key;
                request = request.header(name, value);
            }
            let request = request.build().map_err(failure)?;
            let response = self.dispatch(DOWNLOAD, request).await?;
            if response.status().is_success() {
                return Ok(response);
            }
            match next_hop(&url, &response) {
                Some(next) => url = next,
                None => return Err(refused(response).await),
            }
        }
        Err(Failure::Unknown(format!(
            "the media URL redirects more than {REDIRECTS} times"
        )))
    }
}

impl Access {
    /// Whether a URL may have the token. A provider's key is the provider's alone.
    pub(super) fn trusts(&self, url: &Url) -> bool {
        let base = &self.base;
        let host = url.host_str().unwrap_or_default();
        let is_own = url.host() == base.host() && url.scheme() == base.scheme();
        let is_meta = || MEDIA_HOSTS.iter().any(|suffix| host.ends_with(suffix));
        let is_known =
            Some(host) == base.host_str() || (self.config.key_header.is_none() && is_meta());
        is_own || (url.scheme() == "https" && is_known)
    }
}

/// Where a redirect leads.
fn next_hop(from: &Url, response: &Response) -> Option<Url> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    is_redirect.then(|| from.join(location).ok()).flatten()
}
