//! `landline bench gc`: how much slower the API accepts while a million old messages are collected.
//!
//! Rounds with and without a collection take turns: disks drift, so only the ratio of neighbours says something.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use landline_core::Line;
use landline_core::collect::{KEPT_MS, PIECE, messages, pace::Pace};
use serde::Serialize;
use store::{Batch, Change, Direction, LineName, SharedStore, clock};
use tokio::time::Instant;

use super::{Measure, Spread, load, product, progress, spread, temporary};

/// Old messages that are written in one batch.
const BATCH: u64 = 20_000;

#[derive(Debug, clap::Args)]
pub(super) struct GcArgs {
    #[command(flatten)]
    measure: Measure,
    /// Old messages to be collected.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    messages: u64,
}

/// The result, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Report {
    /// Accepts during a collection over accepts without one, round by round.
    ratio: Spread,
    /// Median of the rounds.
    alone_per_s: f64,
    /// Median of the rounds.
    during_per_s: f64,
    /// Messages collected per second, under load.
    collected_under_load_per_s: f64,
    /// Messages collected per second with nothing else to do, until all were gone.
    collected_alone_per_s: f64,
    /// Old messages in all.
    messages: u64,
    connections: usize,
    rounds: u16,
}

pub(super) async fn run(args: &GcArgs) -> anyhow::Result<()> {
    let dir = temporary(&args.measure.dir)?;
    let product = product::start(dir.path())
        .await
        .context("the product does not start")?;
    fill(&product.store, args.messages).await?;
    let seconds = args.measure.seconds();

    let bar = progress(u64::from(args.measure.rounds) * 2);
    // So that no round pays for cold caches.
    load::run(&product.target, Duration::from_secs(1)).await?;
    let (mut rounds, mut under_load, mut time_under_load) = (Vec::new(), 0, Duration::ZERO);
    for round in 0..args.measure.rounds {
        bar.set_message(format!("round {}", round + 1));
        let mut alone = 0.0;
        if round % 2 == 0 {
            alone = load::run(&product.target, seconds).await?;
            bar.inc(1);
        }
        let began = Instant::now();
        let mut gone = 0;
        let during = tokio::select! {
            during = load::run(&product.target, seconds) => during?,
            ended = collect(&product.line, &mut gone) => {
                ended?;
                anyhow::bail!("the collection ended within a round: give it more --messages");
            }
        };
        under_load += gone;
        time_under_load += began.elapsed();
        bar.inc(1);
        if round % 2 == 1 {
            alone = load::run(&product.target, seconds).await?;
            bar.inc(1);
        }
        rounds.push((alone, during));
    }
    bar.finish_and_clear();

    let began = Instant::now();
    let mut rest = 0;
    collect(&product.line, &mut rest).await?;
    let time_alone = began.elapsed();
    // The end of a round cuts off one piece, which is collected all the same.
    let uncounted = u64::from(args.measure.rounds) * u64::try_from(PIECE)?;
    anyhow::ensure!(
        (args.messages.saturating_sub(uncounted)..=args.messages).contains(&(under_load + rest)),
        "{} messages were old, {} are collected",
        args.messages,
        under_load + rest
    );
    let report = Report {
        ratio: spread(rounds.iter().map(|(alone, during)| during / alone)),
        alone_per_s: spread(rounds.iter().map(|round| round.0)).median,
        during_per_s: spread(rounds.iter().map(|round| round.1)).median,
        collected_under_load_per_s: per_second(under_load, time_under_load),
        collected_alone_per_s: per_second(rest, time_alone),
        messages: args.messages,
        connections: load::CONNECTIONS,
        rounds: args.measure.rounds,
    };
    product.stop().await;
    print(&report, args.measure.json)
}

async fn collect(line: &Arc<Line>, gone: &mut u64) -> anyhow::Result<()> {
    messages(line, clock::now_ms(), Pace::ASKED_FOR, gone)
        .await
        .context("the collection broke off")
}

/// Messages of customers that are old enough to go, with ids as long as the network's.
async fn fill(store: &SharedStore, count: u64) -> anyhow::Result<()> {
    let bar = progress(count);
    bar.set_message("filling");
    let at_ms = clock::now_ms() - KEPT_MS - 1;
    for first in (0..count).step_by(usize::try_from(BATCH)?) {
        let changes = (first..count.min(first + BATCH)).map(|number| Change::Message {
            line: LineName::main(),
            direction: Direction::Incoming,
            wa_id: format!("{}", 12_025_550_100 + number % 100),
            network_id: Some(network_id(number)),
            kind: "text".to_owned(),
            at_ms,
        });
        store.apply(Batch::of(changes.collect())).await?;
        bar.inc(BATCH);
    }
    bar.finish_and_clear();
    Ok(())
}

/// As scattered as the network's.
fn network_id(number: u64) -> String {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("wamid.HBgLMTIwMjU1NTAxNDMVAgARGBI{scattered:016X}{number:08X}AA==")
}

fn per_second(count: u64, time: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / time.as_secs_f64().max(f64::EPSILON)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!(
        "accept   {:>8.0} messages/s, {} connections, durable",
        report.alone_per_s, report.connections
    );
    println!(
        "during   {:>8.0} messages/s while {} old messages are collected, {:.0} a second",
        report.during_per_s, report.messages, report.collected_under_load_per_s
    );
    report.ratio.print(report.rounds);
    println!(
        "collect  {:>8.0} messages/s with nothing else to do",
        report.collected_alone_per_s
    );
    Ok(())
}
