//! `landline dev`: API, core, relay and a simulated network in one process, on an embedded store, with no account and
//! no configuration.
//!
//! - [`config`]: flags that have been checked; [`parts`]: what runs, and how it ends.
//! - [`ready`]: what `--ready` does; [`settings`], [`password`]: what it does it with.
//! - [`published`]: `endpoints.json` and `dev.json`; [`welcome`]: the banner.
//! - [`switch`]: the core, stopped and started inside the process.

mod config;
mod parts;
mod password;
mod published;
mod ready;
mod settings;
mod switch;
mod welcome;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use landline_core::line::FirstLogin;
use landline_core::{Line, LineConfig};
use onprem::WaId;
use onprem::user::{ADMIN, FIRST_PASSWORD};
use sim::{Retry, World};
use store::LineName;
use store::record::Records;
use store::seal::Seal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::config::{Config, NetworkChoice, URL_POLICY};
use self::parts::Parts;
use self::published::Published;
use self::ready::Prepared;
use self::switch::Switch;
use self::welcome::{Next, Welcome};
use crate::cli::DevArgs;
use crate::data::DataDir;
use crate::endpoints::{Admin, Endpoints, Graph, Number};
use crate::exit::{Stop, causes};
use crate::file;
use crate::log::Level;
use crate::network::{OwnNetwork, Phones, reached_by};
use crate::serve::{Serving, Socket};
use crate::terminal::Terminal;

/// Whole exchange with the network, media apart.
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the API's certificate is looked at: it is remade thirty days before its end.
const RENEWAL: Duration = Duration::from_hours(24);
/// Accepted messages that wait; the reference's bound.
const OUTBOX_LIMIT: u64 = 1_000_000;
/// Notifications that wait.
const CALLBACKS_LIMIT: u64 = 100_000;
/// What the key of public message ids is derived for. Ids that were given depend on it: never change it.
const MESSAGE_IDS: &str = "message-ids";

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
    let mut parts = Parts::new(published.clone());
    let start = Start {
        config: &config,
        data: &data,
        published,
        terminal,
        log_level,
        reading: watch::Sender::new(0),
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
    /// Webhook bodies that the relay is reading: the start-up flow does not end in the middle of one.
    reading: watch::Sender<usize>,
}

/// The sockets. All are bound before anything needs to know a port.
struct Sockets {
    api: Socket,
    api_plain: Option<Socket>,
    relay: Socket,
}

/// The addresses as URLs.
struct Addresses {
    api: String,
    api_plain: Option<String>,
    relay: String,
}

impl Sockets {
    fn bind(config: &Config) -> Result<Self, Stop> {
        Ok(Self {
            api: Socket::bind(config.api, "--listen")?,
            api_plain: config
                .api_plain
                .map(|address| Socket::bind(address, "--http-listen"))
                .transpose()?,
            relay: Socket::bind(config.relay, "--relay-listen")?,
        })
    }

    fn addresses(&self, world: &World) -> Addresses {
        Addresses {
            api: format!("https://{}", self.api.reachable()),
            api_plain: self
                .api_plain
                .as_ref()
                .map(|socket| format!("http://{}", socket.reachable())),
            relay: format!(
                "http://{}/graph/{}",
                self.relay.reachable(),
                world.graph.app_id
            ),
        }
    }
}

