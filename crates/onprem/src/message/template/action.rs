//! What buttons for a flow, for the catalogue and for products are told to begin with (`messages.md` 4.3).

use serde_json::{Map, Value, json};

use super::ButtonKind;
use crate::message::interactive::{THUMBNAIL, products, products_schema, thumbnail};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, optional, string};

/// Reads `action` of a button of this sub-type: the members that it knows.
pub(super) fn read(field: &Field<'_>, sub_type: ButtonKind) -> Read<Value> {
    let action = field.object()?;
    match sub_type {
        ButtonKind::Flow => flow(&action),
        ButtonKind::Catalog => {
            let known = thumbnail(&action)?.map(|id| (THUMBNAIL.to_owned(), id.into()));
            Ok(Value::Object(known.into_iter().collect()))
        }
        ButtonKind::Mpm => mpm(&action),
        ButtonKind::QuickReply | ButtonKind::Url | ButtonKind::CopyCode => Ok(action.to_value()),
    }
}

fn flow(action: &Object<'_>) -> Read<Value> {
    let token = action.optional_string("flow_token");
    let data = action
        .optional("flow_action_data")
        .map(|data| Ok(data.object()?.to_value()))
        .transpose();
    let known = [
        ("flow_token", token?.map(Value::from)),
        ("flow_action_data", data?),
    ];
    let there = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    Ok(Value::Object(
        known.into_iter().filter_map(there).collect::<Map<_, _>>(),
    ))
}

fn mpm(action: &Object<'_>) -> Read<Value> {
    let thumbnail = thumbnail(action);
    let sections = products(action);
    let (thumbnail, sections) = (thumbnail?, sections?);
    let mut known = json!({ "sections": sections });
    if let Some(id) = thumbnail {
        known[THUMBNAIL] = id.into();
    }
    Ok(known)
}

/// What `action` may be: the members of all three kinds of buttons.
pub(super) fn schema() -> Value {
    schema::object([
        optional("flow_token", string()).about("Of a flow button."),
        optional("flow_action_data", json!({"type": "object"})).about("Of a flow button."),
        optional(THUMBNAIL, string())
            .about("Of a catalog or mpm button: the product whose picture is shown."),
        optional("sections", products_schema()).about("Of an mpm button, which must have them."),
    ])
}
