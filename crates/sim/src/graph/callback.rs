//! Callback URLs: each is asked to repeat a challenge before it is used.

use std::time::Duration;

use reqwest::Url;

use crate::network::error::GraphError;
use crate::network::lasting::Callback;
use crate::network::params::Params;
use crate::shared::Shared;

/// Longest URL, characters.
const LONGEST: usize = 200;
/// A URL that has not answered within this is refused.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a callback under these names; `None` when the URL is absent or empty.
pub(crate) fn read(params: &Params, url_name: &str) -> Result<Option<Callback>, GraphError> {
    let Some(url) = params.text(url_name)? else {
        return Ok(None);
    };
    if url.chars().count() > LONGEST {
        return Err(GraphError::parameter(format!(
            "Param {url_name} must be at most {LONGEST} characters long."
        )));
    }
    let good = Url::parse(&url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    if !good {
        return Err(GraphError::parameter(format!(
            "Param {url_name} is not a valid URL."
        )));
    }
    let verify_token = params.required_text("verify_token")?;
    Ok(Some(Callback { url, verify_token }))
}

/// Asks the URL: it must answer 200 with the challenge, and nothing else.
pub(crate) async fn verify(shared: &Shared, callback: &Callback) -> Result<(), GraphError> {
    let challenge = shared.with(|network, _| network.challenge()).to_string();
    let refuse = |cause: String| {
        GraphError::plain(
            400,
            2200,
            format!("(#2200) Callback verification failed with the following errors: {cause}"),
        )
    };
    let mut url = Url::parse(&callback.url)
        .map_err(|error| refuse(format!("the URL cannot be read: {error}")))?;
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", &callback.verify_token);
    let response = shared
        .client
        .get(url)
        .timeout(TIMEOUT)
        .send()
        .await
        .map_err(|error| refuse(format!("no answer: {}", error.without_url())))?;
    let status = response.status();
    if status != reqwest::StatusCode::OK {
        return Err(refuse(format!("HTTP Status Code = {}", status.as_u16())));
    }
    let mut body = Vec::new();
    let mut response = response;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| refuse(format!("no full answer: {}", error.without_url())))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > 1024 {
            break;
        }
    }
    if body == challenge.as_bytes() {
        Ok(())
    } else {
        Err(refuse("the challenge was not repeated".to_owned()))
    }
}
