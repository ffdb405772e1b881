//! `POST /v1/messages`: one file per message type. `Outgoing::parse` is the one way in.
//!
//! Serialisable, because the outbox holds it in this form.

use serde::{Deserialize, Serialize};

use crate::{Refusal, WaId};

pub mod media;
pub mod template;
pub mod text;

pub use media::{Media, MediaSource};
pub use template::TemplateMessage;
pub use text::Text;

/// A message that may be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// `to` as the caller wrote it.
    pub input: String,
    /// The recipient.
    pub to: WaId,
    /// What is sent.
    pub content: Content,
    /// Quoted message, the id as the caller wrote it (extension).
    pub context: Option<String>,
    /// The caller's own opaque data, at most 512 characters (extension).
    pub opaque: Option<String>,
    /// Lifetime, seconds.
    pub ttl_s: Option<u32>,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// `text`.
    Text(Text),
    /// `image`.
    Image(Media),
    /// `document`.
    Document(Media),
    /// `template`.
    Template(TemplateMessage),
}

impl Content {
    /// The value of `type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Document(_) => "document",
            Self::Template(_) => "template",
        }
    }
}

impl Outgoing {
    /// Parses and validates a body in the documented order of checks (`messages.md` 12.4).
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let _ = body;
        unimplemented!()
    }
}

/// `PUT /v1/messages/{id}`: only `{"status": "read"}`.
pub fn parse_mark_read(body: &[u8]) -> Result<(), Refusal> {
    let _ = body;
    unimplemented!()
}
