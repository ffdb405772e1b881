//! The business profile of a number.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::fields::names;
use crate::network::params::Params;
use crate::network::photo::Photo;

/// Profile fields; empty ones are not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    about: String,
    address: String,
    description: String,
    email: String,
    websites: Vec<String>,
    vertical: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) photo: Option<Photo>,
}

const VERTICALS: &[&str] = &[
    "UNDEFINED",
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
    "ALCOHOL",
    "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING",
    "OTC_DRUGS",
];

impl Network {
    /// `GET whatsapp_business_profile`: flat, empty fields left out.
    pub(crate) fn show_profile(&self, number: usize, fields: Option<&str>) -> Value {
        let profile = self
            .lasting
            .numbers
            .get(number)
            .map(|number| number.profile.clone())
            .unwrap_or_default();
        let wanted = fields.map(names);
        let mut shown = Params::default();
        for (name, text) in [
            ("about", &profile.about),
            ("address", &profile.address),
            ("description", &profile.description),
            ("email", &profile.email),
            ("vertical", &profile.vertical),
        ] {
            if !text.is_empty() {
                shown.set(name, text.as_str());
            }
        }
        if let Some(photo) = &profile.photo {
            shown.set("profile_picture_url", self.photo_url(photo));
        }
        if !profile.websites.is_empty() {
            shown.set("websites", profile.websites);
        }
        shown
            .0
            .retain(|name, _| wanted.as_ref().is_none_or(|names| names.contains(name)));
        shown.set("messaging_product", "whatsapp");
        json!({"data": [shown.0]})
    }

    /// `POST whatsapp_business_profile`: any subset.
    pub(crate) fn change_profile(
        &mut self,
        number: usize,
        params: &Params,
    ) -> Result<(), GraphError> {
        crate::network::send::whatsapp(params)?;
        let photo = match params.text("profile_picture_handle")? {
            Some(handle) => Some(self.photo_of(&handle)?),
            None => None,
        };
        let Some(number) = self.lasting.numbers.get_mut(number) else {
            return Ok(());
        };
        let mut profile = number.profile.clone();
        // here an empty text is a value: it clears the field
        let given = |name: &str| -> Result<Option<String>, GraphError> {
            match params.0.get(name) {
                Some(Value::String(text)) if text.is_empty() => Ok(Some(String::new())),
                _ => params.text(name),
            }
        };
        for (name, limit, field) in [
            ("about", 139, &mut profile.about),
            ("address", 256, &mut profile.address),
            ("description", 512, &mut profile.description),
            ("email", 128, &mut profile.email),
            ("vertical", 64, &mut profile.vertical),
        ] {
            if let Some(text) = given(name)? {
                if text.chars().count() > limit {
                    return Err(GraphError::parameter(format!(
                        "Param {name} must be at most {limit} characters long."
                    )));
                }
                *field = text;
            }
        }
        if params.0.get("about").is_some_and(|about| about == "") {
            return Err(GraphError::parameter(
                "Param about must be at least 1 character long.",
            ));
        }
        if !profile.email.is_empty() && !profile.email.contains('@') {
            return Err(GraphError::parameter(
                "Param email must be a valid e-mail address.",
            ));
        }
        if !profile.vertical.is_empty() && !VERTICALS.contains(&profile.vertical.as_str()) {
            return Err(GraphError::parameter(format!(
                "Param vertical must be one of {{{}}}.",
                VERTICALS.join(", ")
            )));
        }
        if let Some(websites) = params.array("websites")? {
            profile.websites = read_websites(&websites)?;
        }
        profile.photo = photo.or(profile.photo);
        number.profile = profile;
        self.saved_at_once();
        Ok(())
    }
}

fn read_websites(values: &[Value]) -> Result<Vec<String>, GraphError> {
    let sites: Option<Vec<String>> = values
        .iter()
        .map(|value| value.as_str().map(str::to_owned))
        .collect();
    sites
        .filter(|sites| {
            sites.len() <= 2
                && sites.iter().all(|site| {
                    site.chars().count() <= 256
                        && (site.starts_with("http://") || site.starts_with("https://"))
                })
        })
        .ok_or_else(|| {
            GraphError::parameter(
                "Param websites must be at most two addresses of at most 256 characters that begin with http:// or \
                 https://.",
            )
        })
}
