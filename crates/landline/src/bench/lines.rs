//! `landline bench lines`: how long an idle line's messages take to be accepted while a neighbour in the same process runs
//! at full load, against without.
//!
//! Halves with and without the load take turns: disks drift, so only the ratio of neighbours says something.

use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::time::Instant;

use super::load::{self, Connection, Target};
use super::{Measure, Spread, product, progress, spread, temporary};

/// Between two messages of the idle line.
const PAUSE: Duration = Duration::from_millis(4);

/// The result, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Report {
    /// The 99th percentile beside the load over that without it, round by round.
    ratio: Spread,
    /// Milliseconds; the median of the rounds.
    alone_p99_ms: f64,
    /// Milliseconds; the median of the rounds.
    beside_p99_ms: f64,
    /// Messages that the neighbour got accepted per second; the median of the rounds.
    load_per_s: f64,
    connections: usize,
    rounds: u16,
}

pub(super) async fn run(args: &Measure) -> anyhow::Result<()> {
    let dir = temporary(&args.dir)?;
    let product = product::start(dir.path())
        .await
        .context("the product does not start")?;
    let idle = product
        .neighbour(dir.path(), "idle", "/lines/idle/v1/messages")
        .await?;
    let seconds = args.seconds();

    let bar = progress(u64::from(args.rounds) * 2);
    // So that no round pays for cold caches.
    load::run(&product.target, Duration::from_secs(1)).await?;
    let mut rounds = Vec::new();
    for round in 0..args.rounds {
        bar.set_message(format!("round {}", round + 1));
        let alone = p99_ms(&idle, seconds).await?;
        bar.inc(1);
        let (load, beside) =
            tokio::try_join!(load::run(&product.target, seconds), p99_ms(&idle, seconds))?;
        bar.inc(1);
        rounds.push((alone, beside, load));
    }
    bar.finish_and_clear();

    let report = Report {
        ratio: spread(rounds.iter().map(|(alone, beside, _)| beside / alone)),
        alone_p99_ms: spread(rounds.iter().map(|round| round.0)).median,
        beside_p99_ms: spread(rounds.iter().map(|round| round.1)).median,
        load_per_s: spread(rounds.iter().map(|round| round.2)).median,
        connections: load::CONNECTIONS,
        rounds: args.rounds,
    };
    product.stop().await;
    print(&report, args.json)
}

/// The 99th percentile of what one message after the other takes, milliseconds.
async fn p99_ms(target: &Target, time: Duration) -> anyhow::Result<f64> {
    let end = Instant::now() + time;
    let mut connection = Connection::open(target.clone()).await?;
    let mut taken = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        connection.send().await?;
        taken.push(began.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    taken.sort_unstable();
    let at = taken.len() * 99 / 100;
    let p99 = taken.get(at).context("nothing was measured")?;
    Ok(p99.as_secs_f64() * 1000.0)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!(
        "alone    {:>8.2} ms, the 99th percentile of an idle line's messages",
        report.alone_p99_ms
    );
    println!(
        "beside   {:>8.2} ms, while another line accepts {:.0} messages/s at {} connections",
        report.beside_p99_ms, report.load_per_s, report.connections
    );
    report.ratio.print(report.rounds);
    Ok(())
}
