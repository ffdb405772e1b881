//! Landline, the program: the command line, configuration, and the wiring of the crates.
//!
//! - [`cli`]: the command line; [`exit`]: how a run ends; [`signal`], [`log`], [`terminal`]: its surroundings.
//! - [`dev`]: everything in one process; [`serve`]: the gateway in front of the real network; [`simulate`]: the network
//!   alone; [`receiver`]: a webhook that prints.
//! - [`relay_host`]: the relay on a host of its own, and a core's way to it.
//! - [`document`]: what the program says of itself, printed; [`postman`]: the same as a
//!   collection of requests; [`compat`]: what is supported, as pages of the documentation.
//! - [`tour`], the getting-started guide, played; [`bench`], measurements.
//! - [`gateway`]: what `dev` and `serve` have in common; [`listen`]: the one place that binds sockets and serves.
//! - [`data`], [`file`], [`endpoints`]: what lies in a data directory.
//! - [`banner`], [`shell`]: what the program tells its user to look at and to type.
//! - [`network`]: the simulated network, here or elsewhere.

mod banner;
mod bench;
mod cli;
mod compat;
mod data;
mod dev;
mod document;
mod endpoints;
mod exit;
mod file;
mod gateway;
mod listen;
mod log;
mod network;
mod postman;
mod receiver;
mod relay_host;
mod serve;
mod shell;
mod signal;
mod simulate;
mod terminal;
mod tour;

use std::process::ExitCode;
use std::time::Duration;

use crate::cli::{Cli, Command};
use crate::exit::Stop;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let cli = Cli::read();
    let (log_guard, log_level) = log::start(&cli.log);
    let (terminal, terminal_guard) = Terminal::stdout();
    // The process-wide provider: rustls panics at first use when it finds none, or two.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a crypto provider was installed already");
    }

    let ended = run(cli.command, &terminal, &log_level);

    terminal::flush(vec![terminal_guard, log_guard], Duration::from_millis(400));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            stop.print();
            ExitCode::from(stop.status())
        }
    }
}

fn run(command: Command, terminal: &Terminal, log_level: &log::Level) -> Result<(), Stop> {
    if let Some(document) = document::of(&command) {
        return document::print(&document);
    }
    if let Command::RelayKey(args) = &command {
        return document::print(&relay_host::secret::public_key(args)?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed("the runtime cannot be started", error))?;
    let ended = runtime.block_on(async {
        let shutdown = signal::watch()?;
        match command {
            Command::Dev(args) => dev::run(*args, terminal, log_level, shutdown).await,
            Command::Serve(args) => serve::run(args, terminal, log_level, shutdown).await,
            Command::Sim(args) => simulate::run(args, terminal, shutdown).await,
            Command::Relay(args) => relay_host::run(*args, terminal, shutdown).await,
            Command::Webhook(args) => receiver::run(&args, terminal, shutdown).await,
            Command::Tour(args) => tour::run(args, terminal, shutdown).await,
            Command::Openapi | Command::Postman(_) | Command::Compat(_) | Command::RelayKey(_) => {
                Ok(())
            }
            Command::Bench(args) => tokio::select! {
                () = shutdown.cancelled() => Ok(()),
                ended = Box::pin(bench::run(args)) => ended,
            },
        }
    });
    // A blocking call that hangs (a disk, a resolver) must not hold the end of the program.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}
