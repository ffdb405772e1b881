//! `landline relay`: the relay on a host of its own, and what belongs to it where the core is.
//!
//! - [`args`]: the flags. [`tls`]: the certificate. [`secret`]: token and keys.
//! - [`dial`]: the core's side.

pub(crate) mod args;
pub(crate) mod dial;
pub(crate) mod secret;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use relay::depot::{Depot, DepotError};
use relay::host::{Host, Routers};
use relay::pull::Pin;
use relay::{App, Rates};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::args::{AppFile, RelayArgs};
use self::tls::Files;
use crate::banner::Banner;
use crate::cli::PlainListen;
use crate::data::DataDir;
use crate::exit::{Stop, causes};
use crate::file;
use crate::listen::{Serving, Socket, check_plain};
use crate::shell::{Command, program};
use crate::terminal::Terminal;

/// For requests in flight at the end.
const DRAIN: Duration = Duration::from_secs(2);

/// `endpoints.json` of a relay. A contract; programs wait for the file.
#[derive(Serialize)]
struct Endpoints {
    /// Where a core dials.
    relay: String,
    /// Where the network reaches it without TLS, if it does.
    plain: Option<String>,
    /// The fingerprint of its certificate.
    pin: String,
    /// The file with its token.
    token_file: String,
    /// The mailbox.
    mailbox: String,
    /// The process.
    pid: u32,
}

/// Runs until it is told to end.
pub(crate) async fn run(
    args: RelayArgs,
    terminal: &Terminal,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    let data = DataDir::open(&args.data)?;
    let (plain, socket) = sockets(&args)?;
    let (config, pin) = files(&args, &data)?.serve()?;
    let token_file = args.token_file.clone();
    let is_ours = token_file.is_none();
    let token_file = token_file.unwrap_or_else(|| data.path().join("token"));
    let depot = open(&data, args.max_bytes.0).await?;
    let stop = CancellationToken::new();
    let host = Host {
        depot: depot.clone(),
        key: args.public_key,
        apps: apps(&args.app_secret_file)?,
        token: secret::token(&token_file, is_ours)?,
        rates: Rates {
            source: args.source_rate,
            whole: args.rate,
        },
        stop: stop.clone(),
    };
    let Routers { outside, whole } = host.open().await.map_err(unusable)?;
    let endpoints = Endpoints {
        relay: format!("wss://{}", socket.reachable()),
        plain: plain
            .as_ref()
            .map(|socket| format!("http://{}", socket.reachable())),
        pin: pin.to_string(),
        token_file: token_file.display().to_string(),
        mailbox: mailbox(&data).display().to_string(),
        pid: std::process::id(),
    };
    let mut serving = vec![Serving::tls(socket, config, whole)];
    serving.extend(plain.map(|socket| Serving::plain(socket, outside)));
    let published = publish(&data, &endpoints);
    if published.is_ok() {
        terminal.say(&banner(&endpoints, &pin, &data));
        shutdown.cancelled().await;
    }
    if let Err(error) = file::remove(&data.endpoints()) {
        tracing::warn!(%error, "endpoints.json cannot be removed");
    }
    stop.cancel();
    for listener in serving {
        listener.stop(DRAIN).await;
    }
    depot.close().await;
    published
}

fn sockets(args: &RelayArgs) -> Result<(Option<Socket>, Socket), Stop> {
    let plain = match args.http_listen {
        PlainListen::Off => None,
        PlainListen::At(address) => {
            check_plain("--http-listen", address, args.allow_plain)?;
            Some(Socket::bind(address, "--http-listen")?)
        }
    };
    Ok((plain, Socket::bind(args.listen, "--listen")?))
}

fn files(args: &RelayArgs, data: &DataDir) -> Result<Files, Stop> {
    match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Ok(Files::given(cert.clone(), key.clone())),
        _ => Files::own(data.path()),
    }
}

fn mailbox(data: &DataDir) -> std::path::PathBuf {
    data.path().join("mailbox.db")
}

async fn open(data: &DataDir, max_bytes: u64) -> Result<Arc<Depot>, Stop> {
    let path = mailbox(data);
    tokio::task::spawn_blocking(move || Depot::open(&path, max_bytes))
        .await
        .map_err(|error| Stop::failed("the mailbox cannot be opened", causes(&error)))?
        .map_err(unusable)
}

fn unusable(error: DepotError) -> Stop {
    Stop::failed("the mailbox cannot be used", error)
}

/// The apps whose secrets are given here.
fn apps(files: &[AppFile]) -> Result<Vec<App>, Stop> {
    let mut apps: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for AppFile { app_id, file } in files {
        let secret = secret::read("the app's secret", file)?;
        apps.entry(app_id).or_default().push(secret);
    }
    let apps = apps.into_iter().map(|(app_id, app_secrets)| App {
        app_id: app_id.to_owned(),
        app_secrets,
        verify_token: String::new(),
    });
    Ok(apps.collect())
}

fn publish(data: &DataDir, endpoints: &Endpoints) -> Result<(), Stop> {
    let failed = |why: std::io::Error| Stop::failed("cannot write endpoints.json", why);
    let content = serde_json::to_vec_pretty(endpoints).map_err(|error| failed(error.into()))?;
    file::write_private(&data.endpoints(), &content).map_err(failed)
}

fn banner(endpoints: &Endpoints, pin: &Pin, data: &DataDir) -> String {
    let next = Command::new(&program())
        .word("dev")
        .option("--relay", &endpoints.relay)
        .line()
        .option("--relay-token-file", &endpoints.token_file)
        .line()
        .option("--relay-pin", &endpoints.pin);
    let mut banner = Banner::new("the relay alone").row("core dials", &endpoints.relay);
    if let Some(plain) = &endpoints.plain {
        banner = banner.row("webhooks", &format!("{plain}/graph/…  (without TLS)"));
    }
    banner
        .row("certificate", &format!("SHA-256 {pin}"))
        .row("token", &endpoints.token_file)
        .row("data", &data.path().display().to_string())
        .command("Next, where the core is, with a copy of the token", &next)
        .to_string()
}
