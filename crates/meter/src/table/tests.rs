//! The table against the reference, Prometheus, and the document.

use std::collections::BTreeSet;

use super::*;

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[test]
fn names_and_labels_are_such_that_prometheus_reads_them() {
    let mut names = BTreeSet::new();
    for entry in ALL {
        assert!(is_name(entry.name), "{entry:?}");
        assert!(names.insert(entry.name), "twice: {}", entry.name);
        for label in entry.labels {
            assert!(is_name(label) && *label != "le", "{entry:?}");
        }
        assert!(entry.help.ends_with('.'), "{entry:?}");
    }
    // A histogram takes three more names.
    for entry in ALL
        .iter()
        .filter(|entry| matches!(entry.kind, Kind::Histogram(_)))
    {
        for part in ["_bucket", "_sum", "_count"] {
            assert!(
                names.insert(format!("{}{part}", entry.name).leak()),
                "{entry:?}"
            );
        }
    }
}

#[test]
fn bounds_rise() {
    for scale in [LATENCY, WAITING, GROUP] {
        assert!(scale.bounds.is_sorted_by(|one, two| one < two), "{scale:?}");
    }
}

const BEGIN: &str = "<!-- begin -->\n";
const END: &str = "<!-- end -->\n";

/// The tables of the document.
fn document() -> String {
    let calls = [
        (Scope::Web, "`/metrics`"),
        (Scope::App, "`/v1/stats/app`"),
        (
            Scope::AppInternal,
            "`/v1/stats/app/internal`, besides those of `/v1/stats/app`",
        ),
        (Scope::Db, "`/v1/stats/db`"),
        (
            Scope::DbInternal,
            "`/v1/stats/db/internal`, besides those of `/v1/stats/db`",
        ),
    ];
    let table = |(scope, call)| {
        let rows = ALL.iter().filter(|entry| entry.scope == scope);
        let rows: Vec<_> = rows.map(|entry| row(entry)).collect();
        let rows = rows.join("\n");
        format!("\n### {call}\n\n| name | type | labels | |\n| --- | --- | --- | --- |\n{rows}\n")
    };
    calls.map(table).concat() + "\n"
}

fn row(entry: &Entry) -> String {
    let labels = entry.labels.iter().map(|label| format!("`{label}`"));
    let labels: Vec<_> = labels.collect();
    let (name, kind, help) = (entry.name, entry.kind.word(), entry.help);
    format!("| `{name}` | {kind} | {} | {help} |", labels.join(", "))
}

#[test]
fn the_document_lists_every_metric() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let whole = std::fs::read_to_string(path).unwrap();
    let (before, rest) = whole.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();

    if std::env::var_os("UPDATE_DOCS").is_some() {
        let whole = format!("{before}{BEGIN}{}{END}{after}", document());
        std::fs::write(path, whole).unwrap();
        return;
    }
    assert_eq!(written, document(), "UPDATE_DOCS=1 writes it anew");
}

/// The names that the reference has seen, to the letter, with their types and labels.
#[test]
fn the_documented_metrics_are_there() {
    let documented = [
        ("web_uptime", "gauge", &[][..]),
        ("web_connections", "counter", &[]),
        ("web_pending_connections", "gauge", &[]),
        ("web_max_pending_connections", "gauge", &[]),
        ("web_queue_len", "gauge", &[]),
        ("web_idle_processes", "gauge", &[]),
        ("web_requests", "gauge", &["state"]),
        (
            "api_requests_duration_ms_sum",
            "counter",
            &["result", "method"],
        ),
        ("callback_queue_size", "gauge", &[]),
        ("callback_requests", "counter", &["type", "result"]),
        (
            "callback_requests_duration_ms_count",
            "counter",
            &["type", "result"],
        ),
        ("endpoint_requests", "counter", &["method", "result"]),
        ("db_contacts", "gauge", &["type"]),
        ("db_message_receipts", "gauge", &[]),
        ("db_messages", "gauge", &["type"]),
        ("db_pending_callbacks", "gauge", &[]),
        ("db_pending_messages", "gauge", &[]),
    ];
    for (name, kind, labels) in documented {
        let entry = ALL.iter().find(|entry| entry.name == name);
        let found = entry.map(|entry| (entry.kind.word(), entry.labels));
        assert_eq!(found, Some((kind, labels)), "{name}");
    }
}
