//! Reading JSON bodies with the documented refusals: 1025 for what is not JSON, 1008, 1009 with the path of the field.
//!
//! A parser reads *all* fields of an object before it uses `?` on any of them. Each failure is noted, and [`read`] answers
//! the one that comes first in the documented order of checks (`messages.md` 12.4), whatever the order in the text.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::{Code, Refusal};

mod array;
mod strict;
#[cfg(test)]
mod tests;

pub use array::read_array;
pub use strict::Rules;
use strict::Seen;

/// Longest piece of a caller's text that is repeated in `details`, characters.
const SHOWN: usize = 64;

/// A field could not be read; the reason is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(());

/// What reading gives.
pub type Read<T> = Result<T, Refused>;

/// The refusal that comes first in the order of checks, of those found so far.
#[derive(Default)]
struct First(RefCell<Option<Refusal>>);

impl First {
    fn note(&self, refusal: Refusal) -> Refused {
        let mut first = self.0.borrow_mut();
        let sooner = first
            .as_ref()
            .is_none_or(|known| rank(refusal.code) < rank(known.code));
        if sooner {
            *first = Some(refusal);
        }
        Refused(())
    }
}

/// The place of a code in the order of checks.
fn rank(code: Code) -> u8 {
    match code {
        Code::TYPE_UNSUPPORTED => 0,
        Code::RECIPIENT_TYPE => 1,
        Code::MISSING => 2,
        Code::INVALID | Code::TOO_LONG => 3,
        Code::NOT_REQUIRED => 4,
        _ => 5,
    }
}

/// What the fields of one body share while they are read.
struct Notes {
    rules: Rules,
    first: First,
    seen: Seen,
}

/// Reads a body that has to be a JSON object; members that are not known are ignored.
pub fn read<T>(body: &[u8], parse: impl FnOnce(&Object<'_>) -> Read<T>) -> Result<T, Refusal> {
    read_by(Rules::TOLERANT, body, parse)
}

/// Reads a body that has to be a JSON object. In strict mode a member that the parser did not ask for is 1010, told when
/// nothing else is wrong: a parser that gave up has not asked for everything.
pub fn read_by<T>(
    rules: Rules,
    body: &[u8],
    parse: impl FnOnce(&Object<'_>) -> Read<T>,
) -> Result<T, Refusal> {
    let members = members(body)?;
    let notes = Notes {
        rules,
        first: First::default(),
        seen: Seen::default(),
    };
    let read = parse(&Object::open(&members, Path::Body, &notes));
    match (notes.first.0.into_inner(), read) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(value)) => notes.seen.unknown().map_or(Ok(value), Err),
        // A `Refused` is only made together with a note.
        (None, Err(Refused(()))) => Err(Refusal::new(Code::INTERNAL, "the body could not be read")),
    }
}

/// Whether there is nothing in a body but white space.
pub fn is_blank(body: &[u8]) -> bool {
    without_mark(body).trim_ascii().is_empty()
}

/// Some programs begin their texts with a byte order mark.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn members(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if is_blank(body) {
        return Err(Refusal::new(
            Code::MISSING,
            "a body is required: a JSON object",
        ));
    }
    match serde_json::from_slice(without_mark(body)) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(Refusal::new(
            Code::BAD_REQUEST,
            format!("the body is {}, must be a JSON object", kind(&other)),
        )),
        Err(error) => Err(Refusal::new(
            Code::BAD_REQUEST,
            format!("the body is not valid JSON: {error}"),
        )),
    }
}

/// Where a value stands in the body: `template.components[1].text`. Costs nothing until it is shown.
#[derive(Clone, Copy, Hash)]
enum Path<'a> {
    Body,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("the body"),
            Self::Member(Self::Body, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// An object being read.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    members: &'a Map<String, Value>,
    path: Path<'a>,
    notes: &'a Notes,
}

impl<'a> Object<'a> {
    fn open(members: &'a Map<String, Value>, path: Path<'a>, notes: &'a Notes) -> Self {
        if notes.rules.strict {
            notes.seen.open(path, members);
        }
        Self {
            members,
            path,
            notes,
        }
    }

