//! The program as a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use super::{Api, Crash, Graph, Middleman, Phones, Relay, SOON, Sink, is_relay_remote, until};

/// Where a process writes, kept as long as anybody uses it.
#[derive(Clone)]
pub(crate) struct Folder {
    dir: Arc<TempDir>,
    /// The relay beside it, which outlives each core.
    relay: Arc<OnceCell<Relay>>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            dir: Arc::new(tempfile::tempdir().unwrap()),
            relay: Arc::default(),
        }
    }

    /// The relay beside it; started when there is none.
    pub(crate) async fn relay(&self, flags: &[&str]) -> &Relay {
        self.relay
            .get_or_init(|| Relay::start(self.path(), flags))
            .await
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

pub(super) fn landline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landline"));
    command
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Ok(path) = std::env::var("PATH") {
        command.env("PATH", path);
    }
    command
}

/// `landline sim`: the network as a process of its own.
pub(crate) struct Network {
    _child: Child,
    folder: Folder,
    pub(crate) endpoints: Value,
}

impl Network {
    pub(crate) async fn start(retry: &str) -> Self {
        let folder = Folder::new();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = landline()
            .args(["sim", "--listen", "127.0.0.1:0", "--retry", retry, "--data"])
            .arg(folder.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut network = Self {
            _child: child,
            folder,
            endpoints: Value::Null,
        };
        network.endpoints = endpoints(network.folder.path(), None, SOON).await;
        network
    }

    pub(crate) fn phones(&self) -> Phones {
        Phones::new(self.endpoints["sim"].as_str().unwrap())
    }

    pub(crate) fn url(&self) -> &str {
        self.endpoints["sim"].as_str().unwrap()
    }
}

/// How `landline dev` is started.
pub(crate) struct DevBuilder {
    folder: Folder,
    ready: bool,
    webhook: Option<String>,
    network: Option<String>,
    env: Vec<(String, String)>,
    crash: Crash,
}

impl DevBuilder {
    /// What a kill of it takes with it.
    pub(crate) fn crash(mut self, crash: &Crash) -> Self {
        self.crash = crash.clone();
        self
    }

    /// Without `--ready`.
    pub(crate) fn raw(mut self) -> Self {
        self.ready = false;
        self
    }

    pub(crate) fn webhook(mut self, sink: &Sink) -> Self {
        self.webhook = Some(sink.url());
        self
    }

    pub(crate) fn network(mut self, network: &Network) -> Self {
        self.network = Some(network.url().to_owned());
        self
    }

    /// With somebody between it and the network.
    pub(crate) fn behind(mut self, middleman: &Middleman) -> Self {
        self.network = Some(middleman.url());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn folder(mut self, folder: &Folder) -> Self {
        self.folder = folder.clone();
        self
    }

    /// With a relay on a host of its own.
    pub(crate) async fn relay(self, flags: &[&str]) -> Self {
        self.folder.relay(flags).await;
        self
    }

    /// Starts it and waits for its endpoints.
    pub(crate) async fn start(self) -> Dev {
        if is_relay_remote() {
            self.folder.relay(&[]).await;
        }
        let mut dev = self.spawn();
        dev.wait().await;
        dev
    }

    /// Starts it and waits for nothing.
    pub(crate) fn spawn(self) -> Dev {
        let path = self.folder.path().join("log");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        let mut command = landline();
        command
            .args([
                "dev",
                "--listen",
                "127.0.0.1:0",
                "--http-listen",
                "127.0.0.1:0",
            ])
            .args([
                "--relay-listen",
                "127.0.0.1:0",
                "--sim-listen",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(self.folder.path())
            .envs(self.env)
            .envs(self.crash.env(self.folder.path()))
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if self.ready {
            command.args(["--ready", "--admin-password", Dev::PASSWORD]);
        }
        if let Some(url) = &self.webhook {
            command.args(["--webhook", url]);
        }
        if let Some(url) = &self.network {
            command.args(["--network", url]);
        }
        if let Some(relay) = self.folder.relay.get() {
            command.args(relay.flags());
        }
        Dev {
            child: command.spawn().unwrap(),
            folder: self.folder,
            endpoints: Value::Null,
        }
    }
}

/// `landline dev` as a process.
pub(crate) struct Dev {
    pub(crate) child: Child,
    pub(crate) folder: Folder,
    pub(crate) endpoints: Value,
}

impl Dev {
    pub(crate) const PASSWORD: &'static str = "Str0ng.Enough!";

    pub(crate) fn builder() -> DevBuilder {
        DevBuilder {
            folder: Folder::new(),
            ready: true,
            webhook: None,
            network: None,
            env: Vec::new(),
            crash: Crash::kill_only(),
        }
    }

    /// Ready, with a webhook: what most tests want.
    pub(crate) async fn with(sink: &Sink) -> Self {
        Self::builder().webhook(sink).start().await
    }

    /// Waits until its endpoints are there.
    pub(crate) async fn wait(&mut self) {
        self.endpoints = endpoints(self.folder.path(), self.child.id(), SOON).await;
    }

    /// The API with an admin's token.
    pub(crate) async fn api(&self) -> Api {
        let api = self.anonymous();
        let password = self.endpoints["admin"]["password"].as_str().unwrap();
        api.login("admin", password).await
    }

    /// The API without a token.
    pub(crate) fn anonymous(&self) -> Api {
        Api::new(self.endpoints["api_plain"].as_str().unwrap())
    }

    pub(crate) fn phones(&self) -> Phones {
        Phones::new(self.endpoints["sim"].as_str().unwrap())
    }

    /// The network's own API.
    pub(crate) fn graph(&self) -> Graph {
        Graph::new(&self.endpoints["graph"])
    }

    /// Whether the process still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and how long it took to end.
    pub(crate) async fn terminate(&mut self) -> (std::process::ExitStatus, Duration) {
        let began = tokio::time::Instant::now();
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await
            .unwrap();
        let status = tokio::time::timeout(SOON, self.child.wait())
            .await
            .unwrap()
            .unwrap();
        (status, began.elapsed())
    }

    /// Everything that it printed so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Shows its last lines beside a test that failed.
    pub(crate) fn print_log(&self) {
        let log = self.log();
        let tail: Vec<&str> = log.lines().rev().take(60).collect();
        eprintln!("--- the program's last lines ---");
        tail.iter().rev().for_each(|line| eprintln!("{line}"));
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        resident_kib(&self.child)
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.print_log();
        }
    }
}

/// Resident memory of a process in KiB.
pub(super) fn resident_kib(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The file that programs wait for.
pub(super) async fn endpoints(folder: &Path, pid: Option<u32>, limit: Duration) -> Value {
    let path: PathBuf = folder.join("endpoints.json");
    until("endpoints.json", limit, || async {
        let found: Value = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        // A file that a killed run left behind is not ours.
        pid.is_none_or(|pid| found["pid"] == pid).then_some(found)
    })
    .await
}
