//! What a section of `landline.toml` was given: from the file, from the environment, from files of secrets; and where each
//! value comes from, so that whoever has to change it is told where.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::{Table, Value};

use super::setting::{FILE, Kind, Setting};
use crate::exit::Stop;

/// Reads a variable; `None` when it is not set, or to nothing.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Longest file of a secret, bytes.
const LONGEST_SECRET: u64 = 64 * 1024;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// The table of settings.
    Default,
    /// The file of the settings.
    File,
    /// A variable.
    Variable(String),
    /// A file that holds a secret.
    Secret(PathBuf),
}

/// Words, or several: what every kind of value is until it is read.
#[derive(Clone)]
struct Held {
    value: Value,
    source: Source,
}

/// The settings of one section.
#[derive(Clone)]
pub(super) struct Given {
    /// The section's name with a dot, `lines.main.`, or nothing.
    prefix: String,
    held: BTreeMap<&'static str, Held>,
}

/// What a section is read from.
pub(super) struct Origin<'a> {
    /// The section's name with a dot, `lines.main.`, or nothing.
    pub(super) prefix: String,
    /// What its variables begin with: `LANDLINE_LINES_MAIN_`.
    pub(super) variables: String,
    /// The section in the file, if there.
    pub(super) table: Option<&'a Table>,
    /// Relative paths in the file are relative to this.
    pub(super) dir: &'a Path,
    /// The environment.
    pub(super) env: Env<'a>,
}

impl Given {
    /// Reads the settings of some tables. `fallback` has what this section does not say. Keys that no table has are refused,
    /// apart from `others`.
    pub(super) fn read(
        tables: &[&'static [Setting]],
        origin: &Origin<'_>,
        fallback: Option<&Self>,
        others: &[&str],
    ) -> Result<Self, Stop> {
        origin.check_keys(tables, others)?;
        let mut held = BTreeMap::new();
        for setting in tables.iter().copied().flatten() {
            let own = origin.find(setting)?;
            let inherited = || fallback.and_then(|given| given.held.get(setting.name).cloned());
            if let Some(found) = own.or_else(inherited).or_else(|| default_of(setting)) {
                held.insert(setting.name, found);
            }
        }
        Ok(Self {
            prefix: origin.prefix.clone(),
            held,
        })
    }

    /// Words, if given; nothing but blanks counts as not given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let held = self.held.get(name)?.value.as_str()?;
        (!held.trim().is_empty()).then_some(held)
    }

    /// Words as they are, `""` too.
    pub(super) fn raw(&self, name: &str) -> &str {
        let held = self.held.get(name).and_then(|held| held.value.as_str());
        held.unwrap_or_default()
    }

    /// Words that have to be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Stop> {
        self.text(name)
            .ok_or_else(|| self.missing(name, "it is not set"))
    }

    /// The end for something that has to be there and is not.
    pub(super) fn missing(&self, name: &str, why: &str) -> Stop {
        Stop::usage(format!("{}{name}: {why}", self.prefix))
            .hint("`landline serve --sample` prints a commented configuration")
    }

    /// A flag.
    pub(super) fn flag(&self, name: &str) -> bool {
        let held = self.held.get(name).and_then(|held| held.value.as_bool());
        held.unwrap_or_default()
    }

    /// A number.
    pub(super) fn count(&self, name: &str) -> u64 {
        let held = self.held.get(name).and_then(|held| held.value.as_integer());
        held.and_then(|count| u64::try_from(count).ok())
            .unwrap_or_default()
    }

    /// Whether it was given, or has a default.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.held.contains_key(name)
    }

    /// Several words.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let held = self.held.get(name).and_then(|held| held.value.as_array());
        held.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// Words in a form of their own.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&self, name: &str) -> Result<T, Stop> {
        self.raw(name)
            .parse()
            .map_err(|error| self.wrong(name, format!("{:?}: {error}", self.raw(name))))
    }

    /// The end for a value that is not allowed; the reason names no secret.
    pub(super) fn wrong(&self, name: &str, why: impl fmt::Display) -> Stop {
        let place = match self.held.get(name).map(|held| &held.source) {
            Some(Source::Variable(variable)) => format!("the variable {variable}"),
            Some(Source::Secret(path)) => path.display().to_string(),
            Some(Source::File | Source::Default) | None => format!("{}{name}", self.prefix),
        };
        Stop::usage(format!("{place}: {why}"))
    }
}

