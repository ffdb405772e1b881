//! The command line: subcommands, flags, and their twins in the environment.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{FalseyValueParser, Resettable};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use reqwest::Url;

use crate::bench::BenchArgs;
use crate::tour::TourArgs;

const EXAMPLES: &str = "Examples:
  landline dev                  everything on this machine, with a simulated network
  landline dev --ready          the same, set up for a first message
  landline webhook              a receiver that prints what arrives";

const DEV_EXAMPLES: &str = "Examples:
  landline dev --ready --webhook http://127.0.0.1:9093
  landline dev --data /tmp/second --listen 127.0.0.1:0 --http-listen off \\
               --relay-listen 127.0.0.1:0 --sim-listen 127.0.0.1:0
  landline dev --network http://127.0.0.1:9080

When everything serves, DIR/endpoints.json tells programs where it is. Ctrl-C ends it.";

const SIM_EXAMPLES: &str = "Example, in two terminals:
  landline sim
  landline dev --network http://127.0.0.1:9080";

const WEBHOOK_EXAMPLES: &str = "Example, in two terminals:
  landline webhook
  landline dev --ready --webhook http://127.0.0.1:9093

With --answer 500 every notification is refused, and comes again.";

const OPENAPI_EXAMPLES: &str = "Example:
  landline openapi > openapi.json

A running program serves the same at /v1/openapi.json, and as a page at /docs.";

const POSTMAN_EXAMPLES: &str = "Examples:
  landline postman > landline.postman_collection.json
  landline postman --environment > dev.postman_environment.json

Import both, start `landline dev`, and run the collection from top to bottom.";

const COMPAT_EXAMPLES: &str = "Examples:
  landline compat > docs/compatibility.md
  landline compat --errors > docs/errors.md";

const ABOUT: &str = "The WhatsApp Business On-Premises API as one program, \
in front of the Cloud API or a simulated network";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "landline", version, about = ABOUT, long_about = None, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to log.
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything in one process: API, core, relay and a simulated network
    #[command(after_help = DEV_EXAMPLES)]
    Dev(Box<DevArgs>),
    /// Run the simulated network alone: Graph API and virtual phones
    #[command(after_help = SIM_EXAMPLES)]
    Sim(SimArgs),
    /// Run a webhook receiver that prints what arrives
    #[command(after_help = WEBHOOK_EXAMPLES)]
    Webhook(WebhookArgs),
    /// Play the getting-started guide against a running `landline dev`
    Tour(TourArgs),
    /// Print the OpenAPI document of the API
    #[command(after_help = OPENAPI_EXAMPLES)]
    Openapi,
    /// Print a Postman collection of the API, or an environment for `landline dev`
    #[command(after_help = POSTMAN_EXAMPLES)]
    Postman(PostmanArgs),
    /// Print what is supported of the original API, or its error codes
    #[command(after_help = COMPAT_EXAMPLES)]
    Compat(CompatArgs),
    /// Measure against a bare reference, in one run
    Bench(BenchArgs),
}

