//! Resumable uploads: a file becomes a handle (`cloud-api.md` 1.10).

use bytes::Bytes;
use reqwest::{Method, Url};
use serde_json::Value;

use super::{Client, MEDIA_TIMEOUT};
use crate::error::Failure;
use crate::tolerant;

/// What the id of a session begins with.
const SESSION: &str = "upload:";
/// How often an upload is begun or gone on with before it is given up.
const TRIES: usize = 3;

impl Client {
    /// `POST /{APP_ID}/uploads`, then the bytes: the file's handle. An upload that breaks off is gone on with where the
    /// network says it stands. Nothing refers to the file until the handle is used.
    pub async fn upload_handle(
        &self,
        app_id: &str,
        file_name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<String, Failure> {
        let length = bytes.len().to_string();
        let query = [
            ("file_name", file_name),
            ("file_length", &length),
            ("file_type", content_type),
        ];
        let request = self.request(Method::POST, &[app_id, "uploads"], &query)?;
        let answer: Value = self.ask(request).await?.read()?;
        let session = answer.get("id").and_then(tolerant::text).ok_or_else(|| {
            Failure::Unknown("the answer to a new upload session has no id".into())
        })?;
        let url = self.session_url(&session)?;

        let mut offset = 0;
        for _ in 1..TRIES {
            match self.fill(&url, &bytes, offset).await {
                Err(Failure::Unknown(reason)) => {
                    tracing::debug!(reason, "an upload broke off");
                    offset = self.session_offset(&url).await?;
                }
                settled => return settled,
            }
        }
        self.fill(&url, &bytes, offset).await
    }

    /// `POST /{upload id}`: the bytes from an offset on.
    async fn fill(&self, url: &Url, bytes: &Bytes, offset: usize) -> Result<String, Failure> {
        let offset = offset.min(bytes.len());
        let access = self.access();
        let (name, value) = access.oauth()?;
        let request = access
            .http
            .post(url.clone())
            .header(name, value)
            .header("file_offset", offset.to_string())
            .timeout(MEDIA_TIMEOUT)
            .body(bytes.slice(offset..));
        let answer: Value = self.ask(request).await?.read()?;
        answer
            .get("h")
            .and_then(tolerant::text)
            .filter(|handle| !handle.is_empty())
            .ok_or_else(|| Failure::Unknown("the answer to an upload has no handle".into()))
    }

    /// `GET /{upload id}`: how many bytes have arrived.
    async fn session_offset(&self, url: &Url) -> Result<usize, Failure> {
        let access = self.access();
        let (name, value) = access.oauth()?;
        let request = access
            .http
            .get(url.clone())
            .header(name, value)
            .timeout(access.config.timeout);
        let answer: Value = self.ask(request).await?.read()?;
        let offset = answer.get("file_offset").and_then(tolerant::integer);
        Ok(offset
            .and_then(|offset| usize::try_from(offset).ok())
            .unwrap_or_default())
    }

    /// Where a session is. Its id may bring a query of its own.
    fn session_url(&self, session: &str) -> Result<Url, Failure> {
        let (id, query) = session.split_once('?').unwrap_or((session, ""));
        if !id.starts_with(SESSION) {
            return Err(Failure::Unknown(
                "the answer to a new upload session has an id that is none".into(),
            ));
        }
        let mut url = self.access().url(&[id], &[])?;
        if !query.is_empty() {
            let whole = match url.query() {
                Some(proof) => format!("{query}&{proof}"),
                None => query.to_owned(),
            };
            url.set_query(Some(&whole));
        }
        Ok(url)
    }
}
