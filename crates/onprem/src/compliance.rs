//! `/v1/settings/business/compliance_info` (`rest-api.md` 9.2): what the law of India asks of shops.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Refusal;
use crate::email::is_email;
use crate::parse::{self, Field, Object, Read};
use crate::schema::{
    self, Described, boolean, choice, optional, required, string_like, string_within,
};

/// Longest name of a business or a person, characters.
pub const NAME_LIMIT: usize = 256;
/// Longest e-mail address, characters.
const EMAIL_LIMIT: usize = crate::business::EMAIL_LIMIT;
/// Telephone numbers, as schemas show them.
const PHONE: &str = "^\\+[1-9][0-9]{5,14}$";

/// What kind of business it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EntityType {
    LimitedLiabilityPartnership,
    SoleProprietorship,
    Partnership,
    PublicCompany,
    PrivateCompany,
    Other,
}

impl EntityType {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 6] = [
        Self::LimitedLiabilityPartnership,
        Self::SoleProprietorship,
        Self::Partnership,
        Self::PublicCompany,
        Self::PrivateCompany,
        Self::Other,
    ];

    /// Its name in answers; callers may write it with spaces, and in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LimitedLiabilityPartnership => "LIMITED_LIABILITY_PARTNERSHIP",
            Self::SoleProprietorship => "SOLE_PROPRIETORSHIP",
            Self::Partnership => "PARTNERSHIP",
            Self::PublicCompany => "PUBLIC_COMPANY",
            Self::PrivateCompany => "PRIVATE_COMPANY",
            Self::Other => "OTHER",
        }
    }

    fn read(field: &Field<'_>) -> Read<Self> {
        let text = field.string()?;
        let wanted = bare(text);
        Self::ALL
            .into_iter()
            .find(|known| bare(known.name()) == wanted)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name);
                field.not(parse::Listed(&names))
            })
    }
}

/// Without what does not matter in the name of an entity type.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Whom customers may turn to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// Only of the grievance officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An e-mail address: always there in what callers send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// With `+` and country code. At least one of the two numbers is there in what callers send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landline_number: Option<String>,
    /// With `+` and country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_number: Option<String>,
}

/// `settings.business.compliance_info` of GET: what the network knows, nothing when nothing was set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ComplianceAnswer {
    /// The legal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// The kind of business: one of [`EntityType`]'s names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// In the business's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_type_custom: Option<String>,
    /// Whether it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_registered: Option<bool>,
    /// Whom customers may complain to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grievance_officer_details: Option<Contact>,
    /// Whom customers may ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_care_details: Option<Contact>,
}

/// `POST /v1/settings/business/compliance_info`. It takes the place of what was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplianceInfo {
    /// The legal name.
    pub entity_name: String,
    /// The kind of business.
    pub entity_type: EntityType,
    /// In the business's own words, for [`EntityType::Other`].
    pub entity_type_custom: Option<String>,
    /// For [`EntityType::Partnership`] and [`EntityType::Other`].
    pub is_registered: Option<bool>,
    /// Whom customers may complain to.
    pub grievance_officer: Contact,
    /// Whom customers may ask.
    pub customer_care: Contact,
}

impl ComplianceInfo {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let entity_name =
                name(body, "entity_name").and_then(|name| needed(body, name, "entity_name"));
            let entity_type = body
                .required("entity_type")
                .and_then(|field| EntityType::read(&field));
            let custom = name(body, "entity_type_custom");
            let registered = body.optional_bool("is_registered");
            let grievance_officer = contact(body, "grievance_officer_details", true);
            let customer_care = contact(body, "customer_care_details", false);
            let entity_type = entity_type?;
            let (custom, registered) = (custom?, registered?);
            if entity_type == EntityType::Other && custom.is_none() {
                return Err(body.missing("entity_type_custom"));
            }
            let asks = matches!(entity_type, EntityType::Partnership | EntityType::Other);
            if asks && registered.is_none() {
                return Err(body.missing("is_registered"));
            }
            Ok(Self {
                entity_name: entity_name?,
                entity_type,
                entity_type_custom: custom,
                is_registered: registered,
                grievance_officer: grievance_officer?,
                customer_care: customer_care?,
            })
        })
    }
}

