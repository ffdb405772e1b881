//! A template's buttons, and what a send puts into them.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::fill::fill_in;
use super::{placeholders, same_count};
use crate::network::commerce;
use crate::network::content::interactive::check_button_action;
use crate::network::error::GraphError;
use crate::network::params::Params;

/// Longest code of a coupon, characters.
const LONGEST_COUPON: usize = 20;
/// Longest one-time password, characters.
const LONGEST_PASSWORD: usize = 15;

/// One button.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Button {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number: Option<String>,
    /// Of `FLOW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow_id: Option<String>,
    /// Of `OTP`: `COPY_CODE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) otp_type: Option<String>,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_more"
    )]
    pub(crate) example: Vec<String>,
    /// Members that only some buttons have.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Examples: a text, or a list of texts.
fn one_or_more<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<String>, D::Error> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(match Value::deserialize(given)? {
        Value::Array(items) => items.into_iter().map(text).collect(),
        Value::Null => Vec::new(),
        other => vec![text(other)],
    })
}

impl Button {
    /// What `sub_type` its component has. The password of an authentication template is given as if it were of a URL.
    pub(super) fn sub_type(&self) -> String {
        match self.kind.as_str() {
            "OTP" => "url".to_owned(),
            kind => kind.to_lowercase(),
        }
    }

    /// As a phone shows it with these parameters, and what is wrong with the products behind it.
    pub(super) fn fill(
        &self,
        index: usize,
        parameters: &[Params],
    ) -> Result<(Value, Option<String>), GraphError> {
        let mut shown = Params::default();
        shown.set("type", self.kind.to_lowercase());
        shown.set("text", self.text.as_str());
        let mut warning = None;
        match self.kind.as_str() {
            "QUICK_REPLY" => {
                if let Some(payload) = one(parameters, "payload")? {
                    shown.set("payload", payload);
                }
            }
            "URL" => {
                let url = self.url.as_deref().unwrap_or_default();
                shown.set("url", self.fill_url(index, url, parameters)?);
            }
            "PHONE_NUMBER" => {
                shown.set(
                    "phone_number",
                    self.phone_number.as_deref().unwrap_or_default(),
                );
            }
            "COPY_CODE" => {
                let code = self.must_one(index, parameters, "coupon_code", LONGEST_COUPON)?;
                shown.set("code", code);
            }
            "OTP" => {
                let code = self.must_one(index, parameters, "text", LONGEST_PASSWORD)?;
                shown.set("code", code);
            }
            "FLOW" => {
                let id = self.flow_id.as_deref().unwrap_or_default();
                commerce::check_flow(id, false)?;
                shown.set("flow_id", id);
                warning = self.act(index, parameters)?;
            }
            "CATALOG" | "MPM" => warning = self.act(index, parameters)?,
            _ => {}
        }
        Ok((Value::Object(shown.0), warning))
    }

    fn fill_url(
        &self,
        index: usize,
        url: &str,
        parameters: &[Params],
    ) -> Result<String, GraphError> {
        let names = placeholders(url);
        if !names.is_empty() && parameters.is_empty() {
            return Err(self.needs(index));
        }
        same_count("buttons", parameters.len(), names.len())?;
        let values = parameters
            .iter()
            .map(|parameter| parameter.text("text")?.ok_or_else(|| self.needs(index)));
        let values = values.collect::<Result<Vec<String>, _>>()?;
        Ok(fill_in(url, &names, &values))
    }

    fn needs(&self, index: usize) -> GraphError {
        let kind = &self.kind;
        GraphError::new(
            131_008,
            format!("buttons: Button at index {index} of type {kind} requires a parameter"),
        )
    }

    /// The one parameter that the button needs: a text of at most so many characters.
    fn must_one(
        &self,
        index: usize,
        parameters: &[Params],
        member: &str,
        longest: usize,
    ) -> Result<String, GraphError> {
        let text = one(parameters, member)?.ok_or_else(|| self.needs(index))?;
        if text.chars().count() > longest {
            return Err(GraphError::new(
                131_009,
                format!("buttons: {member} must be at most {longest} characters long"),
            ));
        }
        Ok(text)
    }

    /// What the button is told to begin with.
    fn act(&self, index: usize, parameters: &[Params]) -> Result<Option<String>, GraphError> {
        let action = match parameters.first() {
            Some(parameter) => parameter.object("action")?,
            None => None,
        };
        match action {
            Some(action) => check_button_action(&self.kind, action.0),
            None if self.kind == "MPM" => Err(self.needs(index)),
            None => Ok(None),
        }
    }
}

/// A text of the one parameter of a button.
fn one(parameters: &[Params], member: &str) -> Result<Option<String>, GraphError> {
    match parameters {
        [] => Ok(None),
        [parameter] => parameter.text(member),
        many => same_count("buttons", many.len(), 1).map(|()| None),
    }
}
