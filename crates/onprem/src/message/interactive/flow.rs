//! Flows (`messages.md` 3.6).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::part::Parts;
use super::text::plain_label;
use super::{Kind, named};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, optional, required, string, string_within};

/// The value of `action.name`.
const NAME: &str = "flow";
/// The one value of `flow_message_version`.
pub(super) const VERSION: &str = "3";
/// Longest text on the button that opens the flow, characters. The hosted API allows 30.
pub(super) const LONGEST_CTA: usize = 20;

/// A flow to be opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// The caller's word for this message, given to the flow.
    pub flow_token: String,
    /// Which one.
    pub flow_id: String,
    /// What stands on the button that opens it.
    pub flow_cta: String,
    /// `published` when it is left out.
    pub mode: Option<FlowMode>,
    /// `navigate` when it is left out.
    pub flow_action: Option<FlowAction>,
    /// Where it begins; there for `navigate`.
    pub flow_action_payload: Option<FlowPayload>,
}

/// Which state of a flow is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowMode {
    /// As it is being made.
    Draft,
    /// As it was published.
    Published,
}

/// How a flow begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowAction {
    /// With a screen that the message names.
    Navigate,
    /// With what the flow's endpoint answers.
    DataExchange,
}

/// Where a flow begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowPayload {
    /// The screen.
    pub screen: Option<String>,
    /// What the screen is given; not empty.
    pub data: Option<Map<String, Value>>,
}

impl Kind for Flow {
    const PARTS: Parts = Parts::USUAL;

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let flow = action
            .required("parameters")
            .and_then(|parameters| flow(&parameters.object()?));
        name.and(flow)
    }

    fn schema() -> Value {
        let payload = schema::object([
            optional("screen", string()).about("Required for navigate."),
            optional("data", json!({"type": "object", "minProperties": 1})),
        ]);
        let parameters = schema::object([
            required("flow_message_version", choice([VERSION])),
            required("flow_token", string()),
            required("flow_id", string()),
            required("flow_cta", string_within(LONGEST_CTA)).about("Without emoji."),
            optional("mode", choice(["draft", "published"])),
            optional("flow_action", choice(["navigate", "data_exchange"])),
            optional("flow_action_payload", payload).about("Required for navigate."),
        ]);
        schema::object([
            required("name", choice([NAME])),
            required("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a flow",
            json!({
                "type": "flow",
                "header": {"type": "text", "text": "Your table"},
                "body": {"text": "Book in less than a minute."},
                "footer": {"text": "Hummingbird Coffee"},
                "action": {"name": "flow", "parameters": {
                    "flow_message_version": "3",
                    "flow_token": "booking-1042",
                    "flow_id": "720000511001",
                    "flow_cta": "Book a table",
                    "mode": "published",
                    "flow_action": "navigate",
                    "flow_action_payload": {"screen": "WHEN", "data": {"guests": 2}},
                }},
            }),
        )]
    }
}

fn flow(parameters: &Object<'_>) -> Read<Flow> {
    let version = parameters
        .required("flow_message_version")
        .and_then(|version| version.choice(&[(VERSION, ())]));
    let flow_token = parameters.string("flow_token");
    let flow_id = parameters.string("flow_id");
    let flow_cta = parameters
        .required("flow_cta")
        .and_then(|cta| plain_label(&cta, LONGEST_CTA));
    let mode = parameters
        .optional("mode")
        .map(|mode| {
            mode.choice(&[
                ("draft", FlowMode::Draft),
                ("published", FlowMode::Published),
            ])
        })
        .transpose();
    let flow_action = parameters
        .optional("flow_action")
        .map(|action| {
            action.choice(&[
                ("navigate", FlowAction::Navigate),
                ("data_exchange", FlowAction::DataExchange),
            ])
        })
        .transpose();
    // With a `flow_action` that is none, nobody knows whether a screen is needed.
    let navigates = matches!(flow_action, Ok(None | Some(FlowAction::Navigate)));
    let payload = match parameters.optional("flow_action_payload") {
        None if navigates => Err(parameters.missing("flow_action_payload")),
        None => Ok(None),
        Some(field) => payload(&field, navigates).map(Some),
    };
    version?;
    Ok(Flow {
        flow_token: flow_token?.to_owned(),
        flow_id: flow_id?.to_owned(),
        flow_cta: flow_cta?,
        mode: mode?,
        flow_action: flow_action?,
        flow_action_payload: payload?,
    })
}

fn payload(field: &Field<'_>, navigates: bool) -> Read<FlowPayload> {
    let payload = field.object()?;
    let screen = match payload.optional("screen") {
        None if navigates => Err(payload.missing("screen")),
        None => Ok(None),
        Some(screen) => screen.string().map(|screen| Some(screen.to_owned())),
    };
    let data = payload
        .optional("data")
        .map(|data| match data.object()?.to_members() {
            members if members.is_empty() => Err(data.invalid("is empty, must have a member")),
            members => Ok(members),
        })
        .transpose();
    Ok(FlowPayload {
        screen: screen?,
        data: data?,
    })
}
