//! What core keeps in typed records.

use std::collections::BTreeMap;

use onprem::media::Detected;
use onprem::provider::Credentials;
use onprem::settings::ApplicationSettings;
use onprem::sticker::{Pack, Sticker};
use onprem::template::Definition;
use onprem::user::Role;
use serde::{Deserialize, Serialize};
use store::Key;
use store::clock;
use store::record::Record;

use crate::media::Written;

/// The deployment; one record, named `deployment` under the line `main`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Eight random lower-case letters and digits; stands in opaque callback data.
    pub id: String,
}

/// A user, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// What the user may do.
    pub role: Role,
    /// Argon2id, PHC string. `None`: the built-in first password is still in force.
    pub password_hash: Option<String>,
}

/// A token, by the hex of its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Whose it is.
    pub username: String,
    /// Unix milliseconds.
    pub expires_ms: i64,
}

/// The application settings; one record, named `application`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings(pub ApplicationSettings);

/// The line's registration; one record, named `account`. Sealed: it holds the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Account {
    /// Digits with country code.
    pub number: String,
    /// Country code.
    pub cc: String,
    /// Registered; else a code was asked for and is awaited.
    pub registered: bool,
    /// The two-step PIN in force at the network, as far as it is known.
    pub pin: Option<String>,
    /// The PIN that the registration under way was called with.
    #[serde(default)]
    pub tried_pin: Option<String>,
    /// Two-step verification is on for callers: registration and shards ask for the PIN.
    #[serde(default)]
    pub two_step: bool,
    /// When the network was asked to register it, within the last 72 hours; Unix milliseconds, oldest first.
    #[serde(default)]
    pub registrations_ms: Vec<i64>,
    /// The same of deregistrations.
    #[serde(default)]
    pub deregistrations_ms: Vec<i64>,
    /// What `POST /v1/account/shards` set.
    #[serde(default)]
    pub shards: Option<u8>,
}

/// The profile's photo as customers see it; one record, named `photo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Its type.
    pub content_type: String,
    /// Its bytes, base64.
    pub data: String,
    /// Where the network shows it, without a query; `None` until the network was asked. A photo elsewhere is another one.
    pub place: Option<String>,
    /// It is the blank picture that stands for none.
    pub is_blank: bool,
}

/// Webhook URLs that this line has set as its number's override; one record, named `override`.
/// Written before the network is asked, so that our own older URL is never taken for a stranger's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Override {
    /// Newest last.
    pub urls: Vec<String>,
}

/// Whether the network was last told to check customers' identities; one record, named `identity_check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCheck {
    /// Told to check.
    pub on: bool,
    /// For which number; another one was told nothing. `""` in records of before.
    #[serde(default)]
    pub phone_number_id: String,
}

/// A template in one language; named `name/language`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template(pub Definition);

/// A media file, by its public id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its type.
    pub content_type: String,
    /// Bytes.
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// When it was stored, Unix milliseconds.
    pub created_ms: i64,
    /// `MEDIA_ID` on the network, once uploaded there.
    pub upstream_id: Option<String>,
    /// Until when the network keeps it, Unix milliseconds.
    pub upstream_until_ms: i64,
    /// What its bytes show.
    #[serde(default)]
    pub detected: Detected,
    /// When somebody last had use for it (stored, downloaded, sent), give or take a day; Unix milliseconds. 0 in
    /// records of before: use [`last_used_ms`](Self::last_used_ms).
    #[serde(default)]
    pub used_ms: i64,
}

impl Media {
    /// The record of a file that was just written.
    pub(crate) fn stored(content_type: String, written: &Written, detected: Detected) -> Self {
        let now_ms = clock::now_ms();
        Self {
            content_type,
            bytes: written.bytes,
            sha256: written.sha256.clone(),
            created_ms: now_ms,
            upstream_id: None,
            upstream_until_ms: 0,
            detected,
            used_ms: now_ms,
        }
    }

    /// When somebody last had use for it, Unix milliseconds.
    pub fn last_used_ms(&self) -> i64 {
        self.used_ms.max(self.created_ms)
    }
}

/// A media provider's credentials, by its name. Sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaProvider(pub Credentials);

/// A sticker pack, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickerPack {
    /// What it is called, and whose it is.
    pub pack: Pack,
    /// Its stickers by index.
    pub stickers: BTreeMap<u32, Sticker>,
    /// The index of the next one: an index is never given twice.
    pub next_index: u32,
    /// When it was made, Unix milliseconds: packs are listed in this order.
    pub created_ms: i64,
}

/// What is known of a customer, by canonical id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The id as the network last spelled it.
    pub wa_id: String,
    /// The profile's name.
    pub name: Option<String>,
    /// The present identity, once the network has told it.
    #[serde(default)]
    pub identity: Option<Identity>,
}

/// A customer's identity: the keys that the phone encrypts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// What it is known by.
    pub hash: String,
    /// Since when, or when it was first seen here; Unix milliseconds.
    pub created_ms: i64,
}

/// A changed identity that the business has not acknowledged; named `canonical id/hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityChange {
    /// When it was noticed, Unix milliseconds.
    pub at_ms: i64,
}

/// Authorities that a webhook's certificate may be by, beside those that the system trusts; one record, named `webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorities {
    /// Certificates, as they were uploaded.
    pub pem: String,
}

/// When public message ids got another form; one record, named `forms`. An id keeps the form that it was given in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IdForms {
    /// With rising keys. Messages before the first have ids with the customer's number inside.
    pub switches: Vec<FormSwitch>,
}

/// Ids of the messages from a key on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormSwitch {
    /// The first of them.
    pub from: Key,
    /// Whether they are without the customer's number.
    pub blank: bool,
}

/// A collection that was asked for and whose end was not told yet; named after its subject, `message` or `media`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// When it was asked for, Unix milliseconds.
    pub asked_ms: i64,
}

macro_rules! kinds {
    ($($type:ty = $kind:literal $(, $sealed:ident)?;)*) => {
        $(
            impl Record for $type {
                const KIND: &'static str = $kind;
                const SEALED: bool = kinds!(@ $($sealed)?);
            }
        )*

        /// All kinds.
        #[cfg(test)]
        pub(crate) const KINDS: &[&str] = &[$($kind),*];
    };
    (@ sealed) => { true };
    (@) => { false };
}

kinds! {
    Deployment = "deployment";
    User = "user", sealed;
    Token = "token";
    Settings = "settings", sealed;
    Account = "account", sealed;
    Photo = "photo";
    Override = "override";
    Template = "template";
    Media = "media";
    MediaProvider = "media_provider", sealed;
    StickerPack = "sticker_pack";
    Contact = "contact";
    Authorities = "authorities";
    IdForms = "id_forms";
    IdentityChange = "identity_change";
    IdentityCheck = "identity_check";
    Collection = "collection";
}
