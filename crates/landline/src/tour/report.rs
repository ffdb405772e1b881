//! The table at the end: which steps held, and how long they took.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::text::time;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Width of the titles, and of the outcomes, characters.
const TITLES: usize = 52;
const OUTCOMES: usize = 14;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As the guide says.
    Held,
    /// What it is about was so before, for this reason.
    Already(&'static str),
    /// Not as the guide says: how instead.
    Failed(String),
    /// The user ended the tour in the middle of it.
    Interrupted,
    /// An earlier step failed, or the user ended the tour.
    NotReached,
}

impl Outcome {
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    fn word(&self) -> (&'static str, Style) {
        match self {
            Self::Held => ("held", GOOD),
            Self::Already(_) => ("held already", GOOD),
            Self::Failed(_) => ("failed", BAD),
            Self::Interrupted => ("interrupted", BAD),
            Self::NotReached => ("not reached", FAINT),
        }
    }
}

/// A step that was played, or not.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// All steps, in order.
#[derive(Debug, Default)]
pub(super) struct Report {
    rows: Vec<Row>,
}

impl Report {
    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether every step held.
    pub(super) fn holds(&self) -> bool {
        !self.rows.is_empty() && self.held() == self.rows.len()
    }

    /// The steps that failed, by title; what came of the rest follows from the table.
    pub(super) fn failures(&self) -> String {
        let failed = self.rows.iter().filter(|row| row.outcome.is_failure());
        let titles: Vec<String> = failed.map(|row| format!("\"{}\"", row.title)).collect();
        match titles.as_slice() {
            [] => "not every step was reached".to_owned(),
            titles => format!("failed: {}", titles.join(", ")),
        }
    }

    fn held(&self) -> usize {
        let held = |row: &&Row| matches!(row.outcome, Outcome::Held | Outcome::Already(_));
        self.rows.iter().filter(held).count()
    }

    /// The table, styled.
    pub(super) fn lines(&self) -> Vec<String> {
        let rule = format!("    {FAINT}{}{FAINT:#}", "─".repeat(TITLES + OUTCOMES + 16));
        let mut lines = vec![String::new(), rule.clone()];
        for (row, number) in self.rows.iter().zip(1..) {
            let (word, style) = row.outcome.word();
            let took = match row.outcome {
                Outcome::Interrupted | Outcome::NotReached => String::new(),
                _ => time(row.took),
            };
            lines.push(format!(
                "    {number:>2}  {:<TITLES$}  {style}{word:<OUTCOMES$}{style:#}{took:>10}",
                row.title
            ));
        }
        lines.push(rule);
        let (held, all) = (self.held(), self.rows.len());
        let style = if self.holds() { GOOD } else { BAD };
        let total = time(self.rows.iter().map(|row| row.took).sum());
        lines.push(format!(
            "    {style}{BOLD}{held} of {all} steps held{BOLD:#}{style:#}, in {total}"
        ));
        lines.push(String::new());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(title: &'static str, outcome: Outcome, ms: u64) -> Row {
        Row {
            title,
            outcome,
            took: Duration::from_millis(ms),
        }
    }

    fn report(rows: Vec<Row>) -> Report {
        Report { rows }
    }

    #[test]
    fn the_table_has_a_row_for_each_step() {
        let report = report(vec![
            row("Log in", Outcome::Already("changed before"), 120),
            row(
                "Register the number",
                Outcome::Failed("403".to_owned()),
                1440,
            ),
            row("A text", Outcome::NotReached, 0),
        ]);

        let lines = report.lines().join("\n");

        insta::assert_snapshot!(anstream::adapter::strip_str(&lines).to_string(), @r#"

            ──────────────────────────────────────────────────────────────────────────────────
             1  Log in                                                held already      120 ms
             2  Register the number                                   failed             1.4 s
             3  A text                                                not reached             
            ──────────────────────────────────────────────────────────────────────────────────
            1 of 3 steps held, in 1.6 s
        "#);
    }

    #[test]
    fn it_holds_only_when_every_step_held() {
        let held = row("a", Outcome::Held, 1);
        let already = row("b", Outcome::Already("so before"), 1);
        let failed = row("c", Outcome::Failed("no".to_owned()), 1);
        let missed = row("d", Outcome::NotReached, 0);

        assert!(report(vec![held.clone(), already.clone()]).holds());
        assert!(!report(vec![held.clone(), failed.clone()]).holds());
        assert!(!report(vec![held.clone(), missed.clone()]).holds());
        assert!(!report(Vec::new()).holds());
        assert_eq!(
            report(vec![held.clone(), failed]).failures(),
            "failed: \"c\""
        );
        assert_eq!(
            report(vec![held, missed]).failures(),
            "not every step was reached"
        );
    }
}
