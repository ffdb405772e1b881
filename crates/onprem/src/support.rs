//! `GET /v1/support` (`rest-api.md` 14.6): what support asks for first. Nothing of it is a secret.

use serde::Serialize;

/// `context`, always.
pub const CONTEXT: &str = "healthcheck";
/// `debug_info` before a number is registered.
pub const UNREGISTERED: &str = "unregistered";
/// `expire_timestamp`: a build does not expire, so this is as far away as the format goes.
pub const NEVER: &str = "9999-12-31 23:59:59";
/// `lg` of an unknown country.
pub const UNKNOWN_COUNTRY: &str = "ZZ";

/// `support` of a single instance; the documented members, and `landline`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Support {
    /// Always `healthcheck`.
    pub context: &'static str,
    /// The database: `SQLITE` where the original has `MYSQL` or `PGSQL`.
    pub db_engine: &'static str,
    /// Its version.
    pub db_info: Vec<String>,
    /// The registered number, digits; `unregistered` before that.
    pub debug_info: String,
    /// The program and its version.
    pub description: String,
    /// The present time.
    pub device_iso8601: String,
    /// Identity of the number.
    pub e2e: EndToEnd,
    /// Names of the environment variables that are set; never their values.
    pub env: Vec<String>,
    /// The end of the build's life, without a zone: builds do not expire.
    pub expire_timestamp: &'static str,
    /// Bytes that are free where the store is; `null` where the system does not tell.
    pub free_space_data: Option<u64>,
    /// The same for logs: they go to the standard error output, and what keeps them is not known, so this is the store's.
    pub free_space_logs: Option<u64>,
    /// The same for received media.
    pub free_space_media_incoming: Option<u64>,
    /// The same for uploaded media.
    pub free_space_media_outgoing: Option<u64>,
    /// What the original does not have.
    pub landline: Own,
    /// Language, two letters, lower case.
    pub lc: String,
    /// Country, two or three letters, upper case; `ZZ`: unknown.
    pub lg: String,
    /// Whether there are several nodes.
    pub multi_connect: bool,
    /// The operating system.
    pub os_name: String,
    /// Its version.
    pub os_version: String,
    /// Versions of the stores. Here they are one store, with one version.
    pub schema: Schema,
    /// The connection.
    pub socket_conn: SocketConn,
}

/// `e2e` of support. The network encrypts on our behalf, so these stand for what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct EndToEnd {
    /// When the number was last registered from here, Unix seconds; 0: never.
    pub identity_timestamp: i64,
    /// The network's own id of the number, when it is a number; else 0.
    pub registration_id: u64,
}

/// `schema` of support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[expect(
    missing_docs,
    reason = "the names of the original's stores say nothing here"
)]
pub struct Schema {
    pub axolotl: u32,
    pub callback: u32,
    pub cluster: u32,
    pub config: u32,
    pub contact: u32,
    pub jobqueue: u32,
    pub message: u32,
}

impl Schema {
    /// All stores have this version.
    pub fn all(version: u32) -> Self {
        Self {
            axolotl: version,
            callback: version,
            cluster: version,
            config: version,
            contact: version,
            jobqueue: version,
            message: version,
        }
    }
}

/// `socket_conn` of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum SocketConn {
    /// Connected, and ready.
    #[serde(rename = "UP")]
    Up,
    /// Connected; templates are loaded, offline messages are received.
    #[serde(rename = "UP receiving offline")]
    Starting,
    /// Being connected.
    #[serde(rename = "SC")]
    Connecting,
    /// Not connected.
    #[serde(rename = "DN")]
    Down,
    /// Not known: never answered, since nothing answers before the line is open.
    #[serde(rename = "UNK")]
    Unknown,
}

