//! `type: text` (`messages.md` 2.1).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{self, Object, Read};
use crate::schema::{self, required};
use crate::{Code, Refusal};

/// Longest text, characters.
const LONGEST: usize = 4096;

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// At most 4096 characters.
    pub body: String,
    /// Show a preview of the first URL.
    pub preview_url: bool,
}

/// Reads `text`. `preview_url` stands beside it, or inside as programs for the hosted API have it; the nearer one wins.
pub(super) fn read(message: &Object<'_>) -> Read<Text> {
    let outside = message.optional_bool("preview_url");
    let text = message.required("text").and_then(|text| {
        let text = text.object()?;
        // A habit of programs for the hosted API.
        let inside = text
            .extension("preview_url")
            .and_then(|preview| preview.map(|preview| preview.bool()).transpose());
        let body = body(&text);
        Ok((body?, inside?))
    });
    let (body, inside) = text?;
    let preview_url = inside.or(outside?).unwrap_or(false);
    Ok(Text { body, preview_url })
}

fn body(text: &Object<'_>) -> Read<String> {
    let field = text.required("body")?;
    let body = field.string()?;
    if let Some(length) = parse::too_long(body, LONGEST) {
        return Err(field.refuse(Refusal::new(
            Code::TOO_LONG,
            format!("text.body: has {length} characters, must have at most {LONGEST}"),
        )));
    }
    if body.trim().is_empty() {
        return Err(field.invalid("has nothing but white space"));
    }
    Ok(body.to_owned())
}

/// What `text` may be.
pub(super) fn schema() -> Value {
    // Something else than white space.
    let mut body = schema::string_within(LONGEST);
    body["pattern"] = "\\S".into();
    schema::object([required("body", body).about(
        "`*bold*`, `_italic_`, `~strike~` and three backticks for monospace are shown as such.",
    )])
}

/// Values of `text`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a text",
        json!({"body": "Your parcel LX-204 left the depot: https://track.example/LX-204"}),
    )]
}
