use std::path::Path;

use onprem::error::TABLE;
use onprem::error::answers::ANSWERS;

use super::notes::{Kind, NOTES};
use super::*;

#[test]
fn the_committed_pages_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (file, made, command) in [
        ("compatibility.md", page(), "compat"),
        ("errors.md", errors(), "compat --errors"),
    ] {
        let committed = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(committed == made, "cargo run -- {command} > docs/{file}");
    }
}

#[test]
fn every_code_is_raised_or_there_is_a_reason_why_not() {
    for row in TABLE {
        let is_answered = ANSWERS.iter().any(|answered| answered.code == row.code);
        let is_raised = is_answered || !error::told(row.code).is_empty();
        let is_never =
            note::about(&format!("code {}", row.code)).any(|note| note.kind == Kind::Never);
        assert!(is_raised != is_never, "{}", row.code);
    }
}

#[test]
fn every_note_is_about_something_that_is_there() {
    let page = page();

    for subject in NOTES.iter().flat_map(|note| note.about) {
        let shown = match subject.split_once(' ') {
            Some(("code", code)) => format!("| {code} | "),
            Some(("setting", name)) => format!("| `{name}` | "),
            Some(_) => format!("| `{subject}` | "),
            None => {
                let (_, path) = subject.split_once('.').unwrap();
                format!("| `{path}` | ")
            }
        };
        assert!(page.contains(&shown), "{subject}: {shown}");
    }
}