fn default_of(setting: &Setting) -> Option<Held> {
    let line = format!("value = {}", setting.default?);
    let mut table: Table = line.parse().ok()?;
    Some(Held {
        value: table.remove("value")?,
        source: Source::Default,
    })
}

impl Origin<'_> {
    /// The environment wins over the file.
    fn find(&self, setting: &Setting) -> Result<Option<Held>, Stop> {
        let variable = format!("{}{}", self.variables, setting.name.to_uppercase());
        if let Some(text) = (self.env)(&variable) {
            let value = from_text(setting.kind, &text)
                .map_err(|why| Stop::usage(format!("the variable {variable}: {why}")))?;
            let source = Source::Variable(variable);
            return Ok(Some(Held { value, source }));
        }
        if setting.kind == Kind::Secret {
            let variable = format!("{variable}{}", FILE.to_uppercase());
            if let Some(path) = (self.env)(&variable) {
                return secret(Path::new(&path), &format!("the variable {variable}")).map(Some);
            }
            let key = format!("{}{FILE}", setting.name);
            if let Some(path) = self.table.and_then(|table| table.get(&key)) {
                let place = format!("{}{key}", self.prefix);
                let path = path
                    .as_str()
                    .ok_or_else(|| Stop::usage(format!("{place} is not the name of a file")))?;
                return secret(&self.dir.join(path), &place).map(Some);
            }
        }
        let Some(value) = self.table.and_then(|table| table.get(setting.name)) else {
            return Ok(None);
        };
        if let Err(wanted) = fits(setting.kind, value) {
            return Err(Stop::usage(format!(
                "{}{} is {}, not {wanted}",
                self.prefix,
                setting.name,
                a(value)
            )));
        }
        Ok(Some(Held {
            value: value.clone(),
            source: Source::File,
        }))
    }

    fn check_keys(&self, tables: &[&'static [Setting]], others: &[&str]) -> Result<(), Stop> {
        let settings = || tables.iter().copied().flatten();
        let is_known = |key: &str| {
            others.contains(&key)
                || settings().any(|setting| {
                    setting.name == key
                        || setting.kind == Kind::Secret
                            && key.strip_suffix(FILE) == Some(setting.name)
                })
        };
        let unknown = (self.table.into_iter().flat_map(Table::keys)).find(|key| !is_known(key));
        let Some(key) = unknown else {
            return Ok(());
        };
        let names: Vec<_> = settings().map(|setting| setting.name).collect();
        Err(
            Stop::usage(format!("{}{key} is not a setting", self.prefix))
                .hint(format!("there are {}", names.join(", "))),
        )
    }
}

/// Whether a value of the file is of its kind; if not, what it should be.
fn fits(kind: Kind, value: &Value) -> Result<(), &'static str> {
    let (fits, wanted) = match kind {
        Kind::Text | Kind::Secret => (value.is_str(), "words"),
        Kind::Flag => (value.is_bool(), "true or false"),
        Kind::Count => (
            value.as_integer().is_some_and(|count| count >= 0),
            "a number, 0 or more",
        ),
        Kind::List => (
            value
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_str)),
            "a list of words",
        ),
    };
    if fits { Ok(()) } else { Err(wanted) }
}

/// A value in words for people, without itself: it may be a secret.
fn a(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "words",
        Value::Integer(_) => "a number",
        Value::Float(_) => "a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// A value of the environment.
fn from_text(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Secret => Ok(Value::String(text.to_owned())),
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Value::Boolean(true)),
            "false" | "no" | "off" | "0" => Ok(Value::Boolean(false)),
            _ => Err("neither true nor false".to_owned()),
        },
        Kind::Count => text
            .trim()
            .parse::<u32>()
            .map(|count| Value::Integer(count.into()))
            .map_err(|error| error.to_string()),
        Kind::List => {
            let words = text
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty());
            Ok(Value::Array(
                words.map(|word| Value::String(word.to_owned())).collect(),
            ))
        }
    }
}

/// A secret from its file, without the line's end.
fn secret(path: &Path, place: &str) -> Result<Held, Stop> {
    let failed = |why: &dyn fmt::Display| {
        Stop::failed(format!("{place}: {} cannot be read", path.display()), why)
    };
    let length = std::fs::metadata(path)
        .map_err(|error| failed(&error))?
        .len();
    if length > LONGEST_SECRET {
        return Err(failed(&format!("{length} bytes are too many for a secret")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    Ok(Held {
        value: Value::String(text.trim_end_matches(['\r', '\n']).to_owned()),
        source: Source::Secret(path.to_owned()),
    })
}
