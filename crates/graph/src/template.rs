//! Message templates (`cloud-api.md` 1.11).

use serde::{Deserialize, Serialize};

use crate::tolerant;

/// A template as the network lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `TEMPLATE_ID`.
    #[serde(default, deserialize_with = "tolerant::text_or_empty")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// `en_US`.
    pub language: String,
    /// `APPROVED`, …
    #[serde(default, deserialize_with = "tolerant::text_or_empty")]
    pub status: String,
    /// `MARKETING`, …
    #[serde(default, deserialize_with = "tolerant::text_or_empty")]
    pub category: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default, deserialize_with = "tolerant::option_text")]
    pub parameter_format: Option<String>,
    /// Header, body, footer, buttons.
    #[serde(default, deserialize_with = "tolerant::readable")]
    pub components: Vec<Component>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// `HEADER`, `BODY`, `FOOTER`, `BUTTONS`, …
    #[serde(rename = "type", deserialize_with = "tolerant::text_or_empty")]
    pub kind: String,
    /// Of a header: `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION`.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub format: Option<String>,
    /// Its text with placeholders.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub text: Option<String>,
    /// Of `BUTTONS`.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::readable"
    )]
    pub buttons: Vec<Button>,
}

/// One button.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Button {
    /// `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, …
    #[serde(rename = "type", deserialize_with = "tolerant::text_or_empty")]
    pub kind: String,
    /// Its text.
    #[serde(deserialize_with = "tolerant::text_or_empty")]
    pub text: String,
    /// Of `URL`.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub url: Option<String>,
    /// Of `PHONE_NUMBER`.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::option_text"
    )]
    pub phone_number: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The page's elements.
    pub data: Vec<T>,
    /// The cursor to go on with; `None` on the last page.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_reads_what_it_knows_and_writes_it_back() {
        let template: Template = serde_json::from_value(json!({
            "id": 17, "name": "track_parcel", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
            "parameter_format": null, "quality_score": {"score": "GREEN"},
            "components": [
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["h"]}},
                {"type": "BODY", "text": "parcel {{1}}"},
                null,
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "track", "url": "https://shop.example/{{1}}"}, 5]}
            ]}))
        .unwrap();

        assert_eq!(
            (template.id.as_str(), &template.parameter_format),
            ("17", &None)
        );
        assert_eq!(template.components.len(), 3);
        assert_eq!(template.components[2].buttons.len(), 1);
        let written = serde_json::to_value(&template).unwrap();
        assert_eq!(
            serde_json::from_value::<Template>(written).unwrap(),
            template
        );
    }
}
