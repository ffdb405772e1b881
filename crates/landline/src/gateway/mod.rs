//! The gateway: a store, lines with their cores, and in front of them the API and the relay. What `dev` and `serve` have
//! in common.
//!
//! - [`sockets`]: the listeners. [`parts`]: what runs, and how it ends. [`cores`]: the cores of the lines, each behind a
//!   [`switch`] that stops and starts it. [`stream`]: what comes from a relay on a host of its own.

pub(crate) mod cores;
pub(crate) mod parts;
mod pulling;
pub(crate) mod sockets;
pub(crate) mod stream;
pub(crate) mod switch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use landline_core::{Line, LineConfig};
use onprem::WaId;
use relay::pull::{Puller, Tell};
use relay::seal::SecretKey;
use relay::{App, Directory, Owner, Relay};
use store::record::Records;
use store::seal::Seal;
use store::{LineName, SharedStore};
use tokio::sync::watch;

use self::cores::Cores;
use self::parts::Parts;
use self::sockets::Sockets;
use self::switch::Switch;
use crate::data::DataDir;
use crate::exit::{Stop, causes};
use crate::file;
use crate::listen::Serving;
use crate::relay_host::dial::Elsewhere;
use crate::relay_host::secret::letter_key;

/// How often the API's certificate is looked at: it is remade thirty days before its end.
const RENEWAL: Duration = Duration::from_hours(24);
/// What the key of public message ids is derived for. Ids that were given depend on it: never change it.
const MESSAGE_IDS: &str = "message-ids";

/// How long a line that is withdrawn waits for calls in work.
const IN_WORK: Duration = Duration::from_secs(5);

/// Called with the admin's new password after a call has changed it.
pub(crate) type OnAdminPassword = Arc<dyn Fn(String) + Send + Sync>;

/// A gateway that is open; what it serves is added line by line.
pub(crate) struct Gateway {
    records: Records,
    /// What public message ids are scrambled with.
    secret: [u8; 32],
    tls: web::tls::Tls,
    api_key: Option<Arc<str>>,
    traffic: Arc<web::Traffic>,
    served: web::Lines,
    cores: Cores,
    /// Webhook bodies that the relay is reading: no start-up flow ends in the middle of one.
    reading: watch::Sender<usize>,
    /// What the relay hears of.
    directory: Directory,
    /// What opens the letters of a relay on a host of its own.
    letters: Arc<SecretKey>,
    /// Names this process in the leases.
    node: String,
}

impl Gateway {
    /// Opens the store and its key, loads (or makes) the certificate. `names` stand in it beside loopback's.
    pub(crate) async fn open(
        data: &DataDir,
        names: &[String],
        api_key: Option<Arc<str>>,
        parts: &mut Parts,
    ) -> Result<Self, Stop> {
        let (seal, store) = open_store(data).await?;
        parts.store = Some(store.clone());
        let secret = seal.derive(MESSAGE_IDS);
        let letters = Arc::new(letter_key(&seal)?);
        let records = Records::new(store, Arc::new(seal));
        Ok(Self {
            tls: tls(data, &records, names).await?,
            records,
            secret,
            api_key,
            traffic: Arc::default(),
            served: web::Lines::default(),
            cores: parts.cores.clone(),
            reading: watch::Sender::new(0),
            directory: Directory::new(Vec::new(), HashMap::new()),
            letters,
            node: format!("landline-{}", std::process::id()),
        })
    }

    /// How many webhook bodies the relay is reading at this moment.
    pub(crate) fn reading(&self) -> watch::Receiver<usize> {
        self.reading.subscribe()
    }

    /// Opens a line. Nothing of it runs yet.
    pub(crate) async fn open_line(&self, config: LineConfig) -> Result<Arc<Line>, Stop> {
        let name = config.name.clone();
        Line::open(config, self.records.clone(), self.secret)
            .await
            .map_err(|error| {
                Stop::failed(format!("the line {name} cannot be opened"), causes(&error))
            })
    }

    /// What the relay hears of from now on: the apps, and the line of each `PHONE_ID`. What came for a number before it had
    /// a line is that line's now.
    pub(crate) async fn hear_of(&self, apps: Vec<App>, lines: HashMap<String, Owner>) {
        // Before newer events can come in at the line, and once more for what came meanwhile.
        self.adopt(&lines).await;
        self.directory.replace(apps, lines.clone());
        self.adopt(&lines).await;
    }

    async fn adopt(&self, lines: &HashMap<String, Owner>) {
        match self.relay().inbox().adopt(lines).await {
            Ok(0) => {}
            Ok(events) => {
                tracing::info!(events, "what came before its line was there is given to it");
            }
            Err(error) => {
                tracing::error!(%error, "what came before its line was there is not given to it: it stays aside until lines change again");
            }
        }
    }

