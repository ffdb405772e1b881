//! What `dev` was told: flags that have been checked against each other.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use landline_core::OnUnknown;
use onprem::message::Rules;
use onprem::settings::{ApplicationSettings, UrlPolicy};
use reqwest::Url;

use super::password;
use crate::cli::{DevArgs, PlainListen, Unknown};
use crate::exit::Stop;
use crate::serve::check_plain;

/// The configuration of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Config {
    /// The data directory.
    pub(super) data: PathBuf,
    /// Where the API with TLS listens.
    pub(super) api: SocketAddr,
    /// Where the API without TLS listens, if it does.
    pub(super) api_plain: Option<SocketAddr>,
    /// Where the relay listens.
    pub(super) relay: SocketAddr,
    /// Which network is used.
    pub(super) network: NetworkChoice,
    /// Do what is missing for a first message.
    pub(super) ready: bool,
    /// The admin's password from now on.
    pub(super) admin_password: Option<String>,
    /// The API key for health.
    pub(super) api_key: Option<Arc<str>>,
    /// Where notifications go from now on; `""` clears.
    pub(super) webhook: Option<String>,
    /// Take the number's webhooks even when they point elsewhere.
    pub(super) take_over: bool,
    /// What messages are read by.
    pub(super) rules: Rules,
    /// Mint message ids without the customer's number.
    pub(super) opaque_ids: bool,
    /// Messages a second, instead of what the network announces.
    pub(super) throughput: Option<u32>,
    /// How long a message that may have left waits for word of it.
    pub(super) reconcile_wait: Duration,
    /// What happens to it then.
    pub(super) on_unknown: OnUnknown,
    /// Longest offline step.
    pub(super) startup_limit: Duration,
    /// What ends the offline step.
    pub(super) quiet_time: Duration,
}

/// Which network is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NetworkChoice {
    /// A simulator in this process, which listens here.
    Here(SocketAddr),
    /// A simulator that runs elsewhere.
    Elsewhere(Url),
}

/// What a webhook URL and a media link may be in `dev`.
pub(super) const URL_POLICY: UrlPolicy = UrlPolicy::PlainLoopback;

impl Config {
    /// Checks the flags: what is wrong ends the program with status 2.
    pub(super) fn from_args(args: DevArgs) -> Result<Self, Stop> {
        let api_plain = match args.http_listen {
            PlainListen::Off => None,
            PlainListen::At(address) => Some(address),
        };
        if let Some(address) = api_plain {
            check_plain("--http-listen", address, args.allow_plain)?;
        }
        check_plain("--relay-listen", args.relay_listen, args.allow_plain)?;
        let network = if let Some(url) = args.network {
            NetworkChoice::Elsewhere(url)
        } else {
            check_plain("--sim-listen", args.sim_listen, args.allow_plain)?;
            NetworkChoice::Here(args.sim_listen)
        };
        if let Some(password) = &args.admin_password {
            password::check(password)?;
        }
        if let Some(url) = &args.webhook {
            check_webhook(url)?;
        }
        if let Some(key) = &args.api_key {
            check_api_key(key)?;
        }
        Ok(Self {
            data: args.data,
            api: args.listen,
            api_plain,
            relay: args.relay_listen,
            network,
            ready: args.ready,
            admin_password: args.admin_password,
            api_key: args.api_key.map(Arc::from),
            webhook: args.webhook,
            take_over: args.take_over,
            rules: Rules {
                strict: args.message.strict,
            },
            opaque_ids: args.message.opaque_ids,
            throughput: args.throughput,
            reconcile_wait: Duration::from_millis(args.reconcile_wait_ms),
            on_unknown: match args.on_unknown {
                Unknown::Resend => OnUnknown::Resend,
                Unknown::Fail => OnUnknown::Fail,
            },
            startup_limit: Duration::from_secs(args.startup_limit_s),
            quiet_time: Duration::from_millis(args.quiet_time_ms),
        })
    }
}

/// 12 to 128 characters (`rest-api.md` 1.1).
fn check_api_key(key: &str) -> Result<(), Stop> {
    let length = key.chars().count();
    if (12..=128).contains(&length) {
        return Ok(());
    }
    Err(Stop::usage(format!("--api-key has {length} characters")).hint("12 to 128 are allowed"))
}

