//! `docs/compatibility.md` and `docs/errors.md`: every documented call, field, type, setting and code, with what Landline
//! makes of it. Made from the OpenAPI document, the tables of `onprem`, and one array of notes.

mod call;
mod error;
mod field;
mod markdown;
mod note;
mod notes;
mod setting;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use serde_json::Value;

use note::State;

const BEGIN: &str = "\
# Compatibility

<!-- Made by `landline compat`; the notes are in crates/landline/src/compat/notes.rs. -->

Landline behaves like the last versions of the original client (v2.41 to v2.53; `meta.version` says `v2.53.1`). This page
says of every documented call, field, message type, setting and error code whether it is supported, and of everything
beyond that what it is. What the original's public documentation states is binding; what was decided where it is silent or
contradicts itself is listed too.

**supported**: as documented. **extension**: the original does not have it. **different**: on purpose, the reason stands in
section 2. **never**: documented, and cannot happen here.
";

const END: &str = "
## Not in this version

| what | comes in part |
| --- | --- |
| several nodes: codes 1017 and 1018, the map form of health and stats | 4 |
";

/// `docs/compatibility.md`.
pub(crate) fn page() -> String {
    let document = web::openapi::document();
    let sections = [
        ("Calls", call::table(&document)),
        ("Messages", field::messages(&document)),
        ("Other bodies", field::bodies(&document)),
        ("Notifications", field::notifications(&document)),
        ("Application settings", setting::table()),
        ("Error codes", error::table()),
    ];
    let mut page = String::from(BEGIN);
    page.push_str("\n## 1. In numbers\n\n| | in all | supported | extension | different | never |\n| --- | --- | --- | --- | --- | --- |\n");
    for (name, section) in &sections {
        let count = |state: State| section.states.iter().filter(|one| **one == state).count();
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            name.to_lowercase(),
            section.states.len(),
            count(State::Supported),
            count(State::Extension),
            count(State::Different),
            count(State::Never)
        )
        .ok();
    }
    page.push_str(&note::sections());
    for (place, (name, section)) in sections.iter().enumerate() {
        writeln!(
            page,
            "\n## {}. {name}\n\n{}",
            place + 5,
            section.text.trim_end()
        )
        .ok();
    }
    page.push_str(END);
    page
}

/// `docs/errors.md`.
pub(crate) fn errors() -> String {
    error::page()
}

/// A part of the page, and the state of each of its lines.
#[derive(Default)]
struct Section {
    text: String,
    states: Vec<State>,
}

/// A text member; `""` when there is none.
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
