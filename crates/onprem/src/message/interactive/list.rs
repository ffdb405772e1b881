//! Lists to choose from (`messages.md` 3.4).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Kind;
use super::part::Parts;
use super::section::{self, Elements, Section, unique};
use super::text::{label, text};
use crate::Code;
use crate::parse::{Field, Object, Read};
use crate::schema::{self, optional, required, string_within};

/// Longest text on the button that opens the list, characters.
pub(super) const LONGEST_BUTTON: usize = 20;
/// Most rows over all sections.
pub(super) const MOST_ROWS: usize = 10;
/// Longest id of a row, characters.
pub(super) const LONGEST_ID: usize = 200;
/// Longest title of a row, characters.
pub(super) const LONGEST_TITLE: usize = 24;
/// Longest description of a row, characters.
pub(super) const LONGEST_DESCRIPTION: usize = 72;

const ROWS: Elements = Elements {
    name: "rows",
    most: MOST_ROWS,
    code: Code::ROWS,
};

/// A list to choose one row of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// What stands on the button that opens it.
    pub button: String,
    /// In their order.
    pub sections: Vec<Section<Row>>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Comes back when it is chosen.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What it says below.
    pub description: Option<String>,
}

impl Kind for List {
    const PARTS: Parts = Parts::USUAL;

    fn read(action: &Object<'_>) -> Read<Self> {
        let button = action
            .required("button")
            .and_then(|button| label(&button, LONGEST_BUTTON));
        let sections = section::read(action, &ROWS, row).and_then(|sections| {
            let rows = sections.iter().flat_map(|section| &section.items);
            let field = action.required("sections")?;
            unique(&field, "ids of rows", rows.map(|row| row.id.as_str()))?;
            Ok(sections)
        });
        Ok(Self {
            button: button?,
            sections: sections?,
        })
    }

    fn schema() -> Value {
        let row = schema::object([
            required("id", string_within(LONGEST_ID)),
            required("title", string_within(LONGEST_TITLE)),
            optional("description", string_within(LONGEST_DESCRIPTION)),
        ]);
        schema::object([
            required("button", string_within(LONGEST_BUTTON)),
            required("sections", section::schema(&ROWS, row)),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a list with two sections",
            json!({
                "type": "list",
                "header": {"type": "text", "text": "Our week"},
                "body": {"text": "When would you like to come?"},
                "footer": {"text": "We keep your table for 15 minutes"},
                "action": {"button": "Choose a time", "sections": [
                    {"title": "Morning", "rows": [
                        {"id": "09", "title": "9 o'clock", "description": "Breakfast is served"},
                        {"id": "11", "title": "11 o'clock"},
                    ]},
                    {"title": "Afternoon", "rows": [{"id": "15", "title": "3 o'clock"}]},
                ]},
            }),
        )]
    }
}

fn row(row: &Field<'_>) -> Read<Row> {
    let row = row.object()?;
    let id = row
        .required("id")
        .and_then(|id| id.string_within(LONGEST_ID).map(str::to_owned));
    let title = row
        .required("title")
        .and_then(|title| text(&title, LONGEST_TITLE));
    let description = row
        .optional("description")
        .map(|description| text(&description, LONGEST_DESCRIPTION))
        .transpose();
    Ok(Row {
        id: id?,
        title: title?,
        description: description?,
    })
}
