//! What the user sees while the tour is under way: at most 100 columns, few colours.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::client::Answer;
use super::event::Event;
use super::report::{Outcome, Report};
use super::text::{compact, shortened, time, wrapped};
use crate::terminal::{Terminal, printable};

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const REQUEST: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const REFUSED: Style = AnsiColor::Yellow.on_default();
const ARRIVED: Style = AnsiColor::Magenta.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Widest line, characters.
const WIDTH: usize = 100;
/// Before everything inside a step, characters.
const MARGIN: usize = 4;
/// Before what belongs to the line above, characters.
const INNER: usize = MARGIN + 2;
/// Lines of one body.
const BODY_LINES: usize = 3;
/// Lines of one notification, and of one failure.
const EVENT_LINES: usize = 2;
const FAILURE_LINES: usize = 6;

/// The user's screen. Cheap to clone.
#[derive(Clone)]
pub(super) struct Screen {
    terminal: Terminal,
}

impl Screen {
    pub(super) fn new(terminal: Terminal) -> Self {
        Self { terminal }
    }

    fn say(&self, lines: &[String]) {
        // In one piece: nothing comes between.
        self.terminal.say(&lines.join("\n"));
    }

    /// The first lines.
    pub(super) fn title(&self, api: &str, webhook: &str) {
        let (api, webhook) = (printable(api), printable(webhook));
        self.say(&[
            format!("\n  {BOLD}Landline, the tour{BOLD:#}"),
            "  The getting-started guide, step by step, as you would go through it by hand."
                .to_owned(),
            String::new(),
            format!("  {FAINT}gateway{FAINT:#}  {api}"),
            format!("  {FAINT}webhook{FAINT:#}  {webhook}  {FAINT}(for this tour only){FAINT:#}"),
        ]);
    }

    /// The heading of a step.
    pub(super) fn heading(&self, number: usize, title: &str) {
        self.say(&[format!("\n{BOLD}{number:>2}  {title}{BOLD:#}")]);
    }

    /// A request. `by` says who makes it, where that is not the token.
    pub(super) fn request(&self, method: &str, path: &str, by: Option<&str>, body: Option<&Value>) {
        self.say(&request_lines(method, path, by, body));
    }

    /// An answer with its body, or what is to be shown of it.
    pub(super) fn answer(&self, answer: &Answer, body: &str) {
        self.say(&answer_lines(answer, body));
    }

    /// A notification that arrived at the webhook.
    pub(super) fn arrived(&self, event: &Event) {
        self.say(&event_lines(event));
    }

    /// A remark.
    pub(super) fn note(&self, text: &str) {
        let text = printable(text);
        let lines = wrapped(&text, WIDTH - INNER, BODY_LINES);
        self.say(&marked(&format!("{FAINT}·{FAINT:#}"), lines, FAINT));
    }

    /// A fact with its name.
    pub(super) fn fact(&self, name: &str, value: &str) {
        let value = shortened(&printable(value), WIDTH - 20);
        self.say(&[format!("    {FAINT}{name:<12}{FAINT:#}{value}")]);
    }

    /// How a step ended.
    pub(super) fn outcome(&self, outcome: &Outcome, took: Duration) {
        self.say(&outcome_lines(outcome, took));
    }

    /// The table at the end.
    pub(super) fn report(&self, report: &Report) {
        self.say(&report.lines());
    }
}

fn request_lines(method: &str, path: &str, by: Option<&str>, body: Option<&Value>) -> Vec<String> {
    let path = shortened(&printable(path), WIDTH - INNER - method.len() - 24);
    let by = by.map(printable).unwrap_or_default();
    let gap = if by.is_empty() { "" } else { "  " };
    let used = INNER + method.len() + 1 + path.chars().count() + gap.len() + by.chars().count();
    let first =
        format!("    {REQUEST}→{REQUEST:#} {BOLD}{method}{BOLD:#} {path}{gap}{FAINT}{by}{FAINT:#}");
    with_body(
        first,
        used,
        &body.map(compact).unwrap_or_default(),
        Style::new(),
    )
}

fn answer_lines(answer: &Answer, body: &str) -> Vec<String> {
    let status = answer.status;
    let style = if (200..300).contains(&status) {
        GOOD
    } else {
        REFUSED
    };
    let wait = answer
        .retry_after
        .as_deref()
        .map(|wait| format!("  Retry-After: {}", shortened(&printable(wait), 32)))
        .unwrap_or_default();
    let used = INNER + 3 + wait.chars().count();
    let first = format!("    {style}← {status}{style:#}{FAINT}{wait}{FAINT:#}");
    with_body(first, used, body, FAINT)
}

