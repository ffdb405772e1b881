//! `landline serve`: the gateway of a configuration, in front of the real network.
//!
//! - [`setting`]: the table of settings; [`given`]: what they were given, and from where; [`config`]: the deployment that
//!   comes of it; [`sample`]: a commented file; [`legacy`]: the original's variables.
//! - [`fleet`]: the lines.

mod config;
mod fleet;
mod given;
mod legacy;
mod sample;
mod setting;

use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::config::Config;
use self::fleet::Fleet;
use self::legacy::Environment;
use crate::banner::Banner;
use crate::cli::ServeArgs;
use crate::data::DataDir;
use crate::endpoints::ServeEndpoints;
use crate::exit::Stop;
use crate::file;
use crate::gateway::Gateway;
use crate::gateway::parts::Parts;
use crate::gateway::sockets::{Addresses, Movers, Sockets};
use crate::gateway::stream::Stream;
use crate::log::Level;
use crate::relay_host::dial;
use crate::signal::HangUp;
use crate::terminal::Terminal;

/// Looked for when no file is named.
const FILE: &str = "landline.toml";

/// A line that could not be opened is tried again after this time.
const RETRY: Duration = Duration::from_mins(1);

/// What `--sample` prints.
pub(crate) fn sample() -> String {
    sample::sample()
}

/// Runs until it is told to end.
pub(crate) async fn run(
    args: ServeArgs,
    terminal: &Terminal,
    log_level: &Level,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    let config = load(&args)?;
    if args.check {
        terminal.say(&checked(&config));
        return Ok(());
    }
    let data = DataDir::open(&config.data)?;
    let endpoints = data.endpoints();
    let mut parts = Parts::new(move || {
        if let Err(error) = file::remove(&endpoints) {
            tracing::warn!(%error, "endpoints.json cannot be removed");
        }
    });
    let start = Start {
        args: &args,
        config: &config,
        data: &data,
        terminal,
        log_level,
    };
    let ended = tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        ended = Box::pin(start.and_go_on(&mut parts)) => ended,
    };
    parts.end().await;
    ended
}

/// Reads the configuration: the file that is named, or the usual one if it is there, and the environment.
fn load(args: &ServeArgs) -> Result<Config, Stop> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let theirs = Environment::read(variable);
    let env = |name: &str| variable(name).or_else(|| theirs.get(name));
    let usual = Path::new(FILE);
    let path = args
        .config
        .as_deref()
        .or_else(|| usual.exists().then_some(usual));
    Config::load(path, &env)
}

/// What `--check` says of a configuration that is right as far as can be told without the network.
fn checked(config: &Config) -> String {
    let names: Vec<_> = config.lines.keys().map(ToString::to_string).collect();
    let banner = Banner::new("a configuration that can be served")
        .row("data", &config.data.display().to_string())
        .row("API", &config.listen.api.to_string())
        .row("lines", &names.join(", "));
    match &config.relay_url {
        Some(url) => banner.row(
            "webhooks",
            &format!("come to {url}/graph/ and the app's id"),
        ),
        None => banner.row("webhooks", "left as they are: relay_url is not set"),
    }
    .to_string()
}

/// A start under way.
struct Start<'a> {
    args: &'a ServeArgs,
    config: &'a Config,
    data: &'a DataDir,
    terminal: &'a Terminal,
    log_level: &'a Level,
}

