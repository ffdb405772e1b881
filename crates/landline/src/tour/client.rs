//! The caller: the API over TLS with its CA, the virtual phones at `/sim`, and each exchange on the screen.

use std::time::Duration;

use anyhow::{Context, bail};
use http::{Method, header};
use reqwest::tls::Certificate;
use serde_json::Value;

use super::PATIENCE;
use super::gateway::Gateway;
use super::screen::Screen;
use super::text::{compact, part, veiled};
use crate::exit::{Stop, causes};

/// Paths of the virtual phones begin so; all others are the API's.
const PHONES: &str = "/sim/";
/// Longer than what a long poll waits.
const TIMEOUT: Duration = PATIENCE.saturating_add(Duration::from_secs(5));

/// A caller of the gateway and of the virtual phones.
pub(super) struct Client {
    api: Side,
    phones: Side,
    /// Of the admin, once logged in.
    token: Option<String>,
    screen: Screen,
}

/// One program at the other end.
struct Side {
    base: String,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// `null` when it is no JSON.
    pub(super) body: Value,
    /// The header, if it came.
    pub(super) retry_after: Option<String>,
}

impl Client {
    /// A caller who trusts the gateway's CA and nobody else.
    pub(super) fn new(gateway: &Gateway, screen: Screen) -> Result<Self, Stop> {
        let endpoints = &gateway.endpoints;
        let unusable = |why: String| {
            let path = &endpoints.ca_cert;
            Stop::failed(format!("cannot use the gateway's CA {path}"), why)
        };
        let pem = std::fs::read(&endpoints.ca_cert).map_err(|error| unusable(causes(&error)))?;
        let ca = Certificate::from_pem(&pem).map_err(|error| unusable(causes(&error)))?;
        let api = builder()
            .tls_certs_only([ca])
            .build()
            .map_err(|error| unusable(causes(&error)))?;
        let phones = if endpoints.sim.starts_with("http:") {
            // No TLS, no certificates to load.
            builder().tls_certs_only([])
        } else {
            builder()
        };
        let phones = phones
            .build()
            .map_err(|error| Stop::failed("there is no HTTP client", causes(&error)))?;
        Ok(Self {
            api: Side {
                base: endpoints.api.clone(),
                http: api,
            },
            phones: Side {
                base: endpoints.sim.clone(),
                http: phones,
            },
            token: None,
            screen,
        })
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.call("GET", path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.call("POST", path, Some(body)).await
    }

    /// A request and its answer, both shown.
    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        self.screen.request(method, path, None, body);
        let answer = self.ask(method, path, body).await?;
        self.screen.answer(&answer, &compact(&answer.body));
        Ok(answer)
    }

    /// A GET of which only the member at the end of `shown` appears on the screen.
    pub(super) async fn get_part(&self, path: &str, shown: &[&str]) -> anyhow::Result<Answer> {
        self.screen.request("GET", path, None, None);
        let answer = self.ask("GET", path, None).await?;
        let text = if answer.status == 200 {
            part(&answer.body, shown)
        } else {
            compact(&answer.body)
        };
        self.screen.answer(&answer, &text);
        Ok(answer)
    }

    /// The same as [`call`](Self::call), unseen.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let side = if path.starts_with(PHONES) {
            &self.phones
        } else {
            &self.api
        };
        let mut request = side.request(method, path)?;
        if let (Some(token), false) = (&self.token, path.starts_with(PHONES)) {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        finish(request)
            .await
            .with_context(|| format!("{method} {path}"))
    }

    /// `POST /v1/users/login`, shown. With an answer of 200 its token is used from now on.
    pub(super) async fn log_in(
        &mut self,
        username: &str,
        password: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let path = "/v1/users/login";
        let by = format!("{username}:{}", veiled(password));
        self.screen.request("POST", path, Some(&by), body);
        let mut request = self
            .api
            .request("POST", path)?
            .basic_auth(username, Some(password));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = finish(request).await.context("the login")?;
        self.screen.answer(&answer, &compact(&answer.body));
        if answer.status == 200 {
            self.token = Some(answer.text("/users/0/token")?.to_owned());
        }
        Ok(answer)
    }

    /// Whether somebody is logged in.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Forgets the token.
    pub(super) fn forget_token(&mut self) {
        self.token = None;
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // A proxy for the world outside has no business between two programs here.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(TIMEOUT)
}

impl Side {
    fn request(&self, method: &str, path: &str) -> anyhow::Result<reqwest::RequestBuilder> {
        let method: Method = method.parse()?;
        Ok(self.http.request(method, format!("{}{path}", self.base)))
    }
}

async fn finish(request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
    let no_answer = |error: reqwest::Error| anyhow::anyhow!("no answer: {}", causes(&error));
    let response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let bytes = response.bytes().await.map_err(no_answer)?;
    Ok(Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
        retry_after,
    })
}

impl Answer {
    /// This answer, if it has the status that the guide promises.
    pub(super) fn expect(self, status: u16) -> anyhow::Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let came = self.status;
        bail!("{status} was expected, {came} came: {}", self.said())
    }

    /// The first error's code, of answers and of statuses alike.
    pub(super) fn code(&self) -> Option<u64> {
        self.body.pointer("/errors/0/code").and_then(Value::as_u64)
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> anyhow::Result<&str> {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .with_context(|| format!("the answer has no text at {pointer}: {}", self.said()))
    }

    fn said(&self) -> String {
        compact(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_was_not_expected_is_told_whole() {
        let answer = || Answer {
            status: 400,
            body: json!({"errors": [{"code": 1009, "title": "Parameter value is not valid"}], "meta": {}}),
            retry_after: None,
        };

        let error = answer().expect(201).expect_err("refused").to_string();

        assert_eq!(
            error,
            r#"201 was expected, 400 came: {"errors":[{"code":1009,"title":"Parameter value is not valid"}]}"#
        );
        assert_eq!(
            answer().expect(400).expect("as expected").code(),
            Some(1009)
        );
    }

    #[test]
    fn a_text_that_is_missing_is_named() {
        let answer = Answer {
            status: 200,
            body: json!({"users": [{"token": 1}]}),
            retry_after: None,
        };

        let error = answer.text("/users/0/token").expect_err("no text");

        assert!(error.to_string().contains("/users/0/token"));
    }
}
