//! Log lines, to stderr through a writer that never blocks the runtime.

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::{LogArgs, LogFormat, LogLevel};

/// Lines that wait for a slow reader of stderr; more are dropped (the queue's memory is taken at once).
const WAITING_LINES: usize = 4096;

/// Our own crates: the level is theirs. Others speak up at warnings and worse, and with `trace` from `info` on.
const OURS: [&str; 8] = [
    "landline",
    "landline_core",
    "web",
    "relay",
    "sim",
    "store",
    "graph",
    "onprem",
];

/// Starts logging. Lines are written while the guard lives.
pub(crate) fn start(args: &LogArgs) -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(std::io::stderr());
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colour);
    let lines = match args.log_format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter(args.log_level)))
        .init();
    guard
}

fn filter(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let others = match level {
        LevelFilter::TRACE => LevelFilter::INFO,
        LevelFilter::ERROR => LevelFilter::ERROR,
        _ => LevelFilter::WARN,
    };
    Targets::new()
        .with_default(others)
        .with_targets(OURS.map(|name| (name, level)))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn the_level_is_ours_and_strangers_stay_quiet() {
        let debug = filter(LogLevel::Debug);

        assert!(debug.would_enable("landline_core::run", &Level::DEBUG));
        assert!(!debug.would_enable("hyper::proto", &Level::INFO));
        assert!(!filter(LogLevel::Error).would_enable("web::login", &Level::WARN));
    }
}
