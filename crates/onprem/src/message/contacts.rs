//! `type: contacts` (`messages.md` 2.5): cards of an address book.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::parse::{Field, Object, Read};
use crate::schema::{self, Member, array, list, optional, required, string};
use crate::{Refusal, date};

/// How many cards a message may have: at most as many as the hosted API takes.
const COUNT: RangeInclusive<usize> = 1..=257;

/// A struct whose members are optional texts, with its reader and the members of its schema. `""` counts as absent.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $member:ident = $key:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct $name {
            $(
                $(#[$about])*
                #[serde(rename = $key, skip_serializing_if = "Option::is_none", default)]
                pub $member: Option<String>,
            )+
        }

        impl $name {
            fn read(object: &Object<'_>) -> Read<Self> {
                $(let $member = object.optional_string($key);)+
                Ok(Self { $($member: $member?.map(str::to_owned),)+ })
            }

            fn members() -> Vec<Member> {
                vec![$(optional($key, string()),)+]
            }
        }
    };
}

texts! {
    /// The parts of a name.
    NameParts {
        /// First name.
        first = "first_name",
        /// Last name.
        last = "last_name",
        /// Middle name.
        middle = "middle_name",
        /// What stands behind: `Jr.`
        suffix = "suffix",
        /// What stands in front: `Dr.`
        prefix = "prefix",
    }
}

texts! {
    /// An address.
    Address {
        /// Street and house number.
        street = "street",
        /// City.
        city = "city",
        /// State.
        state = "state",
        /// Postal code.
        zip = "zip",
        /// Country.
        country = "country",
        /// Two letters.
        country_code = "country_code",
        /// `HOME` or `WORK`, as a rule.
        kind = "type",
    }
}

texts! {
    /// An e-mail address.
    Email {
        /// The address.
        email = "email",
        /// `HOME` or `WORK`, as a rule.
        kind = "type",
    }
}

texts! {
    /// Where somebody works.
    Org {
        /// Company.
        company = "company",
        /// Department.
        department = "department",
        /// Position.
        title = "title",
    }
}

texts! {
    /// A telephone.
    Phone {
        /// The number; the network makes it from `wa_id` when it is absent.
        phone = "phone",
        /// `CELL`, `MAIN`, `IPHONE`, `HOME` or `WORK`, as a rule.
        kind = "type",
        /// The WhatsApp id behind it.
        wa_id = "wa_id",
    }
}

texts! {
    /// A page on the web.
    Url {
        /// The page.
        url = "url",
        /// `HOME` or `WORK`, as a rule.
        kind = "type",
    }
}

texts! {
    /// An account with an old messenger; the hosted API knows nothing of it.
    Im {
        /// The messenger.
        service = "service",
        /// The account.
        user_id = "user_id",
    }
}

/// What somebody is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The whole name.
    pub formatted_name: String,
    /// At least one of them is there.
    #[serde(flatten)]
    pub parts: NameParts,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Whose it is.
    pub name: Name,
    /// Addresses.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub addresses: Vec<Address>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub birthday: Option<String>,
    /// E-mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub emails: Vec<Email>,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub org: Option<Org>,
    /// Telephones.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub phones: Vec<Phone>,
    /// Pages on the web.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub urls: Vec<Url>,
    /// Accounts with old messengers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ims: Vec<Im>,
}

/// Reads `contacts`.
pub(super) fn read(message: &Object<'_>) -> Read<Vec<Card>> {
    let field = message.required("contacts")?;
    let cards = field.each(card)?;
    if COUNT.contains(&cards.len()) {
        return Ok(cards);
    }
    Err(field.invalid(format_args!(
        "has {} elements, must have {} to {}",
        cards.len(),
        COUNT.start(),
        COUNT.end()
    )))
}

fn card(field: &Field<'_>) -> Read<Card> {
    let card = field.object()?;
    let name = card.required("name").and_then(|field| name(&field));
    let addresses = each(&card, "addresses", address);
    let birthday = card
        .optional("birthday")
        .map(|field| birthday(&field))
        .transpose();
    let emails = each(&card, "emails", Email::read);
    let org = card
        .optional("org")
        .map(|org| Org::read(&org.object()?))
        .transpose();
    let phones = each(&card, "phones", Phone::read);
    let urls = each(&card, "urls", Url::read);
    let ims = each(&card, "ims", Im::read);
    Ok(Card {
        name: name?,
        addresses: addresses?,
        birthday: birthday?,
        emails: emails?,
        org: org?,
        phones: phones?,
        urls: urls?,
        ims: ims?,
    })
}