impl Cli {
    /// Reads the command line and the environment; wrong usage ends the program with status 2.
    pub(crate) fn read() -> Self {
        let matches = without_empty_twins(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// A variable that is set to nothing counts as not set, as compose files have them.
fn without_empty_twins(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        arg.get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| {
            if is_empty(&arg) {
                arg.env(Resettable::Reset)
            } else {
                arg
            }
        })
        .mut_subcommands(without_empty_twins)
}

/// Flags of logging, good for every subcommand.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogArgs {
    /// How log lines look on stderr
    #[arg(
        long,
        global = true,
        env = "LANDLINE_LOG_FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,
    /// How much is logged, whatever the application settings say; without it they decide, at first `info`
    #[arg(long, global = true, env = "LANDLINE_LOG_LEVEL", value_enum)]
    pub(crate) log_level: Option<LogLevel>,
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// `landline dev`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DevArgs {
    /// Where everything is kept; made when missing
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDLINE_DATA",
        default_value = "./landline-data"
    )]
    pub(crate) data: PathBuf,
    /// Address of the API with TLS; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_LISTEN", default_value = "127.0.0.1:9090", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Address of the API without TLS, or `off`
    #[arg(
        long,
        value_name = "ADDR:PORT|off",
        env = "LANDLINE_HTTP_LISTEN",
        default_value = "127.0.0.1:9091"
    )]
    pub(crate) http_listen: PlainListen,
    /// Let what has no TLS listen on other addresses than loopback
    #[arg(long, env = "LANDLINE_ALLOW_PLAIN", value_parser = FalseyValueParser::new())]
    pub(crate) allow_plain: bool,
    /// Address of the relay, where the network's webhooks arrive
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_RELAY_LISTEN", default_value = "127.0.0.1:9092", value_parser = address)]
    pub(crate) relay_listen: SocketAddr,
    /// Address of the simulated network
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_SIM_LISTEN", default_value = "127.0.0.1:9080", value_parser = address)]
    pub(crate) sim_listen: SocketAddr,
    /// Use the simulated network that runs there (`landline sim`); --sim-listen is then ignored
    #[arg(long, value_name = "URL", env = "LANDLINE_NETWORK", value_parser = network)]
    pub(crate) network: Option<Url>,
    /// Do what is missing for a first message: password, registration, settings, open windows
    #[arg(long, env = "LANDLINE_READY", value_parser = FalseyValueParser::new())]
    pub(crate) ready: bool,
    /// With --ready: the admin's password from now on; generated and kept when not given
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "LANDLINE_ADMIN_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) admin_password: Option<String>,
    /// Opens health, metrics and stats to monitors, as `Authorization: Apikey KEY`; 12 to 128 characters
    #[arg(
        long,
        value_name = "KEY",
        env = "LANDLINE_API_KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: Option<String>,
    /// Where notifications go; overwrites the stored URL, "" clears it
    #[arg(long, value_name = "URL", env = "LANDLINE_WEBHOOK")]
    pub(crate) webhook: Option<String>,
    /// How messages are taken.
    #[command(flatten)]
    pub(crate) message: MessageArgs,
    /// Take the number's webhooks even when they point elsewhere
    #[arg(long, env = "LANDLINE_TAKE_OVER", hide = true, value_parser = FalseyValueParser::new())]
    pub(crate) take_over: bool,
    /// Messages a second, in and out, instead of what the network announces
    #[arg(long, env = "LANDLINE_THROUGHPUT", hide = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) throughput: Option<u32>,
    /// How long a message that may have left waits for a status that names it, milliseconds
    #[arg(
        long,
        env = "LANDLINE_RECONCILE_WAIT_MS",
        hide = true,
        default_value_t = 5_000
    )]
    pub(crate) reconcile_wait_ms: u64,
    /// What happens to it then
    #[arg(
        long,
        env = "LANDLINE_ON_UNKNOWN",
        hide = true,
        value_enum,
        default_value_t = Unknown::Resend
    )]
    pub(crate) on_unknown: Unknown,
    /// Longest offline step of a start-up, seconds
    #[arg(
        long,
        env = "LANDLINE_STARTUP_LIMIT_S",
        hide = true,
        default_value_t = 360
    )]
    pub(crate) startup_limit_s: u64,
    /// Time without an old event that ends the offline step, milliseconds
    #[arg(
        long,
        env = "LANDLINE_QUIET_TIME_MS",
        hide = true,
        default_value_t = 300
    )]
    pub(crate) quiet_time_ms: u64,
}

/// What happens to a message that may have left when no status names it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Unknown {
    /// It is sent again.
    Resend,
    /// It has failed.
    Fail,
}

/// How messages are taken.
#[derive(Debug, Clone, Args)]
pub(crate) struct MessageArgs {
    /// Refuse what the original API did not have: extensions and unknown fields in messages
    #[arg(long, env = "LANDLINE_STRICT", value_parser = FalseyValueParser::new())]
    pub(crate) strict: bool,
    /// Leave the customer's number out of message ids
    #[arg(long, env = "LANDLINE_OPAQUE_IDS", value_parser = FalseyValueParser::new())]
    pub(crate) opaque_ids: bool,
}

/// `landline sim`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SimArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_SIM_LISTEN", default_value = "127.0.0.1:9080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Where the network is kept; made when missing
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDLINE_SIM_DATA",
        default_value = "./landline-data/sim"
    )]
    pub(crate) data: PathBuf,
    /// When webhooks that were not taken are tried again
    #[arg(long, env = "LANDLINE_SIM_RETRY", value_enum, default_value = "eager")]
    pub(crate) retry: RetryMode,
    /// Listen on other addresses than loopback, without TLS
    #[arg(long, env = "LANDLINE_ALLOW_PLAIN", value_parser = FalseyValueParser::new())]
    pub(crate) allow_plain: bool,
}

