//! The one table of application settings: names, meanings, allowed values. Parsing, JSON and documents are made from it;
//! the defaults stand in `ApplicationSettings::default`.

use serde_json::{Map, Value, json};

use super::{ApplicationSettings as Settings, AutoDownload, UrlPolicy};
use crate::parse::{Field, Listed, Object, Read};
use crate::schema;

/// One setting, as a PATCH names it.
#[derive(Debug)]
pub struct Setting {
    /// Its path in the body: `webhooks.message.sent`.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether GET shows it, where it is set.
    pub shown: bool,
    kind: Kind,
}

/// Where a setting is kept, and what it may be.
#[derive(Debug)]
enum Kind {
    Flag(fn(&mut Settings) -> &mut bool),
    OptionalFlag(fn(&mut Settings) -> &mut Option<bool>),
    Number(fn(&mut Settings) -> &mut u32, Allowed),
    Word(fn(&mut Settings) -> &mut String, &'static [&'static str]),
    OptionalText(fn(&mut Settings) -> &mut Option<String>),
    Downloads(fn(&mut Settings) -> &mut Vec<AutoDownload>),
    Url(fn(&mut Settings) -> &mut String),
    /// Accepted, and without effect.
    Ignored,
}

#[derive(Debug)]
enum Allowed {
    Range(u32, u32),
    OneOf(&'static [u32]),
}

/// Longest text that is only stored and shown, characters.
const LONGEST_TEXT: usize = 256;

/// Every setting. Of two names for one value the one that wins stands behind the other.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "callback_persist",
        about: "Keep notifications until the webhook acknowledges them.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.callback_persist),
    },
    Setting {
        name: "callback_backoff_delay_ms",
        about: "The n-th failure of a notification waits n times this, in milliseconds.",
        shown: true,
        kind: Kind::Number(
            |s| &mut s.callback_backoff_delay_ms,
            Allowed::Range(1, 3_600_000),
        ),
    },
    Setting {
        name: "max_callback_backoff_delay_ms",
        about: "Longest wait of a notification, in milliseconds; at least callback_backoff_delay_ms.",
        shown: true,
        kind: Kind::Number(
            |s| &mut s.max_callback_backoff_delay_ms,
            Allowed::Range(1, 3_600_000),
        ),
    },
    Setting {
        name: "media.auto_download",
        about: "Which incoming media are fetched before the notification; an empty array means none.",
        shown: true,
        kind: Kind::Downloads(|s| &mut s.auto_download),
    },
    Setting {
        name: "webhooks.url",
        about: "Where notifications go: an https URL of at most 2048 characters; \"\" clears it.",
        shown: true,
        kind: Kind::Url(|s| &mut s.webhook_url),
    },
    Setting {
        name: "webhooks.max_concurrent_requests",
        about: "Notifications in flight.",
        shown: true,
        kind: Kind::Number(
            |s| &mut s.max_concurrent_requests,
            Allowed::OneOf(&[6, 12, 18, 24]),
        ),
    },
    Setting {
        name: "sent_status",
        about: "The older name of webhooks.message.sent, which wins if both are given.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.sent),
    },
    Setting {
        name: "webhooks.message.sent",
        about: "Notify that a message was sent.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.sent),
    },
    Setting {
        name: "webhooks.message.delivered",
        about: "Notify that a message was delivered.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.delivered),
    },
    Setting {
        name: "webhooks.message.read",
        about: "Notify that a message was read.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.read),
    },
    Setting {
        name: "pass_through",
        about: "Accepted and without effect: messages are not deleted after delivery.",
        shown: false,
        kind: Kind::Ignored,
    },
    Setting {
        name: "heartbeat_interval",
        about: "How often a node says that it is there, in seconds.",
        shown: true,
        kind: Kind::Number(|s| &mut s.heartbeat_interval, Allowed::Range(1, 60)),
    },
    Setting {
        name: "unhealthy_interval",
        about: "Silence after which a node counts as unhealthy, in seconds; at least twice heartbeat_interval.",
        shown: true,
        kind: Kind::Number(|s| &mut s.unhealthy_interval, Allowed::Range(2, 600)),
    },
    Setting {
        name: "notify_user_change_number",
        about: "Notify that a customer changed number.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.notify_user_change_number),
    },
    Setting {
        name: "show_security_notifications",
        about: "Notify that a customer's identity changed; sending waits for an acknowledgement.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.show_security_notifications),
    },
    Setting {
        name: "skip_referral_media_download",
        about: "Do not fetch the image or video of referrals.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.skip_referral_media_download),
    },
    Setting {
        name: "db_garbagecollector_enable",
        about: "The older name of garbagecollector_enable.messages, which wins if both are given.",
        shown: false,
        kind: Kind::Flag(|s| &mut s.collect_messages),
    },
    Setting {
        name: "garbagecollector_enable.messages",
        about: "Collect old messages.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.collect_messages),
    },
    Setting {
        name: "garbagecollector_enable.media",
        about: "Collect old media.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.collect_media),
    },
    Setting {
        name: "axolotl_context_striping_disabled",
        about: "Stored and shown, without effect.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.axolotl_context_striping_disabled),
    },
    Setting {
        name: "verbose_logging",
        about: "Log more: as with the log_level debug at least. No effect while the program was started with a log level.",
        shown: true,
        kind: Kind::Flag(|s| &mut s.verbose_logging),
    },
    Setting {
        name: "log_level",
        about: "How much is logged, at once. No effect while the program was started with a log level.",
        shown: true,
        kind: Kind::Word(
            |s| &mut s.log_level,
            &["error", "warn", "info", "debug", "trace"],
        ),
    },
    Setting {
        name: "on_call_pager",
        about: "Named in the log with each alert; no message is sent to it. \"\" clears it.",
        shown: true,
        kind: Kind::OptionalText(|s| &mut s.on_call_pager),
    },
    Setting {
        name: "webhook_payload_conversation_pricingmodel_disabled",
        about: "Stored and shown, without effect.",
        shown: true,
        kind: Kind::OptionalFlag(|s| &mut s.webhook_payload_conversation_pricingmodel_disabled),
    },
];

