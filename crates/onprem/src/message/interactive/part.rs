//! Header, body and footer (`messages.md` 3.2).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::text::{label, text};
use crate::message::{Media, media};
use crate::parse::{Listed, Object, Read, quoted};
use crate::schema::{self, Member, optional, required, string_within};
use crate::{Code, Refusal};

/// Longest header text, characters.
pub(super) const LONGEST_HEADER: usize = 60;
/// Longest body, characters. The hosted API allows a list more.
pub(super) const LONGEST_BODY: usize = 1024;
/// Longest footer, characters.
pub(super) const LONGEST_FOOTER: usize = 60;

/// What stands above the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// A text of one line.
    Text(String),
    /// A picture.
    Image(Media),
    /// A video.
    Video(Media),
    /// A document.
    Document(Media),
}

/// Whether a type of interactive message has a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It must have it.
    Required,
    /// It may have it.
    Optional,
    /// It must not have it.
    Forbidden,
}

/// The parts that a type of interactive message may have beside its `action`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) header: Presence,
    /// The values of `header.type` that it takes.
    pub(super) headers: &'static [&'static str],
    pub(super) body: Presence,
    pub(super) footer: Presence,
}

/// A header of one kind only: most types take a text.
const TEXT: &[&str] = &["text"];
/// The header of orders.
pub(super) const IMAGE: &[&str] = &["image"];
/// Every value of `header.type`.
pub(super) const ANY: &[&str] = &["text", "image", "video", "document"];

impl Parts {
    /// A text may stand above, a footer below; the body must be there.
    pub(super) const USUAL: Self = Self {
        header: Presence::Optional,
        headers: TEXT,
        body: Presence::Required,
        footer: Presence::Optional,
    };

    /// The usual ones without a header.
    pub(super) const NO_HEADER: Self = Self {
        header: Presence::Forbidden,
        headers: &[],
        ..Self::USUAL
    };

    /// Reads `header`: 2036 for one that messages of this type, `kind`, do not take.
    pub(super) fn read_header(&self, interactive: &Object<'_>, kind: &str) -> Read<Option<Header>> {
        let Some(field) = interactive.optional("header") else {
            return match self.header {
                Presence::Required => Err(interactive.missing("header")),
                Presence::Optional | Presence::Forbidden => Ok(None),
            };
        };
        let refuse = |why: String| {
            field.refuse(Refusal::new(
                Code::HEADER,
                format!("{}: {why}", field.path()),
            ))
        };
        if self.header == Presence::Forbidden {
            return Err(refuse(format!("a message of type {kind} has none")));
        }
        let header = field.object()?;
        let of = header.required("type")?.string()?;
        if !self.headers.contains(&of) {
            return Err(refuse(format!(
                "is of type {}, a message of type {kind} takes {}",
                quoted(of),
                Listed(self.headers)
            )));
        }
        let content = header.required(of)?;
        let header = match of {
            // Captions are of messages: nobody sees one in a header, so it does no harm.
            "image" => Header::Image(media::read(&content, &["caption"])?),
            "video" => Header::Video(media::read(&content, &["caption"])?),
            "document" => Header::Document(media::read(&content, &["caption", "filename"])?),
            _ => Header::Text(label(&content, LONGEST_HEADER)?),
        };
        Ok(Some(header))
    }

    /// Reads `body.text`.
    pub(super) fn read_body(&self, interactive: &Object<'_>, kind: &str) -> Read<Option<String>> {
        words(interactive, "body", self.body, LONGEST_BODY, kind)
    }

    /// Reads `footer.text`.
    pub(super) fn read_footer(&self, interactive: &Object<'_>, kind: &str) -> Read<Option<String>> {
        words(interactive, "footer", self.footer, LONGEST_FOOTER, kind)
    }

    /// The members of the interactive object that these are.
    pub(super) fn schema(&self) -> Vec<Member> {
        let header = || schema::one_of(self.headers.iter().copied().map(header_schema));
        let words = |limit| schema::object([required("text", string_within(limit))]);
        [
            member(self.header, "header", header),
            member(self.body, "body", || words(LONGEST_BODY)),
            member(self.footer, "footer", || words(LONGEST_FOOTER)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Reads `{"text": …}`; 1010 where there must be none.
fn words(
    interactive: &Object<'_>,
    name: &str,
    presence: Presence,
    limit: usize,
    kind: &str,
) -> Read<Option<String>> {
    let field = match (presence, interactive.optional(name)) {
        (Presence::Required, None) => return Err(interactive.missing(name)),
        (Presence::Optional | Presence::Forbidden, None) => return Ok(None),
        (Presence::Forbidden, Some(field)) => {
            return Err(field.refuse(Refusal::new(
                Code::NOT_REQUIRED,
                format!("{}: a message of type {kind} has none", field.path()),
            )));
        }
        (Presence::Required | Presence::Optional, Some(field)) => field,
    };
    let part = field.object()?;
    text(&part.required("text")?, limit).map(Some)
}

fn member(
    presence: Presence,
    name: &'static str,
    schema: impl FnOnce() -> serde_json::Value,
) -> Option<Member> {
    match presence {
        Presence::Required => Some(required(name, schema())),
        Presence::Optional => Some(optional(name, schema())),
        Presence::Forbidden => None,
    }
}

fn header_schema(of: &'static str) -> serde_json::Value {
    let content = match of {
        "text" => string_within(LONGEST_HEADER),
        "document" => media::schema(&["filename"]),
        _ => media::schema(&[]),
    };
    schema::object([
        required("type", json!({"const": of})),
        required(of, content),
    ])
}
