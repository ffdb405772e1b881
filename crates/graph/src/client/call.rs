//! The calls, one by one.

use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use super::exchange::{Answer, failure};
use super::{Client, ClientConfig, MEDIA_TIMEOUT};
use crate::error::Failure;
use crate::media::MediaInfo;
use crate::message::{Send, Sent};
use crate::number::{Connected, Number};
use crate::template::{Page, Template};
use crate::tolerant;

/// Fields of a number that somebody reads.
const NUMBER_FIELDS: &str = "id,display_phone_number,verified_name,status,platform_type,code_verification_status,\
certificate,new_certificate,is_pin_enabled,webhook_configuration,throughput,is_on_biz_app";
/// Fields of a template that somebody reads.
const TEMPLATE_FIELDS: &str = "id,name,language,status,category,parameter_format,components";
/// More pages of subscribed apps than any account has: an end for a list that has none.
const APP_PAGES: usize = 20;

impl Client {
    /// `GET /{PHONE_ID}?fields=…`, with the network's own time.
    pub async fn number(&self) -> Result<Connected, Failure> {
        let answer = self
            .get(
                &[&self.config().phone_number_id],
                &[("fields", NUMBER_FIELDS)],
            )
            .await?;
        Ok(Connected {
            number: answer.read()?,
            date_s: answer.date_s,
        })
    }

    /// The number itself, for [`Number::is_registered`].
    pub async fn registration(&self) -> Result<Number, Failure> {
        self.number().await.map(|connected| connected.number)
    }

    /// `GET /{PHONE_ID}?fields=id`: the cheap probe.
    pub async fn probe(&self) -> Result<(), Failure> {
        self.get(&[&self.config().phone_number_id], &[("fields", "id")])
            .await
            .map(drop)
    }

    /// `GET /{WABA_ID}?fields=message_template_namespace`.
    pub async fn namespace(&self) -> Result<Option<String>, Failure> {
        let answer = self
            .get(
                &[&self.config().account_id],
                &[("fields", "message_template_namespace")],
            )
            .await?;
        let account: Value = answer.read()?;
        Ok(account
            .get("message_template_namespace")
            .and_then(tolerant::text))
    }

