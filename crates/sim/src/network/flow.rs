//! Flows that are made at the Graph API: drafts, published, deprecated.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::commerce;
use crate::network::error::GraphError;
use crate::network::fields::Shape;
use crate::network::params::Params;

/// How the ids of flows that were made begin, unlike those of the seed.
pub(crate) const PREFIX: &str = "7300";
const CATEGORIES: &[&str] = &[
    "SIGN_UP",
    "SIGN_IN",
    "APPOINTMENT_BOOKING",
    "LEAD_GENERATION",
    "CONTACT_US",
    "CUSTOMER_SUPPORT",
    "SURVEY",
    "OTHER",
];
const SHAPE: Shape = Shape {
    node: "WhatsAppFlow",
    default: &["id", "name", "status", "categories", "validation_errors"],
    sometimes: &[
        "endpoint_uri",
        "data_api_version",
        "json_version",
        "metric",
        "data_channel_uri",
    ],
};

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(crate) id: String,
    name: String,
    status: State,
    categories: Vec<String>,
    endpoint: Option<String>,
    /// The flow's JSON, once there is some.
    json: Option<Value>,
    made_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Draft,
    Published,
    Deprecated,
}

/// What is wrong with a flow's JSON, as the network lists it.
fn errors(json: Option<&Value>) -> Vec<Value> {
    let error = |error: &str, message: &str| {
        json!({
            "error": error, "error_type": "FLOW_JSON_ERROR", "message": message,
            "line_start": 1, "line_end": 1, "column_start": 1, "column_end": 1, "pointers": [],
        })
    };
    let Some(json) = json else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if !json.get("version").is_some_and(Value::is_string) {
        found.push(error(
            "MISSING_VERSION",
            "The property version is missing: a text such as 7.0.",
        ));
    }
    let screens = json.get("screens").and_then(Value::as_array);
    if screens.is_none_or(Vec::is_empty) {
        found.push(error(
            "MISSING_SCREENS",
            "The property screens is missing: one screen at least.",
        ));
    }
    for screen in screens.into_iter().flatten() {
        if !screen.get("id").is_some_and(Value::is_string) || screen.get("layout").is_none() {
            found.push(error(
                "INVALID_SCREEN",
                "A screen needs an id and a layout.",
            ));
        }
    }
    found
}

impl Network {
    fn show_flow(&self, flow: &Flow, fields: Option<&str>) -> Result<Value, GraphError> {
        let version = flow.json.as_ref().and_then(|json| json.get("version"));
        let object = json!({
            "id": flow.id,
            "name": flow.name,
            "status": flow.status,
            "categories": flow.categories,
            "validation_errors": errors(flow.json.as_ref()),
            "json_version": version,
            "endpoint_uri": flow.endpoint,
            "updated_at": crate::network::number::iso(flow.made_ms),
            "preview": {
                "preview_url": format!("{}/flow/{}", self.public_url(), flow.id),
                "expires_at": crate::network::number::iso(flow.made_ms + 30 * 24 * 3_600_000),
            },
            "whatsapp_business_account": {
                "id": self.lasting.account.id,
                "name": self.lasting.account.name,
                "timezone_id": "1",
                "currency": "USD",
                "message_template_namespace": self.lasting.account.namespace,
            },
            "application": {
                "id": self.lasting.app.id,
                "name": self.lasting.app.name,
                "link": format!("https://apps.example/{}", self.lasting.app.id),
            },
            "health_status": {
                "can_send_message": if flow.status == State::Published { "AVAILABLE" } else { "BLOCKED" },
                "entities": [{"entity_type": "FLOW", "id": flow.id, "can_send_message": "AVAILABLE"}],
            },
        });
        SHAPE.select(object, fields)
    }

    /// The flows, those of the seed first, as `(id, object)`.
    pub(crate) fn list_flows(
        &self,
        fields: Option<&str>,
    ) -> Result<Vec<(String, Value)>, GraphError> {
        let seed = commerce::flows().map(|(id, name, status)| Flow {
            id: id.to_owned(),
            name: name.to_owned(),
            status: if status == "DRAFT" {
                State::Draft
            } else {
                State::Published
            },
            categories: vec!["OTHER".to_owned()],
            endpoint: None,
            json: None,
            made_ms: 0,
        });
        seed.chain(self.lasting.flows.iter().cloned())
            .map(|flow| Ok((flow.id.clone(), self.show_flow(&flow, fields)?)))
            .collect()
    }

    pub(crate) fn is_flow(&self, id: &str) -> bool {
        commerce::flows().any(|(known, _, _)| known == id)
            || self.lasting.flows.iter().any(|flow| flow.id == id)
    }

    /// `POST /{WABA_ID}/flows`.
    pub(crate) fn create_flow(&mut self, params: &Params, now: i64) -> Result<Value, GraphError> {
        let name = params.required_text("name")?;
        if self.lasting.flows.iter().any(|flow| flow.name == name) {
            return Err(GraphError::parameter(
                "Flow name is not unique within the account.",
            ));
        }
        let mut flow = Flow {
            id: format!("{PREFIX}{:011}", self.dice.roll() % 100_000_000_000),
            name,
            status: State::Draft,
            categories: categories(params)?.ok_or_else(|| GraphError::required("categories"))?,
            endpoint: params.text("endpoint_uri")?,
            json: None,
            made_ms: now,
        };
        if let Some(json) = params.object("flow_json")? {
            flow.json = Some(Value::Object(json.0));
        }
        let found = errors(flow.json.as_ref());
        let publish = params.text("publish")?.as_deref() == Some("true");
        if publish && flow.json.is_some() && found.is_empty() {
            flow.status = State::Published;
        }
        let told = json!({"id": flow.id, "success": true, "validation_errors": found});
        self.lasting.flows.push(flow);
        self.saved_at_once();
        Ok(told)
    }

