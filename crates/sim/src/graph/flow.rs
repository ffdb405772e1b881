//! `/{FLOW_ID}`.

use http::Method;

use crate::graph::node::{done, paged, unknown_edge};
use crate::graph::{Call, Outcome, Refusal};
use crate::network::error::GraphError;
use crate::shared::Shared;

/// Answers a call of a flow.
pub(crate) fn answer(
    shared: &Shared,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Outcome, Refusal> {
    let params = &call.params;
    match (call.head.method.clone(), edge) {
        (Method::GET, "") => {
            let listed = shared.over_link(|network, _| network.list_flows(call.fields()))??;
            let shown = listed.into_iter().find(|(known, _)| known == id);
            shown
                .map(|(_, flow)| flow.into())
                .ok_or_else(|| call.unsupported(id).into())
        }
        (Method::POST, "") => done(shared.over_link(|network, _| network.change_flow(id, params))?),
        (Method::DELETE, "") => done(shared.over_link(|network, _| network.delete_flow(id))?),
        (Method::GET, "assets") => {
            let items = shared.over_link(|network, _| network.list_assets(id))?;
            paged(shared, id, edge, call, items)
        }
        (Method::POST, "assets") => {
            let file = (call.upload.as_ref()).ok_or_else(|| GraphError::required("file"))?;
            Ok(shared
                .over_link(|network, _| network.set_flow_json(id, &file.bytes))??
                .into())
        }
        (Method::POST, "publish") => done(shared.over_link(|network, _| network.publish_flow(id))?),
        (Method::POST, "deprecate") => {
            done(shared.over_link(|network, _| network.deprecate_flow(id))?)
        }
        _ => Err(unknown_edge(call, id, edge).into()),
    }
}
