//! Objects and their calls.

use http::Method;
use serde_json::{Value, json};

use crate::graph::{Call, Outcome, Refusal, business, callback, list, media, success, upload};
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::shared::Shared;

/// What an id stands for.
enum Node {
    Number(usize),
    Account,
    App,
    Template,
    Media,
    Unknown,
}

/// Finds the object of a call, and does what is asked of it.
pub(crate) async fn dispatch(shared: &Shared, mut call: Call) -> Result<Outcome, Refusal> {
    let path = std::mem::take(&mut call.head.path);
    let (id, edge) = match path.as_slice() {
        [id] => (id.as_str(), ""),
        [id, edge] => (id.as_str(), edge.as_str()),
        _ => {
            return Err(GraphError::plain(
                400,
                2500,
                format!("Unknown path components: /{}", path.join("/")),
            )
            .into());
        }
    };
    match find(shared, id)? {
        Node::Number(number) => of_number(shared, number, id, edge, call).await,
        Node::Account => of_account(shared, id, edge, &call).await,
        Node::App => of_app(shared, id, edge, &call).await,
        Node::Template if edge.is_empty() && call.is_get() => {
            let shown = shared.over_link(|network, _| network.show_template(id, call.fields()))?;
            shown
                .map(Outcome::Json)
                .ok_or_else(|| call.unsupported(id).into())
        }
        Node::Media if edge.is_empty() => of_media(shared, id, &call),
        Node::Template | Node::Media | Node::Unknown => Err(call.unsupported(id).into()),
    }
}

fn find(shared: &Shared, id: &str) -> Result<Node, Refusal> {
    let node = shared.over_link(|network, now| {
        if let Some(number) = network.number_index(id) {
            Node::Number(number)
        } else if network.lasting.account.id == id {
            Node::Account
        } else if network.lasting.app.id == id {
            Node::App
        } else if network.media_file(id, now).is_some() {
            Node::Media
        } else if network.show_template(id, None).is_some() {
            Node::Template
        } else {
            Node::Unknown
        }
    })?;
    Ok(node)
}

async fn of_number(
    shared: &Shared,
    number: usize,
    id: &str,
    edge: &str,
    mut call: Call,
) -> Result<Outcome, Refusal> {
    if let Some(outcome) = business::edge(shared, number, edge, &call)? {
        return Ok(outcome);
    }
    let params = &call.params;
    match (call.head.method.clone(), edge) {
        (Method::POST, "messages") => {
            let version = call.head.version;
            let sent = shared
                .over_link(|network, now| network.messages(number, params, version, now))??;
            return Ok(sent.into());
        }
        (Method::GET, "") => {
            let shown = shared.over_link(|network, _| {
                network
                    .lasting
                    .numbers
                    .get(number)
                    .map(|number| network.show_number(number, call.fields()))
            })?;
            return shown
                .map(Outcome::Json)
                .ok_or_else(|| call.unsupported(id).into());
        }
        (Method::POST, "") => return change_number(shared, number, &call).await,
        (Method::POST, "media") => return media::upload(shared, number, &mut call).await,
        (Method::POST, "request_code") => {
            shared.over_link(|network, now| network.request_code(number, params, now))??;
        }
        (Method::POST, "verify_code") => {
            shared.over_link(|network, now| network.verify_code(number, params, now))??;
            return Ok(json!({"success": true, "id": id}).into());
        }
        (Method::POST, "register") => {
            shared.over_link(|network, now| network.register(number, params, now))??;
        }
        (Method::POST, "deregister") => {
            shared.over_link(|network, now| network.deregister(number, now))??;
        }
        (_, "settings") => return settings(shared, number, id, &call),
        _ => return Err(unknown_edge(&call, id, edge).into()),
    }
    Ok(success())
}

/// `/{PHONE_ID}/settings`.
fn settings(shared: &Shared, number: usize, id: &str, call: &Call) -> Result<Outcome, Refusal> {
    if call.is_get() {
        let shown = shared.over_link(|network, _| network.show_number_settings(number))?;
        return Ok(shown.into());
    }
    if call.head.method != Method::POST {
        return Err(call.unsupported(id).into());
    }
    shared.over_link(|network, _| network.change_number_settings(number, &call.params))??;
    Ok(success())
}

fn unknown_edge(call: &Call, id: &str, edge: &str) -> GraphError {
    const KNOWN: &[&str] = &[
        "",
        "messages",
        "media",
        "request_code",
        "verify_code",
        "register",
        "deregister",
        "settings",
        "whatsapp_business_profile",
        "business_compliance_info",
        "whatsapp_business_encryption",
        "uploads",
        "message_templates",
        "phone_numbers",
        "subscribed_apps",
        "subscriptions",
    ];
    if KNOWN.contains(&edge) {
        call.unsupported(id)
    } else {
        GraphError::plain(400, 2500, format!("Unknown path components: /{edge}"))
    }
}