impl Setting {
    /// The member of the body that it stands in: `webhooks`.
    pub(super) fn top(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }

    /// What it may be, as a sentence goes on after "must be".
    pub fn allowed(&self) -> String {
        match &self.kind {
            Kind::Flag(_) | Kind::OptionalFlag(_) | Kind::Ignored => "true or false".to_owned(),
            Kind::Number(_, allowed) => allowed.to_string(),
            Kind::Word(_, words) => Listed(words).to_string(),
            Kind::OptionalText(_) => format!("a string of at most {LONGEST_TEXT} characters"),
            Kind::Downloads(_) => format!(
                "an array of {}",
                Listed(&AutoDownload::NAMES.map(|(name, _)| name))
            ),
            Kind::Url(_) => "an absolute https URL".to_owned(),
        }
    }

    fn schema(&self) -> Value {
        match &self.kind {
            Kind::Flag(_) | Kind::OptionalFlag(_) | Kind::Ignored => schema::boolean(),
            Kind::Number(_, Allowed::Range(least, most)) => {
                schema::integer(i64::from(*least)..=i64::from(*most))
            }
            Kind::Number(_, Allowed::OneOf(numbers)) => json!({"type": "integer", "enum": numbers}),
            Kind::Word(_, words) => schema::choice(words.iter().copied()),
            Kind::OptionalText(_) => json!({"type": "string", "maxLength": LONGEST_TEXT}),
            Kind::Downloads(_) => {
                json!({"type": "array", "items": schema::choice(AutoDownload::NAMES.map(|(name, _)| name))})
            }
            Kind::Url(_) => json!({"type": "string", "maxLength": super::LONGEST_URL}),
        }
    }

    /// Its value; `None` when it has none.
    pub(super) fn value(&self, settings: &mut Settings) -> Option<Value> {
        match self.kind {
            Kind::Flag(place) => Some(Value::from(*place(settings))),
            Kind::OptionalFlag(place) => place(settings).map(Value::from),
            Kind::Number(place, _) => Some(Value::from(*place(settings))),
            Kind::Word(place, _) | Kind::Url(place) => Some(Value::from(place(settings).as_str())),
            Kind::OptionalText(place) => place(settings).as_deref().map(Value::from),
            Kind::Downloads(place) => {
                Some(place(settings).iter().map(|kind| kind.name()).collect())
            }
            Kind::Ignored => None,
        }
    }