    fn flow_mut(&mut self, id: &str) -> Result<&mut Flow, GraphError> {
        (self.lasting.flows.iter_mut())
            .find(|flow| flow.id == id)
            .ok_or_else(|| {
                GraphError::new(
                    139_001,
                    "the flow is one of the simulator's own and cannot be changed",
                )
            })
    }

    /// `POST /{FLOW_ID}`: name, categories, endpoint.
    pub(crate) fn change_flow(&mut self, id: &str, params: &Params) -> Result<(), GraphError> {
        let (name, kinds) = (params.text("name")?, categories(params)?);
        let endpoint = params.text("endpoint_uri")?;
        let flow = self.flow_mut(id)?;
        if let Some(name) = name {
            flow.name = name;
        }
        if let Some(kinds) = kinds {
            flow.categories = kinds;
        }
        flow.endpoint = endpoint.or(flow.endpoint.take());
        self.saved_at_once();
        Ok(())
    }

    /// `POST /{FLOW_ID}/assets`: the flow's JSON.
    pub(crate) fn set_flow_json(&mut self, id: &str, bytes: &[u8]) -> Result<Value, GraphError> {
        let json: Value = serde_json::from_slice(bytes).map_err(|error| {
            GraphError::parameter(format!("The file is not valid JSON: {error}"))
        })?;
        let flow = self.flow_mut(id)?;
        if flow.status != State::Draft {
            return Err(GraphError::new(
                139_001,
                "a published flow cannot be updated",
            ));
        }
        let found = errors(Some(&json));
        flow.json = Some(json);
        self.saved_at_once();
        Ok(json!({"success": true, "validation_errors": found}))
    }

    /// `GET /{FLOW_ID}/assets`, as `(key, object)`.
    pub(crate) fn list_assets(&self, id: &str) -> Vec<(String, Value)> {
        let flow = self
            .lasting
            .flows
            .iter()
            .find(|flow| flow.id == id && flow.json.is_some());
        let shown = flow.map(|flow| {
            let url = format!("{}/flow/{}.json", self.public_url(), flow.id);
            let asset =
                json!({"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url});
            ("flow.json".to_owned(), asset)
        });
        shown.into_iter().collect()
    }

    /// The JSON of a flow.
    pub(crate) fn flow_json(&self, id: &str) -> Option<String> {
        let flow = self.lasting.flows.iter().find(|flow| flow.id == id)?;
        flow.json.as_ref().map(Value::to_string)
    }

    /// `publish`.
    pub(crate) fn publish_flow(&mut self, id: &str) -> Result<(), GraphError> {
        let flow = self.flow_mut(id)?;
        if flow.status != State::Draft {
            return Err(GraphError::new(139_002, "the flow is published already"));
        }
        if flow.json.is_none() || !errors(flow.json.as_ref()).is_empty() {
            return Err(GraphError::new(
                139_002,
                "the flow's JSON is missing or has errors",
            ));
        }
        flow.status = State::Published;
        self.saved_at_once();
        Ok(())
    }

    /// `deprecate`.
    pub(crate) fn deprecate_flow(&mut self, id: &str) -> Result<(), GraphError> {
        let flow = self.flow_mut(id)?;
        if flow.status != State::Published {
            return Err(GraphError::new(
                139_004,
                "only a published flow can be deprecated",
            ));
        }
        flow.status = State::Deprecated;
        self.saved_at_once();
        Ok(())
    }

    /// `DELETE /{FLOW_ID}`: drafts only.
    pub(crate) fn delete_flow(&mut self, id: &str) -> Result<(), GraphError> {
        if self.flow_mut(id)?.status != State::Draft {
            return Err(GraphError::new(
                139_004,
                "only a draft can be deleted; a published flow is deprecated",
            ));
        }
        self.lasting.flows.retain(|flow| flow.id != id);
        self.saved_at_once();
        Ok(())
    }

    /// Whether a flow that was made can be opened from a message.
    pub(crate) fn check_made_flow(&self, content: &Value) -> Result<(), GraphError> {
        let parameters = content.pointer("/action/parameters");
        let text = |name: &str| {
            parameters
                .and_then(|given| given.get(name))
                .and_then(Value::as_str)
        };
        let Some(id) = text("flow_id").filter(|id| id.starts_with(PREFIX)) else {
            return Ok(());
        };
        let is_draft = text("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("draft"));
        match self.lasting.flows.iter().find(|flow| flow.id == id) {
            Some(flow) if flow.status == State::Published || is_draft => Ok(()),
            Some(_) => Err(GraphError::new(
                131_009,
                format!("Flow {id} is not published"),
            )),
            None => Err(GraphError::new(
                131_009,
                format!("Flow {id} does not exist"),
            )),
        }
    }
}

fn categories(params: &Params) -> Result<Option<Vec<String>>, GraphError> {
    let Some(given) = params.array("categories")? else {
        return Ok(None);
    };
    let names: Vec<String> = given
        .iter()
        .filter_map(|value| value.as_str().map(str::to_uppercase))
        .collect();
    if names.is_empty()
        || names
            .iter()
            .any(|name| !CATEGORIES.contains(&name.as_str()))
    {
        return Err(GraphError::parameter(format!(
            "Param categories must have at least one of {{{}}}.",
            CATEGORIES.join(", ")
        )));
    }
    Ok(Some(names))
}
