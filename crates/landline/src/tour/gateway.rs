//! The gateway that runs: found through `endpoints.json`, as any program would.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use super::client::Client;
use crate::endpoints::Endpoints;
use crate::exit::Stop;
use crate::shell::{Command, program};

/// A gateway that runs answers within this time.
const FIRST_ANSWER: Duration = Duration::from_secs(5);
/// The default of `--data`: it need not be repeated in a hint.
const DEFAULT_DATA: &str = "./landline-data";

/// A gateway and where it says that it is.
pub(super) struct Gateway {
    pub(super) endpoints: Endpoints,
    path: PathBuf,
}

impl Gateway {
    /// Reads `DIR/endpoints.json`; status 2 when there is none.
    pub(super) fn find(data: &Path) -> Result<Self, Stop> {
        let path = data.join("endpoints.json");
        match read(&path) {
            Ok(endpoints) => Ok(Self { endpoints, path }),
            Err(error) => Err(not_running(data, &format!("{error:#}"))),
        }
    }

    /// Asks the gateway whether it is there: the file also outlives one that was killed. Status 2 when nothing answers.
    pub(super) async fn check(&self, client: &Client, data: &Path) -> Result<(), Stop> {
        let alive = tokio::time::timeout(FIRST_ANSWER, client.ask("GET", "/livez", None)).await;
        let trouble = match alive {
            Ok(Ok(answer)) if answer.status == 200 => return Ok(()),
            Ok(Ok(answer)) => format!("GET /livez is answered {}", answer.status),
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => "no answer came".to_owned(),
        };
        let told = &self.endpoints;
        let trouble = format!("process {} does not answer: {trouble}", told.pid);
        Err(not_running(data, &trouble))
    }

    /// The admin's password, as `endpoints.json` has it now.
    pub(super) fn password_now(&self) -> anyhow::Result<Option<String>> {
        Ok(read(&self.path)?.admin.password)
    }
}

fn read(path: &Path) -> anyhow::Result<Endpoints> {
    let named = || format!("{} cannot be read", path.display());
    let content = std::fs::read(path).with_context(named)?;
    serde_json::from_slice(&content).with_context(|| {
        format!(
            "{} does not describe a gateway (`landline sim` alone is none)",
            path.display()
        )
    })
}

fn not_running(data: &Path, why: &str) -> Stop {
    let mut start = Command::new(&program()).word("dev");
    if data != Path::new(DEFAULT_DATA) {
        start = start.option("--data", &data.display().to_string());
    }
    Stop::usage(format!(
        "no gateway is running on {}: {why}",
        data.display()
    ))
    .hint(format!("start one in another terminal: {start}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_gateway_it_is_wrong_usage_and_says_how_to_start_one() {
        let dir = tempfile::tempdir().expect("a folder");

        let stop = Gateway::find(dir.path()).err().expect("none runs");

        assert_eq!(stop.status(), 2);
        let said = anstream::adapter::strip_str(&stop.to_string()).to_string();
        assert!(said.contains("no gateway is running on"), "{said}");
        assert!(said.contains("dev --data"), "{said}");
    }

    #[test]
    fn the_endpoints_of_a_network_alone_are_no_gateway() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("endpoints.json");
        std::fs::write(path, r#"{"sim": "http://127.0.0.1:9080"}"#).expect("written");

        let stop = Gateway::find(dir.path()).err().expect("none runs");

        assert!(stop.to_string().contains("landline sim"), "{stop}");
    }
}