/// The objects of an array that may be absent.
fn each<T>(card: &Object<'_>, name: &str, read: fn(&Object<'_>) -> Read<T>) -> Read<Vec<T>> {
    match card.optional(name) {
        None => Ok(Vec::new()),
        Some(array) => array.each(|element| read(&element.object()?)),
    }
}

fn name(field: &Field<'_>) -> Read<Name> {
    let name = field.object()?;
    let formatted_name = name.string("formatted_name");
    let parts = NameParts::read(&name).and_then(|parts| {
        if parts == NameParts::default() {
            let keys: Vec<String> = (NameParts::members().iter())
                .map(|member| format!("{name}.{}", member.name()))
                .collect();
            return Err(name.refuse(Refusal::missing(&format!("one of {}", keys.join(", ")))));
        }
        Ok(parts)
    });
    Ok(Name {
        formatted_name: formatted_name?.to_owned(),
        parts: parts?,
    })
}

fn address(object: &Object<'_>) -> Read<Address> {
    let address = Address::read(object)?;
    let is_code =
        |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    match object.optional("country_code") {
        Some(field) if !address.country_code.as_deref().is_some_and(is_code) => {
            Err(field.not("two letters such as US"))
        }
        _ => Ok(address),
    }
}

fn birthday(field: &Field<'_>) -> Read<String> {
    let text = field.string()?;
    if date::is_day(text) {
        Ok(text.to_owned())
    } else {
        Err(field.not("a day as YYYY-MM-DD"))
    }
}

/// What `contacts` may be.
pub(super) fn schema() -> Value {
    array(card_schema(), COUNT)
}

fn card_schema() -> Value {
    let of = |members: Vec<Member>| list(schema::object(members));
    let parts = NameParts::members();
    let one_of_them: Vec<Value> = (parts.iter())
        .map(|part| json!({"required": [part.name()]}))
        .collect();
    let formatted_name = [required("formatted_name", string())];
    let mut name = schema::object(formatted_name.into_iter().chain(parts));
    name["anyOf"] = one_of_them.into();
    let mut address = schema::object(Address::members());
    address["properties"]["country_code"] = schema::string_like("^[A-Za-z]{2}$");
    schema::object([
        required("name", name),
        optional("addresses", list(address)),
        optional("birthday", json!({"type": "string", "format": "date"})),
        optional("emails", of(Email::members())),
        optional("org", schema::object(Org::members())),
        optional("phones", of(Phone::members()))
            .about("`phone` is made from `wa_id` when it is absent."),
        optional("urls", of(Url::members())),
        optional("ims", of(Im::members())).about("Taken, and not shown to the customer."),
    ])
}

/// Values of `contacts`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "a card",
            json!([{
                "name": {"formatted_name": "Ada Quist", "first_name": "Ada"},
                "phones": [{"phone": "+1 202 555 0143", "type": "WORK", "wa_id": "12025550143"}],
                "org": {"company": "Quist Tools"},
            }]),
        ),
        (
            "a card with everything",
            json!([{
                "name": {
                    "formatted_name": "Dr. Ada M. Quist Jr.", "first_name": "Ada", "last_name": "Quist",
                    "middle_name": "M.", "suffix": "Jr.", "prefix": "Dr.",
                },
                "addresses": [{
                    "street": "1 Market Street", "city": "Springfield", "state": "IL", "zip": "62701",
                    "country": "United States", "country_code": "US", "type": "HOME",
                }],
                "birthday": "1990-02-28",
                "emails": [{"email": "ada@quist.example", "type": "WORK"}],
                "org": {"company": "Quist Tools", "department": "Design", "title": "Director"},
                "phones": [{"type": "CELL", "wa_id": "12025550143"}],
                "urls": [{"url": "https://quist.example", "type": "WORK"}],
                "ims": [{"service": "AIM", "user_id": "adaquist"}],
            }]),
        ),
    ]
}
