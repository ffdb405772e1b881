//! What a phone has to show of a message that was sent.

use serde_json::{Value, json};

use super::sendable::each;
use super::template;
use super::world::World;

/// Of a whole body, with `[file]` for the ids of files.
pub(super) fn of(world: &World, body: &Value) -> Value {
    let kind = body["type"].as_str().unwrap_or("text");
    if matches!(kind, "template" | "hsm") {
        return quoting(world, body, template::shown(world, body));
    }
    let mut object = body[kind].clone();
    match kind {
        "text" => object["preview_url"] = json!(body["preview_url"] == true),
        "location" => {
            for name in ["latitude", "longitude"] {
                object[name] = object[name].as_f64().into();
            }
        }
        "contacts" => each(&mut object, "[]", &mut card),
        "reaction" => object["message_id"] = world.customer(body).first_upstream.as_str().into(),
        "interactive" => interactive(&mut object),
        _ => {
            reference(&mut object);
            object
                .as_object_mut()
                .unwrap()
                .extend(world.files[kind].told());
        }
    }
    quoting(world, body, json!({"type": kind, kind: object}))
}

/// With the message that it quotes.
fn quoting(world: &World, body: &Value, mut shown: Value) -> Value {
    if body["context"].is_object() {
        shown["context"] = json!({"id": world.customer(body).first_upstream});
    }
    shown
}

/// A file by its id, whatever way it was sent.
fn reference(media: &mut Value) {
    media
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !matches!(name.as_str(), "link" | "provider"));
    media["id"] = "[file]".into();
}

/// A file above a message, or in a template: a caption has no place there.
pub(super) fn above(media: &mut Value) {
    reference(media);
    media.as_object_mut().unwrap().remove("caption");
}

/// Without what is not there, and with a number for every telephone.
fn card(card: &mut Value) {
    let members = card.as_object_mut().unwrap();
    members.remove("ims");
    members.retain(|_, member| member.as_array().is_none_or(|list| !list.is_empty()));
    each(card, "phones[]", &mut |phone| {
        if let (None, Some(wa_id)) = (phone.get("phone"), phone.get("wa_id")) {
            phone["phone"] = format!("+{}", wa_id.as_str().unwrap()).into();
        }
    });
}

fn interactive(object: &mut Value) {
    for kind in ["image", "video", "document"] {
        each(object, &format!("header.{kind}"), &mut above);
    }
    // A text, as the network's samples have it.
    each(
        object,
        "action.parameters.order.expiration.timestamp",
        &mut |time| *time = time.to_string().into(),
    );
    let action = object["action"].as_object_mut().unwrap();
    action.retain(|name, member| {
        name != "parameters" || member.as_object().is_none_or(|members| !members.is_empty())
    });
}
