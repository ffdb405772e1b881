//! `landline webhook`: a receiver that prints what arrives.

mod event;

use std::sync::Arc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use http::{Method, StatusCode, Uri};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::banner::Banner;
use crate::cli::WebhookArgs;
use crate::exit::Stop;
use crate::listen::{Serving, Socket};
use crate::shell::{Command, program};
use crate::terminal::{Terminal, printable};

const FAINT: Style = Style::new().dimmed();
const REFUSED: Style = AnsiColor::Red.on_default();
/// Notifications are small; this is far above all of them, bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// For requests in flight at the end.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs until it is told to end.
pub(crate) async fn run(
    args: &WebhookArgs,
    terminal: &Terminal,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    let answer = StatusCode::from_u16(args.answer)
        .map_err(|error| Stop::usage(format!("--answer {}: {error}", args.answer)))?;
    let socket = Socket::bind(args.listen, "--listen")?;
    let url = format!("http://{}", socket.reachable());
    let receiver = Arc::new(Receiver {
        terminal: terminal.clone(),
        answer,
        verbose: args.verbose,
    });
    let serving = Serving::plain(socket, routes(receiver));
    terminal.say(&banner(&url, answer));
    shutdown.cancelled().await;
    serving.stop(DRAIN).await;
    Ok(())
}

struct Receiver {
    terminal: Terminal,
    answer: StatusCode,
    verbose: bool,
}

/// Every path is the webhook: which one was set is up to the user.
fn routes(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .fallback(receive)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(receiver)
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> StatusCode {
    if method != Method::POST {
        return StatusCode::OK;
    }
    let time = time_of_day(store::clock::now_ms());
    let refused = match receiver.answer {
        StatusCode::OK => String::new(),
        other => format!("  {REFUSED}answered {}{REFUSED:#}", other.as_u16()),
    };
    match serde_json::from_slice::<Value>(&body) {
        Ok(notification) => {
            for line in event::lines(&notification) {
                receiver
                    .terminal
                    .say(&format!("{FAINT}{time}{FAINT:#}  {line}{refused}"));
            }
            if receiver.verbose {
                for line in format!("{notification:#}").lines() {
                    receiver.terminal.say(&printable(line));
                }
            }
        }
        Err(error) => receiver.terminal.say(&format!(
            "{FAINT}{time}{FAINT:#}  {} bytes to {} that are no JSON: {error}{refused}",
            body.len(),
            printable(uri.path())
        )),
    }
    receiver.answer
}

/// Hours, minutes and seconds, UTC.
fn time_of_day(now_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(now_ms)
        .map(|time| time.strftime("%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

fn banner(url: &str, answer: StatusCode) -> String {
    let next = Command::new(&program())
        .word("dev")
        .word("--ready")
        .option("--webhook", url);
    Banner::new("a webhook receiver")
        .row("listens", url)
        .row("answers", &answer.to_string())
        .command(
            "Next, in another terminal, a gateway that notifies it",
            &next,
        )
        .to_string()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn post(answer: StatusCode, body: &'static str) -> StatusCode {
        let (terminal, _guard) = Terminal::stdout();
        let receiver = Arc::new(Receiver {
            terminal,
            answer,
            verbose: false,
        });
        let request = Request::post("/any/path")
            .body(Body::from(body))
            .expect("a request");
        routes(receiver)
            .oneshot(request)
            .await
            .expect("answered")
            .status()
    }

    #[tokio::test]
    async fn notifications_are_answered_as_told() {
        assert_eq!(post(StatusCode::OK, "{}").await, StatusCode::OK);
        assert_eq!(
            post(StatusCode::INTERNAL_SERVER_ERROR, "{}").await,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(post(StatusCode::OK, "not JSON").await, StatusCode::OK);
    }

    #[test]
    fn the_time_of_day_is_short() {
        assert_eq!(time_of_day(1_000_000_000_000), "01:46:40Z");
    }
}
