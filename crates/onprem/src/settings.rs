//! `/v1/settings/application` (`rest-api.md` section 6): one table of fields with their defaults and ranges.

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// All application settings of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationSettings {
    /// Keep callbacks until they are acknowledged.
    pub callback_persist: bool,
    /// The n-th failure waits n times this, milliseconds.
    pub callback_backoff_delay_ms: u32,
    /// At most this, milliseconds.
    pub max_callback_backoff_delay_ms: u32,
    /// Which incoming media are fetched.
    pub auto_download: Vec<AutoDownload>,
    /// The webhook, `""` when none.
    pub webhook_url: String,
    /// Requests in flight: 6, 12, 18 or 24.
    pub max_concurrent_requests: u32,
    /// Notify `sent`.
    pub sent: bool,
    /// Notify `delivered`.
    pub delivered: bool,
    /// Notify `read`.
    pub read: bool,
    /// Seconds.
    pub heartbeat_interval: u32,
    /// Seconds.
    pub unhealthy_interval: u32,
    /// Notify changed numbers.
    pub notify_user_change_number: bool,
    /// Notify changed identities.
    pub show_security_notifications: bool,
    /// Leave media out of referrals.
    pub skip_referral_media_download: bool,
    /// Collect old messages.
    pub collect_messages: bool,
    /// Collect old media.
    pub collect_media: bool,
    /// Stored and shown only.
    pub axolotl_context_striping_disabled: bool,
    /// Log more.
    pub verbose_logging: bool,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub log_level: String,
    /// Stored and shown only.
    pub on_call_pager: Option<String>,
    /// Stored and shown only.
    pub webhook_payload_conversation_pricingmodel_disabled: Option<bool>,
}

/// A kind of incoming media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoDownload {
    /// `image`
    Image,
    /// `video`
    Video,
    /// `voice`
    Voice,
    /// `sticker`
    Sticker,
    /// `audio`
    Audio,
    /// `document`
    Document,
}

impl Default for ApplicationSettings {
    fn default() -> Self {
        Self {
            callback_persist: true,
            callback_backoff_delay_ms: 3000,
            max_callback_backoff_delay_ms: 900_000,
            auto_download: vec![
                AutoDownload::Image,
                AutoDownload::Document,
                AutoDownload::Audio,
                AutoDownload::Voice,
                AutoDownload::Video,
                AutoDownload::Sticker,
            ],
            webhook_url: String::new(),
            max_concurrent_requests: 6,
            sent: false,
            delivered: true,
            read: true,
            heartbeat_interval: 5,
            unhealthy_interval: 30,
            notify_user_change_number: false,
            show_security_notifications: false,
            skip_referral_media_download: false,
            collect_messages: true,
            collect_media: false,
            axolotl_context_striping_disabled: false,
            verbose_logging: false,
            log_level: "info".to_owned(),
            on_call_pager: None,
            webhook_payload_conversation_pricingmodel_disabled: None,
        }
    }
}

/// What a webhook URL may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPolicy {
    /// Only `https`.
    HttpsOnly,
    /// Also plain `http` to `localhost`, 127.0.0.0/8 or `::1` (`dev`).
    PlainLoopback,
}

impl ApplicationSettings {
    /// These settings with the fields of a PATCH body changed; the documented refusals otherwise.
    pub fn patched(&self, body: &[u8], policy: UrlPolicy) -> Result<Self, Refusal> {
        let _ = (body, policy);
        unimplemented!()
    }

    /// Checks one webhook URL; `""` clears.
    pub fn check_url(url: &str, policy: UrlPolicy) -> Result<(), Refusal> {
        let _ = (url, policy);
        unimplemented!()
    }

    /// `settings.application` of GET; `wa_id` once registered.
    pub fn to_json(&self, wa_id: Option<&str>) -> serde_json::Value {
        let _ = wa_id;
        unimplemented!()
    }
}
