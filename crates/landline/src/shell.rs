//! Commands that a user can copy into a shell as they stand.

use std::borrow::Cow;
use std::fmt;

/// A command line, quoted for a POSIX shell, over one line or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    lines: Vec<String>,
}

impl Command {
    /// A command with no arguments yet.
    pub(crate) fn new(program: &str) -> Self {
        Self {
            lines: vec![quoted(program).into_owned()],
        }
    }

    /// `curl` that trusts this CA file and says what goes wrong.
    pub(crate) fn curl(ca_cert: &str) -> Self {
        Self::new("curl").word("-sS").option("--cacert", ca_cert)
    }

    /// Adds one argument.
    #[must_use]
    pub(crate) fn word(mut self, word: &str) -> Self {
        if let Some(line) = self.lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&quoted(word));
        }
        self
    }

    /// Adds a flag with its value.
    #[must_use]
    pub(crate) fn option(self, flag: &str, value: &str) -> Self {
        self.word(flag).word(value)
    }

    /// What follows stands on a line of its own.
    #[must_use]
    pub(crate) fn line(mut self) -> Self {
        self.lines.push(String::new());
        self
    }

    /// Adds a JSON body and its type.
    #[must_use]
    pub(crate) fn json(self, body: &str) -> Self {
        self.option("-H", "Content-Type: application/json")
            .line()
            .option("-d", body)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join(" \\\n  "))
    }
}

/// How this program was called, so that printed commands call the same.
pub(crate) fn program() -> String {
    std::env::args()
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "landline".to_owned())
}

fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_@%+=:,./-".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_command_is_quoted_where_it_must_be() {
        let command = Command::curl("/my data/ca.pem")
            .line()
            .option("-u", "admin:it's")
            .json(r#"{"a":"b"}"#);

        insta::assert_snapshot!(command.to_string(), @r#"
        curl -sS --cacert '/my data/ca.pem' \
          -u 'admin:it'\''s' -H 'Content-Type: application/json' \
          -d '{"a":"b"}'
        "#);
    }

    proptest! {
        #[test]
        fn a_shell_gives_back_what_was_quoted(word in "[^\0]{0,20}") {
            let output = std::process::Command::new("sh")
                .arg("-c")
                .arg(format!("printf %s {}", quoted(&word)))
                .output()
                .expect("a shell");

            prop_assert_eq!(String::from_utf8_lossy(&output.stdout).into_owned(), word);
        }
    }
}
