//! What strict mode refuses while a body is read: extensions, and members that no parser asked for.
//!
//! There is no list of known members: what a parser asks for is known.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value};

use super::{Field, Listed, Object, Path, Read, quoted};
use crate::{Code, Refusal};

/// What a body is read by. One value, given by the caller, which every parser finds with [`Object::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Refuse what the original did not have: extensions (501 for a type, 1010 for a member), and members that are not
    /// known (1010).
    pub strict: bool,
}

impl Rules {
    /// Everything that is documented, extensions too; what is not known is ignored.
    pub const TOLERANT: Self = Self { strict: false };
    /// Nothing but what the original had.
    pub const STRICT: Self = Self { strict: true };
}

/// The objects that were read, by the hash of their paths, and what was asked of each. Kept in strict mode only.
#[derive(Default)]
pub(super) struct Seen(RefCell<HashMap<u64, SeenObject>>);

struct SeenObject {
    path: String,
    /// How many objects were read before it.
    place: usize,
    /// Members that are there and were not asked for yet.
    left: Vec<String>,
    asked: Vec<String>,
}

impl Seen {
    /// An object is about to be read. Reading it again changes nothing.
    pub(super) fn open(&self, path: Path<'_>, members: &Map<String, Value>) {
        let mut objects = self.0.borrow_mut();
        let place = objects.len();
        objects.entry(hash(path)).or_insert_with(|| SeenObject {
            path: path.to_string(),
            place,
            left: members
                .iter()
                .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
                .map(|(name, _)| name.clone())
                .collect(),
            asked: Vec::new(),
        });
    }

    /// A member is asked for.
    pub(super) fn ask(&self, path: Path<'_>, name: &str) {
        if let Some(object) = self.0.borrow_mut().get_mut(&hash(path)) {
            object.left.retain(|left| left != name);
            if !object.asked.iter().any(|asked| asked == name) {
                object.asked.push(name.to_owned());
            }
        }
    }

    /// An object is taken as a whole: all it has is known.
    pub(super) fn take(&self, path: Path<'_>) {
        if let Some(object) = self.0.borrow_mut().get_mut(&hash(path)) {
            object.left.clear();
        }
    }

    /// 1010 for the first member that nobody asked for.
    pub(super) fn unknown(self) -> Option<Refusal> {
        let objects = self.0.into_inner();
        let object = (objects.values())
            .filter(|object| !object.left.is_empty())
            .min_by_key(|object| object.place)?;
        let name = object.left.first()?;
        let asked: Vec<&str> = object.asked.iter().map(String::as_str).collect();
        // The name is the caller's, and may be anything.
        Some(Refusal::new(
            Code::NOT_REQUIRED,
            format!(
                "{}: has {}, which strict mode does not know, must have {}",
                object.path,
                quoted(name),
                Listed(&asked)
            ),
        ))
    }
}

/// Without making a text of it: a body may have very many objects.
fn hash(path: Path<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

impl Object<'_> {
    /// What the body is read by.
    pub fn rules(&self) -> Rules {
        self.notes.rules
    }

    /// An optional member that the original did not have: 1010 in strict mode.
    pub fn extension<'s>(&'s self, name: &'s str) -> Read<Option<Field<'s>>> {
        let field = self.optional(name);
        match &field {
            Some(field) if self.rules().strict => Err(field.refuse(Refusal::new(
                Code::NOT_REQUIRED,
                format!(
                    "{}: is an extension, which strict mode refuses",
                    field.path()
                ),
            ))),
            _ => Ok(field),
        }
    }
}