    /// The names of its members.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.take_whole();
        self.members.keys().map(String::as_str)
    }

    /// The object as it came.
    pub fn to_value(&self) -> Value {
        Value::Object(self.to_members())
    }

    /// The members as they came.
    pub fn to_members(&self) -> Map<String, Value> {
        self.take_whole();
        self.members.clone()
    }

    fn take_whole(&self) {
        if self.notes.rules.strict {
            self.notes.seen.take(self.path);
        }
    }

    /// A member that is there and not `null`.
    pub fn present<'s>(&'s self, name: &'s str) -> Option<Field<'s>> {
        if self.notes.rules.strict {
            self.notes.seen.ask(self.path, name);
        }
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        Some(Field {
            value,
            path: Path::Member(&self.path, name),
            notes: self.notes,
        })
    }

    /// An optional member: `null` and `""` count as absent.
    pub fn optional<'s>(&'s self, name: &'s str) -> Option<Field<'s>> {
        self.present(name).filter(|field| !field.is_empty_string())
    }

    /// A member that has to be there; 1008 otherwise.
    pub fn required<'s>(&'s self, name: &'s str) -> Read<Field<'s>> {
        self.present(name).ok_or_else(|| self.missing(name))
    }

    /// Notes 1008 for a member.
    pub fn missing(&self, name: &str) -> Refused {
        let path = Path::Member(&self.path, name);
        self.notes.first.note(Refusal::missing(&path.to_string()))
    }

    /// Notes any refusal.
    pub fn refuse(&self, refusal: Refusal) -> Refused {
        self.notes.first.note(refusal)
    }

    /// Notes 1009 for the object itself.
    pub fn invalid(&self, why: impl fmt::Display) -> Refused {
        self.notes
            .first
            .note(Refusal::invalid(&self.path.to_string(), why))
    }

    /// A required text; 1009 when empty.
    pub fn string<'s>(&'s self, name: &'s str) -> Read<&'s str> {
        self.required(name)?.string()
    }

    /// An optional text.
    pub fn optional_string<'s>(&'s self, name: &'s str) -> Read<Option<&'s str>> {
        self.optional(name).map(|field| field.string()).transpose()
    }

    /// An optional `true` or `false`.
    pub fn optional_bool(&self, name: &str) -> Read<Option<bool>> {
        self.optional(name).map(|field| field.bool()).transpose()
    }

    /// An optional whole number, also as a text.
    pub fn optional_integer(&self, name: &str, allowed: RangeInclusive<i64>) -> Read<Option<i64>> {
        self.optional(name)
            .map(|field| field.integer(allowed))
            .transpose()
    }
}

/// Shows where the object stands.
impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

/// A value being read.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    value: &'a Value,
    path: Path<'a>,
    notes: &'a Notes,
}