    /// The way to a relay on a host of its own, for these apps.
    pub(crate) fn puller(
        &self,
        elsewhere: &Elsewhere,
        apps: Vec<App>,
        tell: Tell,
    ) -> Result<Puller, Stop> {
        Ok(Puller {
            dial: elsewhere.dial()?,
            key: self.letters.clone(),
            apps,
            lends_secrets: elsewhere.lends_secrets,
            inbox: self.relay().inbox(),
            core: self.node.clone(),
            tell,
        })
    }

    /// Offers a line's calls from now on. With `switchable` they may stop and start its core, and with it the `puller`.
    pub(crate) fn offer(
        &self,
        line: &Arc<Line>,
        switchable: bool,
        on_admin_password: Option<OnAdminPassword>,
        puller: Option<Puller>,
    ) {
        let core = Switch::new(line.clone(), self.node.clone(), puller);
        self.served.serve(web::Api {
            line: line.clone(),
            tls: self.tls.clone(),
            api_key: self.api_key.clone(),
            traffic: self.traffic.clone(),
            core_switch: switchable.then(|| -> Arc<dyn web::CoreSwitch> { Arc::new(core.clone()) }),
            on_admin_password,
        });
        self.cores.put(line.config.name.clone(), core);
    }

    fn relay(&self) -> Relay {
        Relay {
            store: self.records.store().clone(),
            directory: self.directory.clone(),
            canonical: Arc::new(|id| WaId::from_network(id).canonical()),
            reading: self.reading.clone(),
        }
    }

    /// Serves. The relay first: the network may have been waiting for it. `dev` adds the calls of development.
    pub(crate) fn listen(&self, sockets: Sockets, dev: bool, parts: &mut Parts) {
        if let Some(socket) = sockets.relay {
            parts.relay = Some(Serving::plain(socket, relay::router(self.relay())));
        }
        let store = self.records.store().clone();
        let front = web::front(self.served.clone(), store, &self.traffic, dev);
        let socket = sockets.api.counted_by(&self.traffic);
        parts
            .api
            .push(Serving::tls(socket, self.tls.config.clone(), front.clone()));
        if let Some(socket) = sockets.api_plain {
            let socket = socket.counted_by(&self.traffic);
            parts.api.push(Serving::plain(socket, front));
        }
    }

    /// Starts the cores that do not run: all that can be. The first that cannot is what comes back.
    pub(crate) async fn start_cores(&self) -> Result<(), Stop> {
        let mut started = Ok(());
        for (name, core) in self.cores.all() {
            if let Err(why) = core.start().await {
                let what = format!("the core of the line {name} cannot be started");
                started = started.and(Err(Stop::failed(what, why)));
            }
        }
        started
    }

    /// The lines that there are, open or not: one that is closed says so, any other is not found.
    pub(crate) fn expect(&self, names: impl IntoIterator<Item = LineName>) {
        self.served.expect(names);
    }

    /// Offers a line's calls no longer, waits for those in work, and stops its core. What is in its queues stays there.
    pub(crate) async fn withdraw(&self, name: &LineName) {
        if !self.served.withdraw(name, IN_WORK).await {
            tracing::warn!(line = %name, "the line is closed although calls are still in work");
        }
        let Some(core) = self.cores.get(name) else {
            return;
        };
        // In a task of its own, and known until it has ended: whoever ends the program meanwhile waits for it.
        if let Err(error) = tokio::spawn(async move { core.end().await }).await {
            tracing::error!(line = %name, error = causes(&error), "the core's end failed");
        }
        self.cores.take(name);
    }
}

/// An API key has 12 to 128 characters (`rest-api.md` 1.1). `name` is where it was given.
pub(crate) fn check_api_key(name: &str, key: &str) -> Result<(), Stop> {
    let length = key.chars().count();
    if (12..=128).contains(&length) {
        return Ok(());
    }
    Err(Stop::usage(format!("{name} has {length} characters")).hint("12 to 128 are allowed"))
}

/// The store and its key.
async fn open_store(data: &DataDir) -> Result<(Seal, SharedStore), Stop> {
    data.check_key()?;
    let (db, key) = (data.db(), data.key());
    let opened = tokio::task::spawn_blocking(move || {
        // The key first: a store without its key must never have been.
        let seal = Seal::from_file(&key)?;
        store::sqlite::open(&db).map(|store| (seal, store))
    });
    Ok(opened
        .await
        .map_err(|error| Stop::failed("the store cannot be opened", causes(&error)))??)
}

/// Loads (or makes) the certificates; the CA's lies in the directory for those who want to trust it.
async fn tls(data: &DataDir, records: &Records, names: &[String]) -> Result<web::tls::Tls, Stop> {
    let tls = web::tls::load(records, names)
        .await
        .map_err(|error| Stop::failed("TLS cannot be set up", causes(&error)))?;
    let path = data.ca();
    file::write_if_changed(&path, tls.ca_pem().as_bytes())
        .map_err(|error| Stop::failed(format!("cannot write {}", path.display()), error))?;
    tokio::spawn(keep_ca(tls.clone(), path));
    Ok(tls)
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
