//! The notes, by what they are about, and as sections of the page.

use std::fmt::Write as _;

use super::markdown::{head, row};
use super::notes::{Kind, NOTES, Note, TOPICS};

/// What Landline makes of something documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Supported,
    Extension,
    Different,
    Never,
}

impl State {
    /// As the tables say it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Extension => "extension",
            Self::Different => "different",
            Self::Never => "never",
        }
    }

    /// What the notes make of something; `described` is what the document says of it, which names extensions too.
    pub(super) fn of(subject: &str, described: &str) -> Self {
        let found = about(subject).find_map(|note| match note.kind {
            Kind::Different { .. } => Some(Self::Different),
            Kind::Extension => Some(Self::Extension),
            Kind::Never => Some(Self::Never),
            Kind::Decided(_) => None,
        });
        let by_document = described
            .contains("An extension")
            .then_some(Self::Extension);
        found.or(by_document).unwrap_or(Self::Supported)
    }
}

/// The notes about something.
pub(super) fn about(subject: &str) -> impl Iterator<Item = &'static Note> {
    NOTES
        .iter()
        .filter(move |note| note.about.contains(&subject))
}

/// Sections 2 to 4: what differs, what was decided, what is added.
pub(super) fn sections() -> String {
    let mut text = String::from("\n## 2. Where Landline differs on purpose\n\n");
    text.push_str(&head([
        "subject",
        "the original, or the usual proposal",
        "Landline",
        "why",
    ]));
    for note in NOTES {
        if let Kind::Different { original, why } = note.kind {
            text.push_str(&row([note.title, original, note.said, why]));
        }
    }
    text.push_str("\n## 3. Decisions where the documentation is silent\n");
    for topic in TOPICS {
        writeln!(text, "\n### {topic}\n").ok();
        text.push_str(&head(["subject", "decision"]));
        for note in NOTES
            .iter()
            .filter(|note| note.kind == Kind::Decided(topic))
        {
            text.push_str(&row([note.title, note.said]));
        }
    }
    text.push_str("\n## 4. Extensions\n\n");
    text.push_str(&head(["extension", "what it does"]));
    for note in NOTES.iter().filter(|note| note.kind == Kind::Extension) {
        text.push_str(&row([note.title, note.said]));
    }
    text.push_str(
        "\nFields, calls and codes that are extensions are marked in the tables below too.\n",
    );
    text
}