impl Contact {
    fn schema(with_name: bool) -> Value {
        let email =
            json!({"type": "string", "format": "email", "minLength": 1, "maxLength": EMAIL_LIMIT});
        let name = with_name.then(|| optional("name", string_within(NAME_LIMIT)));
        let members = [
            required("email", email),
            optional("landline_number", string_like(PHONE)),
            optional("mobile_number", string_like(PHONE)),
        ];
        let mut object = schema::object(name.into_iter().chain(members));
        if let Value::Object(object) = &mut object {
            let either =
                json!([{"required": ["landline_number"]}, {"required": ["mobile_number"]}]);
            object.insert("anyOf".to_owned(), either);
        }
        object
    }
}

impl Described for ComplianceInfo {
    const NAME: &'static str = "ComplianceInfo";

    fn schema() -> Value {
        schema::object([
            required("entity_name", string_within(NAME_LIMIT)).about("The legal name."),
            required("entity_type", choice(EntityType::ALL.map(EntityType::name)))
                .about("The kind of business; small letters and spaces are taken too."),
            optional("entity_type_custom", string_within(NAME_LIMIT))
                .about("Required when entity_type is OTHER."),
            optional("is_registered", boolean())
                .about("Required when entity_type is PARTNERSHIP or OTHER."),
            required("grievance_officer_details", Contact::schema(true))
                .about("At least one of the two numbers."),
            required("customer_care_details", Contact::schema(false))
                .about("At least one of the two numbers."),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a partnership",
            json!({
                "entity_name": "Harbour Books",
                "entity_type": "PARTNERSHIP",
                "is_registered": true,
                "grievance_officer_details": {
                    "name": "Ada Quist",
                    "email": "ada@harbour.example",
                    "landline_number": "+12025550143",
                    "mobile_number": "+12025550144",
                },
                "customer_care_details": {
                    "email": "care@harbour.example",
                    "mobile_number": "+12025550145",
                },
            }),
        )]
    }
}

/// An optional name.
fn name(body: &Object<'_>, name: &str) -> Read<Option<String>> {
    let field = body.optional(name);
    field
        .map(|field| field.string_within(NAME_LIMIT).map(str::to_owned))
        .transpose()
}

/// What has to be there: `null` and `""` are not.
fn needed<T>(body: &Object<'_>, value: Option<T>, name: &str) -> Read<T> {
    value.ok_or_else(|| body.missing(name))
}

fn contact(body: &Object<'_>, name_of_object: &str, with_name: bool) -> Read<Contact> {
    let object = body.required(name_of_object)?.object()?;
    let name = if with_name {
        name(&object, "name")
    } else {
        Ok(None)
    };
    let email = object
        .optional("email")
        .map(|field| email(&field))
        .transpose()
        .and_then(|email| needed(&object, email, "email"));
    let landline = object
        .optional("landline_number")
        .map(|field| phone(&field))
        .transpose();
    let mobile = object
        .optional("mobile_number")
        .map(|field| phone(&field))
        .transpose();
    let (landline_number, mobile_number) = (landline?, mobile?);
    if landline_number.is_none() && mobile_number.is_none() {
        return Err(object.missing("landline_number or mobile_number"));
    }
    Ok(Contact {
        name: name?,
        email: Some(email?),
        landline_number,
        mobile_number,
    })
}

fn email(field: &Field<'_>) -> Read<String> {
    let text = field.string_within(EMAIL_LIMIT)?;
    if is_email(text) {
        Ok(text.to_owned())
    } else {
        Err(field.not("an e-mail address"))
    }
}

