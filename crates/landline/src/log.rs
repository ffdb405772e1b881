//! Log lines, to stderr through a writer that never blocks the runtime.

use std::sync::Arc;

use clap::ValueEnum as _;
use onprem::settings::ApplicationSettings;
use tokio::sync::watch;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{self, FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, reload};
use web::RequestId;

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
                            tracing::info!(log_level = %wanted, "the settings changed how much is logged");
                        }
                    }
                    Some(flag) if wanted != before => {
                        tracing::warn!(log_level = %flag, "log_level and verbose_logging of the settings have no effect: --log-level (LANDLINE_LOG_LEVEL) is given");
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
    let lines = fmt::layer().with_writer(writer);
    let lines = match args.log_format {
        LogFormat::Text => {
            let text = fmt::format().with_target(false).with_ansi(colour);
            lines.event_format(Named(text, in_text)).boxed()
        }
        LogFormat::Json => {
            let json = fmt::format().json().flatten_event(true);
            let json = json.with_current_span(false).with_span_list(false);
            lines
                .fmt_fields(JsonFields::new())
                .event_format(Named(json, in_json))
                .boxed()
        }
    };
    let flag = args.log_level;
    let (filter, handle) = reload::Layer::new(filter(flag.unwrap_or(DEFAULT)));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    (guard, Level { handle, flag })
}

/// Lines that belong to a request, with its id at their end.
struct Named<F>(F, fn(&str, &str) -> String);

fn in_text(line: &str, id: &str) -> String {
    format!("{line} request_id={id}")
}

/// Ids are digits and a hyphen.
fn in_json(line: &str, id: &str) -> String {
    let open = line.strip_suffix('}').unwrap_or(line);
    format!("{open},\"request_id\":\"{id}\"}}")
}

impl<S, N, F> FormatEvent<S, N> for Named<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let Self(inner, named) = self;
        let Some(id) = RequestId::current() else {
            return inner.format_event(context, writer, event);
        };
        let mut line = String::new();
        inner.format_event(context, Writer::new(&mut line), event)?;
        writeln!(writer, "{}", named(line.trim_end(), id.as_str()))
    }
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
    fn a_line_of_a_request_ends_with_its_id() {
        assert_eq!(
            in_text("WARN not ready step=1", "7-1"),
            "WARN not ready step=1 request_id=7-1"
        );
        assert_eq!(
            in_json(r#"{"level":"WARN"}"#, "7-1"),
            r#"{"level":"WARN","request_id":"7-1"}"#
        );
    }

    #[test]
    fn the_level_is_ours_and_strangers_stay_quiet() {
        let debug = filter(LogLevel::Debug);

        assert!(debug.would_enable("landline_core::run", &Level::DEBUG));
        assert!(!debug.would_enable("hyper::proto", &Level::INFO));
        assert!(!filter(LogLevel::Error).would_enable("web::login", &Level::WARN));
    }
}
