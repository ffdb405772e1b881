//! Message templates: the objects.

mod button;
mod create;
mod fill;
mod life;
mod review;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use button::Button;
use fill::same_count;
pub(crate) use life::Life;

/// A template, as the network lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) status: String,
    pub(crate) category: String,
    /// `POSITIONAL` or `NAMED`.
    pub(crate) parameter_format: String,
    pub(crate) components: Vec<Component>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rejected_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sub_category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message_send_ttl_seconds: Option<i64>,
    /// What only the network knows of it.
    #[serde(default)]
    pub(crate) life: Life,
}

/// Header, body, footer or buttons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Component {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) buttons: Vec<Button>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<Value>,
    /// Members that only some components have.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl Component {
    /// Types and formats in capitals, as the network keeps them.
    fn upper(mut self) -> Self {
        self.kind = self.kind.to_uppercase();
        self.format = self.format.map(|format| format.to_uppercase());
        for button in &mut self.buttons {
            button.kind = button.kind.to_uppercase();
        }
        self
    }
}

/// A name that was deleted, and until when nobody may use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retired {
    pub(crate) name: String,
    pub(crate) until_ms: i64,
}

/// `{{1}}`, `{{name}}`: what stands between the braces, each once, in order of first appearance.
pub(crate) fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}") {
            let name = name.trim().to_owned();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

impl Template {
    pub(crate) fn component(&self, kind: &str) -> Option<&Component> {
        self.components
            .iter()
            .find(|component| component.kind == kind)
    }

    /// As the API shows it, whole.
    pub(crate) fn shown(&self) -> Value {
        // a template of ours always serialises
        let mut object = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(members) = &mut object {
            members.remove("life");
            let score = self
                .life
                .score()
                .map_or("UNKNOWN", crate::network::quality::Score::name);
            members.insert(
                "quality_score".to_owned(),
                serde_json::json!({"score": score, "date": 0}),
            );
        }
        object
    }
}