/// A body beside the first line, of which `used` columns are taken, or below it where there is no room.
fn with_body(first: String, used: usize, body: &str, style: Style) -> Vec<String> {
    if body.is_empty() {
        return vec![first];
    }
    if used + 2 + body.chars().count() <= WIDTH {
        return vec![format!("{first}  {style}{body}{style:#}")];
    }
    let below = wrapped(body, WIDTH - INNER, BODY_LINES);
    let below = below
        .iter()
        .map(|line| format!("      {style}{line}{style:#}"));
    std::iter::once(first).chain(below).collect()
}

fn event_lines(event: &Event) -> Vec<String> {
    let mut lines = vec![format!(
        "    {ARRIVED}◆ webhook: {}{ARRIVED:#}",
        shortened(&printable(&event.summary()), WIDTH - INNER - 10)
    )];
    let body = wrapped(&compact(event.notification()), WIDTH - INNER, EVENT_LINES);
    lines.extend(
        body.iter()
            .map(|line| format!("      {FAINT}{line}{FAINT:#}")),
    );
    lines
}

fn outcome_lines(outcome: &Outcome, took: Duration) -> Vec<String> {
    let took = time(took);
    match outcome {
        Outcome::Held => vec![format!(
            "    {GOOD}✓ held{GOOD:#} {FAINT}in {took}{FAINT:#}"
        )],
        Outcome::Already(why) => vec![format!(
            "    {GOOD}✓ held already{GOOD:#}: {why} {FAINT}({took}){FAINT:#}"
        )],
        Outcome::Failed(why) => {
            let mut lines = vec![format!(
                "    {BAD}✗ failed{BAD:#} {FAINT}after {took}{FAINT:#}"
            )];
            let why = wrapped(&printable(why), WIDTH - INNER, FAILURE_LINES);
            lines.extend(why.iter().map(|line| format!("      {line}")));
            lines
        }
        Outcome::Interrupted => vec![format!("    {BAD}✗ interrupted{BAD:#}")],
        Outcome::NotReached => vec![format!("    {FAINT}not reached{FAINT:#}")],
    }
}

/// The first line after a mark, the others below it.
fn marked(mark: &str, lines: Vec<String>, style: Style) -> Vec<String> {
    let line = |(at, line): (usize, String)| {
        let before = if at == 0 { mark } else { " " };
        format!("    {before} {style}{line}{style:#}")
    };
    lines.into_iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::event::events;
    use super::*;

    fn plain(lines: &[String]) -> String {
        anstream::adapter::strip_str(&lines.join("\n")).to_string()
    }

    #[test]
    fn a_request_and_its_answer_are_readable() {
        let body = json!({"new_password": "Tour7-AAAAAAAAAAAAAAAA"});
        let answer = Answer {
            status: 503,
            body: json!({"errors": [{"code": 1011, "title": "Service not ready"}], "meta": {}}),
            retry_after: Some("2".to_owned()),
        };

        let mut lines = request_lines("POST", "/v1/users/login", Some("admin:s…"), Some(&body));
        lines.extend(answer_lines(&answer, &compact(&answer.body)));

        insta::assert_snapshot!(plain(&lines), @r#"
            → POST /v1/users/login  admin:s…  {"new_password":"Tour…"}
            ← 503  Retry-After: 2  {"errors":[{"code":1011,"title":"Service not ready"}]}
        "#);
    }

    #[test]
    fn a_body_that_does_not_fit_beside_stands_below() {
        let body = json!({"a": "x".repeat(50), "b": "y".repeat(40)});

        let lines = request_lines("POST", "/v1/messages", None, Some(&body));

        insta::assert_snapshot!(plain(&lines), @r#"
            → POST /v1/messages
              {"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
              "b":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}
        "#);
    }

    #[test]
    fn a_notification_says_what_it_is_about() {
        let notification = json!({"statuses": [{
            "id": "gBGG1", "message": {"recipient_id": "13035550100"}, "recipient_id": "13035550100",
            "status": "delivered", "timestamp": "1700000000", "type": "message"
        }]});
        let events = events(&notification);

        insta::assert_snapshot!(plain(&event_lines(&events[0])), @r#"
            ◆ webhook: delivered, to +13035550100
              {"statuses":[{"id":"gBGG1","message":{"recipient_id":"13035550100"},
              "recipient_id":"13035550100","status":"delivered","timestamp":"1700000000","type":"message"}]}
        "#);
    }

    #[test]
    fn no_line_is_wider_than_the_screen_whatever_comes() {
        let long = "word ".repeat(200);
        let answer = Answer {
            status: 200,
            body: json!({"a": long, "b": [long, long, long, long]}),
            retry_after: None,
        };
        let failed = Outcome::Failed(long.clone());

        let lines = [
            request_lines("DELETE", &long, Some("admin:s…"), Some(&answer.body)),
            answer_lines(&answer, &compact(&answer.body)),
            outcome_lines(&failed, Duration::from_secs(3)),
        ]
        .concat();

        for line in plain(&lines).lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
