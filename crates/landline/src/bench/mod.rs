//! `landline bench accept`: how many messages the API accepts, measured against a bare reference in the same run; and
//! `landline bench gc`, in [`gc`], `landline bench lines`, in [`lines`].
//!
//! Disks drift by an order of magnitude within minutes, so only the ratio of the two, taken in alternation, says something.

mod gc;
mod lines;
mod load;
mod product;
mod reference;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::exit::Stop;

/// `landline bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  landline bench accept --json")]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Accepted messages per second at 64 connections, against a bare axum handler with the same durability.
    Accept(Measure),
    /// The same while a million old messages are collected, against without.
    Gc(gc::GcArgs),
    /// How long an idle line's messages take while a neighbour in the same process runs at full load, against without.
    Lines(Measure),
}

/// How long is measured, and where.
#[derive(Debug, clap::Args)]
struct Measure {
    /// Print the result as JSON on stdout.
    #[arg(long)]
    json: bool,
    /// Rounds; each measures both of what is compared.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
    /// Seconds for each half of a round.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
    /// Folder for the databases (a temporary folder in it, removed at the end).
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    dir: PathBuf,
}

impl Measure {
    fn seconds(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds))
    }
}

fn temporary(dir: &Path) -> anyhow::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("landline-bench-")
        .tempdir_in(dir)
        .with_context(|| format!("no temporary folder in {}", dir.display()))
}

/// The result, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Report {
    /// Product over reference, round by round.
    ratio: Spread,
    /// Median of the rounds.
    product_per_s: f64,
    /// Median of the rounds.
    reference_per_s: f64,
    /// Messages in the product's store afterwards.
    stored_rows: u64,
    /// Messages that were answered with 201: never more than are stored.
    accepted: u64,
    connections: usize,
    rounds: u16,
}

#[derive(Debug, Serialize)]
struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    /// The line that says a ratio, taken in so many rounds.
    fn print(&self, rounds: u16) {
        println!(
            "ratio    {:>8.2} (median of {rounds} rounds; {:.2} to {:.2})",
            self.median, self.min, self.max
        );
    }
}

/// Runs the chosen measurement.
pub(crate) async fn run(args: BenchArgs) -> Result<(), Stop> {
    let ended = match args.what {
        What::Accept(args) => accept(&args).await,
        What::Lines(args) => Box::pin(lines::run(&args)).await,
        What::Gc(args) => Box::pin(gc::run(&args)).await,
    };
    ended.map_err(|error| Stop::failed("the measurement broke off", format!("{error:#}")))
}

async fn accept(args: &Measure) -> anyhow::Result<()> {
    let dir = temporary(&args.dir)?;
    let product = product::start(dir.path())
        .await
        .context("the product does not start")?;
    let reference = reference::start(dir.path())
        .await
        .context("the reference does not start")?;
    let seconds = args.seconds();

    let bar = progress(u64::from(args.rounds) * 2);
    // A first second for each, so that no round pays for cold caches.
    load::run(&product.target, Duration::from_secs(1)).await?;
    load::run(&reference.target, Duration::from_secs(1)).await?;
    let mut rounds = Vec::new();
    for round in 0..args.rounds {
        // Alternating which goes first: what drifts hits both alike.
        let (first, second) = if round % 2 == 0 {
            (&product.target, &reference.target)
        } else {
            (&reference.target, &product.target)
        };
        bar.set_message(format!("round {}", round + 1));
        let one = load::run(first, seconds).await?;
        bar.inc(1);
        let two = load::run(second, seconds).await?;
        bar.inc(1);
        rounds.push(if round % 2 == 0 {
            (one, two)
        } else {
            (two, one)
        });
    }
    bar.finish_and_clear();

    let accepted = product.target.accepted();
    let stored_rows = product.stored_rows().await?;
    anyhow::ensure!(
        stored_rows >= accepted,
        "{accepted} messages were accepted, only {stored_rows} are stored"
    );
    let report = Report {
        ratio: spread(
            rounds
                .iter()
                .map(|(product, reference)| product / reference),
        ),
        product_per_s: spread(rounds.iter().map(|round| round.0)).median,
        reference_per_s: spread(rounds.iter().map(|round| round.1)).median,
        stored_rows,
        accepted,
        connections: load::CONNECTIONS,
        rounds: args.rounds,
    };
    product.stop().await;
    print(&report, args.json)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!(
        "accept   {:>8.0} messages/s, {} connections, durable, {} stored",
        report.product_per_s, report.connections, report.stored_rows
    );
    println!(
        "bare     {:>8.0} messages/s (axum, the same JSON, the same bytes, one table)",
        report.reference_per_s
    );
    report.ratio.print(report.rounds);
    Ok(())
}

fn spread(values: impl Iterator<Item = f64>) -> Spread {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    Spread {
        median: at(values.len() / 2),
        min: at(0),
        max: at(values.len().saturating_sub(1)),
    }
}

fn progress(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:10} [{bar:30}] {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr()).with_style(style)
}
