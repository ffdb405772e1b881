//! Objects: what an id stands for, and where its calls are answered.

use http::Method;
use serde_json::{Value, json};

use crate::graph::{Call, Outcome, Refusal, account, app, flow, list, number, success};
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::shared::Shared;

/// What an id stands for.
enum Node {
    Number(usize),
    Account,
    App,
    Business,
    Template,
    Flow,
    Media,
    Unknown,
}

/// Finds the object of a call, and does what is asked of it.
pub(crate) async fn dispatch(shared: &Shared, mut call: Call) -> Result<Outcome, Refusal> {
    let path = std::mem::take(&mut call.head.path);
    let (id, edge, member) = match path.as_slice() {
        [id] => (id.as_str(), "", None),
        [id, edge] => (id.as_str(), edge.as_str(), None),
        [id, edge, member] if edge == "message_qrdls" => {
            (id.as_str(), edge.as_str(), Some(member.as_str()))
        }
        _ => return Err(no_path(&path.join("/")).into()),
    };
    if let Some(outcome) = app::of_nobody(shared, id, edge, &call)? {
        return Ok(outcome);
    }
    match find(shared, id)? {
        Node::Number(number) => {
            number::answer(shared, number, &At { id, edge, member }, call).await
        }
        Node::Account => account::answer(shared, id, edge, &call).await,
        Node::App => app::answer(shared, id, edge, &call).await,
        Node::Business => account::of_business(shared, id, edge, &call),
        Node::Template => of_template(shared, id, edge, &call),
        Node::Flow => flow::answer(shared, id, edge, &call),
        Node::Media if edge.is_empty() => of_media(shared, id, &call),
        Node::Media | Node::Unknown => Err(call.unsupported(id).into()),
    }
}

/// Where a call of a number goes.
pub(crate) struct At<'a> {
    pub(crate) id: &'a str,
    pub(crate) edge: &'a str,
    /// An element of the edge.
    pub(crate) member: Option<&'a str>,
}

fn find(shared: &Shared, id: &str) -> Result<Node, Refusal> {
    let node = shared.over_link(|network, now| {
        if let Some(number) = network.number_index(id) {
            Node::Number(number)
        } else if network.lasting.account.id == id {
            Node::Account
        } else if network.lasting.app.id == id {
            Node::App
        } else if network.business_id() == id {
            Node::Business
        } else if network.media_file(id, now).is_some() {
            Node::Media
        } else if network
            .lasting
            .templates
            .iter()
            .any(|template| template.id == id)
        {
            Node::Template
        } else if network.is_flow(id) {
            Node::Flow
        } else {
            Node::Unknown
        }
    })?;
    Ok(node)
}

fn no_path(path: &str) -> GraphError {
    GraphError::plain(400, 2500, format!("Unknown path components: /{path}"))
}

/// The refusal of an edge that the object does not have, or not with this method.
pub(crate) fn unknown_edge(call: &Call, id: &str, edge: &str) -> GraphError {
    const KNOWN: &[&str] = &[
        "",
        "messages",
        "marketing_messages",
        "media",
        "request_code",
        "verify_code",
        "register",
        "deregister",
        "settings",
        "whatsapp_business_profile",
        "business_compliance_info",
        "whatsapp_business_encryption",
        "whatsapp_commerce_settings",
        "conversational_automation",
        "block_users",
        "message_qrdls",
        "username",
        "username_suggestions",
        "groups",
        "calls",
        "call_permissions",
        "uploads",
        "message_templates",
        "template_analytics",
        "flows",
        "assigned_users",
        "phone_numbers",
        "subscribed_apps",
        "subscriptions",
    ];
    if KNOWN.contains(&edge) {
        call.unsupported(id)
    } else {
        no_path(edge)
    }
}

/// A page of a list as the answer of `/{id}/{edge}`.
pub(crate) fn paged(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
    items: Vec<(String, Value)>,
) -> Result<Outcome, Refusal> {
    let page = page(shared, id, edge, call, items)?;
    Ok(Outcome::Json(Value::Object(page.0)))
}

/// The page itself.
pub(crate) fn page(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
    items: Vec<(String, Value)>,
) -> Result<Params, GraphError> {
    let version = call
        .head
        .version
        .map(|version| format!("v{version}.0/"))
        .unwrap_or_default();
    let url = format!("{}/{version}{id}/{edge}", shared.public_url);
    list::page(items, &call.params, &url, &call.head.query)
}

fn of_template(shared: &Shared, id: &str, edge: &str, call: &Call) -> Result<Outcome, Refusal> {
    let params = &call.params;
    let outcome = match (call.head.method.clone(), edge) {
        (Method::GET, "") => shared
            .over_link(|network, _| network.show_template(id, call.fields()))??
            .into(),
        (Method::POST, "") => shared
            .over_link(|network, now| network.edit_template(id, params, now))??
            .into(),
        (Method::POST, "unpause") => shared
            .over_link(|network, now| network.unpause_template(id, now))??
            .into(),
        _ => return Err(unknown_edge(call, id, edge).into()),
    };
    Ok(outcome)
}

fn of_media(shared: &Shared, id: &str, call: &Call) -> Result<Outcome, Refusal> {
    let wanted = call.params.text("phone_number_id")?;
    let shown = shared.over_link(|network, now| {
        let Some(owner) = network.media_file(id, now).map(|media| media.number) else {
            return Ok(None);
        };
        let foreign = wanted.is_some_and(|wanted| network.number_index(&wanted) != Some(owner));
        if foreign {
            return Ok(None);
        }
        if call.is_get() {
            network.show_media(id, now)
        } else if call.head.method == Method::DELETE {
            network.delete_media(id);
            Ok(Some(json!({"success": true})))
        } else {
            Ok(None)
        }
    })??;
    shown
        .map(Outcome::Json)
        .ok_or_else(|| call.unsupported(id).into())
}

/// `{"success": true}` after something that can be refused.
pub(crate) fn done(result: Result<(), GraphError>) -> Result<Outcome, Refusal> {
    result?;
    Ok(success())
}
