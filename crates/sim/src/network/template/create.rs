//! Templates that are made, changed and deleted at the Graph API, and the checks that are made at once.

use serde_json::{Map, Value, json};

use super::{Component, Retired, Template, placeholders};
use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::network::storefront::truth;

const DAYS_30_MS: i64 = 30 * 24 * 3_600_000;
/// Most templates of an account.
const MOST: usize = 250;
const LONGEST_NAME: usize = 512;
const LONGEST_HEADER: usize = 60;
const LONGEST_BODY: usize = 1024;
const LONGEST_FOOTER: usize = 60;
const MOST_BUTTONS: usize = 10;
const CATEGORIES: &[&str] = &["MARKETING", "UTILITY", "AUTHENTICATION"];
const KINDS: &[&str] = &[
    "HEADER",
    "BODY",
    "FOOTER",
    "BUTTONS",
    "CAROUSEL",
    "LIMITED_TIME_OFFER",
    "CALL_PERMISSION_REQUEST",
];
const FORMATS: &[&str] = &[
    "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "PRODUCT", "GIF",
];

/// A refusal with a sentence for a person.
fn refuse(subcode: i64, sentence: impl Into<String>) -> GraphError {
    let sentence = sentence.into();
    GraphError::parameter("Invalid parameter").for_person(subcode, &sentence)
}

impl Network {
    /// `POST /{WABA_ID}/message_templates`.
    pub(crate) fn create_template(
        &mut self,
        params: &Params,
        now: i64,
    ) -> Result<Value, GraphError> {
        let name = params.required_text("name")?;
        let language = params.required_text("language")?;
        check_name(&name)?;
        check_language(&language)?;
        if self.lasting.templates.len() >= MOST {
            return Err(refuse(
                2_388_019,
                "The account has as many message templates as it may have.",
            ));
        }
        let mut templates = self.lasting.templates.iter();
        if templates.any(|template| template.name == name && template.language == language) {
            return Err(refuse(
                2_388_024,
                "There is already content in this language for this template.",
            ));
        }
        self.forget_retired(now);
        if self
            .lasting
            .retired
            .iter()
            .any(|retired| retired.name == name)
        {
            return Err(refuse(
                2_388_023,
                "A template of this name was deleted within the last 30 days; choose another name.",
            ));
        }
        let mut template = Template {
            name,
            language,
            category: category(params)?,
            status: "PENDING".to_owned(),
            sub_category: params.text("sub_category")?,
            message_send_ttl_seconds: lifetime(params)?,
            ..Template::default()
        };
        template.components = components(params, &mut template)?;
        template.life.keeps_category = truth(params, "allow_category_change")? == Some(false);
        template.id = self.template_id();
        let id = template.id.clone();
        self.lasting.templates.push(template);
        Ok(self.submit(&id, now))
    }

    /// Puts a template before its reviewer: its id, status and category.
    fn submit(&mut self, id: &str, now: i64) -> Value {
        let decided_ms = now + self.lasting.account.state.review_ms();
        let found = (self.lasting.templates.iter_mut()).find(|template| template.id == id);
        let Some(template) = found else {
            return Value::Null;
        };
        "PENDING".clone_into(&mut template.status);
        template.rejected_reason = None;
        template.life.decided_ms = Some(decided_ms);
        let told = json!({"id": id, "status": template.status, "category": template.category});
        self.saved_at_once();
        self.plan_chores();
        self.do_chores(now);
        told
    }

    fn template_id(&mut self) -> String {
        loop {
            let id = (790_000_000_000_000 + self.dice.roll() % 9_000_000_000_000).to_string();
            if self
                .lasting
                .templates
                .iter()
                .all(|template| template.id != id)
            {
                return id;
            }
        }
    }

    /// `POST /{TEMPLATE_ID}`: the members given take the place of those that were there.
    pub(crate) fn edit_template(
        &mut self,
        id: &str,
        params: &Params,
        now: i64,
    ) -> Result<Value, GraphError> {
        let known = (self.lasting.templates.iter())
            .find(|template| template.id == id)
            .cloned()
            .ok_or_else(|| GraphError::unknown_object("post", id))?;
        let mut template = known.clone();
        let is_approved = template.status == "APPROVED";
        if !["APPROVED", "REJECTED", "PAUSED"].contains(&template.status.as_str()) {
            return Err(refuse(
                2_388_039,
                "Only approved, rejected and paused message templates can be edited.",
            ));
        }
        if params.value("category").is_some() {
            let wanted = category(params)?;
            if is_approved && wanted != template.category {
                return Err(refuse(
                    2_388_039,
                    "The category of an approved message template cannot be changed.",
                ));
            }
            template.category = wanted;
        }
        if params.value("components").is_some() {
            template.components = components(params, &mut template)?;
        }
        if params.value("message_send_ttl_seconds").is_some() {
            template.message_send_ttl_seconds = lifetime(params)?;
        }
        let is_other =
            template.components != known.components || template.category != known.category;
        if is_other && is_approved && !template.life.edit(now) {
            return Err(refuse(
                2_388_039,
                "An approved message template can be edited once in 24 hours, and ten times in 30 days.",
            ));
        }
        if let Some(place) = self
            .lasting
            .templates
            .iter_mut()
            .find(|known| known.id == id)
        {
            *place = template;
        }
        if is_other {
            self.submit(id, now);
        }
        self.saved_at_once();
        Ok(json!({"success": true, "id": id}))
    }

