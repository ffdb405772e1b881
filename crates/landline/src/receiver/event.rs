//! One line for each event of a notification. Takes whatever JSON arrives: what is missing is left out.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::terminal::printable;

const FAINT: Style = Style::new().dimmed();
const MESSAGE: Style = AnsiColor::Green.on_default().bold();
const SENT: Style = AnsiColor::Cyan.on_default();
const DELIVERED: Style = AnsiColor::Blue.on_default();
const READ: Style = AnsiColor::Magenta.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Longest content on a line, characters.
const CONTENT: usize = 100;

/// The events of a notification, a styled line each; one line that says so when there is none.
pub(super) fn lines(notification: &Value) -> Vec<String> {
    let messages = events(notification, "messages").map(|event| message(event, notification));
    let statuses = events(notification, "statuses").map(status);
    let errors = events(notification, "errors")
        .map(|event| format!("{BAD}{:<9}{BAD:#}  {}", "error", error(event)));
    let services = events(notification, "services").map(service);
    let lines: Vec<String> = messages
        .chain(statuses)
        .chain(errors)
        .chain(services)
        .collect();
    if lines.is_empty() {
        let content = shortened(&notification.to_string());
        return vec![format!("a notification without events: {content}")];
    }
    lines
}

fn events<'a>(notification: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    notification
        .get(kind)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn message(event: &Value, notification: &Value) -> String {
    let from = text(event, "from");
    let name = events(notification, "contacts")
        .find(|contact| text(contact, "wa_id") == from)
        .and_then(|contact| contact.pointer("/profile/name"))
        .and_then(Value::as_str)
        .map(|name| format!(" ({})", shortened(name)))
        .unwrap_or_default();
    let kind = text(event, "type");
    let mut line = format!(
        "{MESSAGE}{:<9}{MESSAGE:#}  {}{name}  {kind}",
        "message",
        shortened(from),
        kind = shortened(kind)
    );
    let content = match event.get(kind) {
        Some(content) => content_of(kind, content),
        None => events(event, "errors")
            .map(error)
            .collect::<Vec<_>>()
            .join("; "),
    };
    if !content.is_empty() {
        push(&mut line, &content);
    }
    if let Some(quoted) = event.pointer("/context/id").and_then(Value::as_str) {
        push(&mut line, &format!("answers {}", shortened(quoted)));
    }
    faint_id(&mut line, event);
    line
}

/// What stands in a message, in a few words.
fn content_of(kind: &str, content: &Value) -> String {
    let said = match kind {
        "text" => content.get("body"),
        "button" => content.get("text"),
        _ => content.get("caption"),
    };
    match said.and_then(Value::as_str) {
        Some(said) => format!("\"{}\"", shortened(said)),
        None => shortened(&content.to_string()),
    }
}

fn status(event: &Value) -> String {
    let status = text(event, "status");
    let style = match status {
        "sent" => SENT,
        "delivered" => DELIVERED,
        "read" => READ,
        "failed" => BAD,
        _ => Style::new(),
    };
    let word = shortened(status);
    let mut line = format!(
        "{style}{word:<9}{style:#}  {}",
        shortened(text(event, "recipient_id"))
    );
    for failure in events(event, "errors") {
        push(&mut line, &error(failure));
    }
    faint_id(&mut line, event);
    line
}

/// A garbage collection that ended.
fn service(event: &Value) -> String {
    format!("{:<9}  {}", "service", shortened(&event.to_string()))
}

fn error(event: &Value) -> String {
    let code = event.get("code").map(Value::to_string).unwrap_or_default();
    let title = shortened(text(event, "title"));
    let details = text(event, "details");
    if details.is_empty() {
        format!("{code} {title}")
    } else {
        format!("{code} {title}: {}", shortened(details))
    }
}

fn faint_id(line: &mut String, event: &Value) {
    let id = shortened(text(event, "id"));
    push(line, &format!("{FAINT}{id}{FAINT:#}"));
}

fn push(line: &mut String, part: &str) {
    // Writing to a String cannot fail.
    write!(line, "  {part}").ok();
}

fn text<'a>(event: &'a Value, member: &str) -> &'a str {
    event
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn shortened(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= CONTENT {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(CONTENT - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn plain(notification: &Value) -> Vec<String> {
        lines(notification)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect()
    }

    #[test]
    fn a_message_is_a_line() {
        let notification = json!({
            "contacts": [{"profile": {"name": "Ada"}, "wa_id": "12025550101"}],
            "messages": [{
                "context": {"from": "12025550143", "id": "gBGG1"},
                "from": "12025550101", "id": "ABGG2", "timestamp": "1700000000",
                "type": "text", "text": {"body": "Hello\nthere"}
            }]
        });

        assert_eq!(
            plain(&notification),
            ["message    12025550101 (Ada)  text  \"Hello⏎there\"  answers gBGG1  ABGG2"]
        );
    }

    #[test]
    fn statuses_are_lines_with_their_errors() {
        let notification = json!({"statuses": [
            {"id": "gBGG1", "recipient_id": "12025550101", "status": "read", "timestamp": "1"},
            {"id": "gBGG2", "recipient_id": "12025550101", "status": "failed", "timestamp": "1",
             "errors": [{"code": 470, "title": "Message failed to send", "details": "the window is closed"}]}
        ]});

        assert_eq!(
            plain(&notification),
            [
                "read       12025550101  gBGG1",
                "failed     12025550101  470 Message failed to send: the window is closed  gBGG2"
            ]
        );
    }

    #[test]
    fn a_collection_that_ended_is_a_line() {
        let gc = json!({"gc": {"messages_deleted": 42, "status": "complete"}});

        assert_eq!(
            plain(&json!({"services": [{"message": gc}]})),
            [r#"service    {"message":{"gc":{"messages_deleted":42,"status":"complete"}}}"#]
        );
    }

    #[test]
    fn a_notification_without_events_is_shown_too() {
        assert_eq!(plain(&json!({})), ["a notification without events: {}"]);
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_whatever_arrives(body in ".*", kind in ".*", id in ".*") {
            let mut event = json!({"from": "1", "type": kind, "id": id});
            if let Some(members) = event.as_object_mut() {
                members.insert(kind, json!({"body": body}));
            }

            for line in plain(&json!({"messages": [event]})) {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
