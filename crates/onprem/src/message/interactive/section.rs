//! Sections, which lists and lists of products share.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::text::label;
use crate::parse::{Field, Object, Read, quoted};
use crate::schema::{self, optional, required, string_within};
use crate::{Code, Refusal};

/// So many sections; 2015 otherwise.
pub(super) const SECTIONS: RangeInclusive<usize> = 1..=10;
/// Longest title of a section, characters.
pub(super) const LONGEST_TITLE: usize = 24;

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section<T> {
    /// Must be there when there are several sections.
    pub title: Option<String>,
    /// At least one.
    pub items: Vec<T>,
}

/// What the elements of sections are.
pub(super) struct Elements {
    /// The member that holds them.
    pub(super) name: &'static str,
    /// At most so many over all sections, at least one in each.
    pub(super) most: usize,
    /// The code for another number of them.
    pub(super) code: Code,
}

/// Reads `sections`, and each element of a section with `read`.
pub(super) fn read<T>(
    object: &Object<'_>,
    elements: &Elements,
    mut read: impl FnMut(&Field<'_>) -> Read<T>,
) -> Read<Vec<Section<T>>> {
    let field = object.required("sections")?;
    let is_alone = field.length() == Some(1);
    let sections = several(&field, SECTIONS, Code::SECTIONS, |section| {
        one(&section.object()?, is_alone, elements, &mut read)
    })?;
    let count: usize = sections.iter().map(|section| section.items.len()).sum();
    if count > elements.most {
        return Err(field.refuse(Refusal::new(
            elements.code,
            format!(
                "{}: have {count} {} in all, must have at most {}",
                field.path(),
                elements.name,
                elements.most
            ),
        )));
    }
    Ok(sections)
}

fn one<T>(
    section: &Object<'_>,
    is_alone: bool,
    elements: &Elements,
    read: impl FnMut(&Field<'_>) -> Read<T>,
) -> Read<Section<T>> {
    let title = match section.optional("title") {
        None if is_alone => Ok(None),
        None => Err(section.missing("title")),
        Some(title) => label(&title, LONGEST_TITLE).map(Some),
    };
    let items = section
        .required(elements.name)
        .and_then(|items| several(&items, 1..=usize::MAX, elements.code, read));
    Ok(Section {
        title: title?,
        items: items?,
    })
}

/// What `sections` may be, when an element is `item`.
pub(super) fn schema(elements: &Elements, item: Value) -> Value {
    let section = schema::object([
        optional("title", string_within(LONGEST_TITLE))
            .about("Required when there are several sections."),
        required(elements.name, schema::array(item, 1..=elements.most)),
    ]);
    schema::array(section, SECTIONS)
}

/// Reads an array of so many elements; `code` for another number of them.
pub(super) fn several<T>(
    field: &Field<'_>,
    count: RangeInclusive<usize>,
    code: Code,
    read: impl FnMut(&Field<'_>) -> Read<T>,
) -> Read<Vec<T>> {
    let elements = field.each(read)?;
    if count.contains(&elements.len()) {
        return Ok(elements);
    }
    let (least, most) = (count.start(), count.end());
    let allowed = if *most == usize::MAX {
        format!("at least {least}")
    } else {
        format!("{least} to {most}")
    };
    Err(field.refuse(Refusal::new(
        code,
        format!(
            "{}: has {} elements, must have {allowed}",
            field.path(),
            elements.len()
        ),
    )))
}

/// 1009 when two of the values are the same: `what` names them.
pub(super) fn unique<'v, V: IntoIterator<Item = &'v str>>(
    field: &Field<'_>,
    what: &str,
    values: V,
) -> Read<()> {
    let mut seen = HashSet::new();
    match values.into_iter().find(|value| !seen.insert(*value)) {
        None => Ok(()),
        Some(twice) => Err(field.invalid(format_args!(
            "two {what} are {}, each must be another",
            quoted(twice)
        ))),
    }
}
