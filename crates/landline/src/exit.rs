//! How a run ends when it does not end well: what happened, why, and the next step.

use std::fmt;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use store::StoreError;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// The reason why the program ends with a status other than 0.
#[derive(Debug)]
pub(crate) struct Stop {
    status: u8,
    what: String,
    why: Option<String>,
    hint: Option<String>,
}

impl Stop {
    /// Status 1: `what` did not work.
    pub(crate) fn failed(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self {
            status: 1,
            what: what.into(),
            why: Some(why.to_string()),
            hint: None,
        }
    }

    /// Status 2: the program was used wrongly.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self {
            status: 2,
            what: what.into(),
            why: None,
            hint: None,
        }
    }

    /// The same with the next step for the user.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The process's exit status.
    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    /// What and why in one line without colours, for the log.
    pub(crate) fn plain(&self) -> String {
        match &self.why {
            Some(why) => format!("{}: {why}", self.what),
            None => self.what.clone(),
        }
    }

    /// Prints it to stderr.
    pub(crate) fn print(&self) {
        // With stderr gone there is nobody left to tell.
        writeln!(anstream::stderr(), "{self}").ok();
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ERROR}error:{ERROR:#} {}", self.what)?;
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n{HINT}hint:{HINT:#} {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Stop {}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Locked(_) => Some(OTHER_DIRECTORY),
            StoreError::Full => Some("free some space, then start again: nothing accepted is lost"),
            StoreError::Damaged(_) => {
                Some("does secret.key belong to this directory? bring back the one that does")
            }
            _ => None,
        };
        let stop = Self::failed("the store cannot be used", error);
        match hint {
            Some(hint) => stop.hint(hint),
            None => stop,
        }
    }
}

/// The way out of a directory that is in use.
pub(crate) const OTHER_DIRECTORY: &str = "end the other program, or give this one a directory of its own: --data DIR, or data in a configuration";

/// An error with everything that it says about its causes.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Many errors repeat their cause in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_says_what_why_and_the_next_step() {
        let stop = Stop::failed("cannot listen on 127.0.0.1:9090", "address in use")
            .hint("--listen moves the API");

        assert_eq!(
            anstream::adapter::strip_str(&stop.to_string()).to_string(),
            "error: cannot listen on 127.0.0.1:9090: address in use\nhint: --listen moves the API"
        );
        assert_eq!(stop.status(), 1);
    }

    #[test]
    fn a_directory_in_use_names_the_flag_that_moves_it() {
        let stop = Stop::from(StoreError::Locked("/data/landline.db".to_owned()));

        assert!(stop.to_string().contains("--data"));
    }
}
