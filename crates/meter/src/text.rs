//! A page as Prometheus reads it: the text exposition format 0.0.4.

use std::fmt::{self, Write as _};

use crate::metric::Entry;
use crate::page::{BOUND, Page, Series};

/// The content type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4";

impl Page {
    /// The page as text. Families without samples are there with their help and type.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(16 * 1024);
        for family in self.written() {
            // Writing to a string does not fail.
            head(&mut text, family.entry).ok();
            for series in &family.series {
                line(&mut text, family.entry.name, series).ok();
            }
        }
        text
    }
}

fn head(text: &mut String, entry: &Entry) -> fmt::Result {
    let (name, kind) = (entry.name, entry.kind.word());
    writeln!(text, "# HELP {name} {}", Escaped(entry.help, false))?;
    writeln!(text, "# TYPE {name} {kind}")
}

fn line(text: &mut String, name: &str, series: &Series<'_>) -> fmt::Result {
    write!(text, "{name}{}", series.suffix)?;
    let bound = series.bound.as_deref().map(|bound| (BOUND, bound));
    let mut opened = false;
    for (label, value) in series.labels.iter().copied().chain(bound) {
        text.write_char(if opened { ',' } else { '{' })?;
        opened = true;
        write!(text, "{label}=\"{}\"", Escaped(value, true))?;
    }
    if opened {
        text.write_char('}')?;
    }
    writeln!(text, " {}", series.value)
}

/// Text with backslashes and line ends escaped, and quotes where it stands in quotes.
struct Escaped<'a>(&'a str, bool);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, quoted) = *self;
        for character in text.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' if quoted => f.write_str("\\\"")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