impl<'a> Field<'a> {
    /// Where it stands, as `details` name it.
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The whole number, if it is one and not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.value.as_u64()
    }

    /// How many elements it has, if it is an array.
    pub fn length(&self) -> Option<usize> {
        self.value.as_array().map(Vec::len)
    }

    /// Whether it is a text.
    pub fn is_string(&self) -> bool {
        self.value.is_string()
    }

    /// Whether it is `""`.
    pub fn is_empty_string(&self) -> bool {
        self.value.as_str() == Some("")
    }

    /// Whether it is `""`, `{}` or `[]`.
    pub fn holds_nothing(&self) -> bool {
        match self.value {
            Value::Object(members) => members.is_empty(),
            Value::Array(elements) => elements.is_empty(),
            _ => self.is_empty_string(),
        }
    }

    /// Notes any refusal.
    pub fn refuse(&self, refusal: Refusal) -> Refused {
        self.notes.first.note(refusal)
    }

    /// Notes 1009 for it.
    pub fn invalid(&self, why: impl fmt::Display) -> Refused {
        self.notes
            .first
            .note(Refusal::invalid(&self.path.to_string(), why))
    }

    /// Notes 1009 that repeats the value: not for passwords and the like.
    pub fn not(&self, allowed: impl fmt::Display) -> Refused {
        self.invalid(format_args!("is {}, must be {allowed}", shown(self.value)))
    }

    /// Notes 1009 for a wrong type, which says nothing of the value.
    fn wrong_type(&self, allowed: &str) -> Refused {
        self.invalid(format_args!("is {}, must be {allowed}", kind(self.value)))
    }

    /// A text, not empty.
    pub fn string(&self) -> Read<&'a str> {
        match self.value.as_str() {
            Some("") => Err(self.invalid("is empty")),
            Some(text) => Ok(text),
            None => Err(self.wrong_type("a string")),
        }
    }

    /// A text of at most `limit` characters (Unicode scalar values), not empty.
    pub fn string_within(&self, limit: usize) -> Read<&'a str> {
        let text = self.string()?;
        match too_long(text, limit) {
            None => Ok(text),
            Some(length) => Err(self.invalid(format_args!(
                "has {length} characters, must have at most {limit}"
            ))),
        }
    }

    /// `true` or `false`.
    pub fn bool(&self) -> Read<bool> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false"))
    }

    /// A whole number, also as a text.
    pub fn integer(&self, allowed: RangeInclusive<i64>) -> Read<i64> {
        let number = match self.value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number| allowed.contains(number))
            .ok_or_else(|| {
                self.not(format_args!(
                    "a whole number from {} to {}",
                    allowed.start(),
                    allowed.end()
                ))
            })
    }

    /// A number, also as a text.
    pub fn number(&self, allowed: RangeInclusive<f64>) -> Read<f64> {
        let number = match self.value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number| allowed.contains(number))
            .ok_or_else(|| {
                self.not(format_args!(
                    "a number from {} to {}",
                    allowed.start(),
                    allowed.end()
                ))
            })
    }

    /// One of some words, to the letter.
    pub fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Read<T> {
        self.chosen(words, str::eq)
    }

    /// One of some words, in small or capital letters.
    pub fn choice_in_any_case<T: Copy>(&self, words: &[(&str, T)]) -> Read<T> {
        self.chosen(words, str::eq_ignore_ascii_case)
    }

    fn chosen<T: Copy>(&self, words: &[(&str, T)], same: fn(&str, &str) -> bool) -> Read<T> {
        let text = self.string()?;
        let found = words.iter().find(|(word, _)| same(word, text));
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.not(Listed(&allowed))
        })
    }

    /// An object.
    pub fn object(&self) -> Read<Object<'a>> {
        match self.value {
            Value::Object(members) => Ok(self.with_members(members)),
            _ => Err(self.wrong_type("an object")),
        }
    }

    /// An object, or a text that holds one as JSON: some programs encode it twice.
    pub fn object_or_json<T>(&self, read: impl FnOnce(&Object<'_>) -> Read<T>) -> Read<T> {
        let Value::String(text) = self.value else {
            return read(&self.object()?);
        };
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => read(&Field { ..*self }.with_members(&members)),
            Ok(other) => Err(self.invalid(format_args!(
                "is a string that holds {}, must hold an object",
                kind(&other)
            ))),
            Err(error) => {
                Err(self.invalid(format_args!("is a string that is not valid JSON: {error}")))
            }
        }
    }

    fn with_members<'s>(self, members: &'s Map<String, Value>) -> Object<'s>
    where
        'a: 's,
    {
        Object::open(members, self.path, self.notes)
    }

    /// Reads every element of an array, also those behind one that is refused.
    pub fn each<T>(&self, mut read: impl FnMut(&Field<'_>) -> Read<T>) -> Read<Vec<T>> {
        let Value::Array(elements) = self.value else {
            return Err(self.wrong_type("an array"));
        };
        let mut values = Vec::with_capacity(elements.len());
        let mut refused = None;
        for (index, value) in elements.iter().enumerate() {
            let element = Field {
                value,
                path: Path::Element(&self.path, index),
                notes: self.notes,
            };
            match read(&element) {
                Ok(value) => values.push(value),
                Err(noted) => refused = Some(noted),
            }
        }
        refused.map_or(Ok(values), Err)
    }
}

/// The length of a text in characters when it is over the limit.
pub(crate) fn too_long(text: &str, limit: usize) -> Option<usize> {
    // A character has at least one byte, so most texts need no counting.
    if text.len() <= limit {
        return None;
    }
    let length = text.chars().count();
    (length > limit).then_some(length)
}

/// Words as a sentence lists them.
pub(crate) struct Listed<'a>(pub(crate) &'a [&'a str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("nothing"),
            [only] => f.write_str(only),
            [first @ .., last] => write!(f, "{} or {last}", first.join(", ")),
        }
    }
}

/// A caller's text as `details` repeat it: in quotes, escaped, cut.
pub(crate) fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() {
        format!("{:?}", cut + "…")
    } else {
        format!("{cut:?}")
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => kind(value).to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
