//! The settings of `landline.toml`, as one table: the file, its environment twins, the sample and the documentation are
//! all made from it.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its key in the file.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What it is when nobody says anything, as TOML; `None` when it is then not there.
    pub(crate) default: Option<&'static str>,
    /// An example, as TOML, for what has no default.
    pub(crate) example: &'static str,
    /// What it means, for people.
    pub(crate) about: &'static str,
}

/// What a key has at its end that names a file with the secret.
pub(super) const FILE: &str = "_file";

impl Setting {
    /// The variables that it may be given in, itself first: what those of its section begin with goes before.
    pub(super) fn variables(&self, prefix: &str) -> impl Iterator<Item = String> {
        let own = format!("{prefix}{}", self.name.to_uppercase());
        let file = (self.kind == Kind::Secret).then(|| format!("{own}{}", FILE.to_uppercase()));
        std::iter::once(own).chain(file)
    }
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// Words that nobody may see. `NAME_file` names a file to read it from.
    Secret,
    /// `true` or `false`.
    Flag,
    /// A number, 0 or more.
    Count,
    /// Several words; with commas between them in the environment.
    List,
}

const fn with_default(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        name,
        kind,
        default: Some(default),
        example: "",
        about,
    }
}

const fn without(
    name: &'static str,
    kind: Kind,
    example: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        name,
        kind,
        default: None,
        example,
        about,
    }
}

/// The whole deployment: the file's top.
pub(crate) const DEPLOYMENT: &[Setting] = &[
    with_default(
        "data",
        Kind::Text,
        r#""./landline-data""#,
        "Where the database, its key and media files are kept; made when missing.",
    ),
    with_default(
        "listen",
        Kind::Text,
        r#""0.0.0.0:9090""#,
        "Address of the API, with TLS. Port 0 takes a free one.",
    ),
    with_default(
        "http_listen",
        Kind::Text,
        r#""off""#,
        "Address of the API without TLS, or \"off\".",
    ),
    with_default(
        "allow_plain",
        Kind::Flag,
        "false",
        "Let what has no TLS listen on other addresses than loopback.",
    ),
    with_default(
        "server_names",
        Kind::List,
        "[]",
        "Names and addresses that the API's own certificate is made out for, beside localhost.",
    ),
    without(
        "api_key",
        Kind::Secret,
        r#""a-key-for-monitors""#,
        "Opens health, metrics and stats to monitors, as `Authorization: Apikey KEY`; 12 to 128 characters.",
    ),
    with_default(
        "relay_listen",
        Kind::Text,
        r#""127.0.0.1:9092""#,
        "Address of the relay, where the network's webhooks arrive. No TLS: a proxy with a public certificate stands before it.",
    ),
    without(
        "relay_url",
        Kind::Text,
        r#""https://wa.example.com""#,
        "Where the network reaches the relay: https, no path. Each line's webhooks are pointed at it; without it they are left as they are.",
    ),
    without(
        "relay",
        Kind::Text,
        r#""wss://relay.example.com:9443""#,
        "A relay on a host of its own (`landline relay`), which the core dials. None listens here then.",
    ),
    without(
        "relay_token_file",
        Kind::Text,
        r#""relay.token""#,
        "The file with the token that opens that relay's stream.",
    ),
    with_default(
        "relay_pins",
        Kind::List,
        "[]",
        "Fingerprints of that relay's certificate, when it made its own.",
    ),
    with_default(
        "relay_keep_secrets",
        Kind::Flag,
        "false",
        "Do not lend that relay the apps' secrets: it then turns nothing away, and only the core looks at signatures.",
    ),
    with_default(
        "strict",
        Kind::Flag,
        "false",
        "Refuse what the original API did not have: extensions and unknown fields in messages.",
    ),
    with_default(
        "opaque_ids",
        Kind::Flag,
        "false",
        "Leave the customer's number out of message ids.",
    ),
    with_default(
        "private_webhooks",
        Kind::Flag,
        "false",
        "Let webhook URLs be plain http, and lead to private addresses and this machine: for receivers in your own network.",
    ),
    with_default(
        "reconcile_wait_s",
        Kind::Count,
        "30",
        "How long a message that may have left before a crash waits for word of it, seconds.",
    ),
    with_default(
        "on_unknown",
        Kind::Text,
        r#""resend""#,
        "What happens to it then: \"resend\" (a possible duplicate, counted and logged) or \"fail\".",
    ),
    with_default(
        "outbox_limit",
        Kind::Count,
        "1000000",
        "Accepted messages of a line that wait; beyond it sends are refused with 1016.",
    ),
    with_default(
        "callbacks_limit",
        Kind::Count,
        "100000",
        "Notifications of a line that wait; beyond it sends are refused with 1016.",
    ),
];