/// `landline` of support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Own {
    /// The line's name.
    pub line: String,
    /// The network that it is connected with.
    pub network: Network,
    /// The node's name: the host's, in a container the container's id.
    pub node: String,
    /// Its process.
    pub pid: u32,
    /// The durable queues; `null` when the store cannot be read.
    pub queues: Option<Queues>,
    /// The connection.
    pub connection: Connection,
    /// Events kept aside, of numbers that no line has or that could not be processed, of the whole deployment; 10,000
    /// stands for any more.
    pub strays: u64,
    /// Templates in the table, each language counted.
    pub templates: usize,
    /// Seconds since the line was opened.
    pub uptime_seconds: u64,
    /// The program's version.
    pub version: &'static str,
    /// Where notifications go.
    pub webhook: Webhook,
}

/// The upstream of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Network {
    /// Seconds since it last answered anything; `null`: not yet.
    pub answered_seconds_ago: Option<u64>,
    /// Where it is.
    pub base_url: String,
    /// The account's id.
    pub account_id: String,
    /// The number's id.
    pub phone_number_id: String,
    /// The version of its API.
    pub version: String,
}

/// The connection and its start-up flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Connection {
    /// Why it is not there, when something stands in the way.
    pub reason: Option<String>,
    /// Sessions that were begun.
    pub sessions: u64,
    /// Since when it has been in this state.
    pub since: String,
    /// How long the last start-up took, milliseconds; 0: none is done yet.
    pub startup_ms: u64,
    /// Start-ups that ran into their limit.
    pub startups_capped: u64,
    /// `unregistered`, `disconnected`, `locked`, `connecting`, `starting`, `ready`.
    pub state: &'static str,
    /// The step of the start-up flow that runs.
    pub step: Option<Step>,
}

/// A step of the start-up flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Step {
    /// The message templates are loaded.
    Templates {
        /// So many so far.
        loaded: usize,
    },
    /// The offline messages are processed.
    Offline {
        /// So many so far.
        processed: u64,
        /// So many are left.
        left: u64,
    },
}

/// The durable queues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Queues {
    /// Notifications for the webhook.
    pub callbacks: Queue,
    /// Events of the network.
    pub inbox: Queue,
    /// Messages and read receipts.
    pub outbox: Queue,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Queue {
    /// How long the oldest row has waited.
    pub oldest_seconds: u64,
    /// Rows.
    pub rows: u64,
}

/// Where notifications go. The whole URL is left out: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Webhook {
    /// The URL's host; `null`: no URL is set.
    pub host: Option<String>,
    /// Whether it counts as down and is only probed.
    pub is_down: bool,
    /// Notifications that were set aside.
    pub set_aside: u64,
}

/// Language and country of a locale: `en_US.UTF-8`. What it does not say is `en` and `ZZ`.
pub fn language(locale: &str) -> (String, String) {
    let plain = locale.split(['.', '@']).next().unwrap_or_default();
    let (language, country) = plain.split_once(['_', '-']).unwrap_or((plain, ""));
    let letters = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    (
        if letters(language, 2..=2) {
            language.to_ascii_lowercase()
        } else {
            "en".to_owned()
        },
        if letters(country, 2..=3) {
            country.to_ascii_uppercase()
        } else {
            UNKNOWN_COUNTRY.to_owned()
        },
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("en_US.UTF-8", "en", "US")]
    #[case("de_DE@euro", "de", "DE")]
    #[case("pt-BR", "pt", "BR")]
    #[case("fr", "fr", "ZZ")]
    #[case("C.UTF-8", "en", "ZZ")]
    #[case("POSIX", "en", "ZZ")]
    #[case("", "en", "ZZ")]
    #[case("é_ü", "en", "ZZ")]
    fn a_locale_has_a_language_and_a_country(
        #[case] locale: &str,
        #[case] lc: &str,
        #[case] lg: &str,
    ) {
        assert_eq!(language(locale), (lc.to_owned(), lg.to_owned()));
    }

    #[test]
    fn the_words_of_a_connection_are_the_documented_ones() {
        let words = [
            SocketConn::Up,
            SocketConn::Starting,
            SocketConn::Connecting,
            SocketConn::Down,
            SocketConn::Unknown,
        ];
        insta::assert_json_snapshot!(words, @r#"
        [
          "UP",
          "UP receiving offline",
          "SC",
          "DN",
          "UNK"
        ]
        "#);
    }
}