    /// `DELETE /{WABA_ID}/message_templates?name=…[&hsm_id=…]`.
    pub(crate) fn delete_template(&mut self, params: &Params, now: i64) -> Result<(), GraphError> {
        let name = params.required_text("name")?;
        let id = match params.text("hsm_id")? {
            Some(id) => Some(id),
            None => params.text("template_id")?,
        };
        let is_meant = |template: &Template| {
            template.name == name && id.as_ref().is_none_or(|id| template.id == *id)
        };
        let meant: Vec<&Template> = (self.lasting.templates.iter())
            .filter(|template| is_meant(template))
            .collect();
        if meant.is_empty() {
            return Err(refuse(
                2_593_002,
                "There is no message template with this name.",
            ));
        }
        if meant.iter().any(|template| template.status == "DISABLED") {
            return Err(refuse(
                2_388_039,
                "A disabled message template cannot be deleted.",
            ));
        }
        let told: Vec<Template> = meant.into_iter().cloned().collect();
        self.lasting
            .templates
            .retain(|template| !is_meant(template));
        let is_gone = self
            .lasting
            .templates
            .iter()
            .all(|template| template.name != name);
        if is_gone && told.iter().any(|template| template.status == "APPROVED") {
            self.lasting.retired.push(Retired {
                name,
                until_ms: now + DAYS_30_MS,
            });
        }
        for template in &told {
            self.tell_template(template, "DELETED", None, None, now);
        }
        self.saved_at_once();
        Ok(())
    }

    /// Names that may be used again.
    pub(crate) fn forget_retired(&mut self, now: i64) {
        self.lasting
            .retired
            .retain(|retired| retired.until_ms > now);
    }
}

fn check_name(name: &str) -> Result<(), GraphError> {
    let good = (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if good {
        Ok(())
    } else {
        Err(GraphError::parameter(format!(
            "Param name must be 1 to {LONGEST_NAME} lower-case letters, digits and underscores."
        )))
    }
}

/// `en`, `en_US`, `zh_CN`, `fil`.
fn check_language(language: &str) -> Result<(), GraphError> {
    let (code, country) = language.split_once('_').unwrap_or((language, "XX"));
    let good = (2..=3).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase())
        && (2..=3).contains(&country.len())
        && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if good {
        Ok(())
    } else {
        Err(GraphError::parameter(
            "Param language must be one of the supported languages, such as en_US.",
        ))
    }
}

fn category(params: &Params) -> Result<String, GraphError> {
    let name = params.required_text("category")?.to_uppercase();
    if CATEGORIES.contains(&name.as_str()) {
        Ok(name)
    } else {
        Err(GraphError::parameter(format!(
            "Param category must be one of {{{}}}.",
            CATEGORIES.join(", ")
        )))
    }
}

fn lifetime(params: &Params) -> Result<Option<i64>, GraphError> {
    let Some(text) = params.text("message_send_ttl_seconds")? else {
        return Ok(None);
    };
    let seconds = text.trim().parse::<i64>().ok();
    seconds
        .filter(|seconds| *seconds == -1 || (30..=43_200).contains(seconds))
        .map(Some)
        .ok_or_else(|| {
            GraphError::parameter(
                "Param message_send_ttl_seconds must be -1, or 30 to 43200 seconds.",
            )
        })
}