    /// Its value before anybody changed it.
    pub fn default_value(&self) -> Option<Value> {
        self.value(&mut Settings::default())
    }

    /// Changes `settings` if the body has it.
    pub(super) fn patch(
        &self,
        body: &Object<'_>,
        settings: &mut Settings,
        policy: UrlPolicy,
    ) -> Read<()> {
        at(body, self.name, |field| self.take(field, settings, policy))
    }

    fn take(&self, field: &Field<'_>, settings: &mut Settings, policy: UrlPolicy) -> Read<()> {
        match &self.kind {
            Kind::Url(place) => *place(settings) = url(field, policy)?,
            Kind::OptionalText(place) => *place(settings) = text(field)?,
            _ if field.is_empty_string() => {}
            Kind::Flag(place) => *place(settings) = field.bool()?,
            Kind::OptionalFlag(place) => *place(settings) = Some(field.bool()?),
            Kind::Number(place, allowed) => *place(settings) = allowed.take(field)?,
            Kind::Word(place, words) => {
                let words: Vec<_> = words.iter().map(|&word| (word, word)).collect();
                field.choice(&words)?.clone_into(place(settings));
            }
            Kind::Downloads(place) => *place(settings) = downloads(field)?,
            Kind::Ignored => {}
        }
        Ok(())
    }
}

impl Allowed {
    fn take(&self, field: &Field<'_>) -> Read<u32> {
        let number = match self {
            Self::Range(least, most) => field.integer(i64::from(*least)..=i64::from(*most))?,
            Self::OneOf(numbers) => {
                let number = field.integer(0..=i64::from(u32::MAX))?;
                if !numbers.iter().any(|&allowed| i64::from(allowed) == number) {
                    return Err(field.not(self));
                }
                number
            }
        };
        u32::try_from(number).map_err(|_| field.not(self))
    }
}

/// The body of a PATCH.
pub(super) fn schema() -> Value {
    let mut members = Map::new();
    for setting in SETTINGS {
        let mut schema = setting.schema();
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), setting.about.into());
        }
        insert(&mut members, setting.name, schema);
    }
    nested(members)
}

/// Members by dotted path, as objects inside objects: what has no `type` yet is a group of settings.
fn nested(members: Map<String, Value>) -> Value {
    let properties: Map<String, Value> = members
        .into_iter()
        .map(|(name, value)| match value {
            Value::Object(inner) if !inner.contains_key("description") => (name, nested(inner)),
            leaf => (name, leaf),
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::OneOf(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
                Listed(&numbers).fmt(f)
            }
        }
    }
}

fn url(field: &Field<'_>, policy: UrlPolicy) -> Read<String> {
    if field.is_empty_string() {
        return Ok(String::new());
    }
    let url = field.string()?;
    match Settings::check_url(url, policy) {
        Ok(()) => Ok(url.to_owned()),
        Err(refusal) => Err(field.refuse(refusal)),
    }
}

fn text(field: &Field<'_>) -> Read<Option<String>> {
    if field.is_empty_string() {
        return Ok(None);
    }
    field
        .string_within(LONGEST_TEXT)
        .map(|text| Some(text.to_owned()))
}

fn downloads(field: &Field<'_>) -> Read<Vec<AutoDownload>> {
    let named = field.each(|kind| kind.choice(&AutoDownload::NAMES))?;
    let mut kinds = Vec::with_capacity(AutoDownload::NAMES.len());
    for kind in named {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// Reads the member at a dotted path, if it is there.
fn at(object: &Object<'_>, path: &str, read: impl FnOnce(&Field<'_>) -> Read<()>) -> Read<()> {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    match (object.present(name), rest) {
        (None, _) => Ok(()),
        (Some(field), None) => read(&field),
        (Some(field), Some(rest)) => at(&field.object()?, rest, read),
    }
}

/// Writes a value at a dotted path.
pub(super) fn insert(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((name, rest)) = path.split_once('.') else {
        object.insert(path.to_owned(), value);
        return;
    };
    let inner = object
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        insert(inner, rest, value);
    }
}