fn check_webhook(url: &str) -> Result<(), Stop> {
    ApplicationSettings::check_url(url, URL_POLICY).map_err(|refusal| {
        Stop::usage(format!("--webhook {url}: {}", refusal.details)).hint(
            "an https URL, or plain http to this machine, such as http://127.0.0.1:9093 for `landline webhook`",
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use rstest::rstest;

    use super::*;
    use crate::cli::{Cli, Command};

    fn config(flags: &[&str]) -> Result<Config, Stop> {
        let line = ["landline", "dev"].iter().chain(flags);
        match Cli::try_parse_from(line).expect("a command line").command {
            Command::Dev(args) => Config::from_args(*args),
            _ => unreachable!("the subcommand is dev"),
        }
    }

    #[test]
    fn a_newcomer_needs_no_flag() {
        let config = config(&[]).expect("valid");

        assert_eq!(
            config,
            Config {
                data: "./landline-data".into(),
                api: "127.0.0.1:9090".parse().expect("an address"),
                api_plain: Some("127.0.0.1:9091".parse().expect("an address")),
                relay: "127.0.0.1:9092".parse().expect("an address"),
                network: NetworkChoice::Here("127.0.0.1:9080".parse().expect("an address")),
                ready: false,
                admin_password: None,
                api_key: None,
                webhook: None,
                take_over: false,
                rules: Rules::TOLERANT,
                opaque_ids: false,
                throughput: None,
                reconcile_wait: Duration::from_secs(5),
                on_unknown: OnUnknown::Resend,
                startup_limit: Duration::from_mins(6),
                quiet_time: Duration::from_millis(300),
            }
        );
    }

    #[rstest]
    #[case(11, false)]
    #[case(12, true)]
    #[case(128, true)]
    #[case(129, false)]
    fn an_api_key_has_12_to_128_characters(#[case] length: usize, #[case] allowed: bool) {
        let key = "k".repeat(length);

        let config = config(&["--api-key", &key]);

        assert_eq!(config.is_ok(), allowed);
        if let Err(stop) = config {
            assert_eq!(stop.status(), 2);
            assert!(!stop.to_string().contains(&key), "the key is not shown");
        }
    }

    #[test]
    fn messages_are_taken_as_told() {
        let config = config(&["--strict", "--opaque-ids"]).expect("valid");

        assert_eq!((config.rules, config.opaque_ids), (Rules::STRICT, true));
    }

    #[test]
    fn the_plain_api_can_be_off() {
        let config = config(&["--http-listen", "off"]).expect("valid");

        assert_eq!(config.api_plain, None);
    }

    #[rstest]
    #[case("--http-listen")]
    #[case("--relay-listen")]
    #[case("--sim-listen")]
    fn what_has_no_tls_stays_on_loopback(#[case] flag: &str) {
        for address in ["0.0.0.0:9091", "192.0.2.1:0", "[::]:9091"] {
            let stop = config(&[flag, address]).expect_err("refused");

            assert_eq!(stop.status(), 2);
            let sentence = stop.to_string();
            assert!(sentence.contains(flag), "{sentence}");
            assert!(sentence.contains("--allow-plain"), "{sentence}");
            assert!(config(&[flag, address, "--allow-plain"]).is_ok());
        }
        assert!(config(&[flag, "[::1]:0"]).is_ok());
        assert!(config(&[flag, "127.8.0.1:0"]).is_ok());
    }

    #[test]
    fn the_api_with_tls_may_listen_anywhere() {
        assert!(config(&["--listen", "0.0.0.0:9090"]).is_ok());
    }

    #[test]
    fn a_network_elsewhere_makes_the_own_address_meaningless() {
        let config = config(&[
            "--network",
            "http://127.0.0.1:9080",
            "--sim-listen",
            "0.0.0.0:1",
        ])
        .expect("valid");

        assert!(matches!(config.network, NetworkChoice::Elsewhere(_)));
    }

    #[test]
    fn a_password_against_the_rules_ends_with_status_2() {
        let stop = config(&["--ready", "--admin-password", "feeble"]).expect_err("refused");

        assert_eq!(stop.status(), 2);
        let sentence = stop.to_string();
        assert!(!sentence.contains("feeble"), "{sentence}");
        assert!(sentence.contains("upper-case"), "{sentence}");
    }

    #[rstest]
    #[case("http://crm.example/hook", false)]
    #[case("nonsense", false)]
    #[case("https://crm.example/hook", true)]
    #[case("http://127.0.0.1:9093", true)]
    #[case("", true)]
    fn a_webhook_is_https_or_on_this_machine(#[case] url: &str, #[case] valid: bool) {
        match config(&["--webhook", url]) {
            Ok(config) => assert!(valid, "{config:?}"),
            Err(stop) => assert_eq!((valid, stop.status()), (false, 2), "{stop}"),
        }
    }
}
