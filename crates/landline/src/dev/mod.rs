//! `landline dev`: API, core, relay and a simulated network in one process, on an embedded store, with no account and
//! no configuration.
//!
//! - [`config`]: flags that have been checked.
//! - [`ready`]: what `--ready` does; [`settings`], [`password`]: what it does it with.
//! - [`published`]: `endpoints.json` and `dev.json`; [`welcome`]: the banner.

mod config;
mod password;
mod published;
mod ready;
mod settings;
mod welcome;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use landline_core::line::FirstLogin;
use landline_core::{Line, LineConfig};
use onprem::user::{ADMIN, FIRST_PASSWORD};
use sim::{Retry, World};
use store::LineName;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::config::{Config, NetworkChoice, URL_POLICY};
use self::published::Published;
use self::ready::Prepared;
use self::welcome::{Next, Welcome};
use crate::cli::DevArgs;
use crate::data::DataDir;
use crate::endpoints::{Admin, Endpoints, Graph, Number};
use crate::exit::Stop;
use crate::gateway::parts::Parts;
use crate::gateway::sockets::{Addresses, Movers, Sockets};
use crate::gateway::{Gateway, OnAdminPassword};
use crate::listen::Socket;
use crate::log::Level;
use crate::network::{OwnNetwork, Phones, reached_by};
use crate::relay_host::dial;
use crate::terminal::Terminal;

/// Whole exchange with the network, media apart.
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(10);
/// Accepted messages that wait; the reference's bound.
const OUTBOX_LIMIT: u64 = 1_000_000;
/// Notifications that wait.
const CALLBACKS_LIMIT: u64 = 100_000;

/// Runs until it is told to end.
pub(crate) async fn run(
    args: DevArgs,
    terminal: &Terminal,
    log_level: &Level,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    let config = Config::from_args(args)?;
    let data = DataDir::open(&config.data)?;
    let published = Arc::new(Published::open(&data));
    let withdrawn = published.clone();
    let mut parts = Parts::new(move || withdrawn.withdraw());
    let start = Start {
        config: &config,
        data: &data,
        published,
        terminal,
        log_level,
    };
    let started = tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        started = Box::pin(start.everything(&mut parts)) => started,
    };
    if started.is_ok() {
        shutdown.cancelled().await;
    }
    parts.end().await;
    started
}

/// A start under way.
struct Start<'a> {
    config: &'a Config,
    data: &'a DataDir,
    published: Arc<Published>,
    terminal: &'a Terminal,
    log_level: &'a Level,
}