/// Spaces and hyphens between the digits are dropped.
fn phone(field: &Field<'_>) -> Read<String> {
    let text = field.string()?;
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = bare.strip_prefix('+').unwrap_or_default();
    let is_number = (6..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        Ok(bare)
    } else {
        Err(field.not("a telephone number with + and the country code"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn example() -> Value {
        ComplianceInfo::examples().remove(0).1
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut body = example();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap();
        parent
            .as_object_mut()
            .unwrap()
            .insert(name.to_owned(), value);
        body
    }

    fn parse(body: &Value) -> Result<ComplianceInfo, Refusal> {
        ComplianceInfo::parse(body.to_string().as_bytes())
    }

    #[test]
    fn the_example_is_read() {
        let info = parse(&example()).unwrap();

        assert_eq!(info.entity_type, EntityType::Partnership);
        assert_eq!(info.is_registered, Some(true));
        let officer = serde_json::to_value(info.grievance_officer).unwrap();
        assert_eq!(officer, example()["grievance_officer_details"]);
        let care = serde_json::to_value(info.customer_care).unwrap();
        assert_eq!(care, example()["customer_care_details"]);
    }

    #[rstest]
    #[case(
        "limited liability partnership",
        EntityType::LimitedLiabilityPartnership
    )]
    #[case("SOLE_PROPRIETORSHIP", EntityType::SoleProprietorship)]
    #[case("Private Company", EntityType::PrivateCompany)]
    #[case("publiccompany", EntityType::PublicCompany)]
    fn an_entity_type_has_many_spellings(#[case] word: &str, #[case] entity_type: EntityType) {
        let mut body = with("/entity_type", word.into());
        body.as_object_mut().unwrap().remove("is_registered");

        assert_eq!(parse(&body).unwrap().entity_type, entity_type);
    }

    #[test]
    fn numbers_may_be_written_in_groups() {
        let info = parse(&with(
            "/customer_care_details/mobile_number",
            "+1 202-555-0145".into(),
        ));

        let number = info.unwrap().customer_care.mobile_number;
        assert_eq!(number.as_deref(), Some("+12025550145"));
    }

    #[rstest]
    #[case(json!({}), 1008, "entity_name is required")]
    #[case(with("/entity_name", "".into()), 1008, "entity_name is required")]
    #[case(with("/entity_type", Value::Null), 1008, "entity_type is required")]
    #[case(
        with("/entity_type", "club".into()),
        1009,
        "entity_type: is \"club\", must be LIMITED_LIABILITY_PARTNERSHIP, SOLE_PROPRIETORSHIP, PARTNERSHIP, PUBLIC_COMPANY, \
         PRIVATE_COMPANY or OTHER"
    )]
    #[case(with("/entity_type", "other".into()), 1008, "entity_type_custom is required")]
    #[case(with("/is_registered", Value::Null), 1008, "is_registered is required")]
    #[case(
        with("/is_registered", "yes".into()),
        1009,
        "is_registered: is a string, must be true or false"
    )]
    #[case(
        with("/customer_care_details", Value::Null),
        1008,
        "customer_care_details is required"
    )]
    #[case(
        with("/customer_care_details", "care".into()),
        1009,
        "customer_care_details: is a string, must be an object"
    )]
    #[case(
        with("/grievance_officer_details/email", "".into()),
        1008,
        "grievance_officer_details.email is required"
    )]
    #[case(
        with("/grievance_officer_details/email", "ada".into()),
        1009,
        "grievance_officer_details.email: is \"ada\", must be an e-mail address"
    )]
    #[case(
        with("/customer_care_details/mobile_number", Value::Null),
        1008,
        "customer_care_details.landline_number or mobile_number is required"
    )]
    #[case(
        with("/customer_care_details/mobile_number", "2025550145".into()),
        1009,
        "customer_care_details.mobile_number: is \"2025550145\", must be a telephone number with + and the country code"
    )]
    #[case(
        with("/entity_name", "x".repeat(257).into()),
        1009,
        "entity_name: has 257 characters, must have at most 256"
    )]
    fn every_rule_is_told(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
        let refusal = parse(&body).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    proptest! {
        #[test]
        fn only_what_a_kind_asks_for_is_missed(
            kind in prop::sample::select(&EntityType::ALL[..]),
            custom in prop::option::of("\\PC{1,256}"),
            registered in prop::option::of(any::<bool>()),
        ) {
            let mut body = example();
            body["entity_type"] = kind.name().into();
            body["entity_type_custom"] = custom.clone().into();
            body["is_registered"] = registered.into();
            let is_other = kind == EntityType::Other;
            let is_whole = (custom.is_some() || !is_other)
                && (registered.is_some() || !(is_other || kind == EntityType::Partnership));

            let parsed = parse(&body);

            prop_assert_eq!(parsed.is_ok(), is_whole);
            if let Ok(info) = parsed {
                prop_assert_eq!(info.entity_type_custom, custom);
                prop_assert_eq!(info.is_registered, registered);
            }
        }
    }
}
