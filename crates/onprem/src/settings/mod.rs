//! `/v1/settings/application` (`rest-api.md` section 6): one table of fields with their defaults and ranges.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::parse::{self, Object, Read};
use crate::schema::Described;
use crate::{Refusal, url};

mod table;
#[cfg(test)]
mod tests;

pub use table::{SETTINGS, Setting};

/// Longest webhook URL, characters.
const LONGEST_URL: usize = 2048;

/// All application settings of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the API has as many switches"
)]
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
    /// Named in the log with each alert.
    pub on_call_pager: Option<String>,
    /// Stored and shown only.
    pub webhook_payload_conversation_pricingmodel_disabled: Option<bool>,
}

impl Described for ApplicationSettings {
    const NAME: &'static str = "ApplicationSettings";

    /// Of a PATCH: every member may be absent.
    fn schema() -> Value {
        table::schema()
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a webhook",
            serde_json::json!({"webhooks": {"url": "https://crm.example/hook", "message": {"sent": true}}}),
        )]
    }
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

impl AutoDownload {
    /// Every kind under its name.
    pub(crate) const NAMES: [(&'static str, Self); 6] = [
        ("image", Self::Image),
        ("document", Self::Document),
        ("audio", Self::Audio),
        ("voice", Self::Voice),
        ("video", Self::Video),
        ("sticker", Self::Sticker),
    ];

    /// Its name in settings and notifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Voice => "voice",
            Self::Sticker => "sticker",
            Self::Audio => "audio",
            Self::Document => "document",
        }
    }
}

impl Default for ApplicationSettings {
    fn default() -> Self {
        Self {
            callback_persist: true,
            callback_backoff_delay_ms: 3000,
            max_callback_backoff_delay_ms: 900_000,
            auto_download: AutoDownload::NAMES.map(|(_, kind)| kind).to_vec(),
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
    /// Only `https`, also to private addresses and this machine's: the operator's own network.
    Private,
}

impl ApplicationSettings {
    /// These settings with the fields of a PATCH body changed; the documented refusals otherwise.
    ///
    /// Objects are merged member by member, `null` leaves a value alone, unknown fields are ignored; a body without any
    /// known field is 1008.
    pub fn patched(&self, body: &[u8], policy: UrlPolicy) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            if !body.names().any(is_known) {
                return Err(body.refuse(Refusal::new(
                    crate::Code::MISSING,
                    "at least one application setting is required",
                )));
            }
            let mut changed = self.clone();
            let mut outcome = Ok(());
            for setting in SETTINGS {
                let patched = setting.patch(body, &mut changed, policy);
                outcome = outcome.and(patched);
            }
            outcome?;
            changed.check_together(body)?;
            Ok(changed)
        })
    }

    /// What depends on two settings is checked when both are known, sent or kept.
    fn check_together(&self, body: &Object<'_>) -> Read<()> {
        let (delay, most) = (
            self.callback_backoff_delay_ms,
            self.max_callback_backoff_delay_ms,
        );
        if most < delay {
            return Err(body.refuse(Refusal::invalid(
                "max_callback_backoff_delay_ms",
                format_args!(
                    "is {most}, must be at least callback_backoff_delay_ms, which is {delay}"
                ),
            )));
        }
        let (unhealthy, heartbeat) = (self.unhealthy_interval, self.heartbeat_interval);
        if unhealthy < heartbeat.saturating_mul(2) {
            return Err(body.refuse(Refusal::invalid(
                "unhealthy_interval",
                format_args!("is {unhealthy}, must be at least twice heartbeat_interval, which is {heartbeat}"),
            )));
        }
        Ok(())
    }

    /// Checks one webhook URL; `""` clears.
    pub fn check_url(url: &str, policy: UrlPolicy) -> Result<(), Refusal> {
        if url.is_empty() {
            return Ok(());
        }
        let invalid = |why: &dyn std::fmt::Display| Err(Refusal::invalid("webhooks.url", why));
        if let Some(length) = parse::too_long(url, LONGEST_URL) {
            return invalid(&format_args!(
                "has {length} characters, must have at most {LONGEST_URL}"
            ));
        }
        match (url::parse(url), policy) {
            (Ok(parsed), _) if parsed.secure => Ok(()),
            (Ok(parsed), UrlPolicy::PlainLoopback) if parsed.is_loopback() => Ok(()),
            (Ok(_), UrlPolicy::PlainLoopback) => {
                invalid(&"must be https; plain http is for this machine's own addresses")
            }
            (Ok(_), UrlPolicy::HttpsOnly | UrlPolicy::Private) => invalid(&"must be https"),
            (Err(why), _) => invalid(&format_args!("{why}, must be an absolute https URL")),
        }
    }

    /// `settings.application` of GET; `wa_id` once registered.
    pub fn to_json(&self, wa_id: Option<&str>) -> Value {
        // The table's accessors want to write.
        let mut settings = self.clone();
        let mut object = Map::new();
        for setting in SETTINGS.iter().filter(|setting| setting.shown) {
            if let Some(value) = setting.value(&mut settings) {
                table::insert(&mut object, setting.name, value);
            }
        }
        if let Some(wa_id) = wa_id {
            object.insert("wa_id".to_owned(), Value::from(wa_id));
        }
        Value::Object(object)
    }
}

fn is_known(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.top() == name)
}
