//! The headers of Graph answers (section 1.1 of the API's reference).

use axum::response::Response;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, VARY, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue};
use serde_json::json;

use crate::network::error::GraphError;
use crate::network::usage::Usage;

/// The version that a call without one is answered in.
pub(crate) const OLDEST_VERSION: u32 = 17;

/// What all answers to one call have in common.
pub(crate) struct Stamp {
    /// Of the path.
    pub(crate) version: Option<u32>,
    /// `fbtrace_id` of an error, and a header of every answer.
    pub(crate) trace: String,
    /// Of this call alone.
    pub(crate) request: String,
    /// What the app has used of its hourly limit, percent; with the account's id. For management calls.
    pub(crate) usage: Option<Usage>,
    /// The limit is used up, and the network minds.
    pub(crate) is_over: bool,
}

impl Stamp {
    /// Puts the headers on an answer.
    pub(crate) fn mark(&self, response: &mut Response, error: Option<&GraphError>) {
        let version = self.version.unwrap_or(OLDEST_VERSION);
        set(response, "facebook-api-version", &format!("v{version}.0"));
        set(response, "x-fb-trace-id", &self.trace);
        set(response, "x-fb-request-id", &self.request);
        set(response, "x-fb-rev", "1000000000");
        let headers = response.headers_mut();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache, no-store, must-revalidate"),
        );
        headers.insert(VARY, HeaderValue::from_static("Origin, Accept-Encoding"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if let Some(usage) = &self.usage {
            let app =
                json!({"call_count": usage.calls, "total_cputime": 0, "total_time": usage.calls});
            let business = json!({&usage.account: [{
                "type": "whatsapp",
                "call_count": usage.calls,
                "total_cputime": 0,
                "total_time": usage.calls,
                "estimated_time_to_regain_access": usage.wait_min,
            }]});
            set(response, "x-app-usage", &app.to_string());
            set(response, "x-business-use-case-usage", &business.to_string());
        }
        if let Some(error) = error.filter(|error| error.is_oauth()) {
            let kind = if error.code == 190 || error.code == 0 {
                "invalid_token"
            } else {
                "invalid_request"
            };
            let words = format!(
                r#"OAuth "Facebook Platform" "{kind}" "{}""#,
                error.message().replace(['"', '\\'], "'")
            );
            set(response, WWW_AUTHENTICATE.as_str(), &words);
        }
    }
}

/// A header whose value may hold anything: what a header cannot hold is left out.
fn set(response: &mut Response, name: &'static str, value: &str) {
    let plain: String = value
        .chars()
        .filter(|letter| letter.is_ascii_graphic() || *letter == ' ')
        .collect();
    if let Ok(value) = HeaderValue::from_str(&plain) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}