impl Start<'_> {
    /// In this order: sockets, store, lines; then what serves; then the cores. Goes on until it is dropped.
    async fn and_go_on(self, parts: &mut Parts) -> Result<(), Stop> {
        let mut hang_up = HangUp::watch()?;
        let sockets = Sockets::bind(self.config.listen, Movers::SETTINGS)?;
        let addresses = sockets.addresses();
        let mut names = self.config.server_names.clone();
        names.extend(sockets.api_name());
        let api_key = self.config.api_key.clone();
        let gateway = Gateway::open(self.data, &names, api_key, parts).await?;
        let (tell, mailbox) = dial::wire();
        let elsewhere = self.config.elsewhere.as_ref();
        let mut fleet = Fleet::new(&gateway, self.data, elsewhere.map(|_| mailbox));
        let opened = fleet.reform(self.config).await;
        let Some(main) = fleet.new_main() else {
            return opened.and(Err(Stop::usage("there is no line main")));
        };
        self.log_level.follow(main.watch_settings());
        drop(main);
        gateway.listen(sockets, false, parts);
        let stream = Stream::new(elsewhere, tell);
        parts.stream = Some(stream.clone());
        stream.open(&gateway, fleet.apps()).await?;
        gateway.start_cores().await?;
        self.announce(&fleet, &addresses)?;
        let mut config = self.config.clone();
        let mut troubled = opened.is_err();
        loop {
            tokio::select! {
                () = hang_up.next() => self.read_again(&mut config),
                () = tokio::time::sleep(RETRY), if troubled => {}
            }
            let reformed = fleet.reform(&config).await;
            if let Some(main) = fleet.new_main() {
                self.log_level.follow(main.watch_settings());
            }
            let streams = stream.open(&gateway, fleet.apps()).await;
            let started = gateway.start_cores().await;
            let published = self.endpoints(&fleet, &addresses).publish(self.data);
            troubled = reformed.is_err();
            for trouble in [streams, started, published]
                .into_iter()
                .filter_map(Result::err)
            {
                tracing::error!(
                    reason = trouble.plain(),
                    "not everything is as the configuration says"
                );
                troubled = true;
            }
        }
    }

    /// The configuration was changed: one that is wrong changes nothing.
    fn read_again(&self, config: &mut Config) {
        match load(self.args) {
            Ok(read) => {
                if read.top_differs(self.config) {
                    tracing::warn!(
                        "what stands outside of [network] and [lines…] has changed: that needs a restart"
                    );
                }
                config.lines = read.lines;
                tracing::info!("the configuration was read again");
            }
            Err(stop) => {
                tracing::error!(
                    reason = stop.plain(),
                    "the configuration is wrong, and left as it was"
                );
            }
        }
    }

    /// What programs find the gateway by.
    fn endpoints(&self, fleet: &Fleet<'_>, addresses: &Addresses) -> ServeEndpoints {
        ServeEndpoints {
            api: addresses.api.clone(),
            api_plain: addresses.api_plain.clone(),
            relay: self.relay(addresses),
            ca_cert: self.data.ca().display().to_string(),
            db: self.data.db().display().to_string(),
            lines: fleet.names().map(ToString::to_string).collect(),
            pid: std::process::id(),
        }
    }

    /// Where the relay is, here or elsewhere, without a path.
    fn relay(&self, addresses: &Addresses) -> String {
        let here = addresses.relay.clone();
        here.or_else(|| self.config.relay_url.clone())
            .unwrap_or_default()
    }

    fn announce(&self, fleet: &Fleet<'_>, addresses: &Addresses) -> Result<(), Stop> {
        let endpoints = self.endpoints(fleet, addresses);
        endpoints.publish(self.data)?;
        let mut banner = Banner::new("in front of the network").row("API", &endpoints.api);
        if let Some(plain) = &endpoints.api_plain {
            banner = banner.row("", &format!("{plain}  (the same without TLS)"));
        }
        let relay = match &self.config.relay_url {
            Some(url) => format!("{}  (the network comes to {url})", endpoints.relay),
            None => format!(
                "{}  (relay_url is not set: webhooks are left as they are)",
                endpoints.relay
            ),
        };
        let banner = banner
            .row("docs", &format!("{}/docs", endpoints.api))
            .row("relay", &relay)
            .row("data", &self.data.path().display().to_string())
            .row("lines", &endpoints.lines.join(", "));
        self.terminal.say(&banner.to_string());
        Ok(())
    }
}