/// A line's way to its network. In `[network]` for all lines, or in a line's own section.
pub(crate) const NETWORK: &[Setting] = &[
    with_default(
        "base_url",
        Kind::Text,
        r#""https://graph.facebook.com""#,
        "The Graph API, without a version. A provider that fronts it has another one.",
    ),
    with_default(
        "version",
        Kind::Text,
        r#""v24.0""#,
        "The Graph API's version; \"\" for paths without one.",
    ),
    with_default(
        "timeout_s",
        Kind::Count,
        "30",
        "A whole exchange with the network, media apart, seconds.",
    ),
    without(
        "key_header",
        Kind::Text,
        r#""D360-API-KEY""#,
        "The header that a provider takes its own key in; access_token is then that key. Without it `Authorization: Bearer`.",
    ),
    without(
        "throughput",
        Kind::Count,
        "80",
        "Messages a second, in and out together, that the network takes from a number; without it what the network says of it.",
    ),
    without(
        "app_id",
        Kind::Text,
        r#""800549990481548""#,
        "The Meta app.",
    ),
    without(
        "app_secret",
        Kind::Secret,
        r#""0123456789abcdef0123456789abcdef""#,
        "The app's secret: it signs webhooks, and proves the token.",
    ),
    without(
        "other_app_secret",
        Kind::Secret,
        r#""fedcba9876543210fedcba9876543210""#,
        "Another secret that webhooks may be signed with, while the app's is being changed.",
    ),
    without(
        "verify_token",
        Kind::Secret,
        r#""a-long-random-word""#,
        "What the network has to bring when it verifies the relay's address; any long random word.",
    ),
    without(
        "waba_id",
        Kind::Text,
        r#""102290129340398""#,
        "The WhatsApp Business account.",
    ),
    without(
        "access_token",
        Kind::Secret,
        r#""EAAJ…""#,
        "The token of a system user with whatsapp_business_messaging and whatsapp_business_management.",
    ),
];

/// A line's own: `[lines.NAME]`, beside everything of [`NETWORK`].
pub(crate) const LINE: &[Setting] = &[
    without(
        "phone_number_id",
        Kind::Text,
        r#""106540352242922""#,
        "The number's id in the Graph API.",
    ),
    without(
        "number",
        Kind::Text,
        r#""+1 202 555 0143""#,
        "Instead of phone_number_id: the number itself, looked up in the account at the start.",
    ),
    with_default(
        "take_over",
        Kind::Flag,
        "false",
        "Take the number's webhooks even when they point elsewhere.",
    ),
    without(
        "first_password",
        Kind::Secret,
        r#""Quiet-Harbour-7""#,
        "The admin's password as long as none was set. Without it `admin` / `secret` is accepted as first login, from this machine only.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_stands_twice_where_it_would_be_ambiguous() {
        let of_a_line = NETWORK.iter().chain(LINE);
        for table in [
            DEPLOYMENT.iter().collect::<Vec<_>>(),
            of_a_line.collect::<Vec<_>>(),
        ] {
            let names: HashSet<_> = table.iter().map(|setting| setting.name).collect();
            assert_eq!(names.len(), table.len());
        }
    }

    #[test]
    fn defaults_and_examples_are_toml() {
        for setting in DEPLOYMENT.iter().chain(NETWORK).chain(LINE) {
            let value = setting.default.unwrap_or(setting.example);
            let line = format!("{} = {value}", setting.name);
            assert!(line.parse::<toml::Table>().is_ok(), "{line}");
        }
    }
}