/// When webhooks that were not taken are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetryMode {
    /// As `meta`, and also as soon as the gateway is heard from again
    Eager,
    /// As the real network: at once, then after 1, 2, 4 … minutes, for 7 days
    Meta,
}

impl From<RetryMode> for sim::Retry {
    fn from(mode: RetryMode) -> Self {
        match mode {
            RetryMode::Eager => Self::Eager,
            RetryMode::Meta => Self::Meta,
        }
    }
}

/// `landline webhook`.
#[derive(Debug, Clone, Args)]
pub(crate) struct WebhookArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "LANDLINE_WEBHOOK_LISTEN", default_value = "127.0.0.1:9093", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// HTTP status to answer with; anything but 200 makes notifications come again
    #[arg(long, value_name = "STATUS", env = "LANDLINE_WEBHOOK_ANSWER", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    pub(crate) answer: u16,
    /// Print each notification's JSON too
    #[arg(long, short, env = "LANDLINE_WEBHOOK_VERBOSE", value_parser = FalseyValueParser::new())]
    pub(crate) verbose: bool,
}

/// `landline postman`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PostmanArgs {
    /// Print the environment for `landline dev` instead
    #[arg(long)]
    pub(crate) environment: bool,
}

/// `landline compat`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompatArgs {
    /// Print the error codes instead
    #[arg(long)]
    pub(crate) errors: bool,
}

/// Where the API without TLS listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainListen {
    /// Nowhere.
    Off,
    /// At this address.
    At(SocketAddr),
}

impl FromStr for PlainListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            Ok(Self::Off)
        } else {
            address(text).map(Self::At)
        }
    }
}

/// An address with a port. `localhost` is 127.0.0.1, whatever a resolver says.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse().ok());
    match port {
        Some(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().map_err(|_| {
            "an address with a port is needed, such as 127.0.0.1:9090 or [::1]:9090".to_owned()
        }),
    }
}

/// A simulator's address: scheme, host and port.
fn network(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}: try http://127.0.0.1:9080"))?;
    match (url.scheme(), url.has_host(), url.path()) {
        ("http" | "https", true, "/") => Ok(url),
        ("http" | "https", true, _) => {
            Err("the simulator's address has no path: try http://127.0.0.1:9080".to_owned())
        }
        _ => Err("an http URL is needed, such as http://127.0.0.1:9080".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn each_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                help.contains(&format!("landline {}", command.get_name())),
                "{help}"
            );
        }
    }

    #[rstest]
    #[case("127.0.0.1:0", "127.0.0.1:0")]
    #[case("localhost:9090", "127.0.0.1:9090")]
    #[case("[::1]:9090", "[::1]:9090")]
    #[case("0.0.0.0:443", "0.0.0.0:443")]
    fn an_address_is_read(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(
            address(text).map(|address| address.to_string()),
            Ok(expected.to_owned())
        );
    }

    #[rstest]
    #[case("9090")]
    #[case("127.0.0.1")]
    #[case("127.0.0.1:70000")]
    #[case("localhost:x")]
    #[case("")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert!(address(text).is_err());
    }

    #[rstest]
    #[case("http://127.0.0.1:9080", true)]
    #[case("http://127.0.0.1:9080/", true)]
    #[case("https://sim.example", true)]
    #[case("http://127.0.0.1:9080/graph", false)]
    #[case("127.0.0.1:9080", false)]
    #[case("file:///tmp", false)]
    fn a_network_is_an_origin(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(network(text).is_ok(), valid);
    }

    #[test]
    fn the_plain_api_can_be_switched_off() {
        assert_eq!("off".parse(), Ok(PlainListen::Off));
    }

    #[rstest]
    #[case(&["landline"])]
    #[case(&["landline", "fly"])]
    #[case(&["landline", "dev", "--listen", "here"])]
    #[case(&["landline", "webhook", "--answer", "42"])]
    #[case(&["landline", "sim", "--retry", "never"])]
    fn wrong_usage_ends_with_status_2(#[case] line: &[&str]) {
        let error = Cli::try_parse_from(line).expect_err("refused");

        assert_eq!(error.exit_code(), 2);
        assert_ne!(error.kind(), ErrorKind::DisplayHelp);
    }
}
