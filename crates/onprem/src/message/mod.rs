//! `POST /v1/messages`: one file per message type. `Outgoing::parse` is the one way in.
//!
//! Serialisable, because the outbox holds it in this form.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{self, Object, Read, quoted};
use crate::schema::{self, Described, choice, optional, required};
use crate::{Code, Refusal, WaId};

mod location;
pub mod media;
pub mod template;
#[cfg(test)]
mod tests;
pub mod text;
mod ttl;

pub use media::{Media, MediaSource};
pub use template::TemplateMessage;
pub use text::Text;

/// Longest `biz_opaque_callback_data`, characters.
const LONGEST_OPAQUE: usize = 512;

/// Makes [`Content`] of its types. A new message type is one file with a function that reads it from the body, and one
/// line here: variant, what it holds, the value of `type`, the function.
macro_rules! contents {
    ($($variant:ident($holds:ty) = $name:literal, $read:path;)+) => {
        /// What a message is: the variant is named after the value of `type`.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Content {
            $(
                #[doc = concat!("`", $name, "`.")]
                #[serde(rename = $name)]
                $variant($holds),
            )+
        }

        impl Content {
            /// Every value of `type` that can be sent.
            pub const KINDS: &[&str] = &[$($name),+];

            /// The value of `type`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            fn read_as(kind: &str, body: &Object<'_>) -> Read<Self> {
                match kind {
                    $($name => $read(body).map(Self::$variant),)+
                    other => Err(body.refuse(unsupported(other))),
                }
            }
        }
    };
}

contents! {
    Text(Text) = "text", text::read;
    Image(Media) = "image", media::read_image;
    Document(Media) = "document", media::read_document;
    Audio(Media) = "audio", media::read_audio;
    Video(Media) = "video", media::read_video;
    Sticker(Media) = "sticker", media::read_sticker;
    Template(TemplateMessage) = "template", template::read;
}

/// Documented values of `type` that this version does not send yet.
const LATER: &[&str] = &["location", "contacts", "interactive", "hsm", "reaction"];

fn unsupported(kind: &str) -> Refusal {
    let why = if LATER.contains(&kind) {
        "is not supported by this version yet"
    } else {
        "is no type that can be sent"
    };
    Refusal::new(
        Code::TYPE_UNSUPPORTED,
        format!(
            "type: {} {why}, must be {}",
            quoted(kind),
            parse::Listed(Content::KINDS)
        ),
    )
}

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

impl Outgoing {
    /// Parses and validates a body in the documented order of checks (`messages.md` 12.4).
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let content = content(body);
            let individual = individual(body);
            let recipient = recipient(body);
            let context = context(body);
            let opaque = body
                .optional("biz_opaque_callback_data")
                .map(|data| data.string_within(LONGEST_OPAQUE))
                .transpose();
            let ttl_s = body
                .optional("ttl")
                .map(|ttl| ttl::seconds(&ttl))
                .transpose();
            let product = product(body);
            let no_status = no_status(body);

            individual.and(product).and(no_status)?;
            let (input, to) = recipient?;
            Ok(Self {
                input,
                to,
                content: content?,
                context: context?,
                opaque: opaque?.map(str::to_owned),
                ttl_s: ttl_s?,
            })
        })
    }
}

/// `PUT /v1/messages/{id}`: only `{"status": "read"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkRead;

impl MarkRead {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            body.required("status")?.choice(&[("read", Self)])
        })
    }
}

impl Described for MarkRead {
    const NAME: &'static str = "MarkRead";

    fn schema() -> Value {
        schema::object([required("status", choice(["read"]))])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("read", json!({"status": "read"}))]
    }
}

impl Described for Outgoing {
    const NAME: &'static str = "Message";

    fn schema() -> Value {
        schema::object([
            required("to", schema::string()),
            optional("type", choice(Content::KINDS.iter().copied())),
        ])
    }
}

fn content(body: &Object<'_>) -> Read<Content> {
    match body.optional("type") {
        None => Content::read_as("text", body),
        Some(kind) => Content::read_as(kind.string()?, body),
    }
}

/// 1002 for any other `recipient_type`: groups are gone.
fn individual(body: &Object<'_>) -> Read<()> {
    let Some(kind) = body.optional("recipient_type") else {
        return Ok(());
    };
    match kind.string() {
        Ok("individual") => Ok(()),
        Ok(other) => Err(body.refuse(Refusal::new(
            Code::RECIPIENT_TYPE,
            format!("recipient_type: is {}, must be individual", quoted(other)),
        ))),
        Err(refused) => Err(refused),
    }
}

fn recipient(body: &Object<'_>) -> Read<(String, WaId)> {
    let to = body.required("to")?;
    let input = to.string()?;
    match WaId::parse(input) {
        Some(wa_id) => Ok((input.to_owned(), wa_id)),
        None => {
            Err(to
                .not("a phone number with its country code: 6 to 15 digits, not beginning with 0"))
        }
    }
}

fn context(body: &Object<'_>) -> Read<Option<String>> {
    let Some(context) = body.optional("context") else {
        return Ok(None);
    };
    let context = context.object()?;
    let id = context.string("message_id")?;
    Ok(Some(id.to_owned()))
}

/// Of the hosted API; harmless as long as it says what this API is about.
fn product(body: &Object<'_>) -> Read<()> {
    match body.optional("messaging_product") {
        None => Ok(()),
        Some(product) => product.choice(&[("whatsapp", ())]),
    }
}

fn no_status(body: &Object<'_>) -> Read<()> {
    if body.optional("status").is_none() {
        return Ok(());
    }
    Err(body.refuse(Refusal::new(
        Code::NOT_REQUIRED,
        "status: belongs to PUT /v1/messages/{id}, not to a message that is sent",
    )))
}
