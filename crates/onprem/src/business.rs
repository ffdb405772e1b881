//! `/v1/settings/business/profile` (`rest-api.md` 9.1).

mod vertical;

use serde::Serialize;
use serde_json::{Value, json};

use crate::email::is_email;
use crate::parse::{self, Field, Listed, Object, Read};
use crate::schema::{self, Described, array, optional};
use crate::{Code, Refusal, url};

pub use vertical::Vertical;

/// Longest address, characters.
pub const ADDRESS_LIMIT: usize = 256;
/// Longest description, characters.
pub const DESCRIPTION_LIMIT: usize = 256;
/// Longest e-mail address, characters.
pub const EMAIL_LIMIT: usize = 128;
/// Most websites.
pub const WEBSITES: usize = 2;
/// Longest website, characters.
pub const WEBSITE_LIMIT: usize = 256;

/// What the business tells about itself: `settings.business.profile` of GET. Every member is always there, empty where
/// nothing is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct BusinessProfile {
    /// Where it is.
    pub address: String,
    /// What it does.
    pub description: String,
    /// Where it is written to.
    pub email: String,
    /// Its branch: one of the documented names, `""` when none is set.
    pub vertical: &'static str,
    /// At most two.
    pub websites: Vec<String>,
}

/// `POST /v1/settings/business/profile`: the members given change, the others stay. `""` and `[]` clear.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BusinessProfileChange {
    /// At most [`ADDRESS_LIMIT`] characters.
    pub address: Option<String>,
    /// At most [`DESCRIPTION_LIMIT`] characters.
    pub description: Option<String>,
    /// An address of at most [`EMAIL_LIMIT`] characters.
    pub email: Option<String>,
    /// `Some(None)` is `""`: allowed as long as none is set.
    pub vertical: Option<Option<Vertical>>,
    /// At most [`WEBSITES`] of at most [`WEBSITE_LIMIT`] characters.
    pub websites: Option<Vec<String>>,
}

/// The members, in the order of the reference.
const MEMBERS: [&str; 5] = ["address", "description", "email", "vertical", "websites"];

impl BusinessProfileChange {
    /// Parses and validates the body; 1008 for one without any known member.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            if !MEMBERS.iter().any(|name| body.present(name).is_some()) {
                return Err(body.refuse(Refusal::new(
                    Code::MISSING,
                    format!("at least one of {} is required", Listed(&MEMBERS)),
                )));
            }
            let address = text(body, "address", ADDRESS_LIMIT);
            let description = text(body, "description", DESCRIPTION_LIMIT);
            let email = body.present("email").map(|field| email(&field)).transpose();
            let vertical = body
                .present("vertical")
                .map(|field| vertical(&field))
                .transpose();
            let websites = body
                .present("websites")
                .map(|field| websites(&field))
                .transpose();
            Ok(Self {
                address: address?,
                description: description?,
                email: email?,
                vertical: vertical?,
                websites: websites?,
            })
        })
    }
}

impl Described for BusinessProfileChange {
    const NAME: &'static str = "BusinessProfileChange";

    fn schema() -> Value {
        let text = |limit: usize| json!({"type": "string", "maxLength": limit});
        let email = json!({"type": "string", "format": "email", "maxLength": EMAIL_LIMIT});
        let website =
            json!({"type": "string", "pattern": "^https?://", "maxLength": WEBSITE_LIMIT});
        let verticals = Vertical::ALL.map(Vertical::name);
        schema::object([
            optional("address", text(ADDRESS_LIMIT)).about("Where it is; \"\" clears it."),
            optional("description", text(DESCRIPTION_LIMIT)).about("What it does; \"\" clears it."),
            optional("email", email).about("Where it is written to; \"\" clears it."),
            optional("vertical", schema::choice(verticals))
                .about("Its branch. It cannot be cleared once it is set."),
            optional("websites", array(website, 0..=WEBSITES)).about("An empty array clears them."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![
            (
                "everything",
                json!({
                    "address": "1 Quay Street, Example Harbour",
                    "description": "Books old and new",
                    "email": "hello@harbour.example",
                    "vertical": "Shopping and Retail",
                    "websites": ["https://harbour.example"],
                }),
            ),
            ("one field", json!({"description": "Closed in August"})),
        ]
    }
}

/// A text that may be empty.
fn text(body: &Object<'_>, name: &str, limit: usize) -> Read<Option<String>> {
    let Some(field) = body.present(name).filter(|field| !field.is_empty_string()) else {
        return Ok(body.present(name).map(|_| String::new()));
    };
    field.string_within(limit).map(|text| Some(text.to_owned()))
}

fn email(field: &Field<'_>) -> Read<String> {
    if field.is_empty_string() {
        return Ok(String::new());
    }
    let text = field.string_within(EMAIL_LIMIT)?;
    if is_email(text) {
        Ok(text.to_owned())
    } else {
        Err(field.not("an e-mail address"))
    }
}

fn vertical(field: &Field<'_>) -> Read<Option<Vertical>> {
    if field.is_empty_string() {
        return Ok(None);
    }
    let names = Vertical::ALL.map(|vertical| (vertical.name(), vertical));
    field.choice(&names).map(Some)
}

fn websites(field: &Field<'_>) -> Read<Vec<String>> {
    let sites = field.each(|site| {
        let text = site.string_within(WEBSITE_LIMIT)?;
        match url::parse(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(why) => Err(site.invalid(format_args!(
                "{why}, must be an absolute URL with http:// or https://"
            ))),
        }
    })?;
    if sites.len() > WEBSITES {
        return Err(field.invalid(format_args!(
            "has {} elements, must have at most {WEBSITES}",
            sites.len()
        )));
    }
    Ok(sites)
}

#[cfg(test)]
mod tests;
