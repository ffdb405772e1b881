//! `landline relay` as a process of its own, on plain loopback for the simulated network.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;

use super::process::{endpoints, landline};
use super::{SOON, until};

/// The relay; it may be killed and started again where it was.
pub(crate) struct Relay {
    dir: TempDir,
    key: String,
    flags: Vec<String>,
    child: Mutex<Option<Child>>,
    told: Value,
}

impl Relay {
    /// A relay for the core that keeps its key in a folder.
    pub(super) async fn start(core: &Path, flags: &[&str]) -> Self {
        let printed = landline()
            .args(["relay-key", "--data"])
            .arg(core)
            .output()
            .await
            .unwrap();
        assert!(printed.status.success(), "{printed:?}");
        let mut relay = Self {
            dir: tempfile::tempdir().unwrap(),
            key: String::from_utf8(printed.stdout).unwrap().trim().to_owned(),
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            child: Mutex::default(),
            told: Value::Null,
        };
        relay.told = relay.spawn("127.0.0.1:0", "127.0.0.1:0").await;
        relay
    }

    async fn spawn(&self, listen: &str, plain: &str) -> Value {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .unwrap();
        let child = landline()
            .args(["relay", "--listen", listen, "--http-listen", plain])
            .args(["--public-key", &self.key, "--data"])
            .arg(self.dir.path())
            .args(&self.flags)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let pid = child.id();
        self.set(Some(child));
        endpoints(self.dir.path(), pid, SOON).await
    }

    fn set(&self, child: Option<Child>) -> Option<Child> {
        let mut present = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *present, child)
    }

    /// What a core needs to dial it.
    pub(crate) fn flags(&self) -> Vec<String> {
        let word = |name: &str| self.told[name].as_str().unwrap().to_owned();
        [
            ("--relay", "relay"),
            ("--relay-token-file", "token_file"),
            ("--relay-pin", "pin"),
            ("--relay-url", "plain"),
        ]
        .into_iter()
        .flat_map(|(flag, name)| [flag.to_owned(), word(name)])
        .collect()
    }

    /// Its mailbox.
    pub(crate) fn mailbox(&self) -> PathBuf {
        self.told["mailbox"].as_str().unwrap().into()
    }

    /// `kill -9`.
    pub(crate) async fn kill(&self) {
        if let Some(mut child) = self.set(None) {
            child.kill().await.unwrap();
        }
    }

    /// Starts it again, where it was.
    pub(crate) async fn start_again(&self) {
        let listen = self.told["relay"].as_str().unwrap();
        let plain = self.told["plain"].as_str().unwrap();
        let address = |url: &str| url.split_once("://").unwrap().1.to_owned();
        self.spawn(&address(listen), &address(plain)).await;
    }

    /// Sends it a signal by name.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = {
            let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            child.as_ref().unwrap().id().unwrap()
        };
        let sent = tokio::process::Command::new("kill")
            .args([&format!("-{name}"), &pid.to_string()])
            .status()
            .await
            .unwrap();
        assert!(sent.success());
    }

    /// `/healthz`; null while it does not answer.
    pub(crate) async fn health(&self) -> Value {
        let url = format!("{}/healthz", self.told["plain"].as_str().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        match client.get(url).send().await {
            Ok(answer) => answer.json().await.unwrap_or_default(),
            Err(_) => Value::Null,
        }
    }

    /// Waits until it has so many events that no core has taken.
    pub(crate) async fn until_waiting(&self, what: &str, fact: impl Fn(u64) -> bool) {
        until(what, 4 * SOON, || async {
            let health = self.health().await;
            health["waiting"]["events"]
                .as_u64()
                .filter(|&count| fact(count))
        })
        .await;
    }

    /// Everything that it printed so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the relay's last lines ---");
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
