//! A caller of `/v1`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::title;

/// `/v1` at one address, with or without a token.
#[derive(Clone)]
pub(crate) struct Api {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    /// The body as JSON; null when it is none.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) bytes: Bytes,
}

impl Answer {
    /// A header's text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a refusal. It is whole: one error with its documented title and details, `meta`, and nothing else
    /// (`rest-api.md` 1.4); and it has the headers that belong to its status.
    #[track_caller]
    pub(crate) fn refusal(&self) -> (u16, u64) {
        let (code, details) = (self.code(), self.details());
        let whole = json!({
            "errors": [{"code": code, "title": title(code), "details": details}],
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        });
        assert_eq!(self.body, whole, "{self:?}");
        assert!(!details.is_empty(), "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        for (name, statuses) in [
            ("www-authenticate", &[401][..]),
            ("allow", &[405]),
            ("retry-after", &[429, 503]),
        ] {
            let is_there = !self.header(name).is_empty();
            assert_eq!(
                is_there,
                statuses.contains(&self.status),
                "{name}: {self:?}"
            );
        }
        (self.status, code)
    }

    /// The public id of the message that was accepted.
    pub(crate) fn message_id(&self) -> String {
        assert_eq!(self.status, 201, "{self:?}");
        self.body["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The first error's code.
    pub(crate) fn code(&self) -> u64 {
        self.body["errors"][0]["code"].as_u64().unwrap_or_default()
    }

    /// The first error's details.
    pub(crate) fn details(&self) -> &str {
        self.body["errors"][0]["details"]
            .as_str()
            .unwrap_or_default()
    }

    /// Status and body, as one value to compare.
    pub(crate) fn whole(&self) -> Value {
        json!({"status": self.status, "body": self.body})
    }
}

impl Api {
    pub(crate) fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            base: base.to_owned(),
            token: None,
            http,
        }
    }

    /// At a TLS address, by a client that trusts `ca` (PEM) alone, a connection for each request.
    pub(crate) fn tls(base: &str, ca: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(ca.as_bytes()).unwrap())
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self {
            base: base.to_owned(),
            token: None,
            http,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub(crate) async fn login(&self, username: &str, password: &str) -> Self {
        let request = self
            .http
            .post(self.url("/v1/users/login"))
            .basic_auth(username, Some(password));
        let answer = finish(request).await.unwrap();
        assert_eq!(answer.status, 200, "login: {answer:?}");
        self.logged_in(&answer)
    }

    /// The API with the token of a login's answer.
    pub(crate) fn logged_in(&self, answer: &Answer) -> Self {
        self.with_token(answer.body["users"][0]["token"].as_str().unwrap())
    }

    /// Any request; an error when no answer came.
    pub(crate) async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method.parse().unwrap(), self.url(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        finish(request).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_call(method, path, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    /// Uploads a file; its media id.
    pub(crate) async fn upload(&self, content_type: &str, bytes: impl Into<Bytes>) -> String {
        let request = self
            .request("POST", "/v1/media")
            .header("content-type", content_type)
            .body(bytes.into());
        let answer = Self::finish(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["media"][0]["id"].as_str().unwrap().to_owned()
    }

    /// A request made by hand, with this token.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.bare(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request made by hand, without the token.
    pub(crate) fn bare(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), self.url(path))
    }

    pub(crate) async fn finish(request: reqwest::RequestBuilder) -> Answer {
        finish(request).await.unwrap()
    }

    /// Sends a text; its id.
    pub(crate) async fn text(&self, to: &str, body: &str) -> String {
        self.post("/v1/messages", &text(to, body))
            .await
            .message_id()
    }

    pub(crate) async fn gateway_status(&self) -> String {
        let answer = self.get("/v1/health").await;
        answer.body["health"]["gateway_status"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits for `connected`.
    pub(crate) async fn connected(&self) {
        super::until("gateway_status connected", super::SOON, || async {
            (self.gateway_status().await == "connected").then_some(())
        })
        .await;
    }
}

pub(crate) fn text(to: &str, body: &str) -> Value {
    json!({"to": to, "type": "text", "text": {"body": body}})
}

async fn finish(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await?;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answer {
        status,
        headers,
        body,
        bytes,
    })
}