/// `POST /{PHONE_ID}`: a PIN, or the number's own callback.
async fn change_number(shared: &Shared, number: usize, call: &Call) -> Result<Outcome, Refusal> {
    let params = &call.params;
    if params.0.contains_key("webhook_configuration") {
        let configuration = params
            .object("webhook_configuration")?
            .ok_or_else(|| GraphError::required("webhook_configuration"))?;
        let callback = callback::read(&configuration, "override_callback_uri")?;
        if let Some(callback) = &callback {
            callback::verify(shared, callback).await?;
        }
        shared.over_link(|network, _| network.set_number_callback(number, callback))?;
        return Ok(success());
    }
    if params.value("pin").is_some() {
        shared.over_link(|network, _| network.set_pin(number, params))??;
        return Ok(success());
    }
    Err(GraphError::parameter("One of pin, webhook_configuration is required.").into())
}

async fn of_account(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Outcome, Refusal> {
    let params = &call.params;
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => {
            let shown = shared.over_link(|network, _| network.show_account(call.fields()))?;
            Ok(shown.into())
        }
        (Method::GET, "message_templates") => list_templates(shared, id, call),
        (Method::GET, "phone_numbers") => {
            let items = shared.over_link(|network, _| {
                network
                    .lasting
                    .numbers
                    .iter()
                    .map(|number| {
                        (
                            number.id.clone(),
                            network.show_number(number, call.fields()),
                        )
                    })
                    .collect::<Vec<_>>()
            })?;
            paged(shared, id, edge, call, items)
        }
        (Method::GET, "subscribed_apps") => {
            let items = shared.over_link(|network, now| {
                network.connected(now);
                network.list_subscribed()
            })?;
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "subscribed_apps") => {
            let callback = callback::read(params, "override_callback_uri")?;
            if let Some(callback) = &callback {
                callback::verify(shared, callback).await?;
            }
            shared.over_link(|network, _| network.subscribe(callback))?;
            Ok(success())
        }
        (Method::DELETE, "subscribed_apps") => {
            shared.over_link(|network, _| network.unsubscribe())?;
            Ok(success())
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
}

fn paged(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
    items: Vec<(String, Value)>,
) -> Result<Outcome, Refusal> {
    let page = page(shared, id, edge, call, items)?;
    Ok(Outcome::Json(Value::Object(page.0)))
}

fn page(
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

fn list_templates(shared: &Shared, id: &str, call: &Call) -> Result<Outcome, Refusal> {
    let (items, total) = shared.over_link(|network, _| {
        (
            network.list_templates(&call.params, call.fields()),
            network.lasting.templates.len(),
        )
    })?;
    let found = items.len();
    let mut page = page(shared, id, "message_templates", call, items)?;
    if let Some(asked) = call.params.value("summary").and_then(Value::as_str) {
        let mut summary = Params::default();
        for name in asked.split(',').map(str::trim) {
            match name {
                "total_count" => summary.set(name, found),
                "message_template_count" => summary.set(name, total),
                "message_template_limit" => summary.set(name, 250),
                "are_translations_complete" => summary.set(name, true),
                _ => {}
            }
        }
        page.set("summary", summary.0);
    }
    Ok(Outcome::Json(Value::Object(page.0)))
}

async fn of_app(shared: &Shared, id: &str, edge: &str, call: &Call) -> Result<Outcome, Refusal> {
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => {
            let name = shared.over_link(|network, _| network.lasting.app.name.clone())?;
            Ok(json!({"id": id, "name": name}).into())
        }
        (Method::POST, "uploads") => upload::open(shared, call),
        (Method::GET, "subscriptions") => {
            let url = shared.over_link(|network, _| {
                network
                    .lasting
                    .app
                    .callback
                    .as_ref()
                    .map(|callback| callback.url.clone())
            })?;
            let items = url
                .map(|url| {
                    let object = json!({
                        "object": "whatsapp_business_account",
                        "callback_url": url,
                        "active": true,
                        "fields": [{"name": "messages", "version": "v24.0"}],
                    });
                    ("whatsapp_business_account".to_owned(), object)
                })
                .into_iter()
                .collect();
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "subscriptions") => {
            if call.params.required_text("object")? != "whatsapp_business_account" {
                return Err(GraphError::parameter(
                    "Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}.",
                )
                .into());
            }
            let callback = callback::read(&call.params, "callback_url")?
                .ok_or_else(|| GraphError::required("callback_url"))?;
            callback::verify(shared, &callback).await?;
            shared.over_link(|network, _| network.set_app_callback(Some(callback)))?;
            Ok(success())
        }
        (Method::DELETE, "subscriptions") => {
            shared.over_link(|network, _| network.set_app_callback(None))?;
            Ok(success())
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
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
