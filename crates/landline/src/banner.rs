//! What a program says first: a heading, rows of facts, and commands to copy.

use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::shell::Command;

const HEADING: Style = Style::new().bold();
const LABEL: Style = Style::new().dimmed();
const COMMAND: Style = AnsiColor::Green.on_default();

/// Width of the labels, characters.
const WIDTH: usize = 13;

/// A banner under construction; its `Display` is the styled text.
pub(crate) struct Banner {
    heading: String,
    rows: Vec<(String, String)>,
    commands: Vec<(String, String)>,
}

impl Banner {
    /// A banner of this program, which runs `what`.
    pub(crate) fn new(what: &str) -> Self {
        Self {
            heading: what.to_owned(),
            rows: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Adds a fact. Without a label it belongs to the one above.
    #[must_use]
    pub(crate) fn row(mut self, label: &str, value: &str) -> Self {
        self.rows.push((label.to_owned(), value.to_owned()));
        self
    }

    /// Adds a command with what it is for.
    #[must_use]
    pub(crate) fn command(mut self, purpose: &str, command: &Command) -> Self {
        self.commands
            .push((purpose.to_owned(), command.to_string()));
        self
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(
            f,
            "\n  {HEADING}Landline {version}{HEADING:#}, {}\n",
            self.heading
        )?;
        for (label, value) in &self.rows {
            writeln!(f, "  {LABEL}{label:<WIDTH$}{LABEL:#}{value}")?;
        }
        for (purpose, command) in &self.commands {
            writeln!(f, "\n  {HEADING}{purpose}:{HEADING:#}\n")?;
            for line in command.lines() {
                writeln!(f, "    {COMMAND}{line}{COMMAND:#}")?;
            }
        }
        Ok(())
    }
}