impl Start<'_> {
    /// In this order: sockets, network, store, line; then what serves; then the core; then what others wait for.
    async fn everything(self, parts: &mut Parts) -> Result<(), Stop> {
        let sockets = Sockets::bind(self.config)?;
        let (phones, world) = self.network(parts).await?;
        let addresses = sockets.addresses(&world);
        let (records, secret) = self.store(parts).await?;
        let tls = self.tls(&records, &sockets.api).await?;
        let config = self.line_config(&world, &addresses);
        let line = Line::open(config, records.clone(), secret)
            .await
            .map_err(|error| Stop::failed("the line cannot be opened", causes(&error)))?;
        if let Some(url) = &self.config.webhook {
            settings::set_webhook(&line, url).await?;
        }
        self.log_level.follow(line.watch_settings());

        let core = Switch::new(line.clone(), format!("dev-{}", std::process::id()));
        parts.core = Some(core.clone());
        serve(
            parts,
            sockets,
            relay_of(&world, &records, self.reading.clone()),
            self.api(&line, &core, tls),
        );
        core.start()
            .await
            .map_err(|why| Stop::failed("the core cannot be started", why))?;

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

    /// Opens the store and its key. Also returns the key of public message ids.
    async fn store(&self, parts: &mut Parts) -> Result<(Records, [u8; 32]), Stop> {
        let (db, key) = (self.data.db(), self.data.key());
        if db.exists() && !key.exists() {
            return Err(Stop::failed(
                format!("{} is missing", key.display()),
                "what is sealed in the store cannot be opened without it",
            )
            .hint("bring the file back, or move the directory away to begin anew"));
        }
        let opened = tokio::task::spawn_blocking(move || {
            // The key first: a store without its key must never have been.
            let seal = Seal::from_file(&key)?;
            store::sqlite::open(&db).map(|store| (seal, store))
        });
        let (seal, store) = opened
            .await
            .map_err(|error| Stop::failed("the store cannot be opened", causes(&error)))??;
        parts.store = Some(store.clone());
        let secret = seal.derive(MESSAGE_IDS);
        Ok((Records::new(store, Arc::new(seal)), secret))
    }

    /// Loads (or makes) the certificates; the CA's lies in the directory for those who want to trust it.
    async fn tls(&self, records: &Records, api: &Socket) -> Result<web::tls::Tls, Stop> {
        let ip = api.reachable().ip();
        let names = if ip.is_loopback() {
            Vec::new()
        } else {
            vec![ip.to_string()]
        };
        let tls = web::tls::load(records, &names)
            .await
            .map_err(|error| Stop::failed("TLS cannot be set up", causes(&error)))?;
        let path = self.data.ca();
        file::write_if_changed(&path, tls.ca_pem().as_bytes())
            .map_err(|error| Stop::failed(format!("cannot write {}", path.display()), error))?;
        tokio::spawn(keep_ca(tls.clone(), path));
        Ok(tls)
    }

    fn line_config(&self, world: &World, addresses: &Addresses) -> LineConfig {
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
            relay_url: Some(addresses.relay.clone()),
            take_over: self.config.take_over,
            rules: self.config.rules,
            blank_number: self.config.opaque_ids,
            url_policy: URL_POLICY,
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
            reading: Some(self.reading.subscribe()),
        }
    }

    fn api(&self, line: &Arc<Line>, core: &Switch, tls: web::tls::Tls) -> web::Api {
        let published = self.published.clone();
        web::Api {
            line: line.clone(),
            tls,
            api_key: self.config.api_key.clone(),
            traffic: Arc::default(),
            core_switch: Some(Arc::new(core.clone())),
            on_admin_password: Some(Arc::new(move |password| {
                if let Err(error) = published.keep_password(password) {
                    tracing::error!(%error, "the admin's new password cannot be kept in dev.json");
                }
            })),
        }
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
            relay: addresses.relay,
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

/// Renews the certificate in time, and keeps the CA's file what clients have to trust, also after another certificate
/// was uploaded.
async fn keep_ca(tls: web::tls::Tls, path: PathBuf) {
    loop {
        let changed = tls.changed();
        if let Err(error) = file::write_if_changed(&path, tls.ca_pem().as_bytes()) {
            tracing::error!(path = %path.display(), %error, "the CA's file cannot be written");
        }
        if tokio::time::timeout(RENEWAL, changed).await.is_err()
            && let Err(error) = tls.renew().await
        {
            tracing::error!(%error, "the API's certificate cannot be renewed");
        }
    }
}

/// Relay first: the network may have been waiting for it.
fn serve(parts: &mut Parts, sockets: Sockets, relay: relay::Relay, api: web::Api) {
    parts.relay = Some(Serving::plain(sockets.relay, relay::router(relay)));
    let config = api.tls.config.clone();
    let traffic = api.traffic.clone();
    let api = web::router(api);
    let socket = sockets.api.counted_by(&traffic);
    parts.api.push(Serving::tls(socket, config, api.clone()));
    if let Some(socket) = sockets.api_plain {
        let socket = socket.counted_by(&traffic);
        parts.api.push(Serving::plain(socket, api));
    }
}

/// The relay of this world: one app, one number. Events of other numbers are kept and shown.
fn relay_of(world: &World, records: &Records, reading: watch::Sender<usize>) -> relay::Relay {
    let graph = &world.graph;
    let app = relay::App {
        app_id: graph.app_id.clone(),
        app_secret: graph.app_secret.clone(),
        verify_token: graph.verify_token.clone(),
    };
    relay::Relay {
        store: records.store().clone(),
        apps: Arc::new(HashMap::from([(graph.app_id.clone(), app)])),
        lines: Arc::new(HashMap::from([(
            graph.phone_number_id.clone(),
            LineName::main(),
        )])),
        canonical: Arc::new(|id| WaId::from_network(id).canonical()),
        reading,
    }
}
