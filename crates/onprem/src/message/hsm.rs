//! `type: hsm` (`messages.md` section 5): what templates were before v2.39. Taken for ever, and sent as a template whose body
//! has the parameters; they are shown by their `default`, as the network does not localise.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::template::{self, Component, Parameter, TemplateMessage, parameter};
use crate::parse::{Field, Object, Read};
use crate::schema::{list, object, one_of, optional, required, string};
use crate::{Code, Refusal};

/// A legacy template message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hsm {
    /// The account's namespace.
    pub namespace: String,
    /// The template's name.
    pub element_name: String,
    /// `language.code`.
    pub language: String,
    /// The parameters of the body, in order.
    pub localizable_params: Vec<Localizable>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Localizable {
    /// What is shown.
    pub default: String,
    /// What it stands for.
    pub value: Option<Localized>,
}

/// What a parameter stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Localized {
    /// `currency`.
    Currency {
        /// ISO 4217.
        code: String,
        /// Amount times 1000.
        amount_1000: i64,
    },
    /// `date_time`, as it came.
    DateTime(Value),
}

/// Paths in refusals of the template that a message becomes, longest first, and what the caller knows in their place.
const OURS: &[(&str, &str)] = &[
    (
        "template.components[0].parameters",
        "hsm.localizable_params",
    ),
    ("template.components[0]", "hsm.localizable_params"),
    ("template.components", "hsm"),
    ("template.namespace", "hsm.namespace"),
];

impl Hsm {
    /// The template message that it becomes.
    pub fn to_template(&self) -> TemplateMessage {
        let parameters = self
            .localizable_params
            .iter()
            .map(Localizable::to_parameter);
        TemplateMessage {
            namespace: Some(self.namespace.clone()),
            name: self.element_name.clone(),
            language: self.language.clone(),
            components: vec![Component::Body(parameters.collect())],
        }
    }

    /// A refusal of the template that it became, with the paths of the message that the caller sent.
    #[must_use]
    pub fn in_its_words(mut refusal: Refusal) -> Refusal {
        let found = OURS
            .iter()
            .find_map(|(theirs, ours)| Some((refusal.details.strip_prefix(theirs)?, ours)));
        if let Some((rest, ours)) = found {
            refusal.details = format!("{ours}{rest}");
        }
        refusal
    }
}

impl Localizable {
    fn to_parameter(&self) -> Parameter {
        let fallback_value = self.default.clone();
        match &self.value {
            None => Parameter::Text(fallback_value),
            Some(Localized::Currency { code, amount_1000 }) => Parameter::Currency {
                fallback_value,
                code: code.clone(),
                amount_1000: *amount_1000,
            },
            Some(Localized::DateTime(value)) => Parameter::DateTime {
                fallback_value,
                value: value.clone(),
            },
        }
    }
}

/// Reads `hsm`.
pub(super) fn read(message: &Object<'_>) -> Read<Hsm> {
    let hsm = message.required("hsm")?.object()?;
    let namespace = hsm.string("namespace");
    let element_name = hsm
        .required("element_name")
        .and_then(|field| template::name(&field));
    let language = hsm
        .required("language")
        .and_then(|field| template::language(&field));
    let localizable_params = hsm
        .required("localizable_params")
        .and_then(|field| field.each(localizable));
    Ok(Hsm {
        namespace: namespace?.to_owned(),
        element_name: element_name?,
        language: language?,
        localizable_params: localizable_params?,
    })
}

fn localizable(field: &Field<'_>) -> Read<Localizable> {
    let parameter = field.object()?;
    let default = parameter.string("default");
    let currency = parameter
        .optional("currency")
        .map(|field| currency(&field))
        .transpose();
    let date_time = parameter
        .optional("date_time")
        .map(|field| date_time(&field))
        .transpose();
    let default = default?.to_owned();
    let value = match (currency?, date_time?) {
        (Some(_), Some(_)) => {
            return Err(parameter.invalid("has both currency and date_time, must have at most one"));
        }
        (currency, date_time) => currency.or(date_time),
    };
    Ok(Localizable { default, value })
}

fn currency(field: &Field<'_>) -> Read<Localized> {
    let (code, amount_1000) = parameter::amount(&field.object()?, "currency_code")?;
    Ok(Localized::Currency { code, amount_1000 })
}

fn date_time(field: &Field<'_>) -> Read<Localized> {
    let date_time = field.object()?;
    let component = date_time
        .optional("component")
        .map(|component| parameter::components(&component.object()?))
        .transpose();
    let unix_epoch = date_time
        .optional("unix_epoch")
        .map(|epoch| {
            let epoch = epoch.object()?;
            epoch
                .required("timestamp")?
                .integer(i64::MIN..=i64::MAX)
                .map(drop)
        })
        .transpose();
    match (component?, unix_epoch?) {
        (None, None) => Err(date_time.refuse(Refusal::new(
            Code::MISSING,
            format!("{date_time}.component or {date_time}.unix_epoch is required"),
        ))),
        (Some(()), Some(())) => {
            Err(date_time.invalid("has both component and unix_epoch, must have one of them"))
        }
        _ => Ok(Localized::DateTime(date_time.to_value())),
    }
}

/// What `hsm` may be.
pub(super) fn schema() -> Value {
    let currency = object([
        required("currency_code", parameter::currency_schema()).about("ISO 4217."),
        required("amount_1000", json!({"type": "integer"})).about("The amount times 1000."),
    ]);
    let date_time = one_of([
        object([required(
            "component",
            object(parameter::components_schema()),
        )]),
        object([required(
            "unix_epoch",
            object([required("timestamp", json!({"type": "integer"}))]),
        )]),
    ]);
    let mut parameter = object([
        required("default", string()).about("What is shown."),
        optional("currency", currency),
        optional("date_time", date_time),
    ]);
    parameter["not"] = json!({"required": ["currency", "date_time"]});
    object([
        required("namespace", string()).about("The account's."),
        required("element_name", template::name_schema()),
        required("language", template::language_schema()),
        required("localizable_params", list(parameter)),
    ])
}

/// Values of `hsm`.
pub(super) fn examples() -> Vec<(&'static str, Value)> {
    vec![(
        "a legacy template message",
        json!({
            "namespace": "b7e1_example_ns", "element_name": "card_charge",
            "language": {"policy": "deterministic", "code": "en_US"},
            "localizable_params": [
                {"default": "$18.20", "currency": {"currency_code": "USD", "amount_1000": 18200}},
                {"default": "Friday 14:05", "date_time": {"component": {"day_of_week": 5, "hour": 14, "minute": 5}}},
            ],
        }),
    )]
}
