//! What a number has around its chats: block list, short links, storefront, what a chat begins with, its name to be found
//! by; and what this network's numbers are not admitted to.

use http::Method;
use serde_json::{Value, json};

use crate::graph::node::At;
use crate::graph::{Call, Outcome, Refusal, success};
use crate::network::error::GraphError;
use crate::shared::Shared;

/// The edge of a number, if it is one of these.
pub(crate) fn edge(
    shared: &Shared,
    number: usize,
    at: &At<'_>,
    call: &Call,
) -> Result<Option<Outcome>, Refusal> {
    let params = &call.params;
    let method = call.head.method.clone();
    let outcome = shared.over_link(|network, now| {
        let outcome: Outcome = match (at.edge, method) {
            ("block_users", Method::POST) => {
                network.change_blocked(number, params, true, now)?.into()
            }
            ("block_users", Method::DELETE) => {
                network.change_blocked(number, params, false, now)?.into()
            }
            ("message_qrdls", Method::POST) => network.put_link(number, params)?.into(),
            ("message_qrdls", Method::DELETE) => {
                let code = match at.member {
                    Some(code) => code.to_owned(),
                    None => params.required_text("code")?,
                };
                if !network.delete_link(number, &code) {
                    return Err(call.unsupported(&code));
                }
                success()
            }
            ("whatsapp_commerce_settings", Method::GET) => network.show_storefront(number).into(),
            ("whatsapp_commerce_settings", Method::POST) => {
                network.set_storefront(number, params).map(|()| success())?
            }
            ("conversational_automation", Method::GET) => network.show_opening(number).into(),
            ("conversational_automation", Method::POST) => {
                network.set_opening(number, params).map(|()| success())?
            }
            ("username", Method::GET) => network.show_username(number).into(),
            ("username", Method::POST) => network.set_username(number, params, now)?.into(),
            ("username", Method::DELETE) => {
                network.delete_username(number, now);
                success()
            }
            ("username_suggestions", Method::GET) => {
                let names: Vec<String> = network.suggest_usernames(number);
                json!({"data": [{"username_suggestions": names}]}).into()
            }
            ("groups", Method::GET) => json!({"data": {"groups": []}}).into(),
            ("groups", Method::POST) => {
                return Err(GraphError::new(
                    10,
                    "groups are for official business accounts only, and this number is none",
                ));
            }
            ("call_permissions", Method::GET) => permissions(),
            ("calls", Method::POST) => {
                return Err(GraphError::new(
                    138_000,
                    "calling is not enabled for this number",
                ));
            }
            _ => return Ok(None),
        };
        Ok::<_, GraphError>(Some(outcome))
    })?;
    Ok(outcome?)
}

/// No customer has allowed calls.
fn permissions() -> Outcome {
    let action =
        |name: &str| json!({"action_name": name, "can_perform_action": false, "limits": []});
    let shown: Value = json!({
        "messaging_product": "whatsapp",
        "permission": {"status": "no_permission"},
        "actions": [action("start_call"), action("send_call_permission_request")],
    });
    shown.into()
}
