//! One request and its answer: building, sending, and what a failure means.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Method, Request, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::access::Access;
use super::{Client, usage};
use crate::error::{ApiError, Failure};
use crate::tolerant;

/// Greatest JSON answer, bytes: a page of the longest templates is far below.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// A successful answer.
pub(super) struct Answer {
    body: Vec<u8>,
    /// The network's own time, Unix seconds.
    pub(super) date_s: Option<i64>,
}

impl Answer {
    /// Its body as a type; the request had its effect, but nobody knows which.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let mut source = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut source)
            .map_err(|error| Failure::Unknown(format!("the answer cannot be read: {error}")))
    }

    /// The first element of its `data`, or its body where there is no such list; some answers nest the object once more
    /// under a name. `None` when the list is empty.
    pub(super) fn first<T: DeserializeOwned>(&self, nested: &str) -> Result<Option<T>, Failure> {
        let body: Value = self.read()?;
        let mut found = match body.get("data") {
            Some(list) => tolerant::elements(Some(list.clone())).into_iter().next(),
            None => Some(body),
        };
        if let Some(inner) = found.as_mut().and_then(|found| found.get_mut(nested))
            && inner.is_object()
        {
            found = Some(inner.take());
        }
        found
            .map(serde_path_to_error::deserialize)
            .transpose()
            .map_err(|error| Failure::Unknown(format!("the answer cannot be read: {error}")))
    }

    /// That it says `success`: `true`, or the text of it.
    pub(super) fn confirm(&self) -> Result<(), Failure> {
        let body: Value = self.read()?;
        let said = body.get("success").unwrap_or(&body);
        if said == &Value::Bool(true) || said == "true" {
            Ok(())
        } else if said == &Value::Bool(false) || said == "false" {
            Err(Failure::Refused(Box::new(ApiError {
                message: "the network answered `success: false`".into(),
                ..ApiError::read(200, b"")
            })))
        } else {
            Err(Failure::Unknown("the answer does not say `success`".into()))
        }
    }
}

impl Access {
    /// A call's URL: base, version, path, `appsecret_proof`. Parts of the path are escaped: an id from outside leads
    /// nowhere else.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(Failure::Unsent(format!(
                "not an id of the network: {path:?}"
            )));
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::Unsent("the base URL takes no path".into()))?
            .pop_if_empty()
            .extend(Some(self.config.version.as_str()).filter(|version| !version.is_empty()))
            .extend(path);
        for (name, value) in query {
            url.query_pairs_mut().append_pair(name, value);
        }
        if let Some(proof) = &self.proof {
            url.query_pairs_mut().append_pair("appsecret_proof", proof);
        }
        Ok(url)
    }
}

impl Client {
    /// A request with the token and the normal timeout.
    pub(super) fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, Failure> {
        let access = self.access();
        let (name, value) = &access.key;
        Ok(access
            .http
            .request(method, access.url(path, query)?)
            .header(name, value)
            .timeout(access.config.timeout))
    }

    /// `GET`.
    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        self.ask(self.request(Method::GET, path, query)?).await
    }

    /// `POST` of a JSON body.
    pub(super) async fn post<B: Serialize + Sync>(
        &self,
        path: &[&str],
        body: &B,
    ) -> Result<Answer, Failure> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::Unsent(format!("the request is not JSON: {error}")))?;
        let request = self
            .request(Method::POST, path, &[])?
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        self.ask(request).await
    }

    /// `POST` of a form.
    pub(super) async fn post_form(
        &self,
        path: &[&str],
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request(Method::POST, path, &[])?
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.ask(request).await
    }

    /// Sends a request and reads a whole answer.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let request = request.build().map_err(failure)?;
        let call = self.call_of(&request);
        let response = self.dispatch(&call, request).await?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        let status = response.status().as_u16();
        let date_s = date_s(response.headers());
        let (body, problem) = collect(response).await;
        if let Some(problem) = problem {
            return Err(Failure::Unknown(problem));
        }
        if is_error(&body) {
            return Err(Failure::Refused(Box::new(ApiError::read(status, &body))));
        }
        Ok(Answer { body, date_s })
    }

    /// Sends a request; any answer is one. `call` is what it is counted as.
    pub(super) async fn dispatch(&self, call: &str, request: Request) -> Result<Response, Failure> {
        let began = Instant::now();
        let http = self.access().http.clone();
        let outcome = http.execute(request).await.map_err(failure);
        self.note_exchange(call, began, &outcome);
        if let Ok(response) = &outcome {
            self.note_answer(usage::read(response.headers(), Instant::now()));
        }
        outcome
    }
}

/// Whether a body that came with a status of success holds an error all the same.
fn is_error(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(default)]
        error: Option<serde::de::IgnoredAny>,
    }
    serde_json::from_slice(body).is_ok_and(|envelope: Envelope| envelope.error.is_some())
}

/// The refusal that an answer carries. A body that breaks off leaves the status to judge by.
pub(super) async fn refused(response: Response) -> Failure {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let (body, _) = collect(response).await;
    let error = ApiError::read(status, &body).with_retry_after(retry_after);
    tracing::debug!(
        status,
        code = error.code,
        subcode = error.subcode,
        trace = error.trace,
        "refused by the network"
    );
    Failure::Refused(Box::new(error))
}

/// An answer's body as far as it came, and what ended it early.
async fn collect(mut response: Response) -> (Vec<u8>, Option<String>) {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > ANSWER_LIMIT => {
                return (body, Some("the answer is too long".into()));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(sentence(error))),
        }
    }
}

/// What a failed exchange means: only when no connection was made (or the request could not even be built) is it sure
/// that nothing left.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::Unsent(sentence(error))
    } else {
        Failure::Unknown(sentence(error))
    }
}

/// An error with its causes, without the URL (its query holds the proof).
fn sentence(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !sentence.ends_with(&words) {
            sentence.push_str(": ");
            sentence.push_str(&words);
        }
        cause = error.source();
    }
    sentence
}

/// A header with an HTTP date, Unix seconds.
fn date_header(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let date = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
    i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

fn date_s(headers: &HeaderMap) -> Option<i64> {
    date_header(headers, &DATE)
}

/// `Retry-After`: seconds, or a date, which is read against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = value.parse().ok().or_else(|| {
        let until = date_header(headers, &RETRY_AFTER)? - date_s(headers)?;
        Some(u64::try_from(until).unwrap_or_default())
    })?;
    Some(Duration::from_secs(seconds))
}