/// The checked components; sets the format of their parameters.
fn components(params: &Params, template: &mut Template) -> Result<Vec<Component>, GraphError> {
    let given = params
        .array("components")?
        .ok_or_else(|| GraphError::required("components"))?;
    let mut found = Vec::with_capacity(given.len());
    for (at, value) in given.into_iter().enumerate() {
        let component: Component = serde_json::from_value(clean(value)).map_err(|error| {
            GraphError::parameter(format!("Param components[{at}] cannot be read: {error}"))
        })?;
        found.push(component.upper());
    }
    let is_login = template.category == "AUTHENTICATION";
    if is_login {
        found.iter_mut().for_each(word_login);
    }
    let texts = found
        .iter()
        .filter_map(|component| component.text.as_deref());
    let is_named = texts
        .flat_map(placeholders)
        .any(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
    let asked = params
        .text("parameter_format")?
        .map(|format| format.to_uppercase());
    let format = asked.unwrap_or_else(|| if is_named { "NAMED" } else { "POSITIONAL" }.to_owned());
    if !["NAMED", "POSITIONAL"].contains(&format.as_str()) {
        return Err(GraphError::parameter(
            "Param parameter_format must be one of {POSITIONAL, NAMED}.",
        ));
    }
    for component in &found {
        check(component, &format)?;
    }
    if found.iter().all(|component| component.kind != "BODY") {
        return Err(refuse(2_388_072, "A message template needs a body."));
    }
    template.parameter_format = format;
    Ok(found)
}

/// `null` members count as absent.
fn clean(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                members
                    .map(|(name, value)| (name, clean(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => items.into_iter().map(clean).collect(),
        other => other,
    }
}

/// The texts of an authentication template are the network's own.
fn word_login(component: &mut Component) {
    let other = &component.other;
    match component.kind.as_str() {
        "BODY" => {
            let advice = other
                .get("add_security_recommendation")
                .and_then(Value::as_bool);
            let advice = if advice == Some(true) {
                " For your security, do not share this code."
            } else {
                ""
            };
            component.text = Some(format!("*{{{{1}}}}* is your verification code.{advice}"));
        }
        "FOOTER" => {
            if let Some(minutes) = other.get("code_expiration_minutes").and_then(Value::as_u64) {
                component.text = Some(format!("This code expires in {minutes} minutes."));
            }
        }
        "BUTTONS" => {
            for button in &mut component.buttons {
                if button.kind == "OTP" && button.text.is_empty() {
                    "Copy code".clone_into(&mut button.text);
                }
            }
        }
        _ => {}
    }
}

fn check(component: &Component, format: &str) -> Result<(), GraphError> {
    let text = component.text.as_deref().unwrap_or_default();
    let length = text.chars().count();
    match component.kind.as_str() {
        kind if !KINDS.contains(&kind) => Err(GraphError::parameter(format!(
            "Param components: the type must be one of {{{}}}.",
            KINDS.join(", ")
        ))),
        "HEADER" => {
            let kind = component.format.as_deref().unwrap_or("TEXT");
            if !FORMATS.contains(&kind) {
                return Err(refuse(
                    2_388_047,
                    "The format of the header is not supported.",
                ));
            }
            let names = placeholders(text).len();
            if kind == "TEXT" && (text.is_empty() || length > LONGEST_HEADER || names > 1) {
                return Err(refuse(
                    2_388_047,
                    format!(
                        "A header has a text of 1 to {LONGEST_HEADER} characters with at most one variable."
                    ),
                ));
            }
            Ok(())
        }
        "BODY" => check_body(text, format),
        "FOOTER"
            if text.is_empty() || length > LONGEST_FOOTER || !placeholders(text).is_empty() =>
        {
            Err(refuse(
                2_388_073,
                format!("A footer has 1 to {LONGEST_FOOTER} characters and no variables."),
            ))
        }
        "BUTTONS" if !(1..=MOST_BUTTONS).contains(&component.buttons.len()) => Err(
            GraphError::parameter(format!("A template has 1 to {MOST_BUTTONS} buttons.")),
        ),
        _ => Ok(()),
    }
}

fn check_body(text: &str, format: &str) -> Result<(), GraphError> {
    if text.trim().is_empty() {
        return Err(refuse(2_388_072, "The body has no text."));
    }
    if text.chars().count() > LONGEST_BODY {
        return Err(refuse(
            2_388_040,
            format!("The body has more than {LONGEST_BODY} characters."),
        ));
    }
    let names = placeholders(text);
    if format == "POSITIONAL" && (names.iter().zip(1..)).any(|(name, at)| *name != at.to_string()) {
        return Err(refuse(
            2_388_072,
            "Variables are numbers in their order: {{1}}, {{2}} …",
        ));
    }
    let trimmed = text.trim();
    // an authentication template's own text begins with its code
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return Err(refuse(
            2_388_299,
            "Variables cannot stand at the start or the end of the body.",
        ));
    }
    let words = trimmed
        .split_whitespace()
        .filter(|word| !word.contains("{{"))
        .count();
    let is_spaced = trimmed.is_ascii();
    if is_spaced && words < names.len() {
        return Err(refuse(
            2_388_293,
            "The body has too many variables for its length.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_refused_for_a_reason() {
        for (text, format, subcode) in [
            ("", "POSITIONAL", Some(2_388_072)),
            ("Hello {{2}} there", "POSITIONAL", Some(2_388_072)),
            ("{{1}} is here", "POSITIONAL", Some(2_388_299)),
            ("Here is {{1}}", "POSITIONAL", Some(2_388_299)),
            ("a {{1}} {{2}} {{3}} b", "POSITIONAL", Some(2_388_293)),
            ("Hello {{name}}, welcome", "NAMED", None),
            ("Hello {{1}}, order {{2}} is ready.", "POSITIONAL", None),
        ] {
            let found = check_body(text, format).err();
            let found = found.map(|error| error.body("t")["error"]["error_subcode"].clone());
            assert_eq!(found, subcode.map(Value::from), "{text}");
        }
        assert!(check_body(&"x".repeat(1025), "POSITIONAL").is_err());
    }
}
