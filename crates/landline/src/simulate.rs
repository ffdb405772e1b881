//! `landline sim`: the simulated network alone, so that either side can be killed under the other.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::banner::Banner;
use crate::cli::SimArgs;
use crate::data::DataDir;
use crate::endpoints::{Graph, Number, SimEndpoints};
use crate::exit::Stop;
use crate::file;
use crate::listen::{Socket, check_plain};
use crate::network::OwnNetwork;
use crate::shell::{Command, program};
use crate::terminal::Terminal;

/// For requests in flight at the end.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs until it is told to end.
pub(crate) async fn run(
    args: SimArgs,
    terminal: &Terminal,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    check_plain("--listen", args.listen, args.allow_plain)?;
    let data = DataDir::open(&args.data)?;
    let socket = Socket::bind(args.listen, "--listen")?;
    let network =
        OwnNetwork::start(socket, data.path(), args.retry.into(), terminal.clone()).await?;
    let endpoints = SimEndpoints {
        sim: network.url().as_str().trim_end_matches('/').to_owned(),
        number: Number::of(network.world()),
        graph: Graph::of(network.world()),
        pid: std::process::id(),
    };
    let published = publish(&data, &endpoints);
    if published.is_ok() {
        terminal.say(&banner(&endpoints, &data, &program()));
        shutdown.cancelled().await;
    }
    if let Err(error) = file::remove(&data.endpoints()) {
        tracing::warn!(%error, "endpoints.json cannot be removed");
    }
    network.stop(DRAIN).await;
    published
}

fn publish(data: &DataDir, endpoints: &SimEndpoints) -> Result<(), Stop> {
    let failed = |why: std::io::Error| Stop::failed("cannot write endpoints.json", why);
    let content = serde_json::to_vec_pretty(endpoints).map_err(|error| failed(error.into()))?;
    file::write_private(&data.endpoints(), &content).map_err(failed)
}

fn banner(endpoints: &SimEndpoints, data: &DataDir, program: &str) -> String {
    let next = Command::new(program)
        .word("dev")
        .option("--network", &endpoints.sim);
    Banner::new("the simulated network alone")
        .row("Graph API", &endpoints.graph.base_url)
        .row("phones", &format!("{}/sim", endpoints.sim))
        .row("data", &data.path().display().to_string())
        .row("number", &format!("+{}", endpoints.number.wa_id))
        .command("Next, in another terminal, a gateway to it", &next)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::test_world;

    #[test]
    fn the_banner_names_the_next_command_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(dir.path()).expect("free");
        let endpoints = SimEndpoints {
            sim: "http://127.0.0.1:9080".to_owned(),
            number: Number::of(&test_world()),
            graph: Graph::of(&test_world()),
            pid: 42,
        };

        let text = banner(&endpoints, &data, "target/release/landline");

        assert!(
            text.contains("target/release/landline dev --network http://127.0.0.1:9080"),
            "{text}"
        );
    }
}
