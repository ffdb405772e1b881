//! `POST /v1/messages`: one file per message type. `Outgoing::parse` is the one way in.
//!
//! Serialisable, because the outbox holds it in this form.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{self, Object, Read, quoted};
use crate::schema::{
    Described, boolean, choice, object, one_of, optional, required, string, string_like,
    string_within,
};
use crate::{Code, Refusal, WaId};

mod audio;
pub mod contacts;
mod document;
pub mod hsm;
mod image;
pub mod interactive;
pub mod location;
pub mod media;
pub mod reaction;
mod sticker;
pub mod template;
#[cfg(test)]
mod tests;
pub mod text;
mod ttl;
mod video;

pub use crate::parse::Rules;
pub use contacts::Card;
pub use hsm::Hsm;
pub use interactive::Interactive;
pub use location::Place;
pub use media::{Media, MediaSource};
pub use reaction::Reaction;
pub use template::TemplateMessage;
pub use text::Text;

/// Longest `biz_opaque_callback_data`, characters.
const LONGEST_OPAQUE: usize = 512;
/// The only `recipient_type`.
const INDIVIDUAL: &str = "individual";
/// The only `messaging_product`.
const PRODUCT: &str = "whatsapp";

/// Makes [`Content`] of its types. A new message type is one file with `read`, `schema` and `examples`, and one line here:
/// variant, what it holds, the value of `type`, the file.
macro_rules! contents {
    ($($variant:ident($holds:ty) = $name:literal, $file:ident;)+) => {
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
                    $($name => $file::read(body).map(Self::$variant),)+
                    _ => Err(body.refuse(unsupported(kind, body.rules()))),
                }
            }

            /// Each value of `type`, what the member of that name may be, and examples of it.
            fn described() -> Vec<Kind> {
                vec![$(Kind {
                    name: $name,
                    schema: $file::schema(),
                    examples: $file::examples(),
                }),+]
            }
        }
    };
}

contents! {
    Text(Text) = "text", text;
    Image(Media) = "image", image;
    Document(Media) = "document", document;
    Audio(Media) = "audio", audio;
    Video(Media) = "video", video;
    Sticker(Media) = "sticker", sticker;
    Location(Place) = "location", location;
    Contacts(Vec<Card>) = "contacts", contacts;
    Reaction(Reaction) = "reaction", reaction;
    Interactive(Box<Interactive>) = "interactive", interactive;
    Template(TemplateMessage) = "template", template;
    Hsm(Hsm) = "hsm", hsm;
}

/// What strict mode refuses: what the original never sent, and what v2.39 took away.
const NOT_STRICT: &[&str] = &["reaction", "hsm"];

/// Whether a value of `type` can be sent.
fn is_sent(kind: &str, rules: Rules) -> bool {
    Content::KINDS.contains(&kind) && !(rules.strict && NOT_STRICT.contains(&kind))
}

