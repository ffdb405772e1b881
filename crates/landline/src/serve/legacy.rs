//! The original's variables (`operations.md` 4.2 and 5.1): what each of them becomes, said in the log.

use std::collections::BTreeMap;

/// What a variable of the original means here.
enum Meaning {
    /// The setting of ours that it is, by its variable.
    Is(&'static str),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

use Meaning::{Is, Nothing};

const ONE_PROCESS: &str = "web and core are one process here";
const EMBEDDED: &str = "the store is embedded, in the data directory";
const SUPPORT: &str = "it only told Meta's support where the client ran";

/// Every variable that the original documents.
const VARIABLES: &[(&str, Meaning)] = &[
    ("WA_API_KEY", Is("LANDLINE_API_KEY")),
    ("WA_WEB_SERVERNAME", Is("LANDLINE_SERVER_NAMES")),
    ("WA_DB_ENGINE", Nothing(EMBEDDED)),
    ("WA_DB_HOSTNAME", Nothing(EMBEDDED)),
    ("WA_DB_PORT", Nothing(EMBEDDED)),
    ("WA_DB_USERNAME", Nothing(EMBEDDED)),
    ("WA_DB_PASSWORD", Nothing(EMBEDDED)),
    ("WA_DB_NAME_PREFIX", Nothing(EMBEDDED)),
    ("WA_DB_CONNECTION_IDLE_TIMEOUT", Nothing(EMBEDDED)),
    ("WA_DB_PERSISTENT", Nothing(EMBEDDED)),
    ("WA_DB_SSL_CA", Nothing(EMBEDDED)),
    ("WA_DB_SSL_CERT", Nothing(EMBEDDED)),
    ("WA_DB_SSL_KEY", Nothing(EMBEDDED)),
    ("WA_DB_SSL_VERIFY", Nothing(EMBEDDED)),
    ("WA_DB_CONNECTION_OPTION", Nothing(EMBEDDED)),
    (
        "WA_DB_UPGRADE",
        Nothing("the schema is upgraded at every start"),
    ),
    (
        "WA_CONFIG_ON_DB",
        Nothing("settings are always in the store"),
    ),
    ("WA_APP_MULTICONNECT", Nothing(ONE_PROCESS)),
    ("WA_MASTER_NODE", Nothing(ONE_PROCESS)),
    ("WACORE_HOSTNAME", Nothing(ONE_PROCESS)),
    ("COREAPP_HOSTNAME", Nothing(ONE_PROCESS)),
    ("COREAPP_EXTERNAL_PORTS", Nothing(ONE_PROCESS)),
    ("WEBAPP_HOSTNAME", Nothing(ONE_PROCESS)),
    ("WEBAPP_EXTERNAL_PORTS", Nothing(ONE_PROCESS)),
    (
        "WA_TCP_LISTEN_ADDRESS",
        Nothing("the core has no ports; the API's address is `listen`"),
    ),
    ("WA_SECRET", Nothing("nothing travels between web and core")),
    (
        "WA_WEB_JWT_CRYPTO_KEY",
        Nothing("tokens are random and kept in the store"),
    ),
    ("WA_RUNNING_ENV", Nothing(SUPPORT)),
    ("WA_RUNNING_ENV_VERSION", Nothing(SUPPORT)),
    ("ORCHESTRATION", Nothing(SUPPORT)),
];

/// The environment with the original's variables under our names; ours win.
pub(super) struct Environment {
    found: BTreeMap<&'static str, String>,
}

impl Environment {
    /// Looks the original's variables up, and says in the log what each became.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut found = BTreeMap::new();
        for (name, meaning) in VARIABLES {
            let Some(value) = variable(name) else {
                continue;
            };
            match meaning {
                Is(ours) if variable(ours).is_some() => {
                    tracing::warn!("{name} is set and {ours} too: {ours} counts");
                }
                Is(ours) => {
                    tracing::info!("{name} is taken as {ours}");
                    found.insert(*ours, value);
                }
                Nothing(reason) => tracing::info!("{name} means nothing here: {reason}"),
            }
        }
        Self { found }
    }

    /// What an original's variable says about one of ours.
    pub(super) fn get(&self, ours: &str) -> Option<String> {
        self.found.get(ours).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::setting::{DEPLOYMENT, Kind};

    #[test]
    fn what_they_become_are_settings() {
        for (name, meaning) in VARIABLES {
            let Is(ours) = meaning else { continue };
            let setting = ours.strip_prefix("LANDLINE_").map(str::to_lowercase);
            let known = DEPLOYMENT
                .iter()
                .any(|known| Some(known.name) == setting.as_deref() && known.kind != Kind::Flag);
            assert!(known, "{name} becomes {ours}");
        }
    }

    #[test]
    fn ours_win() {
        let both = |name: &str| match name {
            "WA_API_KEY" => Some("the-original-key".to_owned()),
            "LANDLINE_API_KEY" => Some("our-own-key-here".to_owned()),
            _ => None,
        };
        let theirs = |name: &str| (name == "WA_API_KEY").then(|| "the-original-key".to_owned());

        assert_eq!(Environment::read(both).get("LANDLINE_API_KEY"), None);
        assert_eq!(
            Environment::read(theirs).get("LANDLINE_API_KEY").as_deref(),
            Some("the-original-key")
        );
    }
}