    /// `GET /{WABA_ID}/subscribed_apps`: ids of the subscribed apps, of all pages.
    pub async fn subscribed_apps(&self) -> Result<Vec<String>, Failure> {
        let config = self.config();
        let path = [config.account_id.as_str(), "subscribed_apps"];
        let mut ids = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..APP_PAGES {
            let query: Vec<_> = after
                .as_deref()
                .map(|after| ("after", after))
                .into_iter()
                .collect();
            let page = page(&self.get(&path, &query).await?)?;
            ids.extend(page.data.iter().filter_map(app_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(ids)
    }

    /// `POST /{WABA_ID}/subscribed_apps` without an override.
    pub async fn subscribe(&self) -> Result<(), Failure> {
        self.post(&[&self.config().account_id, "subscribed_apps"], &json!({}))
            .await?
            .confirm()
    }

    /// `POST /{PHONE_ID}` with `webhook_configuration`: the number's own override; an empty `url` removes it.
    pub async fn override_webhook(&self, url: &str, verify_token: &str) -> Result<(), Failure> {
        let body = json!({"webhook_configuration":
            {"override_callback_uri": url, "verify_token": verify_token}});
        self.post(&[&self.config().phone_number_id], &body)
            .await?
            .confirm()
    }

    /// One page of `GET /{WABA_ID}/message_templates`; `name` filters (the network may list names that only contain it).
    /// A template that cannot be read is left out, with a line in the log.
    pub async fn templates(
        &self,
        after: Option<&str>,
        name: Option<&str>,
    ) -> Result<Page<Template>, Failure> {
        let mut query = vec![("fields", TEMPLATE_FIELDS)];
        query.extend(name.map(|name| ("name", name)));
        query.extend(after.map(|after| ("after", after)));
        let answer = self
            .get(&[&self.config().account_id, "message_templates"], &query)
            .await?;
        let page = page(&answer)?;
        Ok(Page {
            data: page.data.into_iter().filter_map(template).collect(),
            next: page.next,
        })
    }

    /// `POST /{PHONE_ID}/messages`.
    pub async fn send(&self, message: &Send) -> Result<Sent, Failure> {
        let answer = self
            .post(&[&self.config().phone_number_id, "messages"], message)
            .await?;
        let body: Value = answer.read()?;
        let text = |pointer: &str| body.pointer(pointer).and_then(tolerant::text);
        Ok(Sent {
            id: text("/messages/0/id")
                .filter(|id| !id.is_empty())
                .ok_or_else(|| Failure::Unknown("the answer to a send has no message id".into()))?,
            wa_id: text("/contacts/0/wa_id"),
            message_status: text("/messages/0/message_status"),
        })
    }

    /// `POST /{PHONE_ID}/messages` with `status: read`.
    pub async fn mark_read(&self, network_id: &str) -> Result<(), Failure> {
        let body =
            json!({"messaging_product": "whatsapp", "status": "read", "message_id": network_id});
        self.post(&[&self.config().phone_number_id, "messages"], &body)
            .await?
            .confirm()
    }

    /// `POST /{PHONE_ID}/media`: `MEDIA_ID`. `bytes` is the body's length.
    pub async fn upload(
        &self,
        file_name: &str,
        content_type: &str,
        body: Body,
        bytes: u64,
    ) -> Result<String, Failure> {
        let file = Part::stream_with_length(body, bytes)
            .file_name(file_name.to_owned())
            .mime_str(content_type)
            .map_err(failure)?;
        let form = Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", content_type.to_owned())
            .part("file", file);
        let config = self.config();
        let path = [config.phone_number_id.as_str(), "media"];
        let request = self
            .request(Method::POST, &path, &[])?
            .timeout(MEDIA_TIMEOUT)
            .multipart(form);
        let answer: Value = self.ask(request).await?.read()?;
        answer
            .get("id")
            .and_then(tolerant::text)
            .filter(|id| !id.is_empty())
            .ok_or_else(|| Failure::Unknown("the answer to an upload has no id".into()))
    }

    /// `GET /{MEDIA_ID}`.
    pub async fn media(&self, media_id: &str) -> Result<MediaInfo, Failure> {
        self.get(&[media_id], &own_number(&self.config()))
            .await?
            .read()
    }

    /// `DELETE /{MEDIA_ID}`.
    pub async fn delete_media(&self, media_id: &str) -> Result<(), Failure> {
        let number = self.config();
        let request = self.request(Method::DELETE, &[media_id], &own_number(&number))?;
        self.ask(request).await?.confirm()
    }

    /// `POST /{PHONE_ID}/settings`: whether webhooks say what customers' identities are known by, and sends may name one.
    pub async fn check_identities(&self, on: bool) -> Result<(), Failure> {
        let body = json!({"user_identity_change": {"enable_identity_key_check": on}});
        self.post(&[&self.config().phone_number_id, "settings"], &body)
            .await?
            .confirm()
    }
}

/// Refuses media of other numbers.
fn own_number(config: &ClientConfig) -> [(&'static str, &str); 1] {
    [("phone_number_id", &config.phone_number_id)]
}

/// A page as it came. It is the last one when it names no next: `cursors.after` alone says nothing.
fn page(answer: &Answer) -> Result<Page<Value>, Failure> {
    #[derive(Deserialize)]
    struct Body {
        data: Vec<Value>,
        #[serde(default)]
        paging: Value,
    }
    let Body { data, paging } = answer.read()?;
    let next = paging
        .get("next")
        .and_then(tolerant::text)
        .and_then(|next| {
            paging
                .pointer("/cursors/after")
                .and_then(tolerant::text)
                .or_else(|| cursor_in(&next))
        });
    Ok(Page { data, next })
}

/// The cursor inside the URL of the next page.
fn cursor_in(next: &str) -> Option<String> {
    let url = Url::parse(next).ok()?;
    url.query_pairs()
        .find(|(name, _)| name == "after")
        .map(|(_, value)| value.into_owned())
}

/// Both shapes: the id flat, or inside `whatsapp_business_api_data`.
fn app_id(app: &Value) -> Option<String> {
    app.pointer("/whatsapp_business_api_data/id")
        .or_else(|| app.get("id"))
        .and_then(tolerant::text)
}

fn template(value: Value) -> Option<Template> {
    match serde_path_to_error::deserialize(value) {
        Ok(template) => Some(template),
        Err(error) => {
            tracing::warn!(%error, "a template of the network cannot be read");
            None
        }
    }
}
