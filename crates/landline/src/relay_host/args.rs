//! The flags of `landline relay`, of `landline relay-key`, and of a core whose relay has a host of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::FalseyValueParser;
use relay::pull::{Address, Pin};
use relay::seal::PublicKey;
use reqwest::Url;

use crate::cli::{PlainListen, address};

/// `landline relay`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RelayArgs {
    /// Where webhooks arrive and the core dials in, with TLS; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_RELAY_LISTEN", default_value = "127.0.0.1:9092", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Where webhooks arrive without TLS, for a proxy in front, or `off`; the core cannot dial in there
    #[arg(
        long,
        value_name = "ADDR:PORT|off",
        env = "LANDLINE_RELAY_HTTP_LISTEN",
        default_value = "off"
    )]
    pub(crate) http_listen: PlainListen,
    /// Let --http-listen be another address than loopback
    #[arg(long, env = "LANDLINE_ALLOW_PLAIN", value_parser = FalseyValueParser::new())]
    pub(crate) allow_plain: bool,
    /// Where the mailbox is kept; made when missing
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDLINE_RELAY_DATA",
        default_value = "./landline-relay"
    )]
    pub(crate) data: PathBuf,
    /// What webhooks are sealed with, as `landline relay-key` prints it where the core is
    #[arg(long, value_name = "KEY", env = "LANDLINE_RELAY_PUBLIC_KEY")]
    pub(crate) public_key: PublicKey,
    /// The file with what a core has to bring; without it DIR/token, made when missing
    #[arg(long, value_name = "FILE", env = "LANDLINE_RELAY_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The certificate with its chain, PEM; without it one of its own making, which the core pins
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDLINE_RELAY_TLS_CERT",
        requires = "tls_key"
    )]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDLINE_RELAY_TLS_KEY",
        requires = "tls_cert"
    )]
    pub(crate) tls_key: Option<PathBuf>,
    /// The secret of an app, in a file; twice while it is being changed. Without it the core lends it
    #[arg(
        long,
        value_name = "APP=FILE",
        env = "LANDLINE_RELAY_APP_SECRET_FILE",
        value_delimiter = ','
    )]
    pub(crate) app_secret_file: Vec<AppFile>,
    /// The mailbox's bound, such as 500MB or 4GB; an alert comes at 80 %
    #[arg(
        long,
        value_name = "SIZE",
        env = "LANDLINE_RELAY_MAX_BYTES",
        default_value = "4GB"
    )]
    pub(crate) max_bytes: Size,
    /// Webhooks a second from one address, twice as many at once; 0 is no limit
    #[arg(
        long,
        value_name = "N",
        env = "LANDLINE_RELAY_SOURCE_RATE",
        default_value_t = 2_000
    )]
    pub(crate) source_rate: u32,
    /// Webhooks a second from everywhere, twice as many at once; 0 is no limit
    #[arg(
        long,
        value_name = "N",
        env = "LANDLINE_RELAY_RATE",
        default_value_t = 5_000
    )]
    pub(crate) rate: u32,
}

/// `landline relay-key`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RelayKeyArgs {
    /// The core's directory
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDLINE_DATA",
        default_value = "./landline-data"
    )]
    pub(crate) data: PathBuf,
}

/// A core whose relay has a host of its own.
#[derive(Debug, Clone, Args)]
pub(crate) struct DialArgs {
    /// Dial the relay that runs there (`landline relay`) instead of listening for webhooks
    #[arg(
        long,
        value_name = "wss://HOST:PORT",
        env = "LANDLINE_RELAY",
        requires = "relay_token_file"
    )]
    pub(crate) relay: Option<Address>,
    /// With --relay: the file with what that relay wants to be shown
    #[arg(long, value_name = "FILE", env = "LANDLINE_RELAY_TOKEN_FILE")]
    pub(crate) relay_token_file: Option<PathBuf>,
    /// With --relay: the fingerprint of its certificate; without it an authority has to vouch for it
    #[arg(
        long,
        value_name = "SHA256",
        env = "LANDLINE_RELAY_PIN",
        value_delimiter = ','
    )]
    pub(crate) relay_pin: Vec<Pin>,
    /// With --relay: where the network reaches it; without it the same host and port by https
    #[arg(long, value_name = "URL", env = "LANDLINE_RELAY_URL", value_parser = public_url)]
    pub(crate) relay_url: Option<Url>,
    /// With --relay: do not lend it the app's secret; it then takes forged webhooks in, and only the core refuses them
    #[arg(long, env = "LANDLINE_RELAY_KEEP_SECRETS", value_parser = FalseyValueParser::new())]
    pub(crate) relay_keep_secrets: bool,
    /// With --relay: a second secret of the app that holds, too, while it is being changed
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDLINE_RELAY_OTHER_SECRET_FILE",
        hide = true
    )]
    pub(crate) relay_other_secret_file: Option<PathBuf>,
}

/// An app and a file that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppFile {
    pub(crate) app_id: String,
    pub(crate) file: PathBuf,
}

impl FromStr for AppFile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((app_id, file)) if !app_id.is_empty() && !file.is_empty() => Ok(Self {
                app_id: app_id.to_owned(),
                file: file.into(),
            }),
            _ => Err("the app's id and a file are needed, such as 3001=/etc/landline/secret"),
        }
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// Less would not hold the greatest webhook.
const LEAST: u64 = 10_000_000;

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = match text.strip_prefix(digits).unwrap_or_default() {
            "" => 1,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            other => return Err(format!("{other} is no unit: MB, GB, MiB or GiB")),
        };
        let number: u64 = digits
            .parse()
            .map_err(|_| "a size is needed, such as 4GB".to_owned())?;
        let bytes = number.saturating_mul(unit);
        if bytes < LEAST {
            return Err("a mailbox needs 10MB at least".to_owned());
        }
        Ok(Self(bytes))
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match (url.scheme(), url.has_host(), url.path()) {
        ("http" | "https", true, "/") => Ok(url),
        _ => Err("an origin is needed, such as https://relay.example".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10000000", Some(10_000_000))]
    #[case("4GB", Some(4_000_000_000))]
    #[case("64MiB", Some(67_108_864))]
    #[case("9MB", None)]
    #[case("4TB", None)]
    #[case("GB", None)]
    #[case("", None)]
    fn a_size_is_read(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(text.parse::<Size>().ok().map(|size| size.0), expected);
    }

    #[rstest]
    #[case("3001=/etc/secret", true)]
    #[case("3001=", false)]
    #[case("=/etc/secret", false)]
    #[case("/etc/secret", false)]
    fn an_apps_file_names_the_app(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(text.parse::<AppFile>().is_ok(), valid);
    }
}