impl Start<'_> {
    /// In this order: sockets, network, store, line; then what serves; then the core; then what others wait for.
    async fn everything(self, parts: &mut Parts) -> Result<(), Stop> {
        let sockets = Sockets::bind(self.config.listen, Movers::FLAGS)?;
        let (phones, world) = self.network(parts).await?;
        let mut addresses = sockets.addresses();
        let relay = self.relay_url(&addresses, &world);
        let names: Vec<String> = sockets.api_name().into_iter().collect();
        let api_key = self.config.api_key.clone();
        let gateway = Gateway::open(self.data, &names, api_key, parts).await?;
        let (tell, mailbox) = dial::wire();
        let mut config = self.line_config(&world, &relay, gateway.reading());
        config.mailbox = self.config.elsewhere.is_some().then_some(mailbox);
        let line = gateway.open_line(config).await?;
        addresses.relay = Some(relay);
        if let Some(url) = &self.config.webhook {
            settings::set_webhook(&line, url).await?;
        }
        self.log_level.follow(line.watch_settings());

        let app = app_of(&world);
        gateway.hear_of(vec![app.clone()], numbers_of(&world)).await;
        let puller = match &self.config.elsewhere {
            Some(elsewhere) => {
                let app_secrets = elsewhere.secrets(&world.graph.app_secret)?;
                Some(gateway.puller(elsewhere, vec![relay::App { app_secrets, ..app }], tell)?)
            }
            None => None,
        };
        gateway.offer(&line, true, Some(self.keeps_password()), puller);
        gateway.listen(sockets, true, parts);
        gateway.start_cores().await?;

        let prepared = self.prepare(&line, &phones).await?;
        self.announce(&line, &phones, &world, addresses, prepared.as_ref())
            .await
    }

    /// Starts the network here, or finds the one that runs elsewhere.
    async fn network(&self, parts: &mut Parts) -> Result<(Phones, World), Stop> {
        match &self.config.network {
            NetworkChoice::Here(address) => {
                let socket = Socket::bind(*address, "--sim-listen")?;
                let network = OwnNetwork::start(
                    socket,
                    self.data.path(),
                    Retry::default(),
                    self.terminal.clone(),
                )
                .await?;
                let phones = Phones::new(network.url())?;
                let world = network.world().clone();
                parts.network = Some(network);
                Ok((phones, world))
            }
            NetworkChoice::Elsewhere(url) => {
                let phones = Phones::new(url)?;
                let world = reached_by(phones.world().await?, url);
                Ok((phones, world))
            }
        }
    }

    /// Where the network reaches the relay, here or on a host of its own.
    fn relay_url(&self, addresses: &Addresses, world: &World) -> String {
        let app_id = &world.graph.app_id;
        let here = (addresses.relay.as_ref()).map(|relay| format!("{relay}/graph/{app_id}"));
        here.or_else(|| Some(self.config.elsewhere.as_ref()?.url(app_id)))
            .unwrap_or_default()
    }

    fn line_config(
        &self,
        world: &World,
        relay: &str,
        reading: watch::Receiver<usize>,
    ) -> LineConfig {
        let graph = &world.graph;
        LineConfig {
            name: LineName::main(),
            upstream: graph::ClientConfig {
                base_url: graph.base_url.trim_end_matches('/').to_owned(),
                version: graph.version.clone(),
                access_token: graph.access_token.clone(),
                key_header: None,
                app_secret: Some(graph.app_secret.clone()),
                account_id: graph.waba_id.clone(),
                phone_number_id: graph.phone_number_id.clone(),
                timeout: UPSTREAM_TIMEOUT,
            },
            app_id: graph.app_id.clone(),
            verify_token: graph.verify_token.clone(),
            relay_url: Some(relay.to_owned()),
            take_over: self.config.take_over,
            rules: self.config.rules,
            blank_number: self.config.opaque_ids,
            webhook_policy: URL_POLICY,
            link_policy: URL_POLICY,
            first_login_from: FirstLogin::Anywhere,
            throughput: self.config.throughput,
            reconcile_wait: self.config.reconcile_wait,
            on_unknown: self.config.on_unknown,
            quiet_time: self.config.quiet_time,
            startup_limit: self.config.startup_limit,
            data_dir: self.data.path().to_owned(),
            media_dir: self.data.media(),
            outbox_limit: OUTBOX_LIMIT,
            callbacks_limit: CALLBACKS_LIMIT,
            reading: Some(reading),
            mailbox: None,
        }
    }

    /// Keeps the admin's password in clear, whoever changes it.
    fn keeps_password(&self) -> OnAdminPassword {
        let published = self.published.clone();
        Arc::new(move |password| {
            if let Err(error) = published.keep_password(password) {
                tracing::error!(%error, "the admin's new password cannot be kept in dev.json");
            }
        })
    }

    async fn prepare(&self, line: &Line, phones: &Phones) -> Result<Option<Prepared>, Stop> {
        let wanted = self.config.admin_password.as_deref();
        if self.config.ready {
            return ready::prepare(line, phones, &self.published, wanted)
                .await
                .map(Some);
        }
        if wanted.is_some() {
            tracing::warn!("--admin-password changes nothing without --ready");
        }
        Ok(None)
    }

    /// Writes `endpoints.json`, then greets.
    async fn announce(
        &self,
        line: &Line,
        phones: &Phones,
        world: &World,
        addresses: Addresses,
        prepared: Option<&Prepared>,
    ) -> Result<(), Stop> {
        let first_login = line
            .has_first_password()
            .await
            .map_err(|refusal| Stop::failed("the admin's record cannot be read", refusal))?;
        if first_login {
            self.published
                .keep_password(FIRST_PASSWORD.to_owned())
                .map_err(|error| Stop::failed("cannot write dev.json", error))?;
        }
        let endpoints = Endpoints {
            api: addresses.api,
            api_plain: addresses.api_plain,
            relay: addresses.relay.unwrap_or_default(),
            sim: phones.url().to_owned(),
            ca_cert: self.data.ca().display().to_string(),
            db: self.data.db().display().to_string(),
            admin: Admin {
                username: ADMIN.to_owned(),
                password: first_login.then(|| FIRST_PASSWORD.to_owned()),
            },
            number: Number::of(world),
            graph: Graph::of(world),
            pid: std::process::id(),
        };
        let endpoints = self.published.publish(endpoints, first_login)?;
        let next = match prepared {
            Some(prepared) => Next::Message(prepared),
            None if first_login => Next::FirstLogin {
                suggestion: password::generate()?,
            },
            None => Next::Login,
        };
        let welcome = Welcome {
            endpoints: &endpoints,
            data: self.data.path(),
            name: &world.number.verified_name,
            webhook: &line.settings().webhook_url,
            next,
        };
        self.terminal.say(&welcome.text());
        Ok(())
    }
}

/// The owner of each number of this world: one. Events of other numbers are kept and shown.
fn numbers_of(world: &World) -> HashMap<String, relay::Owner> {
    let owner = relay::Owner {
        line: LineName::main(),
        account_id: world.graph.waba_id.clone(),
    };
    HashMap::from([(world.graph.phone_number_id.clone(), owner)])
}

fn app_of(world: &World) -> relay::App {
    let graph = &world.graph;
    relay::App {
        app_id: graph.app_id.clone(),
        app_secrets: vec![graph.app_secret.clone()],
        verify_token: graph.verify_token.clone(),
    }
}
