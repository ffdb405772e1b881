//! What core keeps in typed records.

use onprem::settings::ApplicationSettings;
use onprem::template::Definition;
use onprem::user::Role;
use serde::{Deserialize, Serialize};
use store::record::Record;

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
}

/// What is known of a customer, by canonical id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The id as the network last spelled it.
    pub wa_id: String,
    /// The profile's name.
    pub name: Option<String>,
}

macro_rules! kinds {
    ($($type:ty = $kind:literal $(, $sealed:ident)?;)*) => {$(
        impl Record for $type {
            const KIND: &'static str = $kind;
            const SEALED: bool = kinds!(@ $($sealed)?);
        }
    )*};
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
    Contact = "contact";
}
