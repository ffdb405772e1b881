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
    /// What the command line or the environment says: it has the last word.
    flag: Option<LogLevel>,
}

impl Level {
    /// Obeys the settings of a line from now on, until the line has gone.
    pub(crate) fn follow(&self, mut settings: watch::Receiver<Arc<ApplicationSettings>>) {
        let (handle, flag) = (self.handle.clone(), self.flag);
        tokio::spawn(async move {
            let mut wanted = DEFAULT;
            loop {
                let before = wanted;
                wanted = of_settings(&settings.borrow_and_update());
                match flag {
                    None => {
                        // It fails only when nothing logs any more.
                        handle.reload(filter(wanted)).ok();
                        if wanted != before {
                            tracing::info!(level = %wanted, "the settings changed how much is logged");
                        }
                    }
                    Some(flag) if wanted != before => {
                        tracing::warn!(level = %flag, "log_level and verbose_logging of the settings have no effect: --log-level (LANDLINE_LOG_LEVEL) is given");
                    }
                    Some(_) => {}
                }
                if settings.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}

/// The level before the settings are known.
const DEFAULT: LogLevel = LogLevel::Info;

/// The level that settings ask for: `verbose_logging` is `debug` at least.
fn of_settings(settings: &ApplicationSettings) -> LogLevel {
    let level = LogLevel::from_str(&settings.log_level, true).unwrap_or(DEFAULT);
    if settings.verbose_logging {
        level.max(LogLevel::Debug)
    } else {
        level
    }
}

impl std::fmt::Display for LogLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.to_possible_value();
        f.write_str(name.as_ref().map_or("", |name| name.get_name()))
    }
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
        // The request that a line belongs to is its only span: no list of them is needed.
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    let flag = args.log_level;
    let (filter, handle) = reload::Layer::new(filter(flag.unwrap_or(DEFAULT)));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
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
    fn settings_ask_for_a_level() {
        let asked = |log_level: &str, verbose_logging| {
            let settings = ApplicationSettings {
                log_level: log_level.to_owned(),
                verbose_logging,
                ..ApplicationSettings::default()
            };
            of_settings(&settings).to_string()
        };

        assert_eq!(asked("info", false), "info");
        assert_eq!(asked("error", false), "error");
        assert_eq!(asked("error", true), "debug");
        assert_eq!(asked("trace", true), "trace");
        assert_eq!(of_settings(&ApplicationSettings::default()), DEFAULT);
    }

    #[test]
    fn the_level_is_ours_and_strangers_stay_quiet() {
        let debug = filter(LogLevel::Debug);

        assert!(debug.would_enable("landline_core::run", &Level::DEBUG));
        assert!(!debug.would_enable("hyper::proto", &Level::INFO));
        assert!(!filter(LogLevel::Error).would_enable("web::login", &Level::WARN));
    }
}