fn unsupported(kind: &str, rules: Rules) -> Refusal {
    let why = if NOT_STRICT.contains(&kind) {
        "is refused in strict mode"
    } else {
        "is no type that can be sent"
    };
    let sent: Vec<&str> = (Content::KINDS.iter().copied())
        .filter(|kind| is_sent(kind, rules))
        .collect();
    Refusal::new(
        Code::TYPE_UNSUPPORTED,
        format!(
            "type: {} {why}, must be {}",
            quoted(kind),
            parse::Listed(&sent)
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
    pub fn parse(body: &[u8], rules: Rules) -> Result<Self, Refusal> {
        parse::read_by(rules, body, |body| {
            let kind = kind(body);
            let content = kind.and_then(|kind| Content::read_as(kind, body));
            let alone = kind.and_then(|kind| alone(kind, body));
            let individual = individual(body);
            let recipient = recipient(body);
            let context = context(kind, body);
            let opaque = body.extension("biz_opaque_callback_data").and_then(|data| {
                data.map(|data| data.string_within(LONGEST_OPAQUE))
                    .transpose()
            });
            let ttl_s = body
                .optional("ttl")
                .map(|ttl| ttl::seconds(&ttl))
                .transpose();
            let product = product(body);
            let no_status = no_status(body);
            // Of texts only; stands on any message.
            body.present("preview_url");

            individual.and(product).and(no_status).and(alone)?;
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
        object([required("status", choice(["read"]))])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("read", json!({"status": "read"}))]
    }
}

impl Described for Outgoing {
    const NAME: &'static str = "Message";

    /// One for each type, so that each has its own object and no other.
    fn schema() -> Value {
        one_of(Content::described().into_iter().map(Kind::message_schema))
    }

    fn examples() -> Vec<(&'static str, Value)> {
        let everything = json!({
            "to": "+12025550143", "recipient_type": "individual", "type": "text", "preview_url": true,
            "text": {"body": "It leaves at five: https://track.example/LX-204"}, "ttl": "PT2H",
            "context": {"message_id": "ABGGEgIlVQFDAgkA5k3V0qUXnFRX"}, "biz_opaque_callback_data": "order 4711",
        });
        (Content::described().into_iter())
            .flat_map(Kind::messages)
            .chain([("a text with everything", everything)])
            .collect()
    }
}

/// A value of `type`, as the document tells it.
struct Kind {
    name: &'static str,
    /// Of the member of that name.
    schema: Value,
    /// Values of that member.
    examples: Vec<(&'static str, Value)>,
}

impl Kind {
    fn message_schema(self) -> Value {
        let (name, is_text, quotes) = (self.name, self.name == "text", self.name != "reaction");
        let kind = choice([name]);
        let members = [
            Some(required("to", string_like(WaId::PATTERN)).about(
                "A phone number with its country code, or the id of a customer without a number.",
            )),
            Some(if is_text {
                optional("type", kind)
            } else {
                required("type", kind)
            }),
            Some(required(name, self.schema)),
            Some(optional("recipient_type", choice([INDIVIDUAL]))),
            is_text.then(|| {
                optional("preview_url", boolean()).about("Shows a preview of the first URL.")
            }),
            Some(optional("ttl", ttl::schema()).about(
                "How long the message may wait to be sent: seconds, or a duration such as `P2D`.",
            )),
            quotes.then(|| {
                optional("context", object([required("message_id", string())]))
                    .about("Quotes an earlier message of the chat. An extension.")
            }),
            Some(
                optional("biz_opaque_callback_data", string_within(LONGEST_OPAQUE))
                    .about("Comes back with every status of the message. An extension."),
            ),
            Some(
                optional("messaging_product", choice([PRODUCT]))
                    .about("Of the hosted API; without effect."),
            ),
        ];
        let mut schema = object(members.into_iter().flatten());
        schema["title"] = name.into();
        schema
    }

    fn messages(self) -> impl Iterator<Item = (&'static str, Value)> {
        self.examples.into_iter().map(move |(title, value)| {
            let mut message = json!({"to": "12025550143", "type": self.name});
            message[self.name] = value;
            (title, message)
        })
    }
}

/// The value of `type`: known, and allowed by the rules.
fn kind<'a>(body: &'a Object<'_>) -> Read<&'a str> {
    let kind = match body.optional("type") {
        None => "text",
        Some(kind) => kind.string()?,
    };
    if is_sent(kind, body.rules()) {
        Ok(kind)
    } else {
        Err(body.refuse(unsupported(kind, body.rules())))
    }
}

/// 1010 for the object of another type. An empty one says nothing.
fn alone(kind: &str, body: &Object<'_>) -> Read<()> {
    let superfluous = (Content::KINDS.iter())
        .filter(|name| **name != kind)
        .find(|name| {
            body.optional(name)
                .is_some_and(|field| !field.holds_nothing())
        });
    match superfluous {
        None => Ok(()),
        Some(name) => Err(body.refuse(Refusal::new(
            Code::NOT_REQUIRED,
            format!("{name}: belongs to a message of type {name}, this one is of type {kind}"),
        ))),
    }
}

/// 1002 for any other `recipient_type`: groups are gone.
fn individual(body: &Object<'_>) -> Read<()> {
    let Some(kind) = body.optional("recipient_type") else {
        return Ok(());
    };
    match kind.string() {
        Ok(INDIVIDUAL) => Ok(()),
        Ok(other) => Err(body.refuse(Refusal::new(
            Code::RECIPIENT_TYPE,
            format!("recipient_type: is {}, must be {INDIVIDUAL}", quoted(other)),
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

/// A reaction names the message that it is about, and quotes none.
fn context(kind: Read<&str>, body: &Object<'_>) -> Read<Option<String>> {
    let Some(context) = body.extension("context")? else {
        return Ok(None);
    };
    if kind == Ok("reaction") {
        return Err(context.refuse(Refusal::new(
            Code::NOT_REQUIRED,
            "context: a reaction quotes no message, reaction.message_id is the one that it is about",
        )));
    }
    let context = context.object()?;
    let id = context.string("message_id")?;
    Ok(Some(id.to_owned()))
}

/// Of the hosted API; harmless as long as it says what this API is about.
fn product(body: &Object<'_>) -> Read<()> {
    match body.extension("messaging_product")? {
        None => Ok(()),
        Some(product) => product.choice(&[(PRODUCT, ())]),
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
