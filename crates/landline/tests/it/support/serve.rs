//! `landline serve` as a process, in front of a `landline sim`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Child;

use super::process::{Folder, endpoints, landline, resident_kib};
use super::{Api, Network, SOON};

/// `landline serve`, and its configuration.
pub(crate) struct Serve {
    child: Child,
    folder: Folder,
    head: String,
    endpoints: Value,
}

impl Serve {
    pub(crate) const PASSWORD: &'static str = "Quiet-Harbour-7";

    /// Starts it with the lines of a configuration; what they have in common is set from the network.
    pub(crate) async fn start(network: &Network, lines: &str) -> Self {
        let folder = Folder::new();
        let (_, world) = network.phones().call("GET", "/sim/world", None).await;
        let head = head(&world["graph"]);
        std::fs::write(
            folder.path().join("landline.toml"),
            format!("{head}{lines}"),
        )
        .unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = landline()
            .args(["serve", "--config"])
            .arg(folder.path().join("landline.toml"))
            .env("WA_API_KEY", "a-key-of-the-original")
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(log)
            .spawn()
            .unwrap();
        let data = folder.path().join("data");
        let endpoints = endpoints(&data, child.id(), SOON).await;
        Self {
            child,
            folder,
            head,
            endpoints,
        }
    }

    /// `/v1` of `main`.
    pub(crate) fn main(&self) -> Api {
        Api::new(self.endpoints["api_plain"].as_str().unwrap())
    }

    /// `/v1` of another line, under its own path.
    pub(crate) fn line(&self, name: &str) -> Api {
        let base = self.endpoints["api_plain"].as_str().unwrap();
        Api::new(&format!("{base}/lines/{name}"))
    }

    /// Writes the lines of the configuration anew, and has it read.
    pub(crate) async fn change(&self, lines: &str) {
        let path: PathBuf = self.folder.path().join("landline.toml");
        std::fs::write(path, format!("{}{lines}", self.head)).unwrap();
        self.signal("-HUP").await;
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = tokio::process::Command::new("kill")
            .args([name, &pid])
            .status();
        assert!(sent.await.unwrap().success());
    }

    /// SIGTERM; how it ended.
    pub(crate) async fn end(&mut self) -> std::process::ExitStatus {
        self.signal("-TERM").await;
        let ended = tokio::time::timeout(SOON, self.child.wait()).await;
        ended.unwrap().unwrap()
    }

    /// The relay's address, without a path.
    pub(crate) fn relay(&self) -> &str {
        self.endpoints["relay"].as_str().unwrap()
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        resident_kib(&self.child)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- serve ---\n{}", self.log());
        }
    }
}

/// The top of the file, and `[network]`.
fn head(graph: &Value) -> String {
    let text = |name: &str| graph[name].as_str().unwrap();
    let relay = free_address();
    format!(
        r#"
data = "data"
listen = "127.0.0.1:0"
http_listen = "127.0.0.1:0"
relay_listen = "{relay}"
relay_url = "http://{relay}"
private_webhooks = true

[network]
base_url = "{}"
version = "{}"
app_id = "{}"
app_secret = "{}"
verify_token = "{}"
waba_id = "{}"
access_token = "{}"
"#,
        text("base_url"),
        text("version"),
        text("app_id"),
        text("app_secret"),
        text("verify_token"),
        text("waba_id"),
        text("access_token"),
    )
}

/// An address that nobody listens at; the configuration has to name it before anybody does.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
