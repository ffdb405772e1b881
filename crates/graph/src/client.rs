//! The typed client: one per line.

use std::time::Duration;

use crate::error::Failure;
use crate::media::MediaInfo;
use crate::message::{Send, Sent};
use crate::number::{Connected, Number};
use crate::template::{Page, Template};

/// Where and as whom the client speaks.
#[derive(Clone)]
pub struct ClientConfig {
    /// Without a version and without a slash at its end.
    pub base_url: String,
    /// `v24.0`.
    pub version: String,
    /// Never logged.
    pub access_token: String,
    /// For `appsecret_proof`.
    pub app_secret: Option<String>,
    /// WABA_ID.
    pub account_id: String,
    /// PHONE_ID.
    pub phone_number_id: String,
    /// Whole exchange, media apart.
    pub timeout: Duration,
}

/// A typed client. Cheap to clone. Every call also notes when the network last answered (anything).
#[derive(Clone)]
pub struct Client {
    config: ClientConfig,
    http: reqwest::Client,
}

#[expect(unused_variables, reason = "skeleton")]
impl Client {
    /// A client with its own connection pool.
    pub fn new(config: ClientConfig) -> Result<Self, Failure> {
        unimplemented!()
    }

    /// What it was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// When the network last answered anything, as a duration of tokio's clock since the client was made; `None` before the first answer.
    pub fn last_answer(&self) -> Option<tokio::time::Instant> {
        unimplemented!()
    }

    /// `GET /{PHONE_ID}?fields=…`, with the network's own time.
    pub async fn number(&self) -> Result<Connected, Failure> {
        unimplemented!()
    }

    /// `GET /{PHONE_ID}?fields=id`: the cheap probe.
    pub async fn probe(&self) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `GET /{WABA_ID}?fields=message_template_namespace`.
    pub async fn namespace(&self) -> Result<Option<String>, Failure> {
        unimplemented!()
    }

    /// `GET /{WABA_ID}/subscribed_apps`: ids of the subscribed apps.
    pub async fn subscribed_apps(&self) -> Result<Vec<String>, Failure> {
        unimplemented!()
    }

    /// `POST /{WABA_ID}/subscribed_apps` without an override.
    pub async fn subscribe(&self) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}` with `webhook_configuration`: the number's own override.
    pub async fn override_webhook(&self, url: &str, verify_token: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// One page of `GET /{WABA_ID}/message_templates`; `name` filters.
    pub async fn templates(
        &self,
        after: Option<&str>,
        name: Option<&str>,
    ) -> Result<Page<Template>, Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/messages`.
    pub async fn send(&self, message: &Send) -> Result<Sent, Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/messages` with `status: read`.
    pub async fn mark_read(&self, network_id: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/media`: MEDIA_ID.
    pub async fn upload(
        &self,
        file_name: &str,
        content_type: &str,
        body: reqwest::Body,
        bytes: u64,
    ) -> Result<String, Failure> {
        unimplemented!()
    }

    /// `GET /{MEDIA_ID}`.
    pub async fn media(&self, media_id: &str) -> Result<MediaInfo, Failure> {
        unimplemented!()
    }

    /// The bytes behind a media URL, to be streamed. The token goes only to the base URL's own host and the network's media hosts.
    pub async fn download(&self, url: &str) -> Result<reqwest::Response, Failure> {
        unimplemented!()
    }

    /// `DELETE /{MEDIA_ID}`.
    pub async fn delete_media(&self, media_id: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/request_code`; `method` is `SMS` or `VOICE`.
    pub async fn request_code(&self, method: &str, language: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/verify_code`.
    pub async fn verify_code(&self, code: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// `POST /{PHONE_ID}/register`.
    pub async fn register(&self, pin: &str) -> Result<(), Failure> {
        unimplemented!()
    }

    /// The number itself, for [`Number::is_registered`].
    pub async fn registration(&self) -> Result<Number, Failure> {
        self.number().await.map(|connected| connected.number)
    }
}
