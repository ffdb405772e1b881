//! Log lines, to stderr through a writer that never blocks the runtime.

use std::sync::Arc;

use clap::ValueEnum as _;
use onprem::settings::ApplicationSettings;
use tokio::sync::watch;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, reload};

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

/// How much is logged, changeable while the program runs.
pub(crate) struct Level {
    handle: reload::Handle<Targets, Registry>,
    flag: LogLevel,
}

impl Level {
    /// Obeys the settings of a line from now on, until the line has gone.
    pub(crate) fn follow(&self, mut settings: watch::Receiver<Arc<ApplicationSettings>>) {
        let (handle, flag) = (self.handle.clone(), self.flag);
        tokio::spawn(async move {
            loop {
                let level = level(&settings.borrow_and_update(), flag);
                // It fails only when nothing logs any more.
                handle.reload(filter(level)).ok();
                if settings.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}

/// The settings' level, unless they leave it at its default: then the flag's.
fn level(settings: &ApplicationSettings, flag: LogLevel) -> LogLevel {
    if settings.verbose_logging && !matches!(flag, LogLevel::Trace) {
        return LogLevel::Debug;
    }
    if settings.log_level == ApplicationSettings::default().log_level {
        return flag;
    }
    LogLevel::from_str(&settings.log_level, true).unwrap_or(flag)
}

/// Starts logging. Lines are written while the guard lives.
pub(crate) fn start(args: &LogArgs) -> (WorkerGuard, Level) {
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
    let (filter, handle) = reload::Layer::new(filter(args.log_level));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    let flag = args.log_level;
    (guard, Level { handle, flag })
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
    fn settings_say_more_than_the_flag_only_when_they_say_something() {
        let with = |log_level: &str, verbose_logging| ApplicationSettings {
            log_level: log_level.to_owned(),
            verbose_logging,
            ..ApplicationSettings::default()
        };

        assert_eq!(level(&with("info", false), LogLevel::Warn), LogLevel::Warn);
        assert_eq!(
            level(&with("error", false), LogLevel::Info),
            LogLevel::Error
        );
        assert_eq!(level(&with("info", true), LogLevel::Info), LogLevel::Debug);
    }

    #[test]
    fn the_level_is_ours_and_strangers_stay_quiet() {
        let debug = filter(LogLevel::Debug);

        assert!(debug.would_enable("landline_core::run", &Level::DEBUG));
        assert!(!debug.would_enable("hyper::proto", &Level::INFO));
        assert!(!filter(LogLevel::Error).would_enable("web::login", &Level::WARN));
    }
}
